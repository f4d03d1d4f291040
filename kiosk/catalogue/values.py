"""A site, its day and its limits; and who pays a subsidy."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import time

import msgspec


class MealPeriod(msgspec.Struct, frozen=True, kw_only=True):
    """When a meal is served, in the site's time zone: from `opens` until just before `closes`."""

    meal: str  # code: `lunch`, `dinner`, ...
    name: Mapping[str, str]  # by language
    opens: time
    closes: time


class Site(msgspec.Struct, frozen=True, kw_only=True):
    """A canteen or charging point."""

    name: str
    title: Mapping[str, str]  # by language
    time_zone: str
    meals: tuple[MealPeriod, ...] = ()
    offers: tuple[str, ...] = ()  # services that taps are for, by name; empty: whatever the kiosk lists
    # Fed offline beyond their money: at most so much owed by one resident, and by all of them to one kiosk.
    courtesy_resident_fen: int = 3000
    courtesy_pool_fen: int = 30_000
    # What one kiosk may have taken in before the office has seen the cash. None: as the office is set.
    unseen_cash_fen: int | None = None
    # What one resident may have in a day here before staff look at the face, by how the card is known: full
    # prices. None: no limit. Enough for what people eat, and little for a copy.
    uid_day_fen: int | None = 6000  # the chip's number alone
    signed_day_fen: int | None = 10_000  # the issuer's signature
    authenticated_day_fen: int | None = None
    unproved_day_fen: int | None = 3000  # could prove itself, but neither its key nor the office was in reach


class Programme(msgspec.Struct, frozen=True, kw_only=True):
    """Who pays a subsidy. Whose meals it pays for, how much and from when, the prices of meals say."""

    name: str
    title: Mapping[str, str]
    payer: str = ""  # who the claim goes to
    budget_fen: int = 0  # of a calendar year; 0: none is set
