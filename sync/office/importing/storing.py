"""Reading an import file as a whole, and writing it in one transaction."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

import sqlalchemy as sa

from kiosk.catalogue.items import KINDS, ItemKind, Kind, decode_value
from kiosk.ledger.accounts import opening, own_money
from kiosk.ledger.amount import Amount
from kiosk.ledger.entries import posting
from kiosk.people.cards import Block, Card, CardStatus
from sync.office.books import own_journal
from sync.office.books.own_journal import Entry
from sync.office.catalogue.publishing import Change, lock_revision, publish_all, site_scope
from sync.office.importing.faults import Fault, Faults
from sync.office.importing.field_checks import Known, field_checks
from sync.office.importing.item_checks import check_items
from sync.office.importing.parts import Part, file_type
from sync.office.importing.reading import Reader
from sync.office.importing.schema import ImportFile, ResidentEntry
from sync.office.people import card_numbers
from sync.office.people.register.entries import entry_of
from sync.office.rights import rights
from sync.office.store.tables import catalogue_items, entry_requests

CHANGES_AT_ONCE = 500
MOST_DEPTH = 20  # far more than a file needs
OPENING = "opening"

Progress = Callable[[str, int, int], None]  # what is being written, how many so far, of how many


class FileFaulty(ValueError):
    """The file cannot be imported; `faults` has the first of each kind, and how many."""

    def __init__(self, faults: Faults) -> None:
        super().__init__(f"{faults.count} faults")
        self.faults = faults


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did."""

    items: int  # in the file
    changes: int  # to the catalogue
    openings_booked: int
    openings_known: int  # booked by an earlier import, and left as they are


def import_file(
    connection: sa.Connection,
    region_id: int,
    content: bytes,
    parts: Sequence[Part],
    *,
    today: date,
    at_ms: int,
    operator: str = "",
    progress: Progress = lambda part, done, total: None,
) -> Imported:
    """Check everything, then write everything in the caller's transaction. Raises `FileFaulty`."""
    before = lock_revision(connection, region_id)
    in_catalogue = _Catalogue(connection, region_id)
    file = parse(content, parts, in_catalogue, today)
    _publish(connection, region_id, list(_changes(file, in_catalogue)), "catalogue", progress)
    # What services have goes by what is there of people and sites with the file's own.
    of_services = [
        change for part in parts for change in part.changes(connection, region_id, getattr(file, part.name))
    ]
    revision = _publish(connection, region_id, of_services, "services", progress)
    asked = _opening_entries(file.residents)
    fresh = _not_yet_booked(connection, region_id, asked)
    progress("opening balances", 0, len(fresh))
    own_journal.enter(connection, region_id, fresh, operator=operator, at_ms=at_ms)
    progress("opening balances", len(fresh), len(fresh))
    rights.refresh(connection, region_id, [own_money(each.id) for each in file.residents])
    if file.cards:
        card_numbers.pass_by(connection, region_id, (*in_catalogue.of(Kind.CARD).values(), *file.cards))
    items = sum(len(getattr(file, part)) for part in file.__struct_fields__)
    return Imported(items, revision - before, len(fresh), len(asked) - len(fresh))


def _publish(
    connection: sa.Connection, region_id: int, changes: Sequence[Change], what: str, progress: Progress
) -> int:
    """A part at a time; returns the catalogue's revision."""
    for start in range(0, len(changes), CHANGES_AT_ONCE):
        publish_all(connection, region_id, changes[start : start + CHANGES_AT_ONCE])
        progress(what, min(start + CHANGES_AT_ONCE, len(changes)), len(changes))
    return lock_revision(connection, region_id)


V = TypeVar("V")
_REFERRED_TO: list[ItemKind[Any]] = [Kind.SITE, Kind.PROGRAMME, Kind.RESIDENT, Kind.CARD, Kind.CARD_KEY]


class _Catalogue:
    """What the catalogue holds already, for references that the file does not resolve itself."""

    def __init__(self, connection: sa.Connection, region_id: int) -> None:
        rows = connection.execute(
            sa.select(catalogue_items.c.kind, catalogue_items.c.key, catalogue_items.c.value).where(
                catalogue_items.c.region_id == region_id,
                catalogue_items.c.kind.in_(_REFERRED_TO),
                catalogue_items.c.value.is_not(None),
            )
        )
        self.values: dict[str, dict[str, Any]] = {}
        for kind, key, value in rows:
            self.values.setdefault(kind, {})[key] = decode_value(KINDS[kind], value)

    def of(self, kind: ItemKind[V]) -> dict[str, V]:
        return self.values.get(kind, {})


def parse(content: bytes, parts: Sequence[Part], catalogue: _Catalogue, today: date) -> ImportFile:
    """The file as values. Raises `FileFaulty` with everything that is wrong with it."""
    given = _json(content)
    known = _known(given if isinstance(given, dict) else {}, catalogue)
    checks = dict(field_checks(known, today))
    for part in parts:
        checks |= part.fields(known)
    reader = Reader(checks)
    file = reader.struct(file_type(tuple(parts)), given)
    if file is not None:
        check_items(file, parts, known, reader)
    if file is None or reader.faults.count:
        raise FileFaulty(reader.faults)
    return file


