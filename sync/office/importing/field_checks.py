"""What is allowed in one field of an import file, beyond its type: ranges, names, references."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any
from zoneinfo import available_timezones

from kiosk.catalogue.pricing.tariffs import ANY, Share, TariffRule
from kiosk.catalogue.values import MealPeriod, Programme, Site
from kiosk.ledger.entries import MOST_BOOKED
from kiosk.people.cards import Card, CardKey, IssuerKey, uid_of_token
from kiosk.people.chips import CHIP_TOKEN, why_no_card
from kiosk.people.errors import ChipNumberChanges
from sync.office.importing.reading import LARGEST_NUMBER, FieldChecks
from sync.office.importing.schema import ResidentEntry

CARD_KEY_BYTES = 16
ISSUER_KEY_BYTES = 32
NUMBERED = re.compile(r"(qr|phone):([1-9][0-9]*)")
_CODE = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
_PHONE = re.compile(r"\+?[0-9]{7,15}")
_PHOTO_APART = "nothing: pictures come from a folder or zip of their own, named by number, such as 1001.jpg"
_PHONE_TAIL = re.compile(r"[0-9]{4}")

Check = Callable[[Any], str | None]


@dataclass(frozen=True, slots=True)
class Known:
    """Codes that may be referred to: those in the catalogue, and all that the file names, good or bad."""

    sites: Collection[str]
    meals: Collection[str]
    programmes: Collection[str]
    residents: Collection[int]
    tokens: Collection[str]
    cards: Mapping[str, Card]  # in the catalogue, by token
    numbers: Mapping[int, str]  # of those, with their tokens


def resident_of(known: Known) -> Check:
    return _reference(known.residents, "the id of a resident in the file or the catalogue")


def field_checks(known: Known, today: date) -> FieldChecks:
    """The checks by struct and field."""
    card = _reference(known.tokens, "the token of a card in the file or the catalogue")
    return {
        (Site, "name"): code,
        (Site, "title"): in_some_language,
        (Site, "time_zone"): _time_zone,
        (Site, "offers"): _codes,
        (Site, "courtesy_resident_fen"): _money,
        (Site, "courtesy_pool_fen"): _money,
        (Site, "unseen_cash_fen"): _own_limit,
        (Site, "uid_day_fen"): _limit,
        (Site, "signed_day_fen"): _limit,
        (Site, "authenticated_day_fen"): _limit,
        (Site, "unproved_day_fen"): _limit,
        (MealPeriod, "meal"): code,
        (MealPeriod, "name"): in_some_language,
        (Programme, "name"): code,
        (Programme, "title"): in_some_language,
        (Programme, "budget_fen"): _money,
        (TariffRule, "id"): _filled,
        (TariffRule, "site"): one_of({ANY, *known.sites}),
        (TariffRule, "meal"): one_of(known.meals),
        (TariffRule, "full_fen"): _money,
        (TariffRule, "own_fen"): _money,
        (Share, "fen"): _money,
        (Share, "programme"): one_of(known.programmes),
        (ResidentEntry, "id"): from_to(1, LARGEST_NUMBER),
        (ResidentEntry, "name"): _filled,
        (ResidentEntry, "born"): lambda born: f"{today} or earlier" if born > today else None,
        (ResidentEntry, "home_site"): one_of(known.sites),
        (ResidentEntry, "photo"): lambda given: _PHOTO_APART if given else None,
        (ResidentEntry, "opening_fen"): _money,
        (ResidentEntry, "phone"): _phone,
        (ResidentEntry, "phone_tail"): _phone_tail,
        (Card, "token"): _token,
        (Card, "number"): from_to(1, LARGEST_NUMBER),
        (Card, "generation"): from_to(1, LARGEST_NUMBER),
        (Card, "resident_id"): resident_of(known),
        (CardKey, "token"): card,
        (CardKey, "key"): _bytes(CARD_KEY_BYTES),
        (IssuerKey, "public_key"): _bytes(ISSUER_KEY_BYTES),
    }


def _money(given: int) -> str | None:
    return from_to(0, MOST_BOOKED)(given)


def code(given: str) -> str | None:
    good = _CODE.fullmatch(given)
    return None if good else "1 to 40 of the characters a-z 0-9 - _, such as `huasheng`"


def _codes(given: tuple[str, ...]) -> str | None:
    return next((wrong for each in given if (wrong := code(each))), None)


def _filled(given: str) -> str | None:
    return None if given.strip() else "a text that is not empty"


def _phone(given: str) -> str | None:
    good = not given or _PHONE.fullmatch(given)
    return None if good else "7 to 15 digits, or nothing"


def _phone_tail(given: str) -> str | None:
    good = not given or _PHONE_TAIL.fullmatch(given)
    return None if good else "the last 4 digits, or nothing"


def in_some_language(given: Mapping[str, str]) -> str | None:
    good = any(text.strip() for text in given.values())
    return None if good else 'a text in at least one language, such as {"zh": "午餐"}'


_time_zones = cache(available_timezones)  # it looks through hundreds of files


def _time_zone(given: str) -> str | None:
    good = given in _time_zones()
    return None if good else "a time zone of the IANA list, such as Asia/Shanghai"


def _token(given: str) -> str | None:
    unfit = why_no_card(uid_of_token(given)) if CHIP_TOKEN.fullmatch(given) else None
    if isinstance(unfit, ChipNumberChanges):
        return "a chip with a fixed number; one of four bytes that begins with 08 makes up another each time"
    if unfit is None and (CHIP_TOKEN.fullmatch(given) or NUMBERED.fullmatch(given)):
        return None
    return "`nfc:` and 8, 14 or 20 hexadecimal digits (A-F), or `qr:` or `phone:` and the card's number"


def one_of(allowed: Collection[str]) -> Check:
    words = ", ".join(sorted(allowed)) or "none yet: the file and the catalogue name none"
    return _reference(allowed, words)


def _reference(allowed: Collection[Any], words: str) -> Check:
    return lambda given: None if given in allowed else words


def from_to(least: int, most: int) -> Check:
    return lambda given: None if least <= given <= most else f"{least} to {most}"


def _money_or_null(meaning: str) -> Check:
    def check(given: int | None) -> str | None:
        allowed = None if given is None else _money(given)
        return f"{allowed}, or null for {meaning}" if allowed else None

    return check


_limit, _own_limit = _money_or_null("no limit"), _money_or_null("what the office is set to")


def _bytes(length: int) -> Check:
    return lambda given: (
        None if len(given) == length else f"{length} bytes, as {2 * length} hexadecimal digits"
    )
