"""What the office answers to each request of a kiosk, whoever carries it: HTTP or a memory stick.

Every answer is signed together with the request that it answers.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import TypeVar

import msgspec
import sqlalchemy as sa
import structlog

from kiosk.ledger.posting import JournalKey
from sync.errors import Garbled, OfficeBusy, Refused, SyncError, UnknownKey, WrongSignature
from sync.office.api import instant_rights, proving
from sync.office.api.allowance import Allowance
from sync.office.api.metrics import Counters
from sync.office.api.pages import Built, build_page
from sync.office.api.returned_records import build_records
from sync.office.intake import intake, notices, restoring, told
from sync.office.keys import devices, rekeying, states
from sync.office.keys.read_proofs import is_proved, proved
from sync.office.office import Office
from sync.office.store.database import reading, writing
from sync.wire import compression, messages, signing
from sync.wire.messages import (
    Answer,
    Ask,
    Busy,
    Enrol,
    Held,
    History,
    Noted,
    Page,
    Prove,
    Pull,
    Push,
    Refusal,
    StaleCounter,
)

# While the database is away; drawn evenly, so that those who are sent away do not come back together.
FAILING_DELAY_MS = (500, 5000)

PROOF_STEPS_IN_MINUTE = 120  # of one kiosk: a card takes two, and nobody lays down one a second

T = TypeVar("T")
_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer, and the signed envelope in which it travels."""

    answer: Answer
    envelope: bytes


