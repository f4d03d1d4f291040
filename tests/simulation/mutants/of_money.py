"""Mistakes in who may spend what, who has eaten, and what is asked twice."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from unittest.mock import patch

import sqlalchemy as sa

from kiosk.common.clock import Clock, _Kept
from kiosk.counter import Counter
from kiosk.journal import opening
from kiosk.ledger.amount import Unit
from kiosk.ledger.journal import Writing
from kiosk.ledger.records import ClockQuality
from kiosk.ledger.rights import Right
from kiosk.ledger.sql import insert_rows
from kiosk.ledger.tables import balances
from kiosk.people.identify import Identifier
from kiosk.services.canteen.actions import Canteen
from kiosk.services.canteen.caps import courtesy
from kiosk.services.till.actions import Till
from sync.office.books import own_journal
from sync.office.rights import granting
from sync.office.rights.holdings import AccountView
from sync.office.services.canteen.checks import duplicates
from tests.simulation.mutants.planting import mutant


@mutant(within=3)
def requests_forgotten() -> Iterator[None]:
    """A repeated request is a new one."""
    with (
        patch.object(Writing, "first_answer", lambda _writing, _request: None),
        patch("kiosk.ledger.journal.requests", None),
        patch("kiosk.ledger.journal.insert_rows", _unless_none),
    ):
        yield


def _unless_none(connection: sa.Connection, table: sa.Table | None, rows: Any) -> None:
    if table is not None:
        insert_rows(connection, table, rows)


@mutant(within=4, shown_by=1)
def derived_tables_trusted() -> Iterator[None]:
    """Nobody holds what is looked up against the records: a kiosk goes by whatever its tables say."""
    with (
        patch.object(opening, "mend_at_start", lambda *_args: None),
        patch.object(Counter, "_prove_journal", lambda *_args: None),
    ):
        yield


@mutant(within=3, shown_by=1)
def office_requests_forgotten() -> Iterator[None]:
    """A double click at the office books twice."""
    with (
        patch.object(own_journal, "_asked", lambda *_request: None),
        patch.object(own_journal, "_REMEMBER", own_journal._REMEMBER.replace("INSERT", "INSERT OR REPLACE")),
    ):
        yield


@mutant(within=3)
def portions_forgotten() -> Iterator[None]:
    """The counter does not look whether somebody has eaten."""
    with patch.object(Canteen, "_had", lambda *_args: []):
        yield


@mutant(within=6, shown_by=2)
def blocks_not_read() -> Iterator[None]:
    """A lost card goes on eating."""
    usable = Identifier._usable_card

    def blind(identifier: Identifier, token: str, day: Any) -> Any:
        with patch.object(identifier._directory, "block", lambda _token: None):
            return usable(identifier, token, day)

    with patch.object(Identifier, "_usable_card", blind):
        yield


@mutant(within=4)
def leases_end_by_the_offices_clock() -> Iterator[None]:
    """What a kiosk may spend that was silent for a day is granted to others."""
    read = granting.Books._read_journals

    def forgetful(books: granting.Books) -> Any:
        spending, homes = read(books)
        rows = books._connection.execute(
            sa.text(
                "SELECT journal_id FROM journals JOIN devices USING (region_id, device_id) WHERE last_seen_ms"
                " >= (SELECT max(last_seen_ms) FROM devices) - 86400000"
            )
        )
        heard = {row.journal_id for row in rows}
        return {each: head for each, head in spending.items() if each in heard}, homes

    with patch.object(granting.Books, "_read_journals", forgetful):
        yield


@mutant(within=4)
def home_and_visitor_both_granted() -> Iterator[None]:
    """What is available is the whole balance, whoever else holds a right to it."""
    with patch.object(AccountView, "left_by", lambda view, _journals: view.balance):
        yield


@mutant(within=4)
def returned_rights_spent() -> Iterator[None]:
    """A kiosk goes on spending what it has given back."""
    with patch("kiosk.ledger.rights.position", _keeping("kiosk.ledger.rights")):
        yield


def _keeping(module: str) -> Any:
    from importlib import import_module

    position = import_module(module).position
    return lambda grant, here, _returned=0: position(grant, here, 0)


@mutant(within=8)
def courtesy_cap_ignored() -> Iterator[None]:
    """Whoever is out of money is fed for ever."""
    with patch.object(courtesy, "_within", lambda _caps, fen, _purse, _price: fen):
        yield


@mutant(within=8, shown_by=3)
def refunds_unchecked() -> Iterator[None]:
    """What was given back before is forgotten at the next refund."""
    with patch.object(Till, "_before_fen", lambda *_args: 0):
        yield


@mutant(within=4)
def duplicates_not_reviewed() -> Iterator[None]:
    """A meal that was subsidised twice is paid twice, and nobody is told."""
    with patch.object(duplicates, "_settle", lambda *_args: None):
        yield


@mutant(within=6, shown_by=1)
def any_clock_believed() -> Iterator[None]:
    """A kiosk that wakes in 1970 goes by that."""
    judged = Clock._judged

    def trusting(clock: Clock, monotonic_ms: int) -> _Kept:
        return _Kept(judged(clock, monotonic_ms).boot_wall_ms, ClockQuality.KEPT)

    with patch.object(Clock, "_judged", trusting):
        yield


@mutant(within=12, shown_by=5)
def grants_merged_by_their_larger_figures() -> Iterator[None]:
    """A visitor's kiosk that lent and becomes the home collects what the former home collects."""

    def merged(one: Right, other: Right) -> Right:
        return Right(max(one.granted, other.granted), one.home or other.home, max(one.owed, other.owed))

    with (
        patch("kiosk.ledger.rights.merged_right", merged),
        patch("sync.office.intake.told.merged_right", merged),
    ):
        yield


@mutant(within=3)
def units_mixed() -> Iterator[None]:
    """The office takes a volunteer's minutes for money."""
    read = granting.Books._read_balances

    def mixed(books: granting.Books) -> None:
        read(books)
        query = sa.select(balances).where(
            balances.c.account.in_(books._accounts), balances.c.unit == Unit.MINUTE.value
        )
        for row in books._connection.execute(query) if books._unit is Unit.FEN else ():
            holding = books._at(row.account, row)
            holding.credits += row.credits
            holding.debits += row.debits

    with patch.object(granting.Books, "_read_balances", mixed):
        yield
