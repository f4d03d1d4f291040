"""Look-ups in the catalogue."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import sqlalchemy as sa
import structlog
from msgspec.structs import replace

from kiosk.catalogue import earlier
from kiosk.catalogue.contact import Contact, Heard, JournalEnd
from kiosk.catalogue.items import KINDS, ItemKind, Kind, decode_value, grant_key
from kiosk.catalogue.pricing.tariffs import TariffRule
from kiosk.catalogue.values import Site
from kiosk.ledger.accounts import Account
from kiosk.ledger.amount import Unit
from kiosk.ledger.audit.faults import UNREADABLE, reason_of
from kiosk.ledger.rights import CourtesyPool, Grant, Recall
from kiosk.ledger.sql import Row, beginning_with, run
from kiosk.people.cards import Block, Card, CardKey, CardPersonalisation, IssuerKey
from kiosk.people.residents import Resident, Visitor
from kiosk.people.staff import Staff
from kiosk.store.engine import open_readonly
from kiosk.store.files import holds_something

log = structlog.get_logger()
T = TypeVar("T")

_ONE = "SELECT value FROM items WHERE kind = ? AND key = ?"
_TARIFF = "SELECT value, revision FROM items WHERE kind = 'tariff' ORDER BY key"
# Those of one site before all others, and by common readings of a name before rare ones; a prefix ends before
# the last character there is.
_NAMED = (
    "SELECT items.value FROM (SELECT key, max(site = ?) AS here, min(rank) AS rank FROM names"
    " WHERE term >= ? AND term < ? GROUP BY key ORDER BY here DESC, rank, key LIMIT ?) AS found"
    " JOIN items ON items.kind = 'resident' AND items.key = found.key"
    " ORDER BY found.here DESC, found.rank, items.key"
)
# Of three items about one person, the one that says most.
_PERSON = "SELECT kind, value FROM items WHERE kind IN ('resident', 'guest', 'visitor') AND key = ?"
_CARDS = "SELECT value FROM items WHERE kind = 'card'"
_STAFF = "SELECT value FROM items WHERE kind = 'staff' ORDER BY key"
_OF_KIND = "SELECT value FROM items WHERE kind = ? AND key >= ? AND key < ? ORDER BY key"
_REVISION = "SELECT coalesce(max(revision), 0) FROM items WHERE kind = ?"
_RECALLS = "SELECT value FROM items WHERE kind = 'recall'"
_GRANTS = "SELECT key, value FROM items WHERE kind = 'grant' AND key > ? ORDER BY key LIMIT ?"
# A file that an earlier release made has no such table until the sync process opens it.
_HOLDS_PHOTOS = "SELECT 1 FROM sqlite_schema WHERE name = 'photos'"
_PHOTO = "SELECT image FROM photos WHERE resident_id = ?"
_OBJECTIONS = "SELECT journal_id, code, seq FROM objections"
_ACKED = "SELECT acked_seq FROM contact WHERE journal_id = ?"
_HEARD = "SELECT at_ms, boot_id, monotonic_ms, rtt_ms FROM contact"


@dataclass(frozen=True, slots=True)
class Tariff:
    """All price rules, and the revision of the newest."""

    rules: tuple[TariffRule, ...] = ()
    revision: int = 0


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
        self._earlier: frozenset[str] = frozenset()
        self._version = -1
        self._inode: tuple[int, int] | None = None
        self._damaged = False
        self._closed = False

    @property
    def damaged(self) -> bool:
        """Whether something in it could not be read: the sync process fetches it again."""
        return self._damaged

    def close(self) -> None:
        """Whoever still holds it, as a tap does while another journal is begun, is answered all the same."""
        with self._lock:
            self._closed = True
            self._disconnect()
            self._engine.dispose()

    def item(self, kind: ItemKind[T], key: str) -> T | None:
        """One item of any kind: those of a service are known to the service alone."""
        with self._lock:
            found = self._rows(_ONE, (kind, key))
        return next(iter(self._decoded(kind, [value for (value,) in found])), None)

    def items(self, kind: ItemKind[T], prefix: str = "") -> list[T]:
        """All items of a kind whose keys begin so, in the order of their keys."""
        with self._lock:
            rows = self._rows(_OF_KIND, (kind, *beginning_with(prefix)))
        return self._decoded(kind, [value for (value,) in rows])

    def revision(self, kind: ItemKind[T]) -> int:
        """Of the newest item of a kind that is here; 0: there is none."""
        with self._lock:
            rows = self._rows(_REVISION, (kind,))
        return int(rows[0][0]) if rows else 0

    def block(self, token: str) -> Block | None:
        return self.item(Kind.BLOCK, token)

    def card(self, token: str) -> Card | None:
        return self.item(Kind.CARD, token)

    def cards_of(self, resident_id: int) -> list[Card]:
        """Looks through all cards: for staff, never in a tap."""
        with self._lock:
            found = self._decoded(Kind.CARD, [value for (value,) in self._rows(_CARDS, ())])
        return [each for each in found if each.resident_id == resident_id]

    def card_key(self, token: str) -> CardKey | None:
        return self.item(Kind.CARD_KEY, token)

    def personalisation(self, token: str) -> CardPersonalisation | None:
        return self.item(Kind.PERSONALISATION, token)

    def resident(self, resident_id: int) -> Resident | None:
        """Of somebody at home elsewhere what a meal needs, and the rest for a day after a visit."""
        with self._lock:
            rows = self._rows(_PERSON, (str(resident_id),))
        found: dict[str, Any] = {kind: decode_value(KINDS[kind], value) for kind, value in rows}
        whole: Resident | None = found.get(Kind.RESIDENT)
        visitor: Visitor | None = found.get(Kind.VISITOR)
        if whole is not None or visitor is None:
            return whole
        guest: Resident | None = found.get(Kind.GUEST)
        return visitor.as_resident() if guest is None else replace(guest, status=visitor.status)

    def photo(self, resident_id: int) -> bytes | None:
        """The picture of a resident at home here, if it has come: the last of all that the office sends."""
        with self._lock:
            rows = self._rows(_PHOTO, (resident_id,)) if self._rows(_HOLDS_PHOTOS, ()) else []
        return rows[0][0] if rows else None

    def residents_named(self, prefix: str, site: str, limit: int) -> list[Resident]:
        """Residents of whom a term of `people.finding` begins so; those of `site` first."""
        with self._lock:
            rows = self._rows(_NAMED, (site, *beginning_with(prefix), limit))
        return self._decoded(Kind.RESIDENT, [value for (value,) in rows])

    def grant(self, account: Account, unit: Unit = Unit.FEN) -> Grant | None:
        return self.item(Kind.GRANT, grant_key(account, unit))

    def grants_after(self, key: str, limit: int) -> list[tuple[str, Grant]]:
        """Grants with their keys, in the order of these."""
        with self._lock:
            rows = self._rows(_GRANTS, (key, limit))
        return [(name, grant) for name, value in rows for grant in self._decoded(Kind.GRANT, [value])]

    def staff(self, site: str) -> list[Staff]:
        with self._lock:
            found = self._decoded(Kind.STAFF, [value for (value,) in self._rows(_STAFF, ())])
        return [each for each in found if each.site == site]

    def recalls(self) -> list[Recall]:
        with self._lock:
            return self._decoded(Kind.RECALL, [value for (value,) in self._rows(_RECALLS, ())])

    def courtesy_pool(self, journal_id: bytes) -> CourtesyPool | None:
        return self.item(Kind.COURTESY, journal_id.hex())

    def site(self, name: str) -> Site | None:
        return self.item(Kind.SITE, name)

    def issuer_key(self, key_id: int) -> IssuerKey | None:
        return self.item(Kind.ISSUER_KEY, str(key_id))

    def tariff(self) -> Tariff:
        """Read once for each page that the sync process writes."""
        with self._lock:
            self._refresh()
            return self._tariff

    def earlier(self, table: str, statement: str, values: Row) -> list[Row]:
        """Rows that the journals before this one left in a service's table, see `kiosk.catalogue.earlier`.

        Some may be in the journal's file as well.
        """
        with self._lock:
            self._refresh()
            return self._rows(statement, values) if table in self._earlier else []

    def objections(self) -> dict[bytes, JournalEnd]:
        """What the office holds against journals of this kiosk."""
        with self._lock:
            found = self._rows(_OBJECTIONS, ())
        return {journal_id: JournalEnd(code, seq) for journal_id, code, seq in found}

    def contact(self, journal_id: bytes) -> Contact:
        """When the office was heard last, whatever journal was spoken of, and what it has of this one."""
        with self._lock:
            acked = self._rows(_ACKED, (journal_id,))
        return Contact(self.heard(), acked[0][0] if acked else 0)

    def heard(self) -> Heard:
        """When the office was heard last, whatever journal was spoken of."""
        with self._lock:
            found = self._rows(_HEARD, ())
        return Heard(*found[0]) if found else Heard()

    def _refresh(self) -> None:
        """Read again what is kept in memory, if the sync process wrote since."""
        version = self._rows("PRAGMA data_version", ())
        if version and version[0][0] != self._version:
            rows = self._rows(_TARIFF, ())
            rules = tuple(self._decoded(Kind.TARIFF, [value for value, _ in rows]))
            self._tariff = Tariff(rules, max((revision for _, revision in rows), default=0))
            is_there = self._rows(earlier.IS_THERE, ())
            found = self._rows(earlier.LOOKED_UP, ()) if is_there else []
            self._earlier = frozenset(name for (name,) in found)
            self._version = version[0][0]

    def _rows(self, statement: str, values: Row) -> list[Row]:
        try:
            self._follow_file()
            if self._connection is None:
                if not holds_something(self._path):
                    return []
                self._connection = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
            return run(self._connection, statement, values)
        except UNREADABLE as error:
            self._note(reason_of(error))
            self._disconnect()
            return []
        finally:
            if self._closed:
                self._disconnect()

    def _follow_file(self) -> None:
        """The sync process puts another file in the place of one that went wrong."""
        try:
            found = self._path.stat()
            inode = (found.st_dev, found.st_ino)
        except OSError:
            return
        if inode != self._inode:
            self._disconnect()
            self._inode, self._damaged = inode, False

    def _decoded(self, kind: ItemKind[T], values: Iterable[bytes]) -> list[T]:
        """Those that can be read: one that went wrong is absent, as if the office had not sent it yet."""
        found = []
        for value in values:
            try:
                found.append(decode_value(kind, value))
            except (msgspec.MsgspecError, ValueError, TypeError) as error:
                self._note(f"{kind}: {error}")
        return found

    def _note(self, reason: str) -> None:
        if not self._damaged:
            log.error("catalogue_unreadable", reason=reason)
        self._damaged = True

    def _disconnect(self) -> None:
        if self._connection is not None:
            self._connection.invalidate()
            self._connection.close()
        self._connection = None
        self._version = -1
