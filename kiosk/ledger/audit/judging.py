"""What a record may move, as the office judges it: recomputed from its body, and not believed.

Each service says it for its kinds of records in its own `judging.py`, as pure functions of the record and of
what the office knows. A kiosk's key proves who wrote a record, and nothing of what it says.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

from kiosk.ledger.accounts import Account, courtesy_of, held, is_own_money, lent_rights, own_money
from kiosk.ledger.amount import RIGHT_TO, Unit
from kiosk.ledger.entries import Posting
from kiosk.ledger.figures import figures
from kiosk.ledger.holds import (
    CAPTURE,
    HOLDS,
    SETTLEMENTS,
    TAKEN_OVER,
    Held,
    Settled,
    decode_held,
    decode_settled,
    decode_taken_over,
)
from kiosk.ledger.machine.clock_records import CLOCK, decode_heard
from kiosk.ledger.records import ClockQuality, Record
from kiosk.ledger.rights import RETURN

Moves = Mapping[tuple[Account, Unit], int]


@dataclass(frozen=True, slots=True)
class Objection:
    """Why a record is not believed. `code` is stable; `expected` is what it might have moved, if anything."""

    code: str
    expected: Sequence[Posting] = ()
    detail: str = ""


class Known(Protocol):
    """What the office knows about the journal that a record stands in."""

    @property
    def journal_id(self) -> bytes:
        """The journal that a record was first written in."""

    @property
    def sites(self) -> Container[str]:
        """Where the kiosk that writes it stands, or stood."""

    def has_come(self, at_ms: int) -> bool:
        """Whether the office can have told this Unix time by now, to within half a day."""

    def goes_on_from(self, journal_id: bytes) -> bool:
        """Whether that journal has ended, and this kiosk or one whose place it took wrote it."""

    def original(self, journal_id: bytes, seq: int) -> Record | None:
        """A believed record of that journal, wherever it was recovered to; None if there is none."""

    def followed(self, journal_id: bytes, seq: int, unit: Unit) -> int | None:
        """How much of it was given back or settled before; None: nothing followed it."""


# `Any`: what a service's judge has to know beyond `Known`; the office knows it for all of them.
Judge = Callable[[Record, Any], Objection | None]
Judges = Mapping[tuple[str, int], Judge]

NOT_AS_SET = "not_as_set"  # the sum, the payer or the receiver is not what prices and rules give
ELSEWHERE = "not_its_site"
NOT_ITS_TO_MOVE = "not_its_to_move"  # an account, a sign or a sum that this kind of record never moves
NOT_YET = "not_yet"  # a time by the office's own word, and the office has told no such time
NOTHING_TO_FOLLOW = "nothing_to_follow"  # what it gives back or settles is not there, or was already


def moves(postings: Iterable[Posting]) -> dict[tuple[Account, Unit], int]:
    """By account and unit, without what comes to nothing."""
    sums: dict[tuple[Account, Unit], int] = defaultdict(int)
    for each in postings:
        sums[each.account, each.unit] += each.quantity
    return {name: quantity for name, quantity in sums.items() if quantity}


def as_expected(record: Record, expected: Sequence[Posting]) -> Objection | None:
    """Whether a record moves exactly this."""
    if record.postings == expected or moves(record.postings) == moves(expected):
        return None
    return Objection(NOT_AS_SET, expected)


def courtesy_as_money(postings: Iterable[Posting]) -> list[Posting]:
    """The same where a resident's money and what they owe are one: how a price was met is looked at apart."""
    return [
        Posting(own_money(owner), each.quantity, each.unit)
        if (owner := courtesy_of(each.account)) is not None
        else each
        for each in postings
    ]


def not_yet(record: Record, known: Known) -> Objection | None:
    """Why it cannot be by the office's clock, of a record whose kiosk says that it is."""
    if record.quality < ClockQuality.SYNCED or known.has_come(record.wall_ms):
        return None
    return Objection(NOT_YET, detail=figures(says_ms=record.wall_ms))


def moves_nothing(record: Record, _known: Known) -> Objection | None:
    """For kinds that say something, and move nothing."""
    return Objection(NOT_ITS_TO_MOVE) if record.postings else None


def judge_contact(record: Record, known: Known) -> Objection | None:
    """What the office told is no later than what it has told by now."""
    said_ms = decode_heard(record.body).office_ms
    if not known.has_come(said_ms):
        return Objection(NOT_YET, detail=figures(says_ms=said_ms))
    return moves_nothing(record, known)


