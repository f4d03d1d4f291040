"""What the fields of one item say together, and what items say of each other."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, time
from itertools import pairwise
from typing import Any, Protocol

from kiosk.catalogue.pricing.tariffs import TariffRule
from kiosk.catalogue.values import MealPeriod, Site
from kiosk.people.cards import Card, CardLevel, CardStatus
from sync.office.importing.field_checks import NUMBERED, Known
from sync.office.importing.parts import Part
from sync.office.importing.reading import Reader, placed
from sync.office.importing.schema import ImportFile

OLDEST_AGE = 200
LEVEL_OF_CODE = {"qr": CardLevel.SIGNED, "phone": CardLevel.AUTHENTICATED}
LARGEST_PHONE_NUMBER = 9_999_999  # a rotating code has room for seven digits


class Dated(Protocol):
    """What holds from one day to another."""

    @property
    def first_day(self) -> date: ...

    @property
    def last_day(self) -> date: ...


def check_items(file: ImportFile, parts: Sequence[Part], known: Known, reader: Reader) -> None:
    """Add every fault that is found to the reader's."""
    for path, site in placed("sites", file.sites):
        _site(path, site, reader)
    for path, rule in placed("tariff", file.tariff):
        _rule(path, rule, reader)
    for path, card in placed("cards", file.cards):
        _card(path, card, known, reader)
    _repetitions(file, reader)
    for part in parts:
        entries = [*placed(part.name, getattr(file, part.name))]
        for path, entry in entries:
            part.check(path, entry, reader)
        _unique(((path, part.once(entry)) for path, entry in entries), reader)


def _site(path: str, site: Site, reader: Reader) -> None:
    for n, period in enumerate(site.meals):
        if period.closes <= period.opens:
            given, allowed = _clock(period.closes), f"later than {_clock(period.opens)} (`opens`)"
            reader.fault(f"{path}.meals[{n}].closes", given, allowed)
    _unique(((f"{path}.meals[{n}].meal", period.meal) for n, period in enumerate(site.meals)), reader)
    for one, other in pairwise(sorted(site.meals, key=lambda period: period.opens)):
        if other.opens < one.closes:
            reader.fault(f"{path}.meals", _hours(other), f"meals that do not overlap; {_hours(one)} does")


def _rule(path: str, rule: TariffRule, reader: Reader) -> None:
    if not 0 <= rule.from_age <= rule.to_age <= OLDEST_AGE:
        allowed = f"from {max(0, rule.from_age)} (`from_age`) to {OLDEST_AGE}"
        reader.fault(f"{path}.to_age", rule.to_age, allowed)
    check_days(path, rule, reader)
    shares = enumerate(rule.shares)
    _unique(((f"{path}.shares[{n}].programme", share.programme) for n, share in shares), reader)


def check_days(path: str, item: Dated, reader: Reader) -> None:
    if item.last_day < item.first_day:
        reader.fault(f"{path}.last_day", item.last_day, f"{item.first_day} (`first_day`) or later")


def _card(path: str, card: Card, known: Known, reader: Reader) -> None:
    code = NUMBERED.fullmatch(card.token)
    if code:
        _numbered_card(path, card, code[1], int(code[2]), reader)
    holder = known.numbers.get(card.number, card.token)
    if holder != card.token:
        reader.fault(f"{path}.number", card.number, f"a new number; {holder} has this one")
    before = known.cards.get(card.token)
    if before is not None:
        _changed_card(path, card, before, reader)


def _numbered_card(path: str, card: Card, medium: str, number: int, reader: Reader) -> None:
    if number != card.number:
        reader.fault(f"{path}.number", card.number, f"{number}, as the token says")
    if card.level is not LEVEL_OF_CODE[medium]:
        reader.fault(f"{path}.level", int(card.level), f"{int(LEVEL_OF_CODE[medium])} for `{medium}:`")
    if medium == "phone" and number > LARGEST_PHONE_NUMBER:
        reader.fault(f"{path}.token", card.token, f"numbers up to {LARGEST_PHONE_NUMBER}")


def _changed_card(path: str, card: Card, before: Card, reader: Reader) -> None:
    """A card only moves forward: an old file must not bring a lost one back to life."""
    if card.generation < before.generation:
        allowed = f"{before.generation}, as in the catalogue, or more"
        reader.fault(f"{path}.generation", card.generation, allowed)
    blocked = before.status is not CardStatus.ACTIVE
    if blocked and card.status is CardStatus.ACTIVE and card.generation <= before.generation:
        allowed = f"{before.status.value}, as in the catalogue, or a higher `generation`"
        reader.fault(f"{path}.status", card.status.value, allowed)


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


def _unique(places: Iterable[tuple[str, Any]], reader: Reader) -> None:
    first: dict[Any, str] = {}
    for path, value in places:
        if value in first:
            reader.fault(path, value, f"each once; {first[value]} has it already")
        first.setdefault(value, path)


def _hours(period: MealPeriod) -> str:
    return f"{period.meal} {_clock(period.opens)}-{_clock(period.closes)}"


def _clock(at: time) -> str:
    return f"{at:%H:%M}"
