"""What types cannot say about an import file: ranges, references, repetitions."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any
from zoneinfo import available_timezones

from kiosk.catalogue import MealPeriod, Site
from kiosk.people.cards import Card, CardLevel, CardStatus
from kiosk.pricing.tariffs import ANY, TariffRule
from sync.office.importing.reading import Reader, placed
from sync.office.importing.schema import ImportFile, ResidentEntry

CARD_KEY_BYTES = 16
ISSUER_KEY_BYTES = 32
OLDEST_AGE = 200
CODE = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
CODE_IN_WORDS = "1 to 40 of the characters a-z 0-9 - _, such as `huasheng`"
CHIP = re.compile(r"nfc:([0-9A-F]{8}|[0-9A-F]{14}|[0-9A-F]{20})")
RANDOM_CHIP = re.compile(r"nfc:08[0-9A-F]{6}")
NUMBERED = re.compile(r"(qr|phone):([1-9]\d*)")
NAMES_OF_CARDS = "`nfc:` and 8, 14 or 20 hexadecimal digits (A-F), or `qr:` or `phone:` and the card's number"
LEVEL_OF_CODE = {"qr": CardLevel.SIGNED, "phone": CardLevel.AUTHENTICATED}
LARGEST_PHONE_NUMBER = 9_999_999  # a rotating code has room for seven digits


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


def check(file: ImportFile, known: Known, today: date, reader: Reader) -> None:
    """Add every fault that is found to the reader's."""
    for path, site in placed("sites", file.sites):
        _site(path, site, reader)
    for path, programme in placed("programmes", file.programmes):
        _code(f"{path}.name", programme.name, reader)
        _title(f"{path}.title", programme.title, reader)
    for path, rule in placed("tariff", file.tariff):
        _rule(path, rule, known, reader)
    for path, resident in placed("residents", file.residents):
        _resident(path, resident, known, today, reader)
    for path, card in placed("cards", file.cards):
        _card(path, card, known, reader)
    _keys(file, known, reader)
    _menus(file, known, reader)
    _repetitions(file, reader)


def _site(path: str, site: Site, reader: Reader) -> None:
    _code(f"{path}.name", site.name, reader)
    _title(f"{path}.title", site.title, reader)
    if site.time_zone not in available_timezones():
        reader.fault(
            f"{path}.time_zone", site.time_zone, "a time zone of the IANA list, such as Asia/Shanghai"
        )
    for n, period in enumerate(site.meals):
        _code(f"{path}.meals[{n}].meal", period.meal, reader)
        _title(f"{path}.meals[{n}].name", period.name, reader)
        if period.closes <= period.opens:
            reader.fault(
                f"{path}.meals[{n}].closes", _clock(period.closes), f"later than {_clock(period.opens)}"
            )
    _unique(((f"{path}.meals[{n}].meal", period.meal) for n, period in enumerate(site.meals)), reader)
    for one, other in pairwise(sorted(site.meals, key=lambda period: period.opens)):
        if other.opens < one.closes:
            reader.fault(f"{path}.meals", _hours(other), f"meals that do not overlap; {_hours(one)} does")


def _rule(path: str, rule: TariffRule, known: Known, reader: Reader) -> None:
    if not rule.id:
        reader.fault(f"{path}.id", rule.id, "a text that is not empty")
    _one_of(f"{path}.site", rule.site, {ANY, *known.sites}, reader)
    _one_of(f"{path}.meal", rule.meal, known.meals, reader)
    if not 0 <= rule.from_age <= rule.to_age <= OLDEST_AGE:
        reader.fault(
            f"{path}.to_age", rule.to_age, f"from {max(0, rule.from_age)} (`from_age`) to {OLDEST_AGE}"
        )
    if rule.last_day < rule.first_day:
        reader.fault(f"{path}.last_day", rule.last_day, f"{rule.first_day} (`first_day`) or later")
    for n, share in enumerate(rule.shares):
        _one_of(f"{path}.shares[{n}].programme", share.programme, known.programmes, reader)
    _unique(((f"{path}.shares[{n}].programme", each.programme) for n, each in enumerate(rule.shares)), reader)


def _resident(path: str, resident: ResidentEntry, known: Known, today: date, reader: Reader) -> None:
    if resident.id < 1:
        reader.fault(f"{path}.id", resident.id, "1 or more")
    if not resident.name.strip():
        reader.fault(f"{path}.name", resident.name, "a text that is not empty")
    if resident.born > today:
        reader.fault(f"{path}.born", resident.born, f"{today} or earlier")
    if resident.opening_fen < 0:
        reader.fault(f"{path}.opening_fen", resident.opening_fen, "0 or more fen")
    _one_of(f"{path}.home_site", resident.home_site, known.sites, reader)