def judge_hold(record: Record, _known: Known) -> Objection | None:
    body = decode_held(record.body)
    own, aside = own_money(body.resident_id), held(body.resident_id)
    if body.quantity <= 0:
        return Objection(NOT_ITS_TO_MOVE)
    expected = Posting(own, -body.quantity, body.unit), Posting(aside, body.quantity, body.unit)
    return as_expected(record, expected)


def judge_taken_over(record: Record, known: Known) -> Objection | None:
    """The very hold of a journal that this one goes on from, once; nothing moves."""
    body = decode_taken_over(record.body)
    if not known.goes_on_from(body.journal_id):
        return Objection(NOTHING_TO_FOLLOW)
    original = known.original(body.journal_id, body.seq)
    if original is None or (original.kind, original.version) not in HOLDS:
        return Objection(NOTHING_TO_FOLLOW)
    if decode_held(original.body) != decode_held(record.body):
        return Objection(NOTHING_TO_FOLLOW)
    if known.followed(body.journal_id, body.seq, body.unit) is not None:
        return Objection(NOTHING_TO_FOLLOW)
    return moves_nothing(record, known)


def hold_of(body: Settled, known: Known) -> Held | None:
    """The hold that a settlement ends, if it is there, whole, and nothing has followed it."""
    if body.journal_id != known.journal_id:
        return None
    original = known.original(body.journal_id, body.original_seq)
    if original is None or (original.kind, original.version) not in HOLDS:
        return None
    whole = decode_held(original.body)
    if (whole.resident_id, whole.quantity, whole.unit) != (body.resident_id, body.quantity, body.unit):
        return None
    if known.followed(body.journal_id, body.original_seq, body.unit) is not None:
        return None
    return whole


def settled(record: Record, body: Settled, paid: Sequence[Posting]) -> Objection | None:
    """All of the hold is let go, and so much of it is paid; never more than was held."""
    quantity = sum(each.quantity for each in paid)
    expected = (
        Posting(own_money(body.resident_id), body.quantity - quantity, body.unit),
        Posting(held(body.resident_id), -body.quantity, body.unit),
        *paid,
    )
    return as_expected(record, expected) if quantity <= body.quantity else Objection(NOT_AS_SET, expected)


def judge_settlement(record: Record, known: Known, own_kinds: Collection[str] = ()) -> Objection | None:
    """Once, and what is paid was earned at this site.

    `own_kinds`: what the purposes of those holds begin with that are paid by a service's own kind alone.
    """
    body = decode_settled(record.body)
    whole = hold_of(body, known)
    if whole is None:
        return Objection(NOTHING_TO_FOLLOW)
    if record.kind != CAPTURE[0]:
        return settled(record, body, ())
    if any(whole.purpose.startswith(each) for each in own_kinds):
        return Objection(NOT_ITS_TO_MOVE)
    earned = [each for each in record.postings if _is_earned_here(each, body.unit, known)]
    return settled(record, body, earned)


def _is_earned_here(each: Posting, unit: Unit, known: Known) -> bool:
    name, _, rest = each.account.partition("/")
    return (
        name == "revenue"
        and rest.partition("/")[2] in known.sites
        and each.quantity > 0
        and each.unit is unit
    )


def judge_return(record: Record, _known: Known) -> Objection | None:
    """Rights to somebody's money given back, in one unit."""
    given = [each for each in record.postings if each.quantity < 0]
    if len(given) != 1 or given[0].unit not in RIGHT_TO.values():
        return Objection(NOT_ITS_TO_MOVE)
    if not is_own_money(given[0].account):
        return Objection(NOT_ITS_TO_MOVE)
    return as_expected(record, (given[0], Posting(lent_rights(), -given[0].quantity, given[0].unit)))


def judges(own_kinds: Collection[str]) -> Judges:
    """Of what belongs to no service; `own_kinds` as in `judge_settlement`."""
    return {
        CLOCK: judge_contact,
        **dict.fromkeys(HOLDS, judge_hold),
        **dict.fromkeys(SETTLEMENTS, partial(judge_settlement, own_kinds=own_kinds)),
        TAKEN_OVER: judge_taken_over,
        RETURN: judge_return,
    }
