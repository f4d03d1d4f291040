"""The books as Beancount's text, which `bean-check` judges.

Three ways through the same money meet in it: a transaction says what a record itself moved, the balances
after each day are made of the postings in the books, and the last ones of the balances as they stand. A fen
that is anywhere else than there fails the check. Residents are told by their numbers.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, timedelta

import msgspec
import sqlalchemy as sa

from kiosk.ledger.accounts import resident_of, suspense
from kiosk.ledger.amount import RIGHT_TO, Unit
from kiosk.ledger.records import Chained
from sync.office.console import formats
from sync.office.console.files import yuan
from sync.office.services.accounts.ledger.since import Booked, booked_since
from sync.office.services.accounts.ledger.sorts import sort_of
from sync.office.services.accounts.ledger.trial import trial_balance

_ROOTS = {
    "own": "Liabilities:Own",
    "held": "Liabilities:Held",
    "set_aside": "Liabilities:SetAside",
    "courtesy": "Assets:Courtesy",
    "programme": "Assets:Programme",
    "cash": "Assets:Cash",
    "safe": "Assets:Safe",
    "bank": "Assets:Bank",
    "revenue": "Income:Revenue",
    "cash_difference": "Income:CashDifference",
    "contingency": "Expenses:Contingency",
    "opening": "Equity:Opening",
    "suspense": "Equity:Suspense",
}


def beancount_name(sort: str) -> str:
    """A letter that Beancount does not take in a name stands as its number between dashes."""
    head, *rest = sort.split("/")
    root = _ROOTS.get(head, f"Equity:Other:{_part(head)}")
    return ":".join([root, *map(_part, rest)])


def _part(word: str) -> str:
    plain = re.sub(r"[^A-Za-z0-9]", lambda found: f"-{ord(found[0]):x}-", word).strip("-")
    return plain[:1].upper() + plain[1:] if plain else "Empty"


def beancount(connection: sa.Connection, region_id: int, first_day: date, last_day: date) -> Iterator[str]:
    """Line by line. `connection` should be a snapshot."""
    standing = dict(trial_balance(connection, region_id, first_day - timedelta(days=1)).balances)
    days = _by_day(connection, region_id, first_day, last_day)
    at_end = trial_balance(connection, region_id, last_day).balances
    names = {*standing, *at_end, *(name for each in days.values() for name in _names(each))}
    yield 'option "title" "Neighbourhood card"'
    yield 'option "operating_currency" "CNY"'
    before = (first_day - timedelta(days=1)).isoformat()
    for sort in sorted({sort for sort, _unit in names}):
        yield f"{before} open {beancount_name(sort)}"
    if standing:
        yield ""
        yield f'{before} * "Balances of before"'
        yield from (_leg(sort, unit, quantity) for (sort, unit), quantity in sorted(standing.items()))
    for day, several in sorted(days.items()):
        yield from _day(day, several, standing)
    after = (last_day + timedelta(days=1)).isoformat()
    yield ""
    for sort, unit in sorted(names):
        yield _balance(after, sort, unit, at_end.get((sort, unit), 0))


def _by_day(
    connection: sa.Connection, region_id: int, first_day: date, last_day: date
) -> dict[str, list[Booked]]:
    days: dict[str, list[Booked]] = defaultdict(list)
    for each in booked_since(connection, region_id, formats.midnight_ms(first_day)):
        if each.day <= last_day.isoformat():
            days[each.day].append(each)
    return days


def _names(several: Iterable[Booked]) -> Iterator[tuple[str, str]]:
    for each in several:
        yield from ((sort_of(account), unit) for account, unit, _quantity in each.posted)
        yield from ((sort_of(account), unit) for account, unit, _quantity in _said(each))


def _said(booked: Booked) -> Iterator[tuple[str, str, int]]:
    """What the record moves by its own word; on suspense where it is not believed."""
    for each in booked.record.postings:
        if each.unit in RIGHT_TO:
            account = suspense(each.account) if booked.is_suspended else each.account
            yield str(account), each.unit.value, each.quantity


def _day(day: str, several: Iterable[Booked], standing: dict[tuple[str, str], int]) -> Iterator[str]:
    moved = set()
    for each in sorted(several, key=lambda each: (each.record.wall_ms, each.journal, each.link.seq)):
        yield from _transaction(each)
        for account, unit, quantity in each.posted:
            name = (sort_of(account), unit)
            standing[name] = standing.get(name, 0) + quantity
            moved.add(name)
    yield ""
    after = (date.fromisoformat(day) + timedelta(days=1)).isoformat()
    yield from (_balance(after, *name, standing[name]) for name in sorted(moved))


def _transaction(booked: Booked) -> Iterator[str]:
    receipt = Chained(booked.record, booked.link.hash).receipt
    yield ""
    yield f"{booked.day} * {_text(booked.site)} {_text(booked.record.kind)}"
    yield f"  receipt: {_text(receipt)}"
    yield f"  journal: {_text(booked.journal)}"
    for account, unit, quantity in _said(booked):
        yield _leg(sort_of(account), unit, quantity)
        if resident_id := resident_of(account):
            yield f"    resident: {_text(str(resident_id))}"


def _leg(sort: str, unit: str, quantity: int) -> str:
    return f"  {beancount_name(sort)}  {_amount(unit, quantity)}"


def _balance(day: str, sort: str, unit: str, quantity: int) -> str:
    """To the fen: without `~ 0` Beancount would let one pass."""
    figure, _, commodity = _amount(unit, quantity).partition(" ")
    return f"{day} balance {beancount_name(sort)}  {figure} ~ 0 {commodity}"


def _amount(unit: str, quantity: int) -> str:
    """Beancount's signs: what the office has is above zero, what it owes or has earned below."""
    return f"{yuan(-quantity)} CNY" if unit == Unit.FEN else f"{-quantity} {unit}"


def _text(words: str) -> str:
    return msgspec.json.encode(words.replace("\n", " ")).decode()
