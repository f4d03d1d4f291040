"""Cash that a kiosk says it took in is believed up to a limit, until a clerk has seen it.

What somebody pays in at a kiosk is money on that kiosk's word alone. Up to the limit it is money like any
other. Beyond it, it buys at the kiosk that took it and nowhere else, whatever the kiosk gives back and
whatever becomes of its journal, until a clerk says that the cash is there. Nothing is refused, and what the
kiosk itself showed stays true.

So with what repays courtesy: beyond the limit it counts as repaid where it was paid in and nowhere else.
Nobody lends it anew, and what was repaid beyond what was owed is nobody's money yet.

What was taken in and what was seen are sums over a kiosk's whole life: what is spent, or repays what was
owed, makes neither smaller. Cash that went back out of the box makes no room for other cash before a clerk
has seen that the rest is there: else honest top-ups could be undone for some that never were.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

import sqlalchemy as sa

from kiosk.catalogue.items import Kind
from kiosk.catalogue.values import Site
from kiosk.ledger.accounts import cash_box, cash_difference, safe
from kiosk.ledger.amount import Unit
from kiosk.ledger.figures import figures
from kiosk.ledger.posting import Finding, JournalKey
from kiosk.ledger.records import Record
from kiosk.ledger.sql import Row, run, run_many
from sync.office.catalogue.publishing import shown
from sync.office.rights import rights
from sync.office.rights.granting import COURTESY_PREFIX, OWN_PREFIX
from sync.office.store.turns import alone

UNSEEN = "cash_unseen"  # what a person at the office is told


class WaitingCash(NamedTuple):
    """What of the money paid into an account at one journal, be it courtesy, waits for a clerk; fen."""

    journal_id: bytes
    account: str
    fen: int


class Cash(NamedTuple):
    """Of one kiosk, in all; fen."""

    taken_fen: int
    seen_fen: int
    undone_fen: int  # since a clerk saw all that there was
    limit_fen: int

    @property
    def to_see_fen(self) -> int:
        """What should be there and nobody has seen."""
        return max(0, self.taken_fen - self.seen_fen)

    @property
    def unseen_fen(self) -> int:
        return max(0, self.taken_fen + self.undone_fen - self.seen_fen)

    @property
    def believed_fen(self) -> int:
        return min(self.unseen_fen, self.limit_fen)

    @property
    def beyond_fen(self) -> int:
        return self.unseen_fen - self.believed_fen


def weigh(
    connection: sa.Connection,
    key: JournalKey,
    device_id: bytes,
    first_seq: int,
    last_seq: int,
    undone_fen: int,
) -> Iterator[Finding]:
    """Once these records are booked: what they paid in beyond the limit has to wait.

    `undone_fen`: what of the cash of a kiosk they gave back, see `undone`.
    """
    if undone_fen:
        run(connection, _UNDO, (undone_fen, key.region_id, device_id))
    place = (key.region_id, key.journal_id, first_seq, last_seq, f"{OWN_PREFIX}%", f"{COURTESY_PREFIX}%")
    paid_in = run(connection, _PAID_IN, place)
    if not paid_in:
        return
    cash = of_kiosk(connection, key.region_id, device_id)
    if not cash.beyond_fen:
        return
    waiting = {each[:2]: each.fen for each in _waiting(connection, key.region_id, device_id)}
    missing_fen = cash.beyond_fen - sum(waiting.values())
    more = []
    for account, fen in paid_in:
        part = max(0, min(missing_fen, int(fen)))
        missing_fen -= part
        more.append(WaitingCash(key.journal_id, account, waiting.get((key.journal_id, account), 0) + part))
    _keep(connection, key.region_id, more)
    detail = figures(paid_fen=cash.to_see_fen, limit_fen=cash.limit_fen)
    if not run(connection, _TELL_AGAIN, (detail, UNSEEN, key.region_id, device_id)):
        yield Finding(last_seq, UNSEEN, detail)


def undone(records: Iterable[Record]) -> int:
    """What these gave back out of a cash box; what only went into the safe is still there."""
    box, in_safe = cash_box(""), safe("")
    return sum(
        each.quantity
        for record in records
        for each in record.postings
        if each.quantity > 0
        and each.account.startswith(box)
        and each.unit is Unit.FEN
        and not any(other.account.startswith(in_safe) for other in record.postings)
    )


def seen(connection: sa.Connection, region_id: int, device_id: bytes, fen: int) -> Sequence[str]:
    """A clerk has seen so much of what this kiosk took in. Returns the own money of those who paid it in."""
    alone(connection, region_id)
    before = of_kiosk(connection, region_id, device_id)
    undone_fen = before.undone_fen if fen < before.to_see_fen else 0
    seen_fen = before.seen_fen + min(fen, before.to_see_fen)
    run(connection, _SEEN, (seen_fen, undone_fen, region_id, device_id))
    waiting = _waiting(connection, region_id, device_id)
    free_fen = sum(each.fen for each in waiting) - of_kiosk(connection, region_id, device_id).beyond_fen
    less = []
    for each in waiting:
        part = max(0, min(free_fen, each.fen))
        free_fen -= part
        less.append(each._replace(fen=each.fen - part))
    _keep(connection, region_id, less)
    return rights.refresh(connection, region_id, [each.account for each in less])


def unseen_again(connection: sa.Connection, region_id: int, device_id: bytes, fen: int) -> None:
    """What was seen by mistake leaves less room for what comes; what it let people spend stays theirs."""
    run(connection, _UNSEE, (fen, fen, region_id, device_id))


def of_kiosk(connection: sa.Connection, region_id: int, device_id: bytes) -> Cash:
    """What it says it took in, in all its journals, less what it gave back; and what of it was seen."""
    taken = run(connection, _TAKEN.format(" AND j.device_id = ?"), (*_OF_CASH, region_id, device_id))
    (told,) = run(connection, _LIMITS.format(" AND d.device_id = ?"), (region_id, device_id))
    return _cash(told, dict(taken), shown(connection, region_id, Kind.SITE, told[1]))


def of_kiosks(connection: sa.Connection, region_id: int, sites: Mapping[str, Site]) -> Mapping[bytes, Cash]:
    """The same of every kiosk; `sites` by name."""
    taken: dict[bytes, int] = dict(run(connection, _TAKEN.format(""), (*_OF_CASH, region_id)))
    rows = run(connection, _LIMITS.format(""), (region_id,))
    return {bytes(told[0]): _cash(told, taken, sites.get(told[1])) for told in rows}


def _cash(told: Row, taken: Mapping[bytes, int], site: Site | None) -> Cash:
    """`told`: of a kiosk, as `_LIMITS` has it; `taken`: what each says that it took in."""
    device_id, _site, limit_fen, seen_fen, undone_fen = told
    if site is not None and site.unseen_cash_fen is not None:
        limit_fen = site.unseen_cash_fen
    return Cash(int(taken.get(device_id, 0)), int(seen_fen), int(undone_fen), int(limit_fen))


def _waiting(connection: sa.Connection, region_id: int, device_id: bytes) -> Sequence[WaitingCash]:
    rows = run(connection, _WAITING, (region_id, device_id))
    return [WaitingCash(bytes(journal_id), account, int(fen)) for journal_id, account, fen in rows]


def _keep(connection: sa.Connection, region_id: int, waiting: Sequence[WaitingCash]) -> None:
    rows = [(region_id, each.journal_id, each.account, Unit.FEN.value, each.fen) for each in waiting]
    run_many(connection, _WAIT, sorted(rows))


_PAID_IN = (
    "SELECT account, CAST(SUM(quantity) AS BIGINT) FROM postings WHERE region_id = ? AND journal_id = ?"
    " AND seq BETWEEN ? AND ? AND unit = 'FEN' AND quantity > 0 AND (account LIKE ? OR account LIKE ?)"
    " GROUP BY account ORDER BY account"
)
_OF_CASH = (f"{cash_box('')}%", f"{safe('')}%", f"{cash_difference('')}%")
_TAKEN = (
    "SELECT j.device_id, CAST(SUM(b.debits - b.credits) AS BIGINT) FROM journals AS j JOIN balances AS b"
    " ON b.region_id = j.region_id AND b.journal_id = j.journal_id"
    " WHERE b.unit = 'FEN' AND (b.account LIKE ? OR b.account LIKE ? OR b.account LIKE ?)"
    " AND j.region_id = ?{} GROUP BY j.device_id"
)
_LIMITS = (
    "SELECT d.device_id, d.site, r.unseen_cash_fen, d.cash_seen_fen, d.cash_undone_fen FROM regions AS r"
    " JOIN devices AS d ON d.region_id = r.region_id WHERE r.region_id = ?{}"
)
_SEEN = "UPDATE devices SET cash_seen_fen = ?, cash_undone_fen = ? WHERE region_id = ? AND device_id = ?"
_UNSEE = (
    "UPDATE devices SET cash_seen_fen = CASE WHEN cash_seen_fen > ? THEN cash_seen_fen - ? ELSE 0 END"
    " WHERE region_id = ? AND device_id = ?"
)
_UNDO = "UPDATE devices SET cash_undone_fen = cash_undone_fen + ? WHERE region_id = ? AND device_id = ?"
_WAITING = (
    "SELECT g.journal_id, g.account, g.waiting FROM journals AS j JOIN grants AS g"
    " ON g.region_id = j.region_id AND g.journal_id = j.journal_id"
    " WHERE j.region_id = ? AND j.device_id = ? AND g.unit = 'FEN' AND g.waiting > 0"
    " ORDER BY g.account, g.journal_id"
)
_WAIT = (
    "INSERT INTO grants (region_id, journal_id, account, unit, granted, home, waiting)"
    " VALUES (?, ?, ?, ?, 0, FALSE, ?) ON CONFLICT (region_id, journal_id, account, unit)"
    " DO UPDATE SET waiting = excluded.waiting"
)
_TELL_AGAIN = (
    "UPDATE reviews SET detail = ? WHERE code = ? AND closed_at_ms IS NULL AND region_id = ?"
    " AND journal_id IN (SELECT j.journal_id FROM journals AS j"
    " WHERE j.region_id = reviews.region_id AND j.device_id = ?) RETURNING 1"
)
