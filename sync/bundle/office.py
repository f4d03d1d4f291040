"""The office's side of the stick: every request on it gets the answer that it would have got over HTTP."""

from __future__ import annotations

from sync.bundle import naming
from sync.bundle.naming import ENDINGS, PAGE, PULL, PUSH
from sync.bundle.report import Report
from sync.bundle.stick import Stick
from sync.bundle.wrapping import CarriedAnswer, CarriedRequest, unwrap, wrap
from sync.errors import OfficeBusy, Refused, StickFull, UnknownKey
from sync.office.api.answering import Answered, Api
from sync.office.keys import devices
from sync.office.office import Office
from sync.office.store.database import reading
from sync.wire import messages
from sync.wire.messages import Busy, Refusal


class OfficeBundle:
    """One visit of a stick to the office."""

    def __init__(self, office: Office, api: Api, stick: Stick, report: Report) -> None:
        self._office, self._api, self._stick, self._report = office, api, stick, report

    def run(self) -> None:
        """Raises `StickFull` or `StickFailing`; all else is in the report, and the rest is done."""
        self._report.note_foreign([n for n in self._stick.names() if not n.endswith(ENDINGS)])
        pushes = self._stick.names(PUSH)
        for number, name in enumerate(pushes, start=1):
            with self._report.naming(name):
                self._answer_push(name)
            self._report.progress(f"{number} of {len(pushes)} batches")
        for name in self._stick.names(PULL):  # last, for then they bring what the batches changed
            with self._report.naming(name):
                self._answer_pull(name)

    def _answer_push(self, name: str) -> None:
        carried = self._open(name)
        to = self._sender(carried)
        journal = carried.journal_id.hex()
        answered = self._api.answer(lambda body: self._api.push(journal, body), carried.body)
        if isinstance(answered.answer, Busy):
            raise OfficeBusy(answered.answer.delay_ms)
        self._write_ack(name, carried, answered, to)
        if isinstance(answered.answer, Refusal):
            raise Refused(answered.answer.code, answered.answer.detail)

    def _answer_pull(self, name: str) -> None:
        carried = self._open(name)
        to = self._sender(carried)
        written: list[str] = []
        try:
            for start, answered in self._api.pages(carried.body):
                page = CarriedAnswer(b"", carried.body, start, answered.envelope)
                written.append(naming.page_name(name, len(written) + 1))
                self._stick.write(written[-1], wrap(page, to, self._office.key))
                self._report.progress(f"{name}: {len(written)} pages of the catalogue")
        except Refused as error:
            self._write_ack(name, carried, self._api.refuse(error, carried.body), to)
            raise
        self._report.read += 1
        self._report.written += len(written)
        self._remove_pages_but(name, written)

    def _write_ack(self, name: str, carried: CarriedRequest, answered: Answered, to: bytes) -> None:
        ack = CarriedAnswer(carried.journal_id, carried.body, b"", answered.envelope)
        parcel = wrap(ack, to, self._office.key)
        try:
            self._stick.write(naming.ack_name(name), parcel)
        except StickFull:
            self._stick.remove(name)  # its records are in the books; the answer is worth its place
            self._stick.write(naming.ack_name(name), parcel)
        self._report.read += 1
        self._report.written += 1

    def _remove_pages_but(self, name: str, written: list[str]) -> None:
        """Of an earlier visit there may have been more."""
        pages = naming.page_name(name, 0).removesuffix(f"00000{PAGE}")
        self._stick.remove(
            *(each for each in self._stick.names(PAGE) if each.startswith(pages) and each not in written)
        )

    def _open(self, name: str) -> CarriedRequest:
        parcel = self._stick.read(name)
        for key in self._office.keyring.all():
            if key.id == parcel.to:
                return unwrap(parcel, key, CarriedRequest)
        raise UnknownKey(f"for another office, or for a key that is retired: {parcel.to.hex()}")

    def _sender(self, carried: CarriedRequest) -> bytes:
        """The public key to answer to. Raises `UnknownKey`: then nobody is to be told."""
        key_id = messages.decode_envelope(carried.body).key_id
        with reading(self._office.engine) as connection:
            return devices.find_device(connection, self._office.region_id, key_id).public_key
