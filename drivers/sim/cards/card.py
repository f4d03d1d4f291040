"""What every card does on the air, whoever carries the bytes."""

from __future__ import annotations

import os
from abc import ABC, abstractmethod


class VirtualCard(ABC):
    """A card in a reader's field. Frames are without their CRC."""

    @abstractmethod
    def power_up(self) -> None:
        """The field has come on: forget everything but what is in memory."""

    @abstractmethod
    def exchange(self, command: bytes) -> bytes | None:
        """Answer one frame, or stay mute."""


class TypeACard(VirtualCard):
    """ISO/IEC 14443 type A: found by ATQA (SENS_RES), UID and SAK (SEL_RES)."""

    def __init__(self, uid: bytes, sens_res: str, sel_res: int, *, random_uid: bool = False) -> None:
        if len(uid) not in (4, 7) and not random_uid:
            raise ValueError("a type A card has a UID of 4 or 7 bytes")
        self.uid, self.sel_res = uid, sel_res
        self.sens_res = bytes.fromhex(sens_res)
        self._random_uid = random_uid

    def power_up(self) -> None:
        if self._random_uid:
            self.uid = b"\x08" + os.urandom(3)
        self.selected()

    def selected(self) -> None:
        """The reader has chosen this card: leave the mute state."""

    def exchange(self, command: bytes) -> bytes | None:
        return None


class TypeBCard(VirtualCard):
    """ISO/IEC 14443 type B: found by its ATQB, whose 12 bytes begin with 50 and the PUPI."""

    def __init__(self, atqb: str) -> None:
        self.atqb = bytes.fromhex(atqb)

    def power_up(self) -> None:
        pass

    def exchange(self, command: bytes) -> bytes | None:
        return None


class TypeFCard(VirtualCard):
    """JIS X 6319-4: found by its IDm and PMm under a system code."""

    def __init__(self, idm: bytes, pmm: bytes, systems: tuple[int, ...]) -> None:
        if len(idm) != 8:
            raise ValueError("a FeliCa card has an IDm of 8 bytes")
        self.idm, self.pmm, self.systems = idm, pmm, systems

    def power_up(self) -> None:
        pass

    def poll(self, request: bytes) -> bytes | None:
        """Answer SENSF_REQ (system code, request code, slots) with SENSF_RES, without length."""
        wanted, request_code = request[1:3], request[3]
        for system in (code.to_bytes(2) for code in self.systems):
            if all(want in (0xFF, have) for want, have in zip(wanted, system, strict=True)):
                return b"\x01" + self.idm + self.pmm + (system if request_code == 1 else b"")
        return None
