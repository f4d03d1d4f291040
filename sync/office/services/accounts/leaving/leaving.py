"""What ends an account once a second person has approved it: money out or over to the other entry, and cards
blocked at every kiosk. What kiosks send later is looked at by a person, or follows to the other entry.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum

import msgspec
import sqlalchemy as sa

from kiosk.catalogue.items import Kind, decode_value
from kiosk.ledger.accounts import Account, bank, contingency, courtesy, held, own_money
from kiosk.ledger.amount import Unit
from kiosk.ledger.entries import Posting
from kiosk.ledger.figures import figures
from kiosk.ledger.posting import Finding, JournalKey
from kiosk.ledger.sql import run, run_many
from kiosk.people.cards import Block, CardStatus
from kiosk.people.residents import ResidentStatus
from kiosk.plain.refusals import Refusal
from sync.office.books import own_journal
from sync.office.books.own_journal import Entry, HeldByKiosks, KiosksUnheard
from sync.office.catalogue.published import items_of, residents_by_id
from sync.office.catalogue.publishing import Change, lock_revision, publish_all
from sync.office.console import formats
from sync.office.console.marking import _
from sync.office.console.reviewing.outcomes import borne_by_office, own_moved
from sync.office.console.shown import ReviewOutcome, Said
from sync.office.intake.batch import Batch
from sync.office.people.access.permissions import Permission
from sync.office.people.access.proposals import Approved, ProposalKind, Words
from sync.office.people.register import keeping
from sync.office.people.register.dossiers import people
from sync.office.people.register.keeping import By
from sync.office.store.tables import catalogue_items

LEFT, FOLLOWED, LATE = "account_ended", "followed_to_other_entry", "sale_after_leaving"
KINDS = {LEFT: _("Account ended"), FOLLOWED: _("Moved to the entry that remains")}


class Leaving(StrEnum):
    """Why an account ends."""

    DIED = "died"
    MOVED = "moved"
    TWICE = "twice"  # one person under two numbers


class HasLeft(Refusal):
    """One of the two is not in the register, or has left before."""

    code = "has_left"


class SessionOpen(Refusal):
    """Money is held for something under way."""

    code = "session_open"


class EndAccount(msgspec.Struct, frozen=True, kw_only=True):
    """`into_id`: the entry that remains, of one who was entered twice; else 0."""

    request_id: str
    resident_id: int
    why: Leaving
    into_id: int
    note: str
    accepts_exposure: bool  # though kiosks may be spending this money at this moment


def _carry_out(approved: Approved, asked: EndAccount) -> None:
    """Raises `HasLeft`, `SessionOpen`, `HeldByKiosks` and `KiosksUnheard`."""
    connection, region_id = approved.connection, approved.region_id
    lock_revision(connection, region_id)
    wanted = {asked.resident_id, *([asked.into_id] if asked.why is Leaving.TWICE else [])}
    there = residents_by_id(connection, region_id, wanted)
    if len(there) < len(wanted) or any(each.status is not ResidentStatus.ACTIVE for each in there.values()):
        raise HasLeft
    if _standing(connection, region_id, [held(asked.resident_id)]):
        raise SessionOpen
    _block_cards(connection, region_id, asked.resident_id)
    today = formats.today()
    person = people(connection, region_id, [asked.resident_id], today)[asked.resident_id]
    closed = msgspec.structs.replace(person.resident, status=ResidentStatus.CLOSED)
    by = By(who=approved.approved_by, at_ms=approved.at_ms, today=today)
    keeping.keep(connection, region_id, [msgspec.structs.replace(person, resident=closed)], by)
    said = (asked.resident_id, asked.why, asked.into_id, approved.at_ms)
    run_many(connection, _LEAVE, [(region_id, account, *said) for account in _accounts(asked.resident_id)])
    entry = Entry(asked.request_id, LEFT, _moves(connection, region_id, asked), asked.note)
    own_journal.enter(
        connection,
        region_id,
        [entry],
        operator=approved.approved_by,
        at_ms=approved.at_ms,
        accept_exposure=asked.accepts_exposure,
    )


def _moves(connection: sa.Connection, region_id: int, asked: EndAccount) -> Sequence[Posting]:
    """All that is theirs to the other entry; or debts paid of it, and the rest out of the bank."""
    standing = _standing(connection, region_id, _accounts(asked.resident_id))
    if asked.why is Leaving.TWICE:
        return _over(asked.resident_id, asked.into_id, standing)
    moves = [Posting(each.account, -each.quantity, each.unit) for each in standing]
    for unit in {each.unit for each in standing}:
        left = sum(each.quantity for each in standing if each.unit is unit)
        to = bank() if unit is Unit.FEN and left > 0 else contingency()
        moves.append(Posting(to, left, unit))
    return moves


def _over(resident_id: int, into_id: int, standing: Iterable[Posting]) -> Sequence[Posting]:
    other = dict(zip(_accounts(resident_id), _accounts(into_id), strict=True))
    return [
        part
        for each in standing
        for part in (
            Posting(each.account, -each.quantity, each.unit),
            Posting(other[each.account], each.quantity, each.unit),
        )
    ]


def _accounts(resident_id: int) -> tuple[Account, Account]:
    return own_money(resident_id), courtesy(resident_id)


def _standing(connection: sa.Connection, region_id: int, accounts: Sequence[Account]) -> list[Posting]:
    """What there is on them, but for rights."""
    rows = [row for account in accounts for row in run(connection, _BALANCES, (region_id, account))]
    return [Posting(Account(account), int(quantity), Unit(unit)) for account, unit, quantity in rows]


def _block_cards(connection: sa.Connection, region_id: int, resident_id: int) -> None:
    """In the first lane of the catalogue, so that kiosks hear it before all else."""
    query = items_of(region_id, Kind.CARD).where(catalogue_items.c.label == str(resident_id))
    cards = [decode_value(Kind.CARD, row.value) for row in connection.execute(query)]
    blocks = [Block(token=each.token, status=CardStatus.CLOSED) for each in cards]
    publish_all(connection, region_id, [Change(Kind.BLOCK, each.token, each) for each in blocks])


def check(connection: sa.Connection, batch: Batch) -> Iterable[Finding]:
    """What these records moved of somebody who has left."""
    found = run(connection, _LATE, batch.place)
    entries = list(_following(connection, batch.key, batch.last_seq, found))
    if entries:
        own_journal.enter(
            connection, batch.key.region_id, entries, operator="", at_ms=batch.at_ms, accept_exposure=True
        )
    for resident_id, why, _into, seq in found:
        if why != Leaving.TWICE:
            yield Finding(seq, LATE, figures(resident=resident_id))


def _following(
    connection: sa.Connection, key: JournalKey, last_seq: int, found: Iterable[Sequence[int | str]]
) -> Iterator[Entry]:
    """To the entry that remains now, which may have been found to be one of two itself since."""
    for resident_id in sorted({int(row[0]) for row in found if row[1] == Leaving.TWICE}):
        standing = _standing(connection, key.region_id, _accounts(resident_id))
        into_id = _remains(connection, key.region_id, resident_id)
        where = f"{FOLLOWED} {key.journal_id.hex()} {last_seq} {resident_id}"
        yield Entry(where, FOLLOWED, _over(resident_id, into_id, standing))


def _remains(connection: sa.Connection, region_id: int, resident_id: int) -> int:
    while rows := run(connection, _INTO, (region_id, own_money(resident_id))):
        resident_id = int(rows[0][0])
    return resident_id


def _written_off(connection: sa.Connection, key: JournalKey, seq: int, _detail: str) -> Sequence[Posting]:
    taken = [Posting(each.account, -each.quantity) for each in own_moved(connection, key, seq)]
    return borne_by_office([each for each in taken if each.quantity > 0])


_LEAVE = (
    "INSERT INTO departures (region_id, account, resident_id, why, into_id, at_ms) VALUES (?, ?, ?, ?, ?, ?)"
)
_BALANCES = (
    "SELECT account, unit, CAST(SUM(credits - debits) AS BIGINT) FROM balances"
    " WHERE region_id = ? AND account = ? AND unit IN ('FEN', 'MINUTE')"
    " GROUP BY account, unit HAVING SUM(credits - debits) <> 0 ORDER BY unit"
)
_LATE = (
    "SELECT d.resident_id, d.why, d.into_id, p.seq FROM postings AS p JOIN departures AS d"
    " ON d.region_id = p.region_id AND d.account = p.account"
    " WHERE p.region_id = ? AND p.journal_id = ? AND p.seq BETWEEN ? AND ? AND p.unit IN ('FEN', 'MINUTE')"
    " ORDER BY p.seq"
)
_INTO = "SELECT into_id FROM departures WHERE region_id = ? AND account = ? AND into_id <> 0"
REVIEWS = {
    LATE: Said(
        _("A kiosk sold to somebody whose account had ended"),
        advice=_("The money was paid out before the kiosk sent this: write it off, or ask the family."),
    )
}
OUTCOMES = (
    ReviewOutcome(
        "late_sale_borne",
        _("Write %(yuan)s yuan off"),
        _("Written off"),
        frozenset({LATE}),
        _written_off,
    ),
)


def _based_on(connection: sa.Connection, region_id: int, asked: EndAccount) -> str:
    """That both are there, as then; meals eaten meanwhile change nothing."""
    found = residents_by_id(connection, region_id, {asked.resident_id, asked.into_id} - {0})
    return " ".join(f"{number} {each.status}" for number, each in sorted(found.items()))


def _words(asked: EndAccount) -> Words:
    sentence = {
        Leaving.DIED: _("End the account of resident no. %(resident)s, who died, and pay out what is left"),
        Leaving.MOVED: _("End the account of resident no. %(resident)s, who moved, and pay out what is left"),
        Leaving.TWICE: _("Resident no. %(resident)s is no. %(into)s too: move all to no. %(into)s"),
    }[asked.why]
    return sentence, {"resident": asked.resident_id, "into": asked.into_id}


END_ACCOUNT = ProposalKind(
    name="end_account",
    title=_("End an account"),
    payload=EndAccount,
    needs=Permission.MOVE_MONEY,
    words=_words,
    based_on=_based_on,
    carry_out=_carry_out,
    refusals={
        HasLeft.code: _("One of the two is not in the register any more: nothing was done."),
        SessionOpen.code: _("Money is held for a charging session: end that first. Nothing was done."),
        HeldByKiosks.code: _(
            "Kiosks may still spend this money without asking, so nothing was done. Propose it once more"
            " and accept that, if it is to be done all the same."
        ),
        KiosksUnheard.code: _("The office was restored, and not all kiosks were heard: nothing was booked."),
    },
)