class Api:
    """What each request does, without what carries it."""

    def __init__(self, office: Office, counters: Counters) -> None:
        self._office = office
        self._counters = counters
        self._proofs = Allowance(PROOF_STEPS_IN_MINUTE)

    def answer(self, work: Callable[[bytes], Answer], body: bytes) -> Answered:
        """Do the work on a request's body; sign what comes of it, refusals too."""
        try:
            answer = work(body)
        except SyncError as error:
            answer = _refusal(error)
        except sa.exc.OperationalError as error:
            _log.error("database_unavailable", reason=str(error.orig))
            answer = Busy(random.randint(*FAILING_DELAY_MS))  # noqa: S311  (spreads load, hides nothing)
        return self._sign(answer, signing.answer_context(body))

    def refuse(self, error: Refused, body: bytes) -> Answered:
        """A no to a request that never came to an answer."""
        return self._sign(_refusal(error), signing.answer_context(body))

    def _sign(self, answer: Answer, context: bytes) -> Answered:
        self._counters.answered(answer)
        return Answered(answer, self._office.key.sign(context, messages.encode(answer)))

    def push(self, journal: str, body: bytes) -> Answer:
        office, key = self._office, JournalKey(self._office.region_id, _journal_id(journal))
        device, push = self._open(body, signing.push_context(key.journal_id), Push, late=True)
        self._hear_notices(device, key, push)
        if push.notices and not push.records:
            return Noted()
        with office.gate.enter():
            raws = intake.unpack(push)
            with writing(office.engine) as connection:
                answer = office.intake.take_in(connection, device, key, push, raws, office.now_ms())
                devices.seen(connection, key.region_id, device.id, office.moment())
        self._counters.records.inc(len(raws))
        return answer

    def _hear_notices(self, device: devices.Device, key: JournalKey, push: Push) -> None:
        """Before the door, so that nothing urgent waits there."""
        office = self._office
        if said := notices.told(push, office.offered.is_urgent):
            with writing(office.engine) as connection:
                notices.hear(connection, device, key, said, office.now_ms())

    def pull(self, body: bytes) -> Answer:
        office = self._office
        device, pull = self._open(body, signing.pull_context(), Pull)
        last = self._count(device, pull.counter, pull)
        if last is not None:
            return StaleCounter(last)
        came_s = time.monotonic()
        waits = pull.wait_ms > 0 and office.may_wait.acquire(blocking=False)
        try:
            page = self._page(device, pull, came_s + pull.wait_ms / 1000 if waits else came_s)
        finally:
            if waits:
                office.may_wait.release()
        held_ms = int((time.monotonic() - came_s) * 1000)
        return msgspec.structs.replace(page, office_ms=office.now_ms(), held_ms=held_ms)

    def _page(self, device: devices.Device, pull: Pull, until_s: float) -> Page:
        """The next page; if there is nothing new, what there is by `until_s`."""
        office = self._office
        while True:
            built = self._build(device, pull)
            remaining_s = until_s - time.monotonic()
            if built.is_news or remaining_s <= 0 or not office.news.wait(built.revision, remaining_s):
                return built.page

    def _build(self, device: devices.Device, pull: Pull) -> Built:
        """The page as it is now, proved."""
        office = self._office
        with reading(office.engine) as connection:
            built = build_page(connection, office.region_id, device, pull, office.now_ms())
        if built.is_ahead and self._is_backup(device, pull):
            return self._build(device, pull)
        return replace(built, page=proved(built.page, office.key))

    def _is_backup(self, device: devices.Device, pull: Pull) -> bool:
        """Whether a kiosk that has read on was given what it read. If it only says so, a person is told."""
        office, is_given = self._office, is_proved(pull, self._office.keyring.all())
        with writing(office.engine) as connection:
            if is_given:
                restoring.notice(connection, office.region_id, pull, office.now_ms())
            else:
                restoring.doubt(connection, office.region_id, device, pull)
        return is_given

    def history(self, body: bytes) -> Answer:
        office = self._office
        device, asked = self._open(body, signing.history_context(), History)
        last = self._count(device, asked.counter)
        if last is not None:
            return StaleCounter(last)
        with reading(office.engine) as connection:
            return build_records(connection, office.region_id, device, asked, office.now_ms())

    def held(self, body: bytes) -> Answer:
        office = self._office
        device, held = self._open(body, signing.held_context(), Held)
        items = messages.decode_items(compression.decompress(held.items))
        last = self._count(device, held.counter)
        if last is not None:
            return StaleCounter(last)
        with writing(office.engine) as connection:
            told.hear(connection, office.region_id, device, held, items, office.now_ms())
        return Noted()

    def rights(self, body: bytes) -> Answer:
        office = self._office
        device, ask = self._open(body, signing.ask_context(), Ask)
        last = self._count(device, ask.counter)
        if last is not None:
            return StaleCounter(last)
        with writing(office.engine) as connection:
            return instant_rights.answer(connection, office, device, ask)

    def proofs(self, body: bytes) -> Answer:
        office = self._office
        device, prove = self._open(body, signing.proof_context(), Prove)
        if not self._proofs.grant(device.id):
            raise Refused("too_many_proofs")
        last = self._count(device, prove.counter)
        if last is not None:
            return StaleCounter(last)
        with reading(office.engine) as connection:
            return proving.answer(connection, office.region_id, device, prove, office.now_ms())

    def pages(self, body: bytes) -> Iterator[tuple[bytes, Answered]]:
        """All pages from a pull's cursors on, each with its `start`, see `signing.page_context`.

        For a pull that took its time. How often it comes does not matter, for only its sender can open the
        answer; so it is answered even if its counter is not fresh.
        """
        device, pull = self._open(body, signing.pull_context(), Pull)
        self._count(device, pull.counter, pull)  # an older one tells nothing of what was read
        more = True
        while more:
            page = self._build(device, pull).page
            start = messages.encode(pull)
            yield start, self._sign(page, signing.page_context(body, start))
            more = page.more or page.more_photos
            in_snapshot = page.more and (page.reset or pull.in_snapshot)
            pull = msgspec.structs.replace(
                pull,
                epoch=page.epoch,
                cursors=page.cursors,
                in_snapshot=in_snapshot,
                photos=None if pull.photos is None else page.photos,
                proof=page.proof,
            )

    def enrol(self, body: bytes) -> Answer:
        office = self._office
        envelope = messages.decode_envelope(body)
        enrol = messages.decode_request(envelope.payload, Enrol)
        signing.verified(body, signing.enrol_context(), signing.by_id(enrol.public_key))
        with writing(office.engine) as connection:
            return devices.enrol(connection, office.region_id, enrol, office.public_keys, office.now_ms())

    def rekey(self, body: bytes) -> Answer:
        with writing(self._office.engine) as connection:
            return rekeying.rekey(connection, self._office.region_id, body)

    def _count(self, device: devices.Device, counter: int, pull: Pull | None = None) -> int | None:
        """See `devices.count_request`; of a `pull` that is fresh, note also what it says was read."""
        office, region_id = self._office, self._office.region_id
        with writing(office.engine) as connection:
            last = devices.count_request(connection, region_id, device.id, counter, office.moment())
            if last is None and pull is not None:
                devices.note_read(connection, region_id, device.id, pull)
                states.note(connection, region_id, device.id, pull.state, office.now_ms())
        return last

    def _open(
        self, body: bytes, context: bytes, request_type: type[T], *, late: bool = False
    ) -> tuple[devices.Device, T]:
        """Who sent the request, and what it says, once its signature holds.

        `late`: a revoked device may make this request while its late records are accepted.
        """
        envelope = messages.decode_envelope(body)
        with reading(self._office.engine) as connection:
            device = devices.find_device(connection, self._office.region_id, envelope.key_id)
        signing.verify(envelope, context, device.public_key)
        accepted = device.late_until_ms > self._office.now_ms()
        if device.revoked and not (late and accepted):
            raise Refused("only_late_records" if accepted else "revoked")
        return device, messages.decode_request(envelope.payload, request_type)


def _journal_id(text: str) -> bytes:
    try:
        journal_id = bytes.fromhex(text)
    except ValueError:
        journal_id = b""
    if len(journal_id) != 16:
        raise Garbled("journal: 32 hexadecimal digits are allowed")
    return journal_id


def _refusal(error: SyncError) -> Answer:
    match error:
        case OfficeBusy(delay_ms=delay_ms):
            return Busy(delay_ms)
        case Refused(reason=reason, detail=detail):
            return Refusal(reason, detail)
        case Garbled() | UnknownKey() | WrongSignature():
            return Refusal(error.code, error.detail)
    raise error
