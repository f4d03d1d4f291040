"""The PC/SC service, through pyscard: contexts, readers, connections. One thread's, but for `cancel`.

Every call that fails raises an exception named after what it means for us: the card went (`CardGone`), or
something is wrong with the reader or the service itself (`ServiceFault`, an OSError like every lost device).
"""

from __future__ import annotations

import importlib
import importlib.util
import re
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from drivers.supervision import Reason

LIBRARY = "smartcard"
_MODULES_FOR_KEYS = re.compile(r"\bSAM\b")  # the second slot of a reader with a slot for such a module

# PC/SC part 5 and pcsclite.h. Written out, so that they can be named without pyscard.
OK = 0
CANCELLED, TIMEOUT = 0x80100002, 0x8010000A
_CARD_GONE = (
    0x8010000C,  # SCARD_E_NO_SMARTCARD
    0x8010000F,  # SCARD_E_PROTO_MISMATCH
    0x80100016,  # SCARD_E_NOT_TRANSACTED
    0x80100065,  # SCARD_W_UNSUPPORTED_CARD
    0x80100066,  # SCARD_W_UNRESPONSIVE_CARD
    0x80100067,  # SCARD_W_UNPOWERED_CARD
    0x80100068,  # SCARD_W_RESET_CARD
    0x80100069,  # SCARD_W_REMOVED_CARD
)
_REASONS = {
    0x8010000B: Reason.OCCUPIED,  # SCARD_E_SHARING_VIOLATION
    0x8010001D: Reason.NO_SERVICE,
    0x8010001E: Reason.NO_SERVICE,  # SCARD_E_SERVICE_STOPPED
    0x80100027: Reason.FORBIDDEN,  # SCARD_E_NO_ACCESS
    0x8010006A: Reason.FORBIDDEN,  # SCARD_W_SECURITY_VIOLATION
    0x80100009: Reason.ABSENT,  # SCARD_E_UNKNOWN_READER
    0x80100017: Reason.ABSENT,  # SCARD_E_READER_UNAVAILABLE
    0x8010002E: Reason.ABSENT,  # SCARD_E_NO_READERS_AVAILABLE
}
_EMPTY, _PRESENT, _MUTE, _GONE = 0x0010, 0x0020, 0x0200, 0x0004 | 0x0008  # of dwEventState
_CHANGED = 0x0002
_SYSTEM, _SHARED, _DIRECT, _T0_OR_T1, _LEAVE, _RESET = 2, 2, 3, 3, 0, 1


class CardGone(Exception):
    """The card left, or no longer answers."""


class ServiceFault(OSError):
    """The reader or the service cannot be used. `reason` says why in a word."""

    def __init__(self, call: str, reason: Reason, detail: str = "") -> None:
        super().__init__(f"{call}: {detail or reason}")
        self.reason = reason


@dataclass(frozen=True, slots=True)
class ReaderState:
    """What the service said last of a reader; `raw` is handed back to it to be told of changes."""

    raw: int = 0

    @property
    def has_card(self) -> bool:
        return bool(self.raw & _PRESENT) and not self.raw & _MUTE

    @property
    def is_gone(self) -> bool:
        return bool(self.raw & _GONE)


class Connection:
    """A card that the reader has selected."""

    def __init__(self, library: ModuleType, context: int, reader: str, mode: int) -> None:
        self._library = library
        self._card, self._protocol = _call(
            library.SCardConnect, "connect", context, reader, mode, _T0_OR_T1, values=2
        )

    def transmit(self, apdu: bytes) -> bytes:
        """Send one command APDU and return the answer with its status. Raises CardGone or ServiceFault."""
        answer = _call(self._library.SCardTransmit, "transmit", self._card, self._protocol, list(apdu))
        return bytes(octet & 0xFF for octet in answer)

    def select_again(self) -> None:
        """Switch the field off and on, so that a card that went mute listens again."""
        self._protocol = _call(
            self._library.SCardReconnect, "reconnect", self._card, _SHARED, _T0_OR_T1, _RESET
        )

    def attributes(self) -> bytes:
        """Return the ATR, by which the reader says what kind of card it has selected."""
        _, _, _, atr = _call(self._library.SCardStatus, "status", self._card, values=4)
        return bytes(octet & 0xFF for octet in atr)

    def close(self) -> None:
        self._library.SCardDisconnect(self._card, _LEAVE)


class Service:
    """One conversation with the PC/SC service. Raises ServiceFault if there is none to be had."""

    def __init__(self) -> None:
        if not is_installed():
            raise ServiceFault("pyscard", Reason.NOT_INSTALLED)
        self._library = importlib.import_module("smartcard.scard")
        self._context = _call(self._library.SCardEstablishContext, "establish", _SYSTEM)

    def readers(self) -> list[str]:
        """Return the names of all readers."""
        try:
            return list(_call(self._library.SCardListReaders, "list", self._context, []))
        except ServiceFault as fault:
            if fault.reason is Reason.ABSENT:
                return []
            raise

    def wait(self, reader: str, known: ReaderState, limit_ms: int) -> ReaderState:
        """Return when the reader's state is no longer what is known of it, or after the time limit."""
        code, states = self._library.SCardGetStatusChange(self._context, limit_ms, [(reader, known.raw)])
        if code & 0xFFFFFFFF in (TIMEOUT, CANCELLED):
            return known
        _check(code, "wait")
        return ReaderState(states[0][1] & ~_CHANGED)

    def connect(self, reader: str) -> Connection:
        """Raises CardGone if there is no card, or none that answers."""
        return Connection(self._library, self._context, reader, _SHARED)

    def connect_unseen(self, reader: str) -> Connection:
        """Connect to a card that the service takes for absent. Raises CardGone if it is.

        After a reset in vain, pcscd believes that nothing lies there until the card has been away for long.
        """
        connection = Connection(self._library, self._context, reader, _DIRECT)
        try:
            connection.select_again()
        except (CardGone, ServiceFault):
            connection.close()
            raise
        return connection

    def cancel(self) -> None:
        """End a wait in another thread."""
        self._library.SCardCancel(self._context)

    def close(self) -> None:
        self._library.SCardReleaseContext(self._context)


def is_installed() -> bool:
    """Tell whether pyscard is there."""
    return importlib.util.find_spec(LIBRARY) is not None


def chosen(readers: list[str], name_part: str) -> str | None:
    """Pick the reader that a configuration means: the first with these letters in its name, in any case.

    A slot for a key module is passed over, for no card is ever laid there.
    """
    named = [reader for reader in readers if name_part.lower() in reader.lower()]
    for_cards = [reader for reader in named if not _MODULES_FOR_KEYS.search(reader)]
    return next(iter(for_cards or named), None)


def _call(function: Any, name: str, *arguments: Any, values: int = 1) -> Any:
    code, *results = function(*arguments)
    _check(code, name)
    return results[0] if values == 1 else results


def _check(code: int, call: str) -> None:
    code &= 0xFFFFFFFF
    if code == OK:
        return
    if code in _CARD_GONE:
        raise CardGone(f"{call}: {code:08x}")
    raise ServiceFault(call, _REASONS.get(code, Reason.SILENT), f"{code:08x}")
