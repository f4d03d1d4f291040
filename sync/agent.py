"""The sync process: loops that never end, one for each direction, so that neither waits for the other.

A third one fetches what earlier journals held, while the others have nothing that waits.

Each loop runs its stage, and after a failure waits by chance and begins again where the cursors stand. There
is no other state: the process may be killed at any moment.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path

import msgspec
import structlog

from kiosk.common.books import Kinds
from kiosk.common.clock import TimeSource, unix_ms
from kiosk.common.sync_process import CardSaid
from kiosk.ledger.audit.faults import UNREADABLE, reason_of
from kiosk.ledger.errors import JournalUnwritable
from sync.enrolling import rekey
from sync.enrolling.enrolment import read_enrolment, update_enrolment
from sync.errors import Refused, StoreFailing, SyncError
from sync.instant.counter_socket import Asked, CounterSocket
from sync.instant.proving import ProveStage
from sync.instant.right import AskStage
from sync.local.catalogue_check import throw_away_if_damaged, what_is_wrong
from sync.local.cursor import FILE as CATALOGUE_FILE
from sync.local.cursor import Cursor
from sync.local.state import StateTold
from sync.pulse import Pulse
from sync.stages.backoff import Backoff
from sync.stages.history import HistoryStage
from sync.stages.pull import PullStage
from sync.stages.push import PushStage
from sync.stages.telling import TellingStage
from sync.stages.urgency import Urgency
from sync.wire.messages import MAX_WAIT_MS
from sync.wire.signing import PublicKeys
from sync.wire.transport import Transport

LOOK_EVERY_S = 0.25  # for a new sale, and while waiting for longer, for what is urgent; one small query
REST_S = 0.75  # between two pages or full batches: while one is written, a tap waits for the disk
HISTORY_LOOK_S = 5.0  # for a journal that has a predecessor now
GRACE_S = 1.0  # for an answer that is on its way when told to stop
DESK_TIMEOUT_S = 3.0  # nobody waits as long, but the grant is of use to the next tap
STEP_S = 180.0  # more than the slowest step takes: three answers that come at the last moment
LATE_S = 10.0  # a loop that has waited may be behind by so much on a busy machine
PULL_PAUSE_S = 5.0  # when the office does not let us wait for news

_log = structlog.get_logger()


class Agent:
    """Keeps one kiosk in step with its office. Raises `NotEnrolled` when there is nobody to speak for.

    `socket` is where the counter asks at the moment of a tap. `kinds`: the services' records, as they look up
    what earlier journals held, and say what is urgent.
    """

    def __init__(
        self,
        folder: Path,
        office: str = "",
        source: TimeSource | None = None,
        *,
        ca: Path | None = None,
        socket: Path | None = None,
        kinds: Callable[[], Sequence[Kinds]] = lambda: (),
    ) -> None:
        self._folder = folder
        self.enrolment, self.key = read_enrolment(folder)
        self.office = office or self.enrolment.office
        self._ca = ca
        throw_away_if_damaged(folder)
        self.cursor = Cursor(folder)
        self.push_stage = PushStage(folder, self.enrolment, self.key, self.cursor, source, kinds=kinds)
        self.pull_stage = PullStage(
            self.push_stage.whose, self.push_stage.file, self.key, self.cursor, source, StateTold(folder)
        )
        self.telling_stage = TellingStage(self.push_stage.whose, self.key, self.cursor, self.push_stage)
        self.history_stage = HistoryStage(folder, self.key, self.cursor, kinds)
        self._ask_stage = AskStage(self.push_stage.whose, self.key, self.cursor)
        self._prove_stage = ProveStage(self.push_stage.whose, self.key, self.cursor)
        self._counter = CounterSocket(socket, self._asked_transport, self._answer_counter) if socket else None
        self._waiting = {"push": False, "pull": False}  # which direction has more to do at once
        self._stopping = threading.Event()
        self._pulse = Pulse()
        self._defect: Exception | None = None

    def once(self, progress: Callable[[str, int, int], None] = lambda stage, done, left: None) -> None:
        """Send all there is, then fetch all there is. `progress` is told stage, records done, records left.

        Raises a `SyncError` at the first thing that goes wrong.
        """
        with Transport(self.office, ca=self._ca) as transport, store_faults_named():
            self.cursor.forget_guests(unix_ms())
            self._pull_or_send_late(transport, progress)
            self.push_all(transport, progress)
            self.pull_all(transport, progress)
            self.fetch_all(transport, progress)

    def _pull_or_send_late(self, transport: Transport, progress: Callable[[str, int, int], None]) -> None:
        """A kiosk that was replaced learns nothing more, but may be allowed to send what it still has."""
        try:
            self.pull_all(transport, progress)
        except Refused as error:
            if error.reason == "only_late_records":
                self.push_all(transport, progress)
            raise

    def push_all(self, transport: Transport, progress: Callable[[str, int, int], None]) -> None:
        done = 0
        while pushed := self.push_stage.run(transport, self.pinned()):
            done += sum(each.records for each in pushed)
            progress("push", done, sum(each.left for each in pushed))

    def pull_all(self, transport: Transport, progress: Callable[[str, int, int], None]) -> None:
        self._finish_rekey(transport)
        done, more = 0, True
        while more:
            pulled = self.pull_stage.run(transport, self.pinned())
            done, more = done + pulled.items, pulled.more or pulled.more_photos
            progress("pull", done, int(more))
        self.pin()
        self.telling_stage.run(transport, self.pinned())

    def fetch_all(self, transport: Transport, progress: Callable[[str, int, int], None]) -> None:
        done = 0
        while (fetched := self.history_stage.run(transport, self.pinned())).more:
            done += fetched.records
            progress("history", done, 0)

    def run(self, watch: Callable[[Callable[[], bool], threading.Event], None] | None = None) -> None:
        """All loops, until `stop`. Raises what no loop can go on from: a defect, not a circumstance.

        `watch` is called with `alive` and an event; it may look as long as it likes, until the event is set.
        """
        loops = [
            threading.Thread(target=self._loop, args=(name, *steps), name=name, daemon=True)
            for name, *steps in (
                ("push", self._push_step, self._tell_urgent),
                ("pull", self._pull_step),
                ("history", self._history_step),
            )
        ]
        for loop in loops:
            loop.start()
        with self._counter or nullcontext():
            if watch is not None:
                watch(self.alive, self._stopping)
            self._stopping.wait()
            until_s = time.monotonic() + GRACE_S
            for loop in loops:
                loop.join(max(until_s - time.monotonic(), 0))
        if self._defect is not None:
            raise self._defect

    def alive(self) -> bool:
        """Whether all loops go round. The counter is told, too, see `kiosk.plain.exchange`."""
        if not self._pulse.beats:
            return False
        if self._counter is not None:
            self._counter.touch()
        return True

    def stop(self) -> None:
        """End `run`, within `GRACE_S` if a loop waits for an answer."""
        self._stopping.set()

    def close(self) -> None:
        self.push_stage.close()
        self.history_stage.close()
        self.cursor.close()

    def _loop(
        self,
        name: str,
        step: Callable[[Transport], float],
        urgent: Callable[[Transport], None] | None = None,
    ) -> None:
        """`urgent` is what does not wait until the next step."""
        try:
            with Transport(self.office, ca=self._ca) as transport:
                meanwhile = None if urgent is None else Urgency(lambda: urgent(transport))
                self._repeat(name, lambda: step(transport), meanwhile)
        except Exception as error:
            self._defect = error
            raise
        finally:
            self._stopping.set()

    def _repeat(self, name: str, step: Callable[[], float], meanwhile: Urgency | None) -> None:
        backoff = Backoff()
        pause_s = 0.0
        while not self._paused(name, pause_s, meanwhile):
            self._pulse.expect(name, STEP_S)
            try:
                with store_faults_named():
                    pause_s = step()
                backoff.succeeded()
            except SyncError as error:
                if isinstance(error, StoreFailing) and (
                    found := what_is_wrong(self._folder / CATALOGUE_FILE)
                ):
                    raise CatalogueDamaged(found) from error  # thrown away when this process starts again
                pause_s = backoff.failed(error)
                _log.warning(
                    f"{name}_failed",
                    code=error.code,
                    detail=error.detail,
                    transient=error.transient,
                    again_in_s=round(pause_s, 1),
                )

    def _paused(self, name: str, pause_s: float, meanwhile: Urgency | None) -> bool:
        """Whether it was told to stop meanwhile."""
        until_s = time.monotonic() + pause_s
        look_s = pause_s if meanwhile is None else LOOK_EVERY_S
        while True:
            left_s = max(until_s - time.monotonic(), 0.0)
            self._pulse.expect(name, left_s + LATE_S)
            if self._stopping.wait(min(left_s, look_s)):
                return True
            if meanwhile is None or time.monotonic() >= until_s:
                return False
            self._pulse.expect(name, STEP_S)
            meanwhile.attend()

    def _push_step(self, transport: Transport) -> float:
        """Push once; returns the seconds to wait before the next look."""
        pushed = self.push_stage.run(transport, self.pinned())
        self._waiting["push"] = any(each.left for each in pushed)
        rest_s = REST_S if self._waiting["push"] else 0.0
        return max((each.delay_ms / 1000 for each in pushed), default=LOOK_EVERY_S) or rest_s

    def _tell_urgent(self, transport: Transport) -> None:
        with store_faults_named():
            self.push_stage.tell_urgent(transport, self.pinned())

    def _pull_step(self, transport: Transport) -> float:
        """Wait for a page at the office; returns the seconds to wait before asking again."""
        began_s = time.monotonic()
        self.cursor.forget_guests(unix_ms())
        self._finish_rekey(transport)
        pulled = self.pull_stage.run(transport, self.pinned(), wait_ms=MAX_WAIT_MS)
        self._waiting["pull"] = pulled.more
        if pulled.items:
            self.pin()
        self.telling_stage.run(transport, self.pinned())
        if pulled.more or pulled.more_photos:
            return REST_S
        waited = time.monotonic() - began_s > PULL_PAUSE_S
        return 0.0 if pulled.items or waited else PULL_PAUSE_S

    def _history_step(self, transport: Transport) -> float:
        """Fetch one piece unless sales or the catalogue wait; returns the seconds to the next look."""
        if any(self._waiting.values()):
            return LOOK_EVERY_S
        return 0.0 if self.history_stage.run(transport, self.pinned()).more else HISTORY_LOOK_S

    def _asked_transport(self) -> Transport:
        return Transport(self.office, ca=self._ca, connect_timeout_s=1.0, answer_timeout_s=DESK_TIMEOUT_S)

    def _answer_counter(self, asked: Asked, transport: Transport) -> msgspec.Struct:
        with store_faults_named():
            if isinstance(asked, CardSaid):
                return self._prove_stage.run(asked, transport, self.pinned())
            return self._ask_stage.run(asked, transport, self.pinned())

    def rotate_key(self) -> None:
        """Change this kiosk's key. What is cut off is finished by the next pull, of whichever process."""
        rekey.begin(self._folder)
        with Transport(self.office, ca=self._ca) as transport:
            self._finish_rekey(transport)

    def _finish_rekey(self, transport: Transport) -> None:
        self.enrolment = rekey.finish(self._folder, transport, self.pinned()) or self.enrolment

    def pinned(self) -> PublicKeys:
        """The keys that speak for the office, the newest last: those pinned and those just published."""
        return {**self.enrolment.pinned, **self.cursor.office_keys()}

    def pin(self) -> None:
        """Keep the keys that the office has published with the enrolment, and drop what it has retired."""
        published = tuple(each.hex() for each in self.cursor.office_keys().values())
        if published and not self.cursor.position().in_snapshot:
            self.enrolment = update_enrolment(self._folder, office_keys=published)


class CatalogueDamaged(Exception):
    """`catalogue.db` went wrong while it was in use. The process ends, and the next one fetches it again."""


@contextmanager
def store_faults_named() -> Iterator[None]:
    """A fault of the kiosk's own files passes, or is a matter for people; it is no reason to end."""
    try:
        yield
    except (*UNREADABLE, JournalUnwritable) as error:
        raise StoreFailing(reason_of(error)) from error
