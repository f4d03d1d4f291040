"""At the office, too, two units are two ledgers: granted, given back and written off each for itself."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import count
from pathlib import Path
from typing import NamedTuple

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kiosk.catalogue.items import Kind
from kiosk.ledger import tables
from kiosk.ledger.accounts import Account, contingency, lent_rights, opening, own_money, revenue, set_aside
from kiosk.ledger.amount import RIGHT_TO, Amount, Unit
from kiosk.ledger.entries import Posting
from kiosk.ledger.posting import JournalKey
from kiosk.ledger.records import Record, encode, encode_body, genesis_hash
from kiosk.people.residents import Resident
from kiosk.plain.refusals import Refusal
from sync.office.books import own_journal, writeoff
from sync.office.books.exposure import exposure
from sync.office.books.own_journal import Entry, HeldByKiosks
from sync.office.books.verify import verify
from sync.office.catalogue.publishing import publish
from sync.office.intake import intake
from sync.office.keys import devices
from sync.office.office import Office
from sync.office.rights import rights
from sync.office.rights.granting import Books
from sync.office.services.contract import offered
from sync.office.services.listed import SERVICES
from sync.office.settings import OfficeSettings
from sync.office.store.database import reading, writing
from sync.office.store.tables import grants
from sync.wire import messages
from sync.wire.messages import Ack
from tests.sync.batches import batch

HOME, AWAY = b"h" * 16, b"a" * 16
SITES = {HOME: "home", AWAY: "away"}


class Step(NamedTuple):
    """One thing that happens to somebody, in one unit, at one of two kiosks."""

    what: str
    unit: Unit
    journal_id: bytes
    quantity: int


class Town:
    """An office that keeps nothing back for visits, two kiosks of which only the records come, and people."""

    def __init__(self, folder: Path) -> None:
        self.office = Office(OfficeSettings(data=folder, home_first_fen=0, pool_fen=0), offered(SERVICES))
        self.heads = {journal_id: (0, genesis_hash(journal_id)) for journal_id in SITES}
        self.numbers, self.requests = count(1), count(1)
        self.devices = {journal_id: self._enrol(journal_id) for journal_id in SITES}

    def _enrol(self, journal_id: bytes) -> bytes:
        with writing(self.office.engine) as connection:
            text = devices.new_code(
                connection,
                1,
                office_key=self.office.key.public,
                name=SITES[journal_id],
                site=SITES[journal_id],
                at_ms=1,
            )
            asked = messages.Enrol(text, journal_id * 2, journal_id)
            devices.enrol(connection, 1, asked, (self.office.key.public,), 2)
            query = "SELECT device_id FROM journals WHERE journal_id = :id"
            return bytes(connection.execute(sa.text(query), {"id": journal_id}).scalar_one())

    def somebody(self) -> int:
        number = next(self.numbers)
        someone = Resident(id=number, name="测试", born=date(1945, 1, 1), home_site=SITES[HOME])
        with writing(self.office.engine) as connection:
            publish(connection, 1, Kind.RESIDENT, str(number), someone, label=someone.name)
            rights.refresh(connection, 1, [own_money(number)])
        return number

    def do(self, number: int, step: Step) -> str:
        """What came of it."""
        account, unit = own_money(number), step.unit
        try:
            match step.what:
                case "pay in":
                    self._enter(account, step.quantity, unit)
                case "pay out":
                    self._enter(account, -step.quantity, unit)
                case "ask":
                    with writing(self.office.engine) as connection:
                        target = self.granted(number, unit).get(step.journal_id, 0) + step.quantity
                        rights.ask(connection, JournalKey(1, step.journal_id), account, target, unit)
                case "spend":
                    spent = min(step.quantity, self._outstanding(account, step.journal_id, unit))
                    self._record(
                        step, Posting(account, -spent, unit), Posting(revenue("x", "y"), spent, unit)
                    )
                case "return":
                    spare, right = self._outstanding(account, step.journal_id, unit), RIGHT_TO[unit]
                    self._record(step, Posting(account, -spare, right), Posting(lent_rights(), spare, right))
        except Refusal as refusal:
            return refusal.code
        return "done"

    def _enter(self, account: Account, quantity: int, unit: Unit) -> None:
        postings = (Posting(account, quantity, unit), Posting(opening(), -quantity, unit))
        with writing(self.office.engine) as connection:
            entry = Entry(f"r{next(self.requests)}", "topup", postings)
            own_journal.enter(connection, 1, [entry], operator="", at_ms=5)

    def _outstanding(self, account: Account, journal_id: bytes, unit: Unit) -> int:
        with reading(self.office.engine) as connection:
            return max(0, Books(connection, 1, [account], unit).outstanding(account, journal_id))

    def _record(self, step: Step, *postings: Posting) -> None:
        seq, previous = self.heads[step.journal_id]
        moved = tuple(each for each in postings if each.quantity)
        body = encode_body(messages.Busy(0))
        raw = encode(Record(seq + 1, "note", 1, 1, 1, 1, 2, "", 0, moved, body, 0, 0))
        push = batch(seq + 1, previous, [raw])
        with writing(self.office.engine) as connection:
            device = devices.find_device(connection, 1, self.devices[step.journal_id])
            key = JournalKey(1, step.journal_id)
            assert isinstance(
                self.office.intake.take_in(connection, device, key, push, intake.unpack(push), 5), Ack
            )
        self.heads[step.journal_id] = (seq + 1, push.head_hash)

    def granted(self, number: int, unit: Unit) -> dict[bytes, int]:
        c = grants.c
        query = sa.select(c.journal_id, c.granted).where(
            c.account == own_money(number), c.unit == unit.value, c.granted > 0
        )
        with reading(self.office.engine) as connection:
            return {bytes(journal_id): granted for journal_id, granted in connection.execute(query)}

    def balances(self, number: int, unit: Unit) -> list[tuple[str, bytes, int, int]]:
        """What each journal did to somebody's accounts; those of the office's own as one."""
        b = tables.balances.c
        names = {own_money(number): "own", set_aside(number): "set aside"}
        query = sa.select(b.account, b.unit, b.journal_id, b.credits, b.debits).where(
            b.account.in_(names), b.unit.in_((unit, RIGHT_TO[unit]))
        )
        with reading(self.office.engine) as connection:
            return sorted(
                (
                    names[account] + (" right" if of == RIGHT_TO[unit] else ""),
                    bytes(journal_id) if bytes(journal_id) in SITES else b"",
                    credits,
                    debits,
                )
                for account, of, journal_id, credits, debits in connection.execute(query)
            )


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    made = Town(tmp_path)
    yield made
    made.office.close()


steps = st.builds(
    Step,
    st.sampled_from(["pay in", "pay in", "pay out", "ask", "spend", "return"]),
    st.sampled_from([*RIGHT_TO]),
    st.sampled_from([HOME, AWAY]),
    st.integers(1, 300),
)


@given(st.lists(steps, max_size=12))
@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_two_units_of_one_person_are_two_people_with_one_each(town: Town, done: list[Step]) -> None:
    both, apart = town.somebody(), {unit: town.somebody() for unit in RIGHT_TO}
    for step in done:
        alone = step._replace(unit=Unit.FEN)
        assert town.do(both, step) == town.do(apart[step.unit], alone), step
    for unit, number in apart.items():
        assert town.balances(both, unit) == town.balances(number, Unit.FEN)
        assert town.granted(both, unit) == town.granted(number, Unit.FEN)
    with reading(town.office.engine) as connection:
        assert verify(connection, town.office.region_id, town.office.offered.derived) == []


def test_what_a_lost_kiosk_held_is_set_aside_in_each_unit(town: Town) -> None:
    both, money, time = (town.somebody() for _ in range(3))
    for unit, quantity, alone in ((Unit.FEN, 700, money), (Unit.MINUTE, 90, time)):
        for what, journal_id in (("pay in", HOME), ("return", HOME), ("ask", AWAY)):
            step = Step(what, unit, journal_id, quantity)
            assert town.do(both, step) == town.do(alone, step._replace(unit=Unit.FEN))
    with writing(town.office.engine) as connection:
        lost = writeoff.write_off(connection, 1, town.devices[HOME], operator="", at_ms=6)
        assert exposure(connection, 1, 7, town.office.settings.ration).set_aside_fen == lost
        total = sa.text("SELECT unit, sum(credits - debits) FROM balances WHERE account = :of GROUP BY unit")
        losses = dict(connection.execute(total, {"of": contingency()}).all())
    assert losses["FEN"] == -lost
    for unit, number in ((Unit.FEN, money), (Unit.MINUTE, time)):
        assert town.balances(both, unit) == town.balances(number, Unit.FEN)
    with writing(town.office.engine) as connection:
        assert writeoff.release(connection, 1, operator="", at_ms=8) == lost
        assert dict(connection.execute(total, {"of": contingency()}).all()) == dict.fromkeys(losses, 0)
        assert verify(connection, town.office.region_id, town.office.offered.derived) == []


def test_what_is_missing_is_named_in_its_unit(town: Town) -> None:
    """They have money that nobody holds, and not a minute."""
    number = town.somebody()
    town.do(number, Step("pay in", Unit.FEN, HOME, 500))
    town.do(number, Step("return", Unit.FEN, HOME, 500))
    postings = (Posting(own_money(number), -5, Unit.MINUTE), Posting(opening(), 5, Unit.MINUTE))
    with pytest.raises(HeldByKiosks) as refusal, writing(town.office.engine) as connection:
        own_journal.enter(connection, 1, [Entry("m", "x", postings)], operator="", at_ms=5)
    assert vars(refusal.value) == {"account": own_money(number), "missing": Amount(5, Unit.MINUTE)}
    assert town.balances(number, Unit.MINUTE) == []
