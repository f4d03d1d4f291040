"""Everything that was ever booked on a resident's accounts, in the order in which it happened.

A movement is one posting. The order is that of the kiosks' wall clocks, and of the records where these say
the same. Each has the balance of its purse after it: a record that arrives late moves the balances behind it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

import msgspec
import sqlalchemy as sa

from kiosk.ledger.accounts import courtesy, held, own_money, programme, set_aside, suspense
from kiosk.ledger.amount import Unit
from kiosk.ledger.audit.recovery import RECOVERED, decode_recovered
from kiosk.ledger.follow_ups import REFUND, REVERSAL, decode_given_back
from kiosk.ledger.records import Chained, Record, decode, wall_ms
from kiosk.ledger.sql import run
from sync.office.books.office_entry import OFFICE_ENTRY, decode_office_entry
from sync.office.store.rows import same
from sync.office.store.tables import devices, journals

PER_PAGE = 100
OWN, SUSPENSE = "own", "suspense"
PURSES = (OWN, "held", "courtesy", "set_aside", SUSPENSE)


class Place(NamedTuple):
    """Where a movement stands among all of a resident's."""

    at_ms: int  # Unix time, as the kiosk's clock said it
    journal: str  # in hexadecimal
    seq: int
    n: int  # of the record's postings

    @property
    def said(self) -> str:
        """As an address says it."""
        return f"{self.journal}-{self.seq}-{self.n}"


@dataclass(frozen=True, slots=True)
class What:
    """What sort of record it was. `of`: the sort of what it gives back; `note`: why, by the office."""

    kind: str
    of: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Movement:
    """One posting, and how its purse stood after it. `subsidy_fen`: what programmes gave with the record."""

    place: Place
    purse: str
    unit: str
    quantity: int
    balance: int
    what: What = field(default=What(""))
    receipt: str = ""
    subsidy_fen: int = 0
    operator: str = ""
    kiosk: str = ""  # empty: the office itself
    site: str = ""


@dataclass(frozen=True, slots=True)
class AccountPage:
    """Some movements, the latest first; `before`: the last of them, where there are older ones."""

    lines: Sequence[Movement]
    balances: Mapping[tuple[str, str], int]  # by purse and unit, as they stand now
    count: int
    before: str  # empty: these are the oldest


