"""Reviews a page at a time, those that wait or those that were decided; and the same as files."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from flask import redirect, request, url_for
from werkzeug.wrappers import Response as Redirect

from kiosk.ledger.figures import figures_in
from kiosk.ledger.posting import JournalKey
from sync.office.books.reviews import REOPENED, Decision
from sync.office.console.marking import _
from sync.office.console.reporting.sheets import Column, Shape, Sheet
from sync.office.people.access.areas import Area
from sync.office.store.rows import same
from sync.office.store.tables import devices, journals, review_decisions, reviews

REVIEWS_PER_PAGE = 50
LONGEST_REASON = 200  # characters
_KEPT = ("state", "site", "what", "sort", "page")  # while one after the other is decided


class ReviewState(StrEnum):
    """Of a review."""

    OPEN = "open"
    DECIDED = "decided"


class Order(StrEnum):
    """`PLACE`: by kiosk and record, and decided ones the latest first."""

    PLACE = "place"
    WHAT = "what"


@dataclass(frozen=True, slots=True)
class AskedReviews:
    """Which ones; an empty `site` or `code`: all that somebody may see. `page` counts from 0."""

    state: ReviewState = ReviewState.OPEN
    site: str = ""
    code: str = ""
    order: Order = Order.PLACE
    page: int = 0


@dataclass(frozen=True, slots=True)
class Review:
    """Something a person should look at, and what was last decided about it."""

    journal: str  # in hexadecimal
    kiosk: str
    site: str
    seq: int
    code: str
    detail: str
    closed_at_ms: int | None = None
    decision: Decision | None = None  # None: nobody has, or it was over by itself
    decided_at_ms: int = 0

    @property
    def resident_id(self) -> int:
        """Whom it is about; 0: it does not say."""
        number = figures_in(self.detail).get("resident", "")
        return int(number) if number.isdecimal() else 0

    def key(self, region_id: int) -> JournalKey:
        return JournalKey(region_id, bytes.fromhex(self.journal))

    @property
    def was_reopened(self) -> bool:
        return self.decision is not None and self.decision.outcome == REOPENED


def kept() -> dict[str, Any]:
    """What this request says of the list that it comes from."""
    return {name: request.args[name] for name in _KEPT if request.args.get(name)}


def back_to_list() -> Redirect:
    return redirect(url_for("console.reviews", **kept()))


def open_count(connection: sa.Connection, region_id: int, seen: Area) -> int:
    return count(connection, region_id, seen, AskedReviews())


def count(connection: sa.Connection, region_id: int, seen: Area, asked: AskedReviews) -> int:
    of_journals = reviews.outerjoin(journals, same(reviews, journals, "journal_id"))
    query = sa.select(sa.func.count()).select_from(of_journals)
    return connection.execute(query.where(*_which(region_id, seen, asked))).scalar_one()


def found(connection: sa.Connection, region_id: int, seen: Area, asked: AskedReviews) -> list[Review]:
    """One page of them."""
    query = _query(region_id, seen, asked).limit(REVIEWS_PER_PAGE).offset(asked.page * REVIEWS_PER_PAGE)
    return [_review(row) for row in connection.execute(query)]


def all_of(connection: sa.Connection, region_id: int, seen: Area, asked: AskedReviews) -> list[Review]:
    return [_review(row) for row in connection.execute(_query(region_id, seen, asked))]


def one(connection: sa.Connection, region_id: int, journal_id: bytes, seq: int, code: str) -> Review | None:
    c = reviews.c
    mine = (c.region_id == region_id, c.journal_id == journal_id, c.seq == seq, c.code == code)
    row = connection.execute(_all().where(*mine)).one_or_none()
    return _review(row) if row is not None else None


def codes(connection: sa.Connection, region_id: int) -> list[str]:
    """Those that there are, for the choice."""
    c = reviews.c
    return sorted(connection.scalars(sa.select(c.code).where(c.region_id == region_id).distinct()))


def _query(region_id: int, seen: Area, asked: AskedReviews) -> sa.Select[Any]:
    c = reviews.c
    place = (c.journal_id, c.seq, c.code)
    if asked.order is Order.WHAT:
        order: Sequence[sa.ColumnElement[Any]] = (c.code, c.journal_id, c.seq)
    else:
        order = place if asked.state is ReviewState.OPEN else (c.closed_at_ms.desc(), *place)
    return _all().where(*_which(region_id, seen, asked)).order_by(*order)


def _all() -> sa.Select[Any]:
    d = review_decisions.c
    last = review_decisions.alias()
    latest = (
        sa.select(sa.func.max(last.c.n))
        .where(*(last.c[name] == reviews.c[name] for name in _PLACE))
        .scalar_subquery()
    )
    decided = sa.and_(*(d[name] == reviews.c[name] for name in _PLACE), d.n == latest)
    tables = (
        reviews.outerjoin(journals, same(reviews, journals, "journal_id"))
        .outerjoin(devices, same(journals, devices, "device_id"))
        .outerjoin(review_decisions, decided)
    )
    said = (d.outcome, d.who, d.because, d.request_id, d.proposed_by, d.at_ms)
    return sa.select(reviews, journals.c.site, devices.c.name, *said).select_from(tables)


_PLACE = ("region_id", "journal_id", "seq", "code")


def _which(region_id: int, seen: Area, asked: AskedReviews) -> list[sa.ColumnElement[bool]]:
    c = reviews.c
    state = c.closed_at_ms.is_(None) if asked.state is ReviewState.OPEN else c.closed_at_ms.is_not(None)
    which = [c.region_id == region_id, state, seen.holds(journals.c.site)]
    if asked.site:
        which.append(journals.c.site == asked.site)
    if asked.code:
        which.append(c.code == asked.code)
    return which


def _review(row: Any) -> Review:
    said = (row.outcome, row.who, row.because, row.request_id, row.proposed_by)
    return Review(
        journal=row.journal_id.hex(),
        kiosk=row.name or "",
        site=row.site or "",
        seq=row.seq,
        code=row.code,
        detail=row.detail,
        closed_at_ms=row.closed_at_ms,
        decision=Decision(*said) if row.outcome is not None else None,
        decided_at_ms=row.at_ms or 0,
    )


COLUMNS = (
    Column("site", _("Site"), Shape.SITE),
    Column("kiosk", _("Kiosk"), Shape.TEXT),
    Column("journal", _("Journal"), Shape.TEXT),
    Column("record", _("Record"), Shape.COUNT),
    Column("code", _("What"), Shape.WORD),
    Column("details", _("Details"), Shape.TEXT),
    Column("resident", _("Resident"), Shape.RESIDENT),
    Column("closed_at", _("Decided"), Shape.TIME),
    Column("outcome", _("Outcome"), Shape.WORD),
    Column("who", _("Decided by"), Shape.TEXT),
    Column("proposed_by", _("Proposed by"), Shape.TEXT),
    Column("because", _("Reason"), Shape.TEXT),
)


def as_sheet(listed: Sequence[Review], words: Mapping[str, str], details: Callable[[str, str], str]) -> Sheet:
    """`words` of codes and outcomes; `details` in words, of a code and its detail."""
    rows = [_row(each, details(each.code, each.detail)) for each in listed]
    return Sheet("reviews", _("Reviews"), _("Nothing is waiting."), COLUMNS, rows, (), words)


def _row(review: Review, details: str) -> tuple[str | int | None, ...]:
    place = (review.site, review.kiosk, review.journal, review.seq)
    said = review.decision or Decision("", "")
    people = (said.outcome, said.who, said.proposed_by, said.because)
    return (*place, review.code, details, review.resident_id, review.closed_at_ms, *people)
