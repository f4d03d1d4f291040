"""Readers that the PC/SC service (`pcscd`) drives: the ACR1252U, and most readers sold today.

Such a reader selects cards by itself and takes APDUs. The rest of our card code speaks in frames, as nfcpy
does: `frontend` says one in terms of the other, so that every rule about cards stands once.

Needs Debian's `pcscd` and the library pyscard, which is looked for only where a path begins with `pcsc:`.
"""
