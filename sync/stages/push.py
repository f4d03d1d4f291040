"""The push stage: what the office has not acknowledged, oldest first, one batch at a time.

What the office says is compared with what the file says. Where they differ, the first differing record is
looked for and noted, for the kiosk to begin a new journal; see `kiosk.journal.incarnation`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import msgspec
import structlog

from kiosk.catalogue.contact import Heard
from kiosk.common.books import Kinds
from kiosk.common.clock import TimeSource, machine_time
from kiosk.journal.incarnation import DAMAGED, DOUBTED, FORKED
from sync.enrolling.enrolment import Enrolment, current_journal
from sync.errors import Garbled, HistoryForked, HistoryLost, JournalFault, Refused, SyncError
from sync.local.cursor import Cursor
from sync.local.reading import JournalFile
from sync.stages import batching
from sync.stages.hearing import hear
from sync.stages.noticing import Noticing
from sync.wire import signing
from sync.wire.messages import Ack, Answer, Fork, Gap, Push
from sync.wire.signing import PublicKeys, SigningKey
from sync.wire.transport import Transport

FAULT_REST_MS = 10_000  # before a journal that the office cannot go on with is tried again
REST_MS = 600_000  # the same for one that is not written any more

Ask = Callable[[Push], Answer]
_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Pushed:
    """One batch's outcome: records the office has now, records it still lacks, and when to come again."""

    records: int
    left: int
    delay_ms: int


