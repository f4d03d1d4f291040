"""Account names. An account is a path: what it is, then whose.

Signs: a posting above zero is owed *to* the account's owner or earned by it, below zero is taken *from* it.
An own-money account holds what a resident may spend; a programme's account sinks by what it owes.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NewType

Account = NewType("Account", str)

LONGEST_NAME = 200  # characters, which every database can index
LARGEST_RESIDENT = 2**63 - 1
MOST_REMEMBERED = 16_384  # names that were looked into; a batch asks the same again and again
_OF_RESIDENTS = ("own", "held", "courtesy", "set_aside")
_NUMBER = re.compile(r"0|[1-9][0-9]{0,18}")  # as `own_money` writes it: two names are never one account


@lru_cache(maxsize=MOST_REMEMBERED)
def own_money(resident_id: int) -> Account:
    """Money a resident has paid in and may spend."""
    return Account(f"own/{resident_id}")


def held(resident_id: int) -> Account:
    """Own money set aside for something under way, until it is captured or released."""
    return Account(f"held/{resident_id}")


@lru_cache(maxsize=MOST_REMEMBERED)
def courtesy(resident_id: int) -> Account:
    """What a resident owes for meals given beyond their money; sinks when given, rises when repaid."""
    return Account(f"courtesy/{resident_id}")


def contingency() -> Account:
    """Losses that the office has taken on: rights written off, a subsidy claimed twice."""
    return Account("contingency")


def set_aside(resident_id: int) -> Account:
    """What a kiosk that was written off may have taken from a resident's money; no part of that money."""
    return Account(f"set_aside/{resident_id}")


def lent_rights() -> Account:
    """The other side of spending rights that a kiosk has returned, in the units of `RIGHT_TO`."""
    return Account("rights")


def programme(name: str) -> Account:
    """What a subsidy programme owes for meals already served."""
    return Account(f"programme/{name}")


def revenue(service: str, site: str) -> Account:
    """What a service has earned at a site."""
    return Account(f"revenue/{service}/{site}")


def cash_box(site: str) -> Account:
    """Coins and notes taken in at a site; sinks when cash comes in, for the box owes it."""
    return Account(f"cash/{site}")


def safe(site: str) -> Account:
    """Cash of a site that is in no box; sinks as it comes in, like a cash box."""
    return Account(f"safe/{site}")


def bank() -> Account:
    """The office's own account at its bank; sinks as money comes in, like a cash box."""
    return Account("bank")


def cash_difference(site: str) -> Account:
    """Cash found beyond what the books expected; below zero what was missing."""
    return Account(f"cash_difference/{site}")


def suspense(account: str) -> Account:
    """What records say of an account that the office does not believe, until a person decides: nobody's."""
    return Account(f"suspense/{account}"[:LONGEST_NAME])


def opening() -> Account:
    """The other side of balances brought along when the office began."""
    return Account("opening")


@lru_cache(maxsize=MOST_REMEMBERED)
def resident_of(account: str) -> int | None:
    """Whose account this is, if it is a resident's. Takes any text at all."""
    kind, _, number = account.partition("/")
    if kind not in _OF_RESIDENTS or not _NUMBER.fullmatch(number) or int(number) > LARGEST_RESIDENT:
        return None
    return int(number)


@lru_cache(maxsize=MOST_REMEMBERED)
def is_own_money(account: str) -> bool:
    """Of whoever that may be: they need not be registered."""
    return account.startswith("own/") and resident_of(account) is not None


@lru_cache(maxsize=MOST_REMEMBERED)
def courtesy_of(account: str) -> int | None:
    """Who owes on this account, if it is a resident's courtesy."""
    return resident_of(account) if account.startswith("courtesy/") else None


def is_held(account: str) -> bool:
    """What is set aside, whosever it is."""
    return account.startswith("held/")


@lru_cache(maxsize=MOST_REMEMBERED)
def is_account(name: str) -> bool:
    """Whether this may be an account at all: a database can hold it, and what begins like a resident's is."""
    if len(name) > LONGEST_NAME or "\0" in name:
        return False
    return name.partition("/")[0] not in _OF_RESIDENTS or resident_of(name) is not None
