"""Two units in one ledger are two ledgers: neither operation nor figure mixes them."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import msgspec
import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.ledger import tables
from kiosk.ledger.accounts import Account, cash_box, courtesy, held, lent_rights, opening, own_money, revenue
from kiosk.ledger.amount import RIGHT_TO, Unit
from kiosk.ledger.audit.verify import verify_journal
from kiosk.ledger.entries import Posting
from kiosk.ledger.holds import CAPTURE, HOLD, Held, Settled, capture, hold, release
from kiosk.ledger.journal import Journal, Writing, kiosk_metadata
from kiosk.ledger.posting import JournalKey
from kiosk.ledger.records import ClockQuality, Moment, paid_by
from kiosk.ledger.rights import Grant, Purse, courtesy_given_fen, newest, purse
from kiosk.plain.refusals import Refusal
from kiosk.services.listed import BOOKS
from kiosk.services.till.shifts import in_the_box_fen
from kiosk.store.engine import open_journal

KEY = JournalKey(1, b"j" * 16)
AT = Moment(boot=1, monotonic_ms=5000, boot_wall_ms=1_795_000_000_000, quality=ClockQuality.KEPT)
OWN, EARNED, SITE = own_money(7), revenue("x", "here"), "here"


class Note(msgspec.Struct, array_like=True, frozen=True):
    """A fact of no service."""

    what: str = ""


class Step(NamedTuple):
    """One thing that is done, in one unit."""

    what: str
    unit: Unit
    quantity: int


class Ledger:
    """A journal, the office's word in each unit, and what is on hold."""

    def __init__(self, journal: Journal) -> None:
        self.journal = journal
        self.grants: dict[Unit, Grant] = {}
        self.holds: dict[Unit, list[int]] = {unit: [] for unit in Unit}

    def purse(self, unit: Unit) -> Purse:
        with self.journal.writing() as writing:
            return self._purse(writing, unit)

    def _purse(self, writing: Writing, unit: Unit) -> Purse:
        return purse(writing.connection, KEY, writing.head.seq, 7, self.grants.get(unit), unit)

    def do(self, step: Step) -> str:
        """What came of it."""
        try:
            with self.journal.writing() as writing:
                return self._do(writing, *step)
        except Refusal as refusal:
            return refusal.code

    def _do(self, writing: Writing, what: str, unit: Unit, quantity: int) -> str:
        on_hold = self.holds[unit]
        seq = on_hold[quantity % len(on_hold)] if on_hold else 0
        match what:
            case "grant":
                self._grant(writing, unit, quantity)
            case "top up":
                self._note(writing, Posting(OWN, quantity, unit), Posting(opening(), -quantity, unit))
            case "spend":
                if quantity > self._purse(writing, unit).outstanding:
                    return "not enough"
                self._note(writing, Posting(OWN, -quantity, unit), Posting(EARNED, quantity, unit))
            case "return":
                spare = min(quantity, max(0, self._purse(writing, unit).outstanding))
                right = RIGHT_TO[unit]
                self._note(writing, Posting(OWN, -spare, right), Posting(lent_rights(), spare, right))
            case "hold":
                made = hold(writing, self._purse(writing, unit), 7, quantity, "x", at=AT)
                on_hold.append(made.record.seq)
            case "capture":
                capture(writing, seq, quantity, EARNED, at=AT)
            case "release":
                release(writing, seq, at=AT)
        return "done"

    def _grant(self, writing: Writing, unit: Unit, quantity: int) -> None:
        known = self.grants.get(unit)
        granted = quantity + (known.granted if known else 0)
        told = Grant(
            account=OWN,
            unit=unit,
            journal_id=KEY.journal_id,
            granted=granted,
            balance=granted,
            credits=0,
            debits=0,
            head_seq=0,
            head_hash=b"",
        )
        merged = newest(known, told)
        assert merged is not None
        self.grants[unit] = merged

    def _note(self, writing: Writing, *postings: Posting) -> None:
        writing.append("note", 1, Note(), *postings, at=AT)

    def balances(self, unit: Unit) -> dict[str, tuple[int, int]]:
        """What each account was given and what was taken from it, rights of that unit included."""
        b = tables.balances.c
        with self.journal.engine.connect() as connection:
            rows = connection.execute(sa.select(b.account, b.unit, b.credits, b.debits))
            return {
                f"{account} {'right' if of == RIGHT_TO[unit] else ''}": (credits, debits)
                for account, of, credits, debits in rows
                if of in (unit, RIGHT_TO[unit])
            }

    def turnover_fen(self) -> int:
        with self.journal.engine.connect() as connection, connection.begin():
            proof = verify_journal(connection, KEY, BOOKS)
        assert proof.holds, proof.findings
        return proof.turnover_fen


