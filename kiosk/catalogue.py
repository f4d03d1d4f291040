"""The read side of the office's catalogue: people, cards, prices, rights, menus.

`catalogue.db` is one table of items by kind and key, written by the sync process alone. Losing it costs one
download. Items of a kind this version does not know are kept and ignored.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import sqlalchemy as sa
import structlog

from kiosk import history
from kiosk.ledger.accounts import Account
from kiosk.ledger.amount import Unit
from kiosk.ledger.rights import CourtesyPool, Grant, Recall
from kiosk.ledger.sql import Row, run
from kiosk.ordering import Order, StandingOrder
from kiosk.people.cards import Block, Card, CardKey, CardOrder, IssuerKey
from kiosk.people.residents import Resident
from kiosk.people.staff import Staff
from kiosk.pricing.tariffs import TariffRule
from kiosk.store.engine import holds_something, open_readonly

log = structlog.get_logger()
metadata = sa.MetaData()

items = sa.Table(
    "items",
    metadata,
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("key", sa.Text, nullable=False),
    sa.Column("revision", sa.BigInteger, nullable=False),
    sa.Column("value", sa.LargeBinary, nullable=False),
    sa.PrimaryKeyConstraint("kind", "key"),
    sqlite_with_rowid=False,
)

# One row: how the sync process stands with the office. The kiosk shows it, sets its clock by it, and can do
# without: at `monotonic_ms` of the boot `boot_id`, the office's clock had shown `at_ms` at most `rtt_ms` ago.
contact = sa.Table(
    "contact",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("at_ms", sa.BigInteger, nullable=False),  # last answer from the office, Unix time
    sa.Column("acked_seq", sa.BigInteger, nullable=False),
    sa.Column("journal_id", sa.LargeBinary(16), nullable=False),
    sa.Column("boot_id", sa.Text, nullable=False),
    sa.Column("monotonic_ms", sa.BigInteger, nullable=False),
    sa.Column("rtt_ms", sa.BigInteger, nullable=False),
)

# What the office holds against a journal, from record `seq` on: see `kiosk.incarnation`.
objections = sa.Table(
    "objections",
    metadata,
    sa.Column("journal_id", sa.LargeBinary(16), primary_key=True),
    sa.Column("code", sa.Text, nullable=False),
    sa.Column("seq", sa.BigInteger, nullable=False),
)

# What a resident can be found by, for somebody who has forgotten the card; written beside the items.
names = sa.Table(
    "names",
    metadata,
    sa.Column("term", sa.Text, primary_key=True),
    sa.Column("key", sa.Text, primary_key=True),  # of the resident's item
    sa.Column("site", sa.Text, nullable=False),
    sa.Index("names_by_key", "key"),
    sqlite_with_rowid=False,
)


class Kind(StrEnum):
    """Kinds of catalogue items, each with the value it carries."""

    BLOCK = "block"  # Block, by token
    CARD = "card"  # Card, by token
    CARD_KEY = "card_key"  # CardKey, by token; only to the kiosks of its site
    CARD_ORDER = "card_order"  # CardOrder, by token; only to the kiosks of the site that gave it out
    COURTESY = "courtesy"  # CourtesyPool, by journal; only to it
    GRANT = "grant"  # Grant, by `account unit`; only to its journal
    ISSUER_KEY = "issuer_key"  # IssuerKey, by key id
    MENU = "menu"  # Menu, by `site day meal`
    ORDER = "order"  # Order, by `site day meal resident`; only to the kiosks of the site
    PRODUCT = "product"  # Product, by id
    PROGRAMME = "programme"  # Programme, by name
    RECALL = "recall"  # Recall, by `account unit`; only to the journal that is to give back
    RESIDENT = "resident"  # Resident, by id
    SITE = "site"  # Site, by name
    STAFF = "staff"  # Staff, by id; only to the kiosks of the site
    STANDING_ORDER = "standing_order"  # StandingOrder, by `resident meal`; only to the kiosks of its site
    TARIFF = "tariff"  # TariffRule, by id


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
    # Fed offline beyond their money: at most so much owed by one resident, and by all of them to one kiosk.
    courtesy_resident_fen: int = 3000
    courtesy_pool_fen: int = 30_000


class Product(msgspec.Struct, frozen=True, kw_only=True):
    """Something sold beside the meal: a dish, a soup, a box to take it home in."""

    id: str
    name: Mapping[str, str]
    price_fen: int
    order: int = 0  # of its button


class Programme(msgspec.Struct, frozen=True, kw_only=True):
    """Who pays a subsidy."""

    name: str
    title: Mapping[str, str]


class Menu(msgspec.Struct, frozen=True, kw_only=True):
    """What there is to eat, in the order to show."""

    dishes: tuple[str, ...]


VALUES: Mapping[Kind, type[Any]] = {
    Kind.BLOCK: Block,
    Kind.CARD: Card,
    Kind.CARD_KEY: CardKey,
    Kind.CARD_ORDER: CardOrder,
    Kind.COURTESY: CourtesyPool,
    Kind.GRANT: Grant,
    Kind.ISSUER_KEY: IssuerKey,
    Kind.MENU: Menu,
    Kind.ORDER: Order,
    Kind.PRODUCT: Product,
    Kind.PROGRAMME: Programme,
    Kind.RECALL: Recall,
    Kind.RESIDENT: Resident,
    Kind.SITE: Site,
    Kind.STAFF: Staff,
    Kind.STANDING_ORDER: StandingOrder,
    Kind.TARIFF: TariffRule,
}

FRESH_MS = 120_000  # an idle kiosk is heard every half minute

T = TypeVar("T")
_encoder = msgspec.msgpack.Encoder()
_decoders = {kind: msgspec.msgpack.Decoder(value) for kind, value in VALUES.items()}


def grant_key(account: Account, unit: Unit = Unit.FEN) -> str:
    return f"{account} {unit}"


def menu_key(site: str, day: str, meal: str) -> str:
    return f"{site} {day} {meal}"


def encode_value(value: msgspec.Struct) -> bytes:
    return _encoder.encode(value)


def decode_value(kind: Kind, value: bytes) -> Any:
    return _decoders[kind].decode(value)


_ONE = "SELECT value FROM items WHERE kind = ? AND key = ?"
_TARIFF = "SELECT value, revision FROM items WHERE kind = 'tariff' ORDER BY key"
# Those of one site before all others; a prefix ends before the last character there is.
_NAMED = (
    "SELECT items.value FROM (SELECT key, max(site = ?) AS here FROM names WHERE term >= ? AND term < ?"
    " GROUP BY key ORDER BY here DESC, key LIMIT ?) AS found"
    " JOIN items ON items.kind = 'resident' AND items.key = found.key ORDER BY found.here DESC, items.key"
)
_LAST_CHARACTER = "\U0010ffff"
_PRODUCTS = "SELECT value FROM items WHERE kind = 'product'"
_CARDS = "SELECT value FROM items WHERE kind = 'card'"
_STAFF = "SELECT value FROM items WHERE kind = 'staff' ORDER BY key"
_ORDERS = "SELECT value FROM items WHERE kind = 'order' AND key >= ? AND key < ?"
_STANDING = "SELECT value FROM items WHERE kind = 'standing_order'"
_RECALLS = "SELECT value FROM items WHERE kind = 'recall'"
_GRANTS = "SELECT key, value FROM items WHERE kind = 'grant' AND key > ? ORDER BY key LIMIT ?"
_OBJECTIONS = "SELECT journal_id, code, seq FROM objections"
_CONTACT = "SELECT at_ms, CASE journal_id WHEN ? THEN acked_seq ELSE 0 END FROM contact"
_HEARD = "SELECT at_ms, boot_id, monotonic_ms, rtt_ms FROM contact"


@dataclass(frozen=True, slots=True)
class Tariff:
    """All price rules, and the revision of the newest."""

    rules: tuple[TariffRule, ...] = ()
    revision: int = 0


@dataclass(frozen=True, slots=True)
class Contact:
    """The office's last answer: when (Unix time), and up to where it has this journal."""

    at_ms: int = 0
    acked_seq: int = 0

    def is_fresh(self, wall_ms: int) -> bool:
        """Whether the office can be expected to answer now (Unix time)."""
        return 0 < wall_ms - self.at_ms + FRESH_MS < 2 * FRESH_MS


