"""The card reader on the counter.

One owner thread senses, reads and reports; nfcpy must not be shared between threads that sense. What it
looks for, and how long, is in the `Plan`. A PN532 waits for type A cards by itself, so that one is answered
at once; a FeliCa card, rare here, is looked for three times a second. Other readers are asked every
`POLL_REST_S`. While a card lies there, only its own technology is looked for, as often.

What PN532 and nfcpy get wrong, and what is done about it:

* nfcpy's `connect()` fires once a call and listens to nobody meanwhile: `sense()` is used, round by round;
* unplugging raises termios.error, which is no OSError, even from `close()`: the supervisor takes anything;
* the chip slows down after hours: it is reopened daily, when no card lies on it;
* killed without `close()`, it is deaf to the next process: see `drivers.opening`.
"""

from __future__ import annotations

import contextlib
import errno
import logging
import termios
from itertools import cycle
from pathlib import Path

from nfc.clf import ContactlessFrontend
from nfc.clf.transport import TTY

from drivers.cards.answering import read_card
from drivers.cards.faults import CARD_FAULTS
from drivers.cards.presence import Presence, Verdict
from drivers.cards.sensing import POLL_REST_S, Look, Plan, Sighting, plan_for, sense
from drivers.cards.writing import CardWriter
from drivers.clock import MonotonicMs, monotonic_ms
from drivers.contracts import CardKeys, Emit, ReadFailure, Trouble
from drivers.opening import Speeds, open_reader, release
from drivers.paths import Link, parse_path
from drivers.supervision import Health, Patience, Reason, Supervisor

log = logging.getLogger(__name__)

DAY_MS = 24 * 60 * 60 * 1000
PATIENCE = Patience(renew_after_ms=DAY_MS)


class NfcReader:
    """Report every card that is laid on the reader at `path`, once until it is lifted.

    `path` is as in `drivers.paths`; a bad one raises DeviceMisconfigured at once, an absent reader is waited
    for. `emit` and `keys` are called from the reader's own thread.
    """

    def __init__(
        self,
        path: str,
        keys: CardKeys,
        emit: Emit,
        monotonic_ms: MonotonicMs = monotonic_ms,
        patience: Patience = PATIENCE,
    ) -> None:
        parsed = parse_path(path)
        plan = plan_for(parsed)
        presence, speeds = Presence(plan.rounds_until_lifted), Speeds()
        self._supervisor = Supervisor(
            "reader",
            path,
            lambda: session_of(parsed.link)(path, plan, presence, keys, emit, monotonic_ms, speeds),
            emit,
            patience=patience,
            clock=monotonic_ms,
        )

    def start(self) -> None:
        self._supervisor.start()

    def stop(self) -> None:
        self._supervisor.stop()

    def health(self) -> Health:
        """Return whether the reader works, and when its thread was last seen alive."""
        return self._supervisor.health()


def session_of(link: Link) -> type[ReaderSession]:
    """Return how a reader on this link is driven."""
    if link is not Link.PCSC:
        return ReaderSession
    from drivers.cards.pcsc.session import PcscSession  # it builds on what stands here

    return PcscSession


class ReaderSession:
    """One opening of the reader. See `drivers.supervision.Session`."""

    condition = Reason.READY

    def __init__(
        self,
        path: str,
        plan: Plan,
        presence: Presence,
        keys: CardKeys,
        emit: Emit,
        clock: MonotonicMs,
        speeds: Speeds | None = None,
    ) -> None:
        self._path, self._keys, self._emit, self._clock = path, keys, emit, clock
        self._presence, self._rounds, self._rest_s = presence, cycle(plan.rounds), plan.rest_s
        self._speeds = speeds
        self._writer = CardWriter(keys, emit, clock)
        self._reader: ContactlessFrontend | None = None
        self._transport: TTY | None = None
        self._aborted = False

    @property
    def at_rest(self) -> bool:
        return self._presence.card is None

    def open(self) -> None:
        self._reader = open_reader(self._path, self._remember, self._speeds)

    def step(self) -> float:
        """Look once for a card, and read it if it is new."""
        self._presence.begin_round(self._clock())
        lying = self._presence.card
        card = sense(self._reader, *(next(self._rounds) if lying is None else (Look(lying.technology),)))
        if card is not None:
            self._meet(card)
        else:
            self._miss()
        if self._presence.card is None:
            return self._rest_s
        return 0.0 if self._presence.is_unsettled and card is not None else POLL_REST_S

    def close(self) -> None:
        # Whatever nfcpy raises here, the line is released below, which is all that is left to do.
        with contextlib.suppress(Exception):
            if self._reader is not None and not self._aborted:
                self._reader.close()
        if self._transport is not None:
            release(self._transport)

    def abort(self) -> None:
        self._aborted = True  # a device that hangs will not take a polite farewell either
        port = self._transport.tty if self._transport is not None else None
        if port is not None:
            with contextlib.suppress(OSError, termios.error, TypeError, AttributeError):
                port.cancel_write()
                port.cancel_read()

    def diagnose(self, fault: Exception) -> Reason:
        if isinstance(fault, OSError) and fault.errno in (errno.EACCES, errno.EPERM):
            return Reason.FORBIDDEN
        reader = parse_path(self._path)
        if reader.link is Link.TTY and Path(reader.port).exists():
            return Reason.SILENT
        if self._reader is not None:
            return Reason.UNPLUGGED
        return Reason.ABSENT

    def _remember(self, transport: TTY) -> None:
        self._transport = transport

    def _meet(self, card: Sighting) -> None:
        match self._presence.saw(card):
            case Verdict.READ if card.is_foreign:
                self._fail(Trouble.FOREIGN, None)
            case Verdict.READ:
                self._read(card)
            case Verdict.ANSWERED:
                self._writer.attend(self._reader, card)
            case Verdict.CROWDED:
                self._fail(Trouble.TWO_CARDS, None)

    def _read(self, card: Sighting) -> None:
        answered_ms, reads = self._clock(), self._presence.reads
        with contextlib.suppress(*CARD_FAULTS):
            reads.add(read_card(self._reader, card, self._keys))
        tap = reads.tap(answered_ms)
        if not (tap is not None and self._keys.suffices(tap)) and not reads.is_over(self._clock()):
            return
        if tap is None:
            self._fail(Trouble.UNREADABLE, card.uid)
            return
        self._presence.settle()
        self._writer.begin()
        self._emit(tap)

    def _miss(self) -> None:
        uid = self._presence.missed()
        if uid is not None:
            self._fail(Trouble.LIFTED, uid)

    def _fail(self, trouble: Trouble, uid: bytes | None) -> None:
        self._presence.settle()
        self._emit(ReadFailure(trouble, uid, self._clock()))
