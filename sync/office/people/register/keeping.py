"""Residents added and corrected: published as an import is, kept with what only the office knows, and each
change remembered as it was before and after, so that the last one of a resident can be taken back.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import msgspec
import sqlalchemy as sa

from kiosk.catalogue.items import Kind
from kiosk.ledger.accounts import own_money
from kiosk.ledger.tables import balances
from kiosk.people.residents import ResidentStatus
from kiosk.plain.refusals import Refusal
from sync.office.catalogue.publishing import lock_revision, withdraw
from sync.office.people.register import dossiers
from sync.office.people.register.dossiers import AT_ONCE, Person, people
from sync.office.people.register.entries import publish_residents
from sync.office.store import counting
from sync.office.store.tables import catalogue_items, resident_changes

RESIDENTS, CHANGES = "resident", "resident_change"  # what the counters count
NO_SHEET = 0


class IdNumberTaken(Refusal):
    """Somebody else has this identity number."""

    code = "id_number_taken"
    resident_id: int
    other_id: int


class ChangedSince(Refusal):
    """It is not what was seen or made then any more."""

    code = "changed_since"
    resident_id: int


class InUse(Refusal):
    """Somebody who has a card, or whose money moved, stays in the register."""

    code = "in_use"
    resident_id: int


class NothingToTakeBack(Refusal):
    """No change of this resident is remembered."""

    code = "nothing_to_take_back"
    resident_id: int


@dataclass(frozen=True, slots=True)
class ResidentChange:
    """A change as it is remembered. `before`: None for somebody new."""

    seq: int
    at_ms: int
    who: str
    sheet: int
    before: Person | None
    after: Person


@dataclass(frozen=True, slots=True, kw_only=True)
class By:
    """Who makes a change, when (Unix time and the day there), and the sheet it comes with."""

    who: str
    at_ms: int
    today: date
    sheet: int = NO_SHEET


def new_numbers(connection: sa.Connection, region_id: int, count: int = 1) -> int:
    """The first of so many numbers that no resident ever had."""
    c = catalogue_items.c
    highest = sa.select(sa.func.max(sa.cast(c.key, sa.BigInteger))).where(
        c.region_id == region_id, c.kind == Kind.RESIDENT
    )
    beyond = connection.execute(highest).scalar() or 0
    return counting.take(connection, region_id, RESIDENTS, count, beyond=beyond)


def keep(
    connection: sa.Connection, region_id: int, several: Sequence[Person], by: By
) -> list[ResidentChange]:
    """Add them, or change what differs; returns what was changed. Raises `IdNumberTaken`."""
    lock_revision(connection, region_id)
    made: list[ResidentChange] = []
    for start in range(0, len(several), AT_ONCE):
        some = [each.on(by.today) for each in several[start : start + AT_ONCE]]
        made += _keep_some(connection, region_id, some, by)
    return made


def _keep_some(
    connection: sa.Connection, region_id: int, some: Sequence[Person], by: By
) -> list[ResidentChange]:
    before = people(connection, region_id, [each.resident.id for each in some], by.today)
    changed = [each for each in some if before.get(each.resident.id) != each]
    if not changed:
        return []
    _check_marks(connection, region_id, changed)
    _publish(connection, region_id, changed, by.today)
    first = counting.take(connection, region_id, CHANGES, len(changed))
    made = [
        ResidentChange(first + n, by.at_ms, by.who, by.sheet, before.get(each.resident.id), each)
        for n, each in enumerate(changed)
    ]
    connection.execute(resident_changes.insert(), [_row(region_id, each) for each in made])
    return made


def _publish(connection: sa.Connection, region_id: int, several: Sequence[Person], today: date) -> None:
    publish_residents(connection, region_id, [each.resident for each in several])
    dossiers.save(connection, region_id, several, today)


def turn(connection: sa.Connection, region_id: int, today: date) -> int:
    """What is done once a day: categories that begin or end are published; returns of how many people."""
    numbers = dossiers.turning(connection, region_id, today)
    for start in range(0, len(numbers), AT_ONCE):
        found = people(connection, region_id, numbers[start : start + AT_ONCE], today).values()
        _publish(connection, region_id, [each.on(today) for each in found], today)
    return len(numbers)


def last_made(connection: sa.Connection, region_id: int, resident_id: int) -> ResidentChange | None:
    """The latest change of a resident that was not taken back."""
    c = resident_changes.c
    query = sa.select(resident_changes).where(c.region_id == region_id, c.resident_id == resident_id)
    row = connection.execute(query.order_by(c.seq.desc()).limit(1)).one_or_none()
    return _made(row) if row is not None else None


def take_back(
    connection: sa.Connection, region_id: int, resident_id: int, seq: int, today: date
) -> ResidentChange:
    """Let a resident be as before the latest change, if that is `seq`; returns the change.

    Raises `NothingToTakeBack`, `ChangedSince`, `InUse`.
    """
    lock_revision(connection, region_id)
    made = last_made(connection, region_id, resident_id)
    if made is None:
        raise NothingToTakeBack(resident_id=resident_id)
    now = people(connection, region_id, [resident_id], today).get(resident_id)
    if made.seq != seq or now is None or now != made.after.on(today):
        raise ChangedSince(resident_id=resident_id)
    if now.resident.status is not ResidentStatus.ACTIVE:
        raise InUse(resident_id=resident_id)  # the account has ended, and the money is gone
    _restore(connection, region_id, [made], today)
    return made


def taken_back_of_sheet(connection: sa.Connection, region_id: int, sheet: int, today: date) -> int:
    """The same for all that came with a sheet, or for none of it; returns how many.

    Raises `ChangedSince` or `InUse` of the first that cannot be taken back.
    """
    lock_revision(connection, region_id)
    count = 0
    for some in _of_sheet(connection, region_id, sheet):
        now = people(connection, region_id, [each.after.resident.id for each in some], today)
        for each in some:
            number = each.after.resident.id
            latest = last_made(connection, region_id, number)
            if latest is None or latest.seq != each.seq or now.get(number) != each.after.on(today):
                raise ChangedSince(resident_id=number)
        _restore(connection, region_id, some, today)
        count += len(some)
    return count


def _of_sheet(connection: sa.Connection, region_id: int, sheet: int) -> Iterator[list[ResidentChange]]:
    c = resident_changes.c
    while True:
        query = sa.select(resident_changes).where(c.region_id == region_id, c.sheet == sheet)
        rows = connection.execute(query.order_by(c.resident_id).limit(AT_ONCE)).all()
        if not rows:
            return
        yield [_made(row) for row in rows]


def _restore(
    connection: sa.Connection, region_id: int, several: Sequence[ResidentChange], today: date
) -> None:
    c = resident_changes.c
    seqs = [each.seq for each in several]
    connection.execute(resident_changes.delete().where(c.region_id == region_id, c.seq.in_(seqs)))
    added = [each.after.resident.id for each in several if each.before is None]
    _refuse_used(connection, region_id, added)
    for number in added:
        for kind in (Kind.RESIDENT, Kind.PHOTO):
            withdraw(connection, region_id, kind, str(number))
        dossiers.delete(connection, region_id, number)
    former = [each.before.on(today) for each in several if each.before is not None]
    if former:
        _check_marks(connection, region_id, former)
        _publish(connection, region_id, former, today)


def _refuse_used(connection: sa.Connection, region_id: int, numbers: Sequence[int]) -> None:
    """Somebody with a card, or of whom a book speaks, is not taken out as if they had never been."""
    if not numbers:
        return
    c, b = catalogue_items.c, balances.c
    labels = [str(each) for each in numbers]
    with_card = sa.select(c.label).where(
        c.region_id == region_id, c.kind == Kind.CARD, c.label.in_(labels), c.value.is_not(None)
    )
    if found := connection.execute(with_card.limit(1)).scalar():
        raise InUse(resident_id=int(found))
    accounts = {str(own_money(each)): each for each in numbers}
    booked = sa.select(b.account).where(b.region_id == region_id, b.account.in_(list(accounts)))
    if account := connection.execute(booked.limit(1)).scalar():
        raise InUse(resident_id=accounts[account])


def _check_marks(connection: sa.Connection, region_id: int, several: Sequence[Person]) -> None:
    theirs = {each.mark: each.resident.id for each in several if each.mark}
    of_these = {each.resident.id: each.mark for each in several}
    for mark, other in dossiers.marked(connection, region_id, theirs).items():
        if other != theirs[mark] and of_these.get(other, mark) == mark:
            raise IdNumberTaken(resident_id=theirs[mark], other_id=other)


def _row(region_id: int, made: ResidentChange) -> Mapping[str, object]:
    return {
        "region_id": region_id,
        "seq": made.seq,
        "resident_id": made.after.resident.id,
        "at_ms": made.at_ms,
        "who": made.who,
        "sheet": made.sheet,
        "before": msgspec.json.encode(made.before) if made.before is not None else None,
        "after": msgspec.json.encode(made.after),
    }


def _made(row: sa.Row[tuple[object, ...]]) -> ResidentChange:
    before = msgspec.json.decode(row.before, type=Person) if row.before is not None else None
    after = msgspec.json.decode(row.after, type=Person)
    return ResidentChange(row.seq, row.at_ms, row.who, row.sheet, before, after)
