"""The kiosk's side of the stick: apply what the office answered, then write what it has not.

Nothing is remembered here between two visits. An answer brings its request along, requests are made anew from
where the cursors stand, and whatever has been overtaken meanwhile moves nothing; so the stick may be pulled
out at any moment, get lost, be imported twice or compete with a network that came back.
"""

from __future__ import annotations

from collections.abc import Iterator

from sync.agent import Agent
from sync.bundle import naming
from sync.bundle.naming import ACK, ENDINGS, PAGE
from sync.bundle.report import Report
from sync.bundle.stick import Stick
from sync.bundle.wrapping import CarriedAnswer, CarriedRequest, unwrap, wrap
from sync.errors import Garbled, Refused, StickFull
from sync.stages.pull import position_of
from sync.wire import messages, signing
from sync.wire.messages import Ack, Page, Pull, Push, Refusal


class KioskBundle:
    """One visit of a stick to a kiosk."""

    def __init__(self, agent: Agent, stick: Stick, report: Report) -> None:
        self._agent, self._stick, self._report = agent, stick, report
        self._prefix = naming.prefix(agent.enrolment)
        self._office_ms = 0  # of the newest answer, by the office's clock

    def run(self) -> None:
        """Raises `StickFull` or `StickFailing`; all else is in the report, and the rest is done."""
        self._report.note_foreign([n for n in self._stick.names() if not n.endswith(ENDINGS)])
        self._report.left_alone = sum(not n.startswith(self._prefix) for n in self._stick.names(*ENDINGS))
        self._apply_acks()
        self._apply_pages()
        if self._office_ms:
            self._agent.pull_stage.heard_late(self._office_ms)
            self._agent.pin()
        self._write_requests()

    def _apply_acks(self) -> None:
        for name in self._mine(ACK):
            with self._report.naming(name):
                self._settle(self._open(name))
                self._report.read += 1

    def _settle(self, carried: CarriedAnswer) -> None:
        is_push = bool(carried.journal_id)
        context = signing.push_context(carried.journal_id) if is_push else signing.pull_context()
        request = self._my_own(carried.body, context)
        answer = self._vouched_for(carried.envelope, signing.answer_context(carried.body))
        match answer:
            case Refusal(code=code, detail=detail):
                raise Refused(code, detail)
            case Ack(office_ms=office_ms):
                self._office_ms = max(self._office_ms, office_ms)
        batch = messages.decode_request(request, Push)
        self._agent.push_stage.settle_late(carried.journal_id, batch, answer)

    def _apply_pages(self) -> None:
        """Each page once the catalogue stands where it starts. One that joins on nowhere was overtaken."""
        waiting: dict[str, Pull] = {}
        for name in self._mine(PAGE):
            with self._report.naming(name):
                waiting[name] = messages.decode_request(self._open(name).start, Pull)
        while name := next((name for name in waiting if self._is_next(waiting[name])), ""):
            with self._report.naming(name):
                self._report.read += self._apply_page(self._open(name), waiting[name])
                self._report.progress(f"{self._report.read} answers applied")
            del waiting[name]

    def _is_next(self, start: Pull) -> bool:
        return position_of(start) == self._agent.cursor.position()

    def _apply_page(self, carried: CarriedAnswer, start: Pull) -> bool:
        self._my_own(carried.body, signing.pull_context())
        page = self._vouched_for(carried.envelope, signing.page_context(carried.body, carried.start))
        if not isinstance(page, Page):
            raise Garbled(f"{type(page).__name__} is no answer to a pull")
        self._office_ms = max(self._office_ms, page.office_ms)
        return self._agent.pull_stage.apply_late(start, page)

    def _open(self, name: str) -> CarriedAnswer:
        return unwrap(self._stick.read(name), self._agent.key, CarriedAnswer)

    def _my_own(self, body: bytes, context: bytes) -> bytes:
        return signing.verified(body, context, signing.by_id(self._agent.key.public))

    def _vouched_for(self, envelope: bytes, context: bytes) -> messages.Answer:
        return messages.decode_answer(signing.verified_answer(envelope, context, self._agent.pinned()))

    def _mine(self, *endings: str) -> list[str]:
        return [name for name in self._stick.names(*endings) if name.startswith(self._prefix)]

    def _write_requests(self) -> None:
        """What is still to be asked, in place of all that was asked or answered before."""
        requests = dict(self._requests())
        self._stick.remove(*(name for name in self._mine(*ENDINGS) if name not in requests))
        to = list(self._agent.pinned().values())[-1]  # the newest: the office has it longest
        for number, (name, request) in enumerate(requests.items()):
            if not self._stick.holds(name, signing.key_id(to), self._agent.key.id):
                try:
                    self._stick.write(name, wrap(request, to, self._agent.key))
                except StickFull as error:
                    detail = f"{number} of {len(requests)} files fit; carry these, then come again"
                    raise StickFull(detail) from error
            self._report.written += 1
            self._report.progress(f"{self._report.written} of {len(requests)} requests written")

    def _requests(self) -> Iterator[tuple[str, CarriedRequest]]:
        """The pull first: it is small, and brings the block list."""
        agent, key = self._agent, self._agent.key
        pull = agent.pull_stage.request()
        body = key.sign(signing.pull_context(), messages.encode(pull))
        yield naming.pull_name(agent.enrolment, pull), CarriedRequest(b"", body)
        for place, journal_id in enumerate(agent.push_stage.journals(), start=1):
            with self._report.naming(journal_id.hex()):
                for last_seq, batch in agent.push_stage.unsent(journal_id):
                    name = naming.push_name(agent.enrolment, place, journal_id, batch, last_seq)
                    body = key.sign(signing.push_context(journal_id), messages.encode(batch))
                    yield name, CarriedRequest(journal_id, body)
