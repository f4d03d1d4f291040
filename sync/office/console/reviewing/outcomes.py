"""How reviews may end, of the house and of all services, and what each would move of one record."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from kiosk.ledger.accounts import contingency, is_own_money
from kiosk.ledger.entries import Posting
from kiosk.ledger.figures import figures_in
from kiosk.ledger.posting import JournalKey
from kiosk.ledger.sql import run
from sync.office.books.reviews import REOPENED, SETTLED
from sync.office.console.marking import _
from sync.office.console.reviewing.settling import moved_fen
from sync.office.console.shown import ReviewOutcome


@dataclass(frozen=True, slots=True)
class Offer:
    """An outcome for one review."""

    outcome: ReviewOutcome
    moves: tuple[Posting, ...]

    @property
    def fen(self) -> int:
        return moved_fen(self.moves)


class Outcomes:
    """Of all codes."""

    def __init__(self, of_services: Iterable[ReviewOutcome]) -> None:
        self._all = (*OUTCOMES, *of_services)
        self.done: Mapping[str, str] = {**DONE, **{each.name: each.done for each in self._all}}

    def offered(
        self, connection: sa.Connection, key: JournalKey, seq: int, code: str, detail: str
    ) -> Sequence[Offer]:
        return list(self._offered(connection, key, seq, code, detail))

    def _offered(
        self, connection: sa.Connection, key: JournalKey, seq: int, code: str, detail: str
    ) -> Iterator[Offer]:
        for each in self._all:
            moves = tuple(each.moves(connection, key, seq, detail)) if code in each.codes else ()
            if moves:
                yield Offer(each, moves)


def own_moved(connection: sa.Connection, key: JournalKey, seq: int) -> Sequence[Posting]:
    """What a record moved of residents' own money, as it is booked."""
    rows = run(connection, _POSTED, (key.region_id, key.journal_id, seq))
    return [Posting(account, quantity) for account, quantity in rows if is_own_money(account)]


def borne_by_office(moves: Sequence[Posting]) -> Sequence[Posting]:
    """The same, with the office on the other side."""
    fen = sum(each.quantity for each in moves)
    return (*moves, Posting(contingency(), -fen)) if fen else ()


def _take_back(connection: sa.Connection, key: JournalKey, _seq: int, detail: str) -> Sequence[Posting]:
    """What was given back beyond what was paid, of whom it was given to."""
    said = figures_in(detail)
    figures = [said.get(name, "") for name in ("record", "moved_fen", "returned_fen")]
    if not all(each.isdecimal() for each in figures):
        return ()
    record, moved, returned = map(int, figures)
    account = next((each.account for each in own_moved(connection, key, record)), None)
    excess_fen = returned - moved
    return borne_by_office([Posting(account, -excess_fen)]) if account and excess_fen > 0 else ()


_POSTED = (
    "SELECT account, quantity FROM postings WHERE region_id = ? AND journal_id = ? AND seq = ?"
    " AND unit = 'FEN' ORDER BY n"
)
OUTCOMES = (
    ReviewOutcome(
        "too_much_taken_back",
        _("Take %(yuan)s yuan back"),
        _("What was too much was taken back"),
        frozenset({"refund_beyond_original"}),
        _take_back,
    ),
)
# What else can have become of a review, as people read it.
DONE = {
    SETTLED: _("Accepted as it was"),
    REOPENED: _("Opened again"),
    "believed": _("Booked as it said"),
    "refused": _("Not booked"),
    "belief_taken_back": _("Booked, and taken back"),
    "billed": _("Billed"),
    "allowed": _("As much again allowed"),
    "only_one": _("No second kiosk found"),
    "cash_seen": _("The cash is there"),
}
# What cannot be taken back: a kiosk has spent or sealed by it since.
FINAL = frozenset({"allowed", "only_one", "cash_seen", "belief_taken_back"})
IN_SUSPENSE = frozenset({"believed", "refused"})
