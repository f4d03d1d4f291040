"""What the ATR of a contactless reader says about the card. PC/SC part 3, section 3.1.3.2.3.

A reader makes it up from what the card told at selection. A memory card gets this one::

    3B 8F 80 01 80 4F 0C A0 00 00 03 06  SS  NN NN  00 00 00 00  TCK

SS is the standard it follows, NN NN its kind. Whatever looks different is a processor card (ISO/IEC 14443-4).
"""

from __future__ import annotations

from nfc.clf import RemoteTarget

TYPE_A, TYPE_F = "106A", "212F"
_MEMORY_CARD = bytes.fromhex("804f0ca000000306")
_STANDARD, _KIND = 12, slice(13, 15)
_TYPE_A_STANDARDS = (0x01, 0x02, 0x03)
_FELICA_STANDARD, _FELICA = 0x11, 0x003B
_CLASSIC = (0x0001, 0x0002, 0x0026, 0x0036, 0x0037, 0x0038, 0x0039)  # 1K, 4K, Mini, Plus at level 1
_SAK_CLASSIC, _SAK_MEMORY, _SAK_ISO_DEP = b"\x08", b"\x00", b"\x20"
_SENS_RES = b"\x44\x00"
_UNKNOWN_PMM = b"\xff" * 8


def target_of(atr: bytes, uid: bytes) -> RemoteTarget | None:
    """Return what nfcpy would have found: technology, number and selection; None for other technologies."""
    if atr[4:12] != _MEMORY_CARD or len(atr) < _KIND.stop:
        return RemoteTarget(TYPE_A, sens_res=_SENS_RES, sel_res=_SAK_ISO_DEP, sdd_res=uid)
    standard, kind = atr[_STANDARD], int.from_bytes(atr[_KIND])
    if kind == _FELICA or standard == _FELICA_STANDARD:
        return RemoteTarget(TYPE_F, sensf_res=b"\x01" + uid + _UNKNOWN_PMM)
    if standard not in _TYPE_A_STANDARDS:
        return None
    sak = _SAK_CLASSIC if kind in _CLASSIC else _SAK_MEMORY
    return RemoteTarget(TYPE_A, sens_res=_SENS_RES, sel_res=sak, sdd_res=uid)