class _When(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """As much of a record as says when it was written; see `Record`."""

    seq: int
    kind: str
    version: int
    boot: int
    monotonic_ms: int
    boot_wall_ms: int

    @property
    def wall_ms(self) -> int:
        return wall_ms(self.boot_wall_ms, self.monotonic_ms)


_when = msgspec.msgpack.Decoder(_When)


@dataclass(frozen=True, slots=True)
class Account:
    """All of a resident's movements, the oldest first, without what only a few of them are asked for."""

    movements: Sequence[Movement]
    chained: Mapping[tuple[str, int], tuple[bytes, bytes]]  # by journal and seq

    def page(self, connection: sa.Connection, region_id: int, purse: str, before: str) -> AccountPage:
        """`PER_PAGE` movements of one purse, or of all, older than that which `before` says."""
        mine = [each for each in self.movements if purse in ("", each.purse)]
        end = next((n for n, each in enumerate(mine) if each.place.said == before), len(mine))
        lines = mine[max(0, end - PER_PAGE) : end]
        more = lines[0].place.said if end > PER_PAGE else ""
        told = self.told(connection, region_id, lines)
        return AccountPage(told[::-1], self.balances, len(mine), more)

    @property
    def balances(self) -> Mapping[tuple[str, str], int]:
        return {(each.purse, each.unit): each.balance for each in self.movements}

    def told(
        self, connection: sa.Connection, region_id: int, lines: Iterable[Movement]
    ) -> Sequence[Movement]:
        """With what their records say, and where they were written."""
        lines = list(lines)
        wheres = _wheres(connection, region_id, {each.place.journal for each in lines})
        return [_told(each, *self.chained[each.place[1:3]], *wheres[each.place.journal]) for each in lines]


def account_of(connection: sa.Connection, region_id: int, resident_id: int) -> Account:
    """Read by the index on accounts: it costs what the resident has moved, however many others there are."""
    purses = _purses(resident_id)
    chained: dict[tuple[str, int], tuple[bytes, bytes]] = {}
    rows = []
    for account, unit, quantity, journal_id, seq, n, raw, hash_ in run(
        connection, _BOOKED, (region_id, *purses, region_id)
    ):
        place = Place(_when.decode(raw).wall_ms, bytes(journal_id).hex(), seq, n)
        chained[place[1:3]] = (bytes(raw), bytes(hash_))
        rows.append((place, purses[account], unit, int(quantity)))
    standing: dict[tuple[str, str], int] = defaultdict(int)
    movements = []
    for place, purse, unit, quantity in sorted(rows):
        standing[purse, unit] += quantity
        movements.append(
            Movement(place=place, purse=purse, unit=unit, quantity=quantity, balance=standing[purse, unit])
        )
    return Account(movements, chained)


# The index alone says where: of its own accord SQLite would read all postings of the region.
_BOOKED = (
    "WITH found AS MATERIALIZED (SELECT journal_id, seq, n FROM postings"
    " WHERE region_id = ? AND account IN (?, ?, ?, ?, ?, ?, ?, ?))"
    " SELECT p.account, p.unit, p.quantity, p.journal_id, p.seq, p.n, r.raw, r.hash"
    " FROM found AS f CROSS JOIN postings AS p CROSS JOIN records AS r"
    " WHERE p.region_id = ? AND p.journal_id = f.journal_id AND p.seq = f.seq AND p.n = f.n"
    " AND r.region_id = p.region_id AND r.journal_id = p.journal_id AND r.seq = p.seq"
    " AND p.unit IN ('FEN', 'MINUTE')"  # rights to spend are no money
)


def _purses(resident_id: int) -> dict[str, str]:
    """The accounts of a resident and what each is called."""
    four = (own_money(resident_id), held(resident_id), courtesy(resident_id), set_aside(resident_id))
    believed = {str(account): purse for account, purse in zip(four, PURSES, strict=False)}
    return believed | {str(suspense(account)): SUSPENSE for account in four}


def _told(movement: Movement, raw: bytes, hash_: bytes, site: str, kiosk: str) -> Movement:
    record = decode(raw)
    given = [each for each in record.postings if each.account.startswith(programme(""))]
    return replace(
        movement,
        what=what_of(record),
        receipt=Chained(record, hash_).receipt,
        subsidy_fen=-sum(each.quantity for each in given if each.unit is Unit.FEN),
        operator=record.operator,
        site=site,
        kiosk=kiosk,
    )


def what_of(record: Record) -> What:
    """By the record alone; of one that was recovered, what it was at first."""
    kind = (record.kind, record.version)
    try:
        if kind == OFFICE_ENTRY:
            entry = decode_office_entry(record.body)
            return What(entry.reason, note=entry.note)
        if kind in (REFUND, REVERSAL):
            return What(record.kind, of=decode_given_back(record.body).kind)
        if kind == RECOVERED:
            return what_of(decode(decode_recovered(record.body).raw))
    except msgspec.MsgspecError:
        pass  # kept all the same; the kind says what it is
    return What(record.kind)


def _wheres(
    connection: sa.Connection, region_id: int, wanted: Iterable[str]
) -> Mapping[str, tuple[str, str]]:
    """The site and the kiosk of journals."""
    j = journals.c
    query = (
        sa.select(j.journal_id, j.site, devices.c.name)
        .select_from(journals.outerjoin(devices, same(journals, devices, "device_id")))
        .where(j.region_id == region_id, j.journal_id.in_([bytes.fromhex(each) for each in wanted]))
    )
    return {row.journal_id.hex(): (row.site, row.name or "") for row in connection.execute(query)}
