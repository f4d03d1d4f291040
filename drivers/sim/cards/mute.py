"""Cards that tell a kiosk nothing but their number, and mislead nfcpy."""

from __future__ import annotations

from drivers.sim.cards.card import TypeACard, TypeBCard


class MifareClassic(TypeACard):
    """SAK 08: everything else is behind crypto1, which nobody here speaks."""

    def __init__(self, uid: bytes) -> None:
        super().__init__(uid, "0400" if len(uid) == 4 else "4400", 0x08)


class UltralightAes(TypeACard):
    """Answers the question that nfcpy asks of an Ultralight C, with a nonce of twice the length."""

    def __init__(self, uid: bytes) -> None:
        super().__init__(uid, "4400", 0x00)

    def exchange(self, command: bytes) -> bytes | None:
        match command[:1]:
            case b"\x1a":
                return b"\xaf" + bytes(range(16))
            case b"\x60":
                return bytes.fromhex("0004030104000f03")
            case b"\x30":
                return bytes(16)
        return None


class IdentityCard(TypeBCard):
    """A second-generation identity card: type B with a PUPI of zeros, and no protocol of ISO/IEC 14443-4."""

    def __init__(self) -> None:
        super().__init__("50 00000000 d103860c 008080")


class RatsRefused(TypeACard):
    """A processor card by its SAK that answers no RATS: half broken, or a chip that wants other commands."""

    def __init__(self, uid: bytes) -> None:
        super().__init__(uid, "4403", 0x20)