def _json(content: bytes) -> Any:
    """Raises `FileFaulty` where it is none, or nested as deep as nothing that is meant."""
    try:
        given = json.loads(content)
        if not _is_within(given, MOST_DEPTH):
            raise RecursionError(f"nested more than {MOST_DEPTH} deep")
    except (ValueError, RecursionError) as error:
        faults = Faults()
        faults.add(Fault("file", f"no JSON ({error})", "one JSON object in UTF-8"))
        raise FileFaulty(faults) from error
    return given


def _is_within(given: Any, depth: int) -> bool:
    inner = given.values() if isinstance(given, dict) else given if isinstance(given, list) else ()
    return not inner or (depth > 0 and all(_is_within(each, depth - 1) for each in inner))


def _known(given: dict[str, Any], catalogue: _Catalogue) -> Known:
    """Names from the raw file, so that an item with a fault of its own does not fault all that name it."""

    def named(part: str, key: str) -> set[Any]:
        values = (item.get(key) for item in _objects(given.get(part)))
        return {value for value in values if isinstance(value, str | int)}

    periods = (period for site in _objects(given.get("sites")) for period in _objects(site.get("meals")))
    meals: set[str] = {period["meal"] for period in periods if isinstance(period.get("meal"), str)}
    sites = catalogue.of(Kind.SITE)
    cards = catalogue.of(Kind.CARD)
    return Known(
        sites=sites.keys() | named("sites", "name"),
        meals=meals | {period.meal for site in sites.values() for period in site.meals},
        programmes=catalogue.of(Kind.PROGRAMME).keys() | named("programmes", "name"),
        residents={int(key) for key in catalogue.of(Kind.RESIDENT)} | named("residents", "id"),
        tokens=cards.keys() | named("cards", "token"),
        cards=cards,
        numbers={card.number: token for token, card in cards.items()},
    )


def _objects(given: Any) -> Iterable[dict[str, Any]]:
    return (each for each in given if isinstance(each, dict)) if isinstance(given, list) else ()


def _changes(file: ImportFile, catalogue: _Catalogue) -> Iterator[Change]:
    """The block list first; then what others refer to before what refers to it."""
    yield from _block_changes(file, catalogue)
    for site in file.sites:
        yield Change(Kind.SITE, site.name, site, label=_title(site.title))
    for programme in file.programmes:
        yield Change(Kind.PROGRAMME, programme.name, programme, label=_title(programme.title))
    for rule in file.tariff:
        yield Change(Kind.TARIFF, rule.id, rule)
    for issuer_key in file.issuer_keys:
        yield Change(Kind.ISSUER_KEY, str(issuer_key.id), issuer_key)
    for resident in file.residents:
        yield entry_of(resident.resident())
    for card in file.cards:
        yield Change(Kind.CARD, card.token, card, label=str(card.resident_id))
    yield from _key_changes(file, catalogue)


def _block_changes(file: ImportFile, catalogue: _Catalogue) -> Iterator[Change]:
    """What a counter or a clerk blocked since the file was written stays so, unless it was issued anew."""
    before: dict[str, Card] = catalogue.of(Kind.CARD)
    for card in file.cards:
        if card.status is not CardStatus.ACTIVE:
            yield Change(Kind.BLOCK, card.token, Block(token=card.token, status=card.status))
        elif card.token not in before or card.generation > before[card.token].generation:
            yield Change(Kind.BLOCK, card.token, None)


def _key_changes(file: ImportFile, catalogue: _Catalogue) -> Iterator[Change]:
    """The file's keys, and those whose card or owner the file moves to another place."""
    homes = {int(key): resident.home_site for key, resident in catalogue.of(Kind.RESIDENT).items()}
    homes |= {resident.id: resident.home_site for resident in file.residents}
    cards: dict[str, Card] = catalogue.of(Kind.CARD) | {card.token: card for card in file.cards}
    keys = catalogue.of(Kind.CARD_KEY) | {card_key.token: card_key for card_key in file.card_keys}
    named = {card_key.token for card_key in file.card_keys} | {card.token for card in file.cards}
    moved = {resident.id for resident in file.residents}
    for token, card_key in keys.items():
        owner = cards[token].resident_id
        if token in named or owner in moved:
            yield Change(Kind.CARD_KEY, token, card_key, scope=site_scope(homes[owner]))


def _title(title: Any) -> str:
    return " ".join(title.values())


def _opening_entries(residents: Iterable[ResidentEntry]) -> list[Entry]:
    return [
        Entry(
            request_id=f"{OPENING}/{each.id}",
            reason=OPENING,
            postings=(
                posting(own_money(each.id), Amount(each.opening_fen)),
                posting(opening(), Amount(-each.opening_fen)),
            ),
        )
        for each in residents
        if each.opening_fen
    ]


def _not_yet_booked(connection: sa.Connection, region_id: int, entries: list[Entry]) -> list[Entry]:
    booked = set(
        connection.execute(
            sa.select(entry_requests.c.request_id).where(
                entry_requests.c.region_id == region_id,
                entry_requests.c.request_id.startswith(f"{OPENING}/"),
            )
        ).scalars()
    )
    return [entry for entry in entries if entry.request_id not in booked]