def _card(path: str, card: Card, known: Known, reader: Reader) -> None:
    if RANDOM_CHIP.fullmatch(card.token):
        reader.fault(
            f"{path}.token", card.token, "a chip with a fixed number; one with 08 in front changes it"
        )
    elif code := NUMBERED.fullmatch(card.token):
        _numbered_card(path, card, code[1], int(code[2]), reader)
    elif not CHIP.fullmatch(card.token):
        reader.fault(f"{path}.token", card.token, NAMES_OF_CARDS)
    if card.number < 1 or card.generation < 1:
        reader.fault(path, [card.number, card.generation], "`number` and `generation` of 1 or more")
    if known.numbers.get(card.number, card.token) != card.token:
        reader.fault(
            f"{path}.number", card.number, f"a new number; {known.numbers[card.number]} has this one"
        )
    if card.resident_id not in known.residents:
        allowed = "the id of a resident in the file or the catalogue"
        reader.fault(f"{path}.resident_id", card.resident_id, allowed)
    before = known.cards.get(card.token)
    if before is not None:
        _changed_card(path, card, before, reader)


def _changed_card(path: str, card: Card, before: Card, reader: Reader) -> None:
    """A card only moves forward: an old file must not bring a lost one back to life."""
    if card.generation < before.generation:
        reader.fault(
            f"{path}.generation", card.generation, f"{before.generation}, as in the catalogue, or more"
        )
    blocked = before.status is not CardStatus.ACTIVE
    if blocked and card.status is CardStatus.ACTIVE and card.generation <= before.generation:
        allowed = f"{before.status.value}, as in the catalogue, or a higher `generation`"
        reader.fault(f"{path}.status", card.status.value, allowed)


def _numbered_card(path: str, card: Card, medium: str, number: int, reader: Reader) -> None:
    if number != card.number:
        reader.fault(f"{path}.number", card.number, f"{number}, as the token says")
    if card.level is not LEVEL_OF_CODE[medium]:
        reader.fault(f"{path}.level", int(card.level), f"{int(LEVEL_OF_CODE[medium])} for `{medium}:`")
    if medium == "phone" and number > LARGEST_PHONE_NUMBER:
        reader.fault(f"{path}.token", card.token, f"numbers up to {LARGEST_PHONE_NUMBER}")


def _keys(file: ImportFile, known: Known, reader: Reader) -> None:
    for path, card_key in placed("card_keys", file.card_keys):
        if len(card_key.key) != CARD_KEY_BYTES:
            reader.fault(f"{path}.key", f"{len(card_key.key)} bytes", f"{CARD_KEY_BYTES} bytes")
        if card_key.token not in known.tokens:
            reader.fault(f"{path}.token", card_key.token, "the token of a card in the file or the catalogue")
    for path, issuer_key in placed("issuer_keys", file.issuer_keys):
        if len(issuer_key.public_key) != ISSUER_KEY_BYTES:
            allowed = f"{ISSUER_KEY_BYTES} bytes of Ed25519"
            reader.fault(f"{path}.public_key", f"{len(issuer_key.public_key)} bytes", allowed)


def _menus(file: ImportFile, known: Known, reader: Reader) -> None:
    for path, menu in placed("menus", file.menus):
        _one_of(f"{path}.site", menu.site, known.sites, reader)
        _one_of(f"{path}.meal", menu.meal, known.meals, reader)
        if not menu.dishes:
            reader.fault(f"{path}.dishes", [], "at least one dish")


def _repetitions(file: ImportFile, reader: Reader) -> None:
    named: list[tuple[str, tuple[Any, ...], str]] = [
        ("sites", file.sites, "name"),
        ("programmes", file.programmes, "name"),
        ("tariff", file.tariff, "id"),
        ("residents", file.residents, "id"),
        ("cards", file.cards, "token"),
        ("cards", file.cards, "number"),
        ("card_keys", file.card_keys, "token"),
        ("issuer_keys", file.issuer_keys, "id"),
    ]
    for name, items, key in named:
        _unique(((f"{path}.{key}", getattr(item, key)) for path, item in placed(name, items)), reader)
    menus = placed("menus", file.menus)
    _unique(((path, f"{menu.site} {menu.day} {menu.meal}") for path, menu in menus), reader)


def _unique(places: Iterable[tuple[str, Any]], reader: Reader) -> None:
    first: dict[Any, str] = {}
    for path, value in places:
        if value in first:
            reader.fault(path, value, f"each once; {first[value]} has it already")
        first.setdefault(value, path)


def _code(path: str, code: str, reader: Reader) -> None:
    if not CODE.fullmatch(code):
        reader.fault(path, code, CODE_IN_WORDS)


def _title(path: str, title: Mapping[str, str], reader: Reader) -> None:
    if not any(text.strip() for text in title.values()):
        reader.fault(path, title, 'a text in at least one language, such as {"zh": "午餐"}')


def _one_of(path: str, given: str, allowed: Collection[str], reader: Reader) -> None:
    if given not in allowed:
        reader.fault(
            path, given, ", ".join(sorted(allowed)) or "none yet: the file and the catalogue name none"
        )


def _hours(period: MealPeriod) -> str:
    return f"{period.meal} {_clock(period.opens)}-{_clock(period.closes)}"


def _clock(time: Any) -> str:
    return f"{time:%H:%M}"