@dataclass(frozen=True, slots=True)
class Heard:
    """When the office was heard: its clock showed `at_ms` (Unix time) at most `rtt_ms` before the moment.

    The moment is `monotonic_ms` of the boot `boot_id`; without a boot id it is not known, as when the answer
    came on a memory stick.
    """

    at_ms: int
    boot_id: str = ""
    monotonic_ms: int = 0
    rtt_ms: int = 0


@dataclass(frozen=True, slots=True)
class Objection:
    """From record `seq` on a journal cannot be gone on with."""

    code: str
    seq: int


class Catalogue:
    """Typed look-ups, each on the latest committed page. Any thread may ask.

    While there is no file, or one that cannot be read, everything is absent: the sync process will bring
    it again, and the counter says `no_catalogue` meanwhile.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._engine = open_readonly(path)
        self._lock = threading.Lock()
        self._connection: sa.Connection | None = None
        self._tariff = Tariff()
        self._holds_history = False
        self._version = -1

    def close(self) -> None:
        with self._lock:
            self._disconnect()
            self._engine.dispose()

    def block(self, token: str) -> Block | None:
        return self._one(Kind.BLOCK, token, Block)

    def card(self, token: str) -> Card | None:
        return self._one(Kind.CARD, token, Card)

    def cards_of(self, resident_id: int) -> list[Card]:
        """Looks through all cards: for staff, never in a tap."""
        with self._lock:
            found = [decode_value(Kind.CARD, value) for (value,) in self._rows(_CARDS, ())]
        return [each for each in found if each.resident_id == resident_id]

    def card_key(self, token: str) -> CardKey | None:
        return self._one(Kind.CARD_KEY, token, CardKey)

    def card_order(self, token: str) -> CardOrder | None:
        return self._one(Kind.CARD_ORDER, token, CardOrder)

    def resident(self, resident_id: int) -> Resident | None:
        return self._one(Kind.RESIDENT, str(resident_id), Resident)

    def residents_named(self, prefix: str, site: str, limit: int) -> list[Resident]:
        """Residents of whom a term of `people.finding` begins so; those of `site` first."""
        with self._lock:
            rows = self._rows(_NAMED, (site, prefix, prefix + _LAST_CHARACTER, limit))
        return [decode_value(Kind.RESIDENT, value) for (value,) in rows]

    def grant(self, account: Account, unit: Unit = Unit.FEN) -> Grant | None:
        return self._one(Kind.GRANT, grant_key(account, unit), Grant)

    def grants_after(self, key: str, limit: int) -> list[tuple[str, Grant]]:
        """Grants with their keys, in the order of these."""
        with self._lock:
            rows = self._rows(_GRANTS, (key, limit))
        return [(name, decode_value(Kind.GRANT, value)) for name, value in rows]

    def products(self) -> list[Product]:
        """In the order of their buttons."""
        with self._lock:
            found = [decode_value(Kind.PRODUCT, value) for (value,) in self._rows(_PRODUCTS, ())]
        return sorted(found, key=lambda each: (each.order, each.id))

    def staff(self, site: str) -> list[Staff]:
        with self._lock:
            found = [decode_value(Kind.STAFF, value) for (value,) in self._rows(_STAFF, ())]
        return [each for each in found if each.site == site]

    def orders(self, site: str, day: date) -> list[Order]:
        """What the office has for one day; the counter may have been told otherwise since."""
        prefix = f"{site} {day} "
        with self._lock:
            rows = self._rows(_ORDERS, (prefix, prefix + _LAST_CHARACTER))
        return [decode_value(Kind.ORDER, value) for (value,) in rows]

    def standing_orders(self, site: str) -> list[StandingOrder]:
        with self._lock:
            found = [decode_value(Kind.STANDING_ORDER, value) for (value,) in self._rows(_STANDING, ())]
        return [each for each in found if each.site == site]

    def recalls(self) -> list[Recall]:
        with self._lock:
            return [decode_value(Kind.RECALL, value) for (value,) in self._rows(_RECALLS, ())]

    def courtesy_pool(self, journal_id: bytes) -> CourtesyPool | None:
        return self._one(Kind.COURTESY, journal_id.hex(), CourtesyPool)

    def site(self, name: str) -> Site | None:
        return self._one(Kind.SITE, name, Site)

    def menu(self, site: str, day: str, meal: str) -> Menu | None:
        return self._one(Kind.MENU, menu_key(site, day, meal), Menu)

    def issuer_key(self, key_id: int) -> IssuerKey | None:
        return self._one(Kind.ISSUER_KEY, str(key_id), IssuerKey)

    def tariff(self) -> Tariff:
        """Read once for each page that the sync process writes."""
        with self._lock:
            self._refresh()
            return self._tariff

    def earlier_servings(self, resident_id: int, day: str, meal: str) -> list[Row]:
        """What the journals before this one served and undid, see `kiosk.history`.

        As (`journal_id`, `seq`, `portion`, `served`, `wall_ms`); some may be in the journal's file as well.
        """
        with self._lock:
            self._refresh()
            return self._rows(history.SERVINGS, (resident_id, day, meal)) if self._holds_history else []

    def earlier_portions(self, resident_id: int, limit: int) -> list[Row]:
        """The last of them, the latest first, as (`day`, `meal`, `served`, `raw`)."""
        with self._lock:
            self._refresh()
            return self._rows(history.LAST_PORTIONS, (resident_id, limit)) if self._holds_history else []

    def objections(self) -> dict[bytes, Objection]:
        """What the office holds against journals of this kiosk."""
        with self._lock:
            found = self._rows(_OBJECTIONS, ())
        return {journal_id: Objection(code, seq) for journal_id, code, seq in found}

    def contact(self, journal_id: bytes) -> Contact:
        with self._lock:
            found = self._rows(_CONTACT, (journal_id,))
        return Contact(*found[0]) if found else Contact()

    def heard(self) -> Heard | None:
        """When the office was heard last, whatever journal was spoken of."""
        with self._lock:
            found = self._rows(_HEARD, ())
        return Heard(*found[0]) if found else None

    def _refresh(self) -> None:
        """Read again what is kept in memory, if the sync process wrote since."""
        version = self._rows("PRAGMA data_version", ())
        if version and version[0][0] != self._version:
            rows = self._rows(_TARIFF, ())
            rules = tuple(decode_value(Kind.TARIFF, value) for value, _ in rows)
            self._tariff = Tariff(rules, max((revision for _, revision in rows), default=0))
            self._holds_history = bool(self._rows(history.IS_THERE, ()) and self._rows(history.HOLDS_ANY, ()))
            self._version = version[0][0]

    def _one(self, kind: Kind, key: str, value_type: type[T]) -> T | None:
        with self._lock:
            found = self._rows(_ONE, (kind.value, key))
        return decode_value(kind, found[0][0]) if found else None

    def _rows(self, statement: str, values: Row) -> list[Row]:
        try:
            if self._connection is None:
                if not holds_something(self._path):
                    return []
                self._connection = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
            return run(self._connection, statement, values)
        except sa.exc.DatabaseError as error:
            log.error("catalogue_unreadable", reason=str(error.orig))
            self._disconnect()
            return []

    def _disconnect(self) -> None:
        if self._connection is not None:
            self._connection.invalidate()
            self._connection.close()
        self._connection = None
        self._version = -1
