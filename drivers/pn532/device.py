"""nfcpy's PN532, which can also have the chip wait for a card.

The chip looks for cards of one kind by itself, every few milliseconds, for as long as it is let. So an idle
kiosk sleeps until a card comes, and then answers at once.
"""

from __future__ import annotations

import nfc.clf.pn532
from nfc.clf import RemoteTarget

from drivers.pn532.chipset import Chipset, log

_TYPE_A = 0
_ISO_DEP_OR_NFC_DEP = 0x60
_CRC_IS_CHECKED = 0x80
_TYPE_B, _ALL_FAMILIES, _ATQB_BYTES = 3, b"\x00", 12


class Device(nfc.clf.pn532.Device):  # type: ignore[misc,unused-ignore]  # nfcpy has no types
    """A target with `waits_s` is waited for so long; only type A."""

    chipset: Chipset

    def __init__(self, chipset: Chipset) -> None:
        super().__init__(chipset, log)

    def sense_tta(self, target: RemoteTarget) -> RemoteTarget | None:
        if not target.waits_s:
            return super().sense_tta(target)
        found = self.chipset.await_target(_TYPE_A, target.waits_s)
        if found is None:
            return None
        sens_res, sel_res, sdd_res = found[1::-1], found[2:3], found[4:]
        if not sel_res[0] & _ISO_DEP_OR_NFC_DEP:  # a type 2 card says NAK in four bits, without a CRC
            modes = self.chipset.read_register("CIU_RxMode")
            self.chipset.write_register("CIU_RxMode", modes & ~_CRC_IS_CHECKED)
        return RemoteTarget("106A", sens_res=sens_res, sel_res=sel_res, sdd_res=sdd_res)

    def sense_ttb(self, target: RemoteTarget) -> RemoteTarget | None:
        """Find any card of type B, also one that nfcpy drops for not speaking ISO/IEC 14443-4.

        Identity cards of the second generation are of this sort. UM0701-02, section 7.3.5.
        """
        found = self.chipset.in_list_passive_target(1, _TYPE_B, _ALL_FAMILIES)
        return None if found is None else RemoteTarget("106B", sensb_res=found[:_ATQB_BYTES])