@contextmanager
def ledger() -> Iterator[Ledger]:
    with tempfile.TemporaryDirectory() as folder:
        engine = open_journal(Path(folder) / "journal.db")
        tables.metadata.create_all(engine)
        kiosk_metadata.create_all(engine)
        journal = Journal(engine, KEY, BOOKS.projections)
        yield Ledger(journal)
        journal.close()
        engine.dispose()


WHAT = ["grant", "top up", "spend", "return", "hold", "capture", "release"]
steps = st.builds(Step, st.sampled_from(WHAT), st.sampled_from([*RIGHT_TO]), st.integers(1, 300))


@given(st.lists(steps, max_size=25))
@settings(max_examples=25)
def test_two_units_in_one_ledger_are_two_ledgers(done: list[Step]) -> None:
    """What is done in minutes is done in fen in a ledger of its own: all but the name is the same."""
    with ledger() as both, ledger() as fen, ledger() as minutes:
        apart = {Unit.FEN: fen, Unit.MINUTE: minutes}
        for step in done:
            assert both.do(step) == apart[step.unit].do(step._replace(unit=Unit.FEN)), step
        for unit, alone in apart.items():
            assert both.balances(unit) == alone.balances(Unit.FEN)
            now, then = both.purse(unit), alone.purse(Unit.FEN)
            assert (now.outstanding, now.balance, now.returned, now.known, now.home) == (
                then.outstanding,
                then.balance,
                then.returned,
                then.known,
                then.home,
            )
        assert both.turnover_fen() == fen.turnover_fen()


@given(
    st.lists(st.tuples(st.sampled_from(["owed", "cash"]), st.sampled_from(list(RIGHT_TO)), st.integers(1, 9)))
)
@settings(max_examples=10)
def test_what_is_about_money_ignores_all_else(done: list[tuple[str, Unit, int]]) -> None:
    accounts: dict[str, Callable[[], Account]] = {"owed": lambda: courtesy(7), "cash": lambda: cash_box(SITE)}
    with ledger() as both:
        for what, unit, quantity in done:
            account = accounts[what]()
            with both.journal.writing() as writing:
                writing.append(
                    "topup",
                    1,
                    Note(),
                    Posting(account, -quantity, unit),
                    Posting(opening(), quantity, unit),
                    at=AT,
                )
        money = {
            what: sum(n for was, unit, n in done if was == what and unit is Unit.FEN) for what in accounts
        }
        assert both.purse(Unit.FEN).known_courtesy == money["owed"]
        assert both.purse(Unit.MINUTE).known_courtesy == 0
        with both.journal.engine.connect() as connection, connection.begin():
            assert courtesy_given_fen(connection, KEY) == money["owed"]
            assert in_the_box_fen(connection, 1, SITE) == money["cash"]


def test_what_an_account_paid_is_told_in_one_unit() -> None:
    moved = (Posting(OWN, -500), Posting(OWN, -30, Unit.MINUTE), Posting(EARNED, 500))
    assert paid_by(OWN, moved) == 500
    assert paid_by(OWN, moved, Unit.MINUTE) == 30


def test_a_grant_in_another_unit_gives_nothing() -> None:
    with ledger() as both:
        both.do(Step("grant", Unit.MINUTE, 90))
        both.grants[Unit.FEN] = both.grants[Unit.MINUTE]
        assert both.purse(Unit.FEN).outstanding == 0
        assert both.purse(Unit.MINUTE).outstanding == 90


@pytest.mark.parametrize("captured", [True, False])
def test_a_hold_from_before_it_said_its_unit_is_in_fen(captured: bool) -> None:
    class OldHeld(msgspec.Struct, array_like=True):
        resident_id: int
        quantity: int
        purpose: str

    with ledger() as both:
        with both.journal.writing() as writing:
            writing.append(HOLD[0], 1, OldHeld(7, 300, "x"), Posting(OWN, -300), Posting(held(7), 300), at=AT)
            seq = writing.head.seq
        both.holds[Unit.FEN].append(seq)
        assert both.do(Step("capture" if captured else "release", Unit.FEN, 120)) == "done"
        assert both.do(Step("release", Unit.FEN, 1)) == "hold_settled"
        paid = 120 if captured else 0
        assert both.balances(Unit.FEN)[f"{OWN} "] == (300 - paid, 300)


def test_the_body_of_a_hold_ends_with_its_unit() -> None:
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(Held(7, 30, "x", Unit.MINUTE))) == [
        7,
        30,
        "x",
        "MINUTE",
    ]
    assert (HOLD, CAPTURE) == (("hold", 2), ("capture", 2))
    assert Settled.__struct_fields__[-1] == "unit"
