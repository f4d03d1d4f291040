"""The sessions of one counter, carried out: what the machine says is done, and each step is stored.

The order of writing is what a power cut is survived by: the hold and how the session began are in the journal
before its box is asked; the end is in the journal before the progress is forgotten and the box is told that
it may forget. Not for more than one thread at a time: whoever owns it has a lock.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

import sqlalchemy as sa
import structlog

from drivers.outlets.contracts import Ended, Limits, OutletBox, SocketId
from kiosk.common.here import Here
from kiosk.ledger import holds
from kiosk.ledger.holds import HoldSettled, HoldUnknown
from kiosk.ledger.holds.under_way import OpenHold, OpenHolds
from kiosk.ledger.journal import Writing
from kiosk.ledger.records import Chained, ClockQuality, Moment
from kiosk.plain.refusals import Refusal
from kiosk.services.charging.items import Thresholds
from kiosk.services.charging.machine.moving import advance
from kiosk.services.charging.machine.session import (
    ENERGISED,
    OVER,
    Back,
    Begin,
    Command,
    Event,
    Session,
    Tick,
)
from kiosk.services.charging.records import (
    CHARGING_FLOWING,
    PURPOSE,
    ChargingFlowing,
)
from kiosk.services.charging.running.begun import Begun, anew, begun, is_ended
from kiosk.services.charging.running.progress import EVERY_S, Kept, Progress
from kiosk.services.charging.running.settling import note_late, settled

log = structlog.get_logger()

AGAIN_MS = 10_000


class Sessions:
    """`thresholds` are the site's now; `may_run` whether nothing forbids current at a socket; `welded` is
    told of a relay that does not open; `written` of each record that people are shown.
    """

    def __init__(
        self,
        here: Here,
        boxes: Mapping[str, OutletBox],
        thresholds: Callable[[], Thresholds],
        may_run: Callable[[SocketId], bool],
        welded: Callable[[SocketId, Moment], None],
        written: Callable[[Chained], None],
    ) -> None:
        self._here, self._boxes, self._thresholds = here, boxes, thresholds
        self._may_run, self._welded, self._written = may_run, welded, written
        self._progress = Progress(here.folder)
        here.at_close.callback(self._progress.close)
        self._open_holds = OpenHolds(here.journal.key, PURPOSE)
        self._sessions: dict[str, Session] = {}  # by order
        self._over: Session | None = None  # the last that ended
        self._begun: dict[str, Begun] = {}
        self._again_ms: dict[str, int] = {}  # when it is tried next to settle what could not be
        self._kept_ms = 0  # when all were stored last
        self._unsettled: dict[str, Ended] = {}  # what boxes said, to be acknowledged once it is settled

    def __iter__(self) -> Iterator[Session]:
        return iter(list(self._sessions.values()))

    def of(self, order: str) -> Session | None:
        return self._sessions.get(order)

    def last(self, order: str) -> Session | None:
        """A session, also when it has just been settled."""
        if self._over is not None and self._over.order == order:
            return self._over
        return self._sessions.get(order)

    def begun(self, order: str) -> Begun | None:
        return self._begun.get(order)

    def is_of(self, session: Session, resident_id: int) -> bool:
        """Whether they pay for it, or started it for whoever does."""
        found = self.begun(session.order)
        return found is not None and resident_id in (found.body.resident_id, found.body.started_by)

    def at(self, socket: SocketId) -> Session | None:
        """What runs there. Asked for every socket at every look, so it makes no value for each session."""
        box, number = socket.box, socket.number
        there = (each for each in self._sessions.values() if each.socket == number and each.box == box)
        return next((each for each in there if each.state not in OVER), None)

    # From the start of the counter on.

    def restore(self, may_resume: Callable[[SocketId], bool]) -> None:
        """Find again what was under way when the counter was opened last. Nothing is switched on by it."""
        now = self._here.clock.now()
        kept = {each.session.order: each for each in self._progress.read()}
        with self._here.reader.connect() as connection, connection.begin():
            for each in self._open_holds.read(connection):
                order = order_of(each)
                self._restore(connection, order, kept.pop(order, None), now, may_resume)
            region_id = self._here.journal.key.region_id
            for order, stale in kept.items():
                if is_ended(connection, region_id, order) or begun(connection, region_id, order) is None:
                    self._progress.forget(order)
                else:  # its hold is in a journal that was left, and will be recovered or taken over
                    self._restore(connection, order, stale, now, may_resume)

    def _restore(
        self,
        connection: sa.Connection,
        order: str,
        kept: Kept | None,
        now: Moment,
        may_resume: Callable[[SocketId], bool],
    ) -> None:
        found = begun(connection, self._here.journal.key.region_id, order)
        if found is None:
            return  # `settle_strays` gives back what is held for it
        session, at = (kept.session, kept.at) if kept is not None else (anew(found, now.monotonic_ms), None)
        if session is None:
            return
        self._sessions[order], self._begun[order] = session, found
        outage_s = outage_of(at or found.at, now)
        self.happen(order, Back(outage_s, may_resume(session.id)), now)

    def take(self, found: Begun, now: Moment) -> None:
        """A session whose hold is in the journal: store it, and only then ask its box."""
        session = anew(found, now.monotonic_ms)
        assert session is not None, "it was written with its tariff"
        self._sessions[found.order], self._begun[found.order] = session, found
        self._keep([session], now)
        self.happen(found.order, Begin(), now)

    # What happens.

    def happen(self, order: str, event: Event, now: Moment) -> None:
        """What cannot be written is tried again at each step; a socket is opened whatever becomes of it."""
        before = self._sessions.get(order)
        if before is None:
            return
        session, commands = advance(before, event, self._thresholds(), now.monotonic_ms)
        self._sessions[order] = session
        if isinstance(event, Ended) and event.order:
            self._unsettled[order] = event
        if session.state is not before.state and session.state not in OVER:
            self._keep([session], now)
        for command in commands:
            self._do(command, session, now)

    def step(self, now: Moment) -> None:
        """Keep on what runs, settle what is over, and store how far all are once a minute."""
        for session in list(self._sessions.values()):
            if session.state in OVER and self._is_time_again(session.order, now):
                self._settle(session, now)
            elif session.state not in OVER:
                self.happen(session.order, Tick(), now)
        running = [each for each in self._sessions.values() if each.state in ENERGISED]
        for each in running:
            self._on_box(each, lambda box, each=each: box.keep_on(each.socket, each.order))  # type: ignore[misc]
        if running and now.monotonic_ms - self._kept_ms >= EVERY_S * 1000:
            self._keep(running, now)
            self._kept_ms = now.monotonic_ms

    def ended_by_box(self, event: Ended, now: Moment) -> None:
        """The word of a box on an order: once for a session, or for one that was settled without it."""
        if event.order in self._sessions:
            self.happen(event.order, event, now)
        elif event.order:
            with self._here.journal.writing() as writing:
                note_late(writing, event, self._here.site, now)
            self._acknowledge(event)
        elif (session := self.at(event.socket)) is not None:
            self.happen(session.order, event, now)

    def settle_strays(self, now: Moment) -> None:
        """Give back what is held for a session of which nothing else is known: its kiosk was replaced."""
        with self._here.reader.connect() as connection, connection.begin():
            region_id = self._here.journal.key.region_id
            strays = [
                each
                for each in self._open_holds.read(connection)
                if order_of(each) not in self._sessions
                and begun(connection, region_id, order_of(each)) is None
            ]
        for each in strays:
            with self._here.journal.writing() as writing:
                holds.release(writing, each.seq, at=now)

    # How it is done.

    def _do(self, command: Command, session: Session, now: Moment) -> None:
        match command:
            case Command.SWITCH_ON:
                if self._may_run(session.id):
                    limits = limits_of(session, self._thresholds())
                    self._on_box(session, lambda box: box.switch_on(session.socket, session.order, limits))
            case Command.SWITCH_OFF:
                self._on_box(session, lambda box: box.switch_off(session.socket, session.order))
            case Command.TELL_FLOWING:
                self._tell_flowing(session, now)
            case Command.RAISE_WELDED:
                self._welded(session.id, now)
            case Command.SETTLE:
                self._settle(session, now)

    def _on_box(self, session: Session, ask: Callable[[OutletBox], None]) -> None:
        box = self._boxes.get(session.box)
        if box is not None:
            ask(box)

    def _tell_flowing(self, session: Session, now: Moment) -> None:
        site = self._begun[session.order].body.site
        body = ChargingFlowing(session.order, site, session.box, session.socket, session.power_dw or 0)
        try:
            with self._here.journal.writing() as writing:
                chained = writing.append(*CHARGING_FLOWING, body, at=now)
        except Refusal as refusal:
            log.error("charging_untold", code=refusal.code, order=session.order)
        else:
            self._written(chained)

    def _keep(self, sessions: Sequence[Session], now: Moment) -> None:
        """Without it a power cut costs more than a minute, and the journal is there all the same."""
        try:
            self._progress.keep(sessions, now)
        except Refusal as refusal:
            log.error("charging_progress_unwritten", code=refusal.code)

    def _settle(self, session: Session, now: Moment) -> None:
        """Into the journal, once; then its box may forget it. Without its hold here it waits for that."""
        found = self._begun[session.order]
        try:
            with self._here.journal.writing() as writing:
                if is_ended(writing.connection, writing.key.region_id, session.order):
                    chained = None
                else:
                    chained = settled(writing, found, session, self._hold_of(writing, session.order), now)
        except (HoldUnknown, HoldSettled):
            return
        except Refusal as refusal:
            log.error("charging_unsettled", code=refusal.code, order=session.order)
            return
        del self._sessions[session.order], self._begun[session.order]
        self._again_ms.pop(session.order, None)
        self._over = session
        self._forget(session.order)
        told = self._unsettled.pop(session.order, None)
        if told is not None:
            self._acknowledge(told)
        if chained is not None:
            self._written(chained)

    def _is_time_again(self, order: str, now: Moment) -> bool:
        """What could not be settled is tried again, but does not keep the disk busy."""
        due = now.monotonic_ms >= self._again_ms.get(order, 0)
        if due:
            self._again_ms[order] = now.monotonic_ms + AGAIN_MS
        return due

    def _hold_of(self, writing: Writing, order: str) -> int:
        """Raises `HoldUnknown` while it is open in no journal that this one goes on from."""
        for each in self._open_holds.read(writing.connection):
            if order_of(each) == order:
                return each.seq
        raise HoldUnknown(seq=0)

    def _forget(self, order: str) -> None:
        """It is forgotten at the next start at the latest."""
        try:
            self._progress.forget(order)
        except Refusal as refusal:
            log.error("charging_progress_unwritten", code=refusal.code)

    def _acknowledge(self, event: Ended) -> None:
        box = self._boxes.get(event.socket.box)
        if box is not None:
            box.acknowledge(event.order)


def order_of(each: OpenHold) -> str:
    return each.held.purpose.rpartition("/")[2]


def limits_of(session: Session, thresholds: Thresholds) -> Limits:
    """What its box keeps by itself, should this kiosk hang and the box not notice."""
    left_s = max(60, thresholds.longest_s - session.charged_s)
    return Limits(longest_s=left_s, most_dw=thresholds.socket_most_w * 10)


def outage_of(at: Moment, now: Moment) -> int | None:
    """How long it was not watched, in seconds; None where no clock can tell."""
    if at.boot == now.boot:
        return max(0, now.monotonic_ms - at.monotonic_ms) // 1000
    if min(at.quality, now.quality) < ClockQuality.KEPT or now.wall_ms < at.wall_ms:
        return None
    return (now.wall_ms - at.wall_ms) // 1000