class PushStage:
    """Reads `journal.db` and sends. A repeat after a lost answer is the same records again.

    `kinds`: the services' records, some of which are urgent.
    """

    def __init__(
        self,
        folder: Path,
        enrolment: Enrolment,
        key: SigningKey,
        cursor: Cursor,
        source: TimeSource | None = None,
        *,
        kinds: Callable[[], Sequence[Kinds]] = lambda: (),
    ) -> None:
        self.file = JournalFile(folder, enrolment.region_id)
        self._folder, self._enrolment = folder, enrolment
        self._key, self._cursor = key, cursor
        self._source = source or machine_time()
        self._noticing = Noticing(self.file, kinds)
        self._ahead = ThreadPoolExecutor(1, "next-batch")
        self._ready: tuple[bytes, int, Future[tuple[Push, int]]] | None = None
        self._greeted: set[bytes] = set()
        self._resting_until_ms: dict[bytes, int] = {}

    def close(self) -> None:
        self._ahead.shutdown()
        self.file.close()

    def run(self, transport: Transport, pinned: PublicKeys) -> list[Pushed]:
        """Push one batch of each journal that has something new; nothing pushed means nothing is left.

        A journal that the office holds something against does not keep back the others: the error of the
        current one is raised when they have had their turn.
        """
        pushed: list[Pushed] = []
        failed: SyncError | None = None
        current = self.whose()
        for journal_id in self.journals():
            if self._rests(journal_id, journal_id == current):
                continue
            try:
                pushed += self._turn(transport, pinned, journal_id, journal_id == current)
            except (JournalFault, Refused) as error:
                self._put_to_rest(journal_id, error, journal_id == current)
                failed = error if journal_id == current else failed
        if failed is not None and not pushed:
            raise failed
        return pushed

    def tell_urgent(self, transport: Transport, pinned: PublicKeys) -> None:
        """What is urgent and was not told yet, by itself: between batches, or while none is taken in.

        Raises what `Transport.ask` raises.
        """
        current = self.whose()
        for journal_id in self.journals():
            if self._is_left(journal_id, journal_id == current):
                continue
            acked_seq = min(self._cursor.acked_seq(journal_id), self.file.head_seq(journal_id))
            while said := self._noticing.untold(journal_id, acked_seq):
                alone = batching.alone(self._greeting(journal_id, acked_seq), said)
                transport.ask(*_address(journal_id), alone, self._key, pinned)
                self._noticing.tell(journal_id, said)

    def whose(self) -> bytes:
        """The journal that the kiosk writes now."""
        return current_journal(self._folder, self._enrolment)

    def journals(self) -> list[bytes]:
        """Journals in the file, the current one last: what came before it must be told before it."""
        current = self.whose()
        return sorted(self.file.journals(), key=lambda journal_id: journal_id == current)

    def unsent(self, journal_id: bytes) -> Iterator[tuple[int, Push]]:
        """All that the office is not known to have, in batches, each with its last record.

        Raises `JournalDamaged` once that is noted.
        """
        if self._is_left(journal_id, journal_id == self.whose()):
            return
        last_seq = self._cursor.acked_seq(journal_id)
        head_seq = self.file.head_seq(journal_id)
        if last_seq > head_seq:
            yield head_seq, self._greeting(journal_id, head_seq)
        first_seq = last_seq + 1
        with self._noting(journal_id):
            while self.file.head_seq(journal_id) > last_seq:
                batch, last_seq = self._batch(journal_id, last_seq)
                if batch.first_seq == first_seq:  # whoever takes them in begins with that one
                    batch = self._with_notices(journal_id, batch, last_seq)
                yield last_seq, batch

    def settle_late(self, journal_id: bytes, batch: Push, answer: Answer) -> None:
        """An answer that took its time: what has been overtaken since moves nothing.

        Raises `HistoryForked` or `HistoryLost` once that is noted.
        """
        acked_seq, head_seq = self._cursor.acked_seq(journal_id), self.file.head_seq(journal_id)
        match answer:
            case Ack(head_seq=there) if there <= acked_seq <= head_seq:
                return
            case Gap() if batch.first_seq != acked_seq + 1:
                return
            case Ack(head_hash=head_hash):  # of a batch that may no longer be what the journal says
                answer = msgspec.structs.replace(answer, head_hash=head_hash or batch.head_hash)
        with self._noting(journal_id):
            self._settle(journal_id, batch, batch.first_seq - 1, answer)

    def _turn(
        self, transport: Transport, pinned: PublicKeys, journal_id: bytes, is_current: bool
    ) -> list[Pushed]:
        """One batch if there is news; a greeting if there is reason to compare."""
        acked_seq, head_seq = self._cursor.acked_seq(journal_id), self.file.head_seq(journal_id)
        doubted = is_current and (journal_id not in self._greeted or self._is_doubted(journal_id))
        if head_seq == acked_seq and not doubted:
            return []
        with self._noting(journal_id):
            if head_seq > acked_seq:
                batch, last_seq = self._take(journal_id, acked_seq)
                batch = self._with_notices(journal_id, batch, last_seq)
            else:
                batch, last_seq = self._greeting(journal_id, head_seq), head_seq
            pushed = self._push(transport, pinned, journal_id, batch, last_seq)
        self._greeted.add(journal_id)
        return [pushed] if pushed.records or pushed.left else []

    def _is_doubted(self, journal_id: bytes) -> bool:
        objection = self._cursor.objection(journal_id)
        return objection is not None and objection.code == DOUBTED

    def _rests(self, journal_id: bytes, is_current: bool) -> bool:
        until_ms = self._resting_until_ms.get(journal_id, 0)
        return self._source.monotonic_ms() < until_ms or self._is_left(journal_id, is_current)

    def _is_left(self, journal_id: bytes, is_current: bool) -> bool:
        """Whether the rest of a journal is not to be sent: the kiosk enters it anew in the current one."""
        objection = None if is_current else self._cursor.objection(journal_id)
        return objection is not None and objection.code in (FORKED, DAMAGED)

    def _put_to_rest(self, journal_id: bytes, error: JournalFault | Refused, is_current: bool) -> None:
        """Try again later what will not change by itself, so that the other journals go on at once."""
        if not is_current:
            _log.warning("journal_rests", journal=journal_id.hex(), code=error.code, detail=error.detail)
        if not is_current or isinstance(error, JournalFault):
            rest_ms = FAULT_REST_MS if is_current else REST_MS
            self._resting_until_ms[journal_id] = self._source.monotonic_ms() + rest_ms

    @contextmanager
    def _noting(self, journal_id: bytes) -> Iterator[None]:
        """Note what the office holds against a journal before it is raised."""
        try:
            yield
        except JournalFault as error:
            self._cursor.move(journal_id, error.seq - 1)
            self._cursor.object(journal_id, error.code, error.seq)
            raise

    def greet(self, transport: Transport, pinned: PublicKeys) -> None:
        """Ask the office how far it has what it acknowledged; a restored one has less, and gets it again."""
        for journal_id in self.journals():
            acked_seq = min(self._cursor.acked_seq(journal_id), self.file.head_seq(journal_id))
            if not acked_seq:
                continue
            try:
                greeting = self._greeting(journal_id, acked_seq)
                self._push(transport, pinned, journal_id, greeting, acked_seq)
            except JournalFault:
                pass  # `run` meets it too, and notes it

    def _push(
        self, transport: Transport, pinned: PublicKeys, journal_id: bytes, batch: Push, last_seq: int
    ) -> Pushed:
        def ask(push: Push) -> Answer:
            return transport.ask(*_address(journal_id), push, self._key, pinned)

        def meanwhile() -> None:
            if batch.first_seq <= last_seq < batch.claimed_seq:  # a greeting, of whatever thread, has no next
                self._ready = (journal_id, last_seq, self._ahead.submit(self._batch, journal_id, last_seq))

        asked_ms = self._source.monotonic_ms()
        answer = transport.ask(*_address(journal_id), batch, self._key, pinned, meanwhile=meanwhile)
        heard = None
        if isinstance(answer, Ack) and journal_id == self.whose():
            heard = hear(self._source, asked_ms, answer.office_ms)
        return self._settle(journal_id, batch, last_seq, answer, heard, ask)

    def _settle(
        self,
        journal_id: bytes,
        batch: Push,
        same_seq: int,
        answer: Answer,
        heard: Heard | None = None,
        ask: Ask | None = None,
    ) -> Pushed:
        """Move the cursor as the answer says, or say why it cannot be.

        An acknowledgement means that all is the same up to `same_seq`. With `ask`, the first record that is
        not is looked for at once; without, all is sent once more.
        """
        acked_seq = batch.first_seq - 1
        match answer:
            case Ack(head_seq=head_seq, head_hash=head_hash):
                if head_hash and head_hash != self.file.hash(journal_id, head_seq):
                    return self._differs(journal_id, same_seq, head_seq, ask)
                self._cursor.acknowledge(journal_id, head_seq, heard, sealed=answer.sealed)
                left = batch.claimed_seq - head_seq
                return Pushed(max(head_seq - acked_seq, 0), left, answer.delay_ms)
            case Gap(expected_seq=expected_seq) if expected_seq <= acked_seq:
                self._cursor.move(journal_id, expected_seq - 1)
                return Pushed(0, batch.claimed_seq - expected_seq + 1, 0)
            case Fork(seq=seq) if seq >= batch.first_seq:
                raise HistoryForked(seq)
            case Fork(seq=seq):
                return self._forked_before(journal_id, 0, seq, ask)
        raise Garbled(f"{type(answer).__name__} is no answer to this push")

    def _differs(self, journal_id: bytes, same_seq: int, head_seq: int, ask: Ask | None) -> Pushed:
        """The office's head is none of ours: it has more of this journal, or another one."""
        here_seq = min(head_seq, self.file.head_seq(journal_id))
        if here_seq > same_seq and (
            ask is None or isinstance(ask(self._greeting(journal_id, here_seq)), Fork)
        ):
            return self._forked_before(journal_id, same_seq, here_seq, ask)
        raise HistoryLost(here_seq + 1)

    def _forked_before(self, journal_id: bytes, same_seq: int, other_seq: int, ask: Ask | None) -> Pushed:
        """Go back to the last record that is the same, so that the next batch shows the place of the fork."""
        while ask is not None and other_seq - same_seq > 1:
            middle = (same_seq + other_seq) // 2
            if isinstance(ask(self._greeting(journal_id, middle)), Fork):
                other_seq = middle
            else:
                same_seq = middle
        self._cursor.move(journal_id, same_seq)
        return Pushed(0, self.file.head_seq(journal_id) - same_seq, 0)

    def _take(self, journal_id: bytes, acked_seq: int) -> tuple[Push, int]:
        """The next batch; it was made ready while the office worked on the one before."""
        made_ready, self._ready = self._ready, None
        if made_ready is not None and made_ready[:2] == (journal_id, acked_seq):
            return made_ready[2].result()
        return self._batch(journal_id, acked_seq)

    def _with_notices(self, journal_id: bytes, batch: Push, last_seq: int) -> Push:
        """A batch, and what is urgent of the backlog behind it."""
        if batch.claimed_seq == last_seq:
            return batch
        return batching.with_notices(batch, self._noticing.after(journal_id, last_seq))

    def _batch(self, journal_id: bytes, acked_seq: int) -> tuple[Push, int]:
        return batching.batch(self.file, journal_id, acked_seq)

    def _greeting(self, journal_id: bytes, seq: int) -> Push:
        return batching.greeting(self.file, journal_id, seq)


def _address(journal_id: bytes) -> tuple[str, bytes]:
    """Where a journal's records go, and what their signature is about."""
    return f"/v1/journals/{journal_id.hex()}", signing.push_context(journal_id)
