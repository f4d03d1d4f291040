"""The largest possible loss of money at this moment: what could still happen where the office cannot see.

Rights that a kiosk holds are residents' own money, and no loss by themselves. A loss can be: courtesy that is
not repaid, courtesy that kiosks may still give, what was set aside for kiosks that were written off, what
a lost card could still take at kiosks that have not read that it is blocked, and cash that nobody has seen,
as far as it is believed.

Beside it, before it happens: what whoever steals a kiosk's key can take with it until the kiosk is revoked.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import msgspec
import sqlalchemy as sa

from kiosk.catalogue.items import Kind, decode_value
from kiosk.catalogue.values import Site
from kiosk.ledger.accounts import own_money
from kiosk.ledger.amount import Unit
from kiosk.ledger.sql import run
from kiosk.people.cards import Card, CardStatus
from sync.office.books import writeoff
from sync.office.catalogue.publishing import shown
from sync.office.rights import outstanding
from sync.office.rights.cash import of_kiosks
from sync.office.rights.courtesy import POOLS_OF_ONE_KIOSK
from sync.office.rights.rationing import Ration

DAY_MS = 24 * 3600 * 1000


class KioskExposure(msgspec.Struct, frozen=True, kw_only=True):
    """One journal of a kiosk; all in fen. A sealed one is named while it may still have given courtesy."""

    kiosk: str
    site: str
    journal: str
    sealed: bool
    unheard_days: int | None  # None: never heard
    rights_fen: int
    courtesy_unpaid_fen: int
    courtesy_possible_fen: int
    cash_unseen_fen: int  # what it took in and no clerk has seen, as far as that is believed
    kept_back_fen: int  # of the money of people at home there, what it is granted once it spent the rest
    if_stolen_fen: int  # most that its key is worth within a day; see `docs/reliability.md`


class CardExposure(msgspec.Struct, frozen=True, kw_only=True):
    """A blocked card, and the kiosks that do not know it yet; fen."""

    number: int
    resident_id: int
    status: CardStatus
    kiosks: tuple[str, ...]
    rights_fen: int


class _Journal(NamedTuple):
    journal_id: bytes
    device_id: bytes
    sealed: bool
    kiosk: str
    site: str
    last_seen_ms: int | None
    block_cursor: int
    lent_fen: int
    repaid_fen: int
    kept_back_fen: int

    @property
    def unpaid_fen(self) -> int:
        return max(0, self.lent_fen - self.repaid_fen)


class Exposure(msgspec.Struct, frozen=True, kw_only=True):
    """All of it. `largest_loss_fen` is the sum of the five figures above it; rights as such are no loss."""

    at_ms: int
    kiosks: tuple[KioskExposure, ...]
    cards: tuple[CardExposure, ...]
    rights_fen: int
    courtesy_unpaid_fen: int
    courtesy_possible_fen: int
    set_aside_fen: int
    cards_fen: int
    cash_unseen_fen: int
    largest_loss_fen: int


def exposure(connection: sa.Connection, region_id: int, at_ms: int, ration: Ration) -> Exposure:
    """As the books stand. `at_ms` is Unix time; `ration` what one kiosk may be granted of visitors' money."""
    rows = [_Journal(*row) for row in run(connection, _JOURNALS, ("courtesy/%", region_id))]
    rights = _rights(connection, region_id)
    kiosks = tuple(_kiosks(connection, region_id, rows, rights, at_ms, ration))
    cards, cards_fen = _cards(connection, region_id, rows, rights)
    unpaid_fen = sum(each.courtesy_unpaid_fen for each in kiosks)
    possible_fen = sum(each.courtesy_possible_fen for each in kiosks)
    cash_fen = sum(each.cash_unseen_fen for each in kiosks)
    aside = (
        "SELECT CAST(SUM(credits - debits) AS BIGINT) FROM balances"
        " WHERE region_id = ? AND account LIKE ? AND unit = 'FEN'"
    )
    aside_fen = int(run(connection, aside, (region_id, "set_aside/%"))[0][0] or 0)
    return Exposure(
        at_ms=at_ms,
        kiosks=kiosks,
        cards=cards,
        rights_fen=sum(each.rights_fen for each in kiosks),
        courtesy_unpaid_fen=unpaid_fen,
        courtesy_possible_fen=possible_fen,
        set_aside_fen=aside_fen,
        cards_fen=cards_fen,
        cash_unseen_fen=cash_fen,
        largest_loss_fen=unpaid_fen + possible_fen + aside_fen + cards_fen + cash_fen,
    )


_JOURNALS = """
SELECT j.journal_id, d.device_id, j.sealed, d.name, d.site, d.last_seen_ms, d.block_cursor,
  COALESCE((SELECT CAST(SUM(b.debits) AS BIGINT) FROM balances AS b WHERE b.region_id = j.region_id
    AND b.journal_id = j.journal_id AND b.account LIKE ? AND b.unit = 'FEN'), 0),
  COALESCE((SELECT CAST(SUM(g.repaid) AS BIGINT) FROM grants AS g
    WHERE g.region_id = j.region_id AND g.journal_id = j.journal_id AND g.unit = 'FEN'), 0),
  COALESCE((SELECT CAST(SUM(g.kept) AS BIGINT) FROM grants AS g WHERE g.region_id = j.region_id
    AND g.journal_id = j.journal_id AND g.unit = 'FEN' AND g.home AND g.kept > 0), 0)
FROM journals AS j JOIN devices AS d ON d.region_id = j.region_id AND d.device_id = j.device_id
WHERE j.region_id = ? ORDER BY d.site, d.name, j.journal_id
"""
_Rights = Mapping[bytes, Mapping[str, int]]  # journal -> account -> fen outstanding


def _rights(connection: sa.Connection, region_id: int) -> _Rights:
    found: dict[bytes, dict[str, int]] = {}
    for journal_id, account, unit, fen in outstanding.of_open_journals(connection, region_id):
        if unit is Unit.FEN:
            found.setdefault(journal_id, {})[account] = fen
    return found


def _kiosks(
    connection: sa.Connection,
    region_id: int,
    rows: Sequence[_Journal],
    rights: _Rights,
    at_ms: int,
    ration: Ration,
) -> Iterator[KioskExposure]:
    sites = _sites(connection, region_id)
    cashes = of_kiosks(connection, region_id, sites)
    expected = writeoff.still_expected(connection, region_id)
    told: set[bytes] = set()  # kiosks whose cash stands beside a journal of theirs
    for row in sorted(rows, key=lambda each: each.sealed):
        cash = cashes[bytes(row.device_id)]
        believed_fen = 0 if row.device_id in told else cash.believed_fen
        may_give = not row.sealed or row.journal_id in expected
        pool_fen = sites[row.site].courtesy_pool_fen if row.site in sites else 0
        possible_fen = max(0, pool_fen - row.unpaid_fen) if may_give else 0
        if row.sealed and not (row.unpaid_fen or possible_fen or believed_fen):
            continue
        told.add(row.device_id)
        worth_fen = POOLS_OF_ONE_KIOSK * pool_fen + cash.limit_fen + row.kept_back_fen + ration.most_a_day_fen
        rights_fen = sum(rights.get(row.journal_id, {}).values())
        unheard = None if row.last_seen_ms is None else max(0, at_ms - row.last_seen_ms) // DAY_MS
        yield KioskExposure(
            kiosk=row.kiosk,
            site=row.site,
            journal=row.journal_id.hex(),
            sealed=bool(row.sealed),
            unheard_days=unheard,
            rights_fen=rights_fen,
            courtesy_unpaid_fen=row.unpaid_fen,
            courtesy_possible_fen=possible_fen,
            cash_unseen_fen=believed_fen,
            kept_back_fen=row.kept_back_fen,
            if_stolen_fen=0 if row.sealed else rights_fen + worth_fen,
        )


def _sites(connection: sa.Connection, region_id: int) -> Mapping[str, Site]:
    values = run(connection, _VALUES, (region_id, Kind.SITE))
    sites: list[Site] = [decode_value(Kind.SITE, value) for _, _, value in values]
    return {site.name: site for site in sites}


_VALUES = (
    "SELECT key, revision, value FROM catalogue_items"
    " WHERE region_id = ? AND kind = ? AND value IS NOT NULL ORDER BY key"
)


def _cards(
    connection: sa.Connection, region_id: int, rows: Sequence[_Journal], rights: _Rights
) -> tuple[tuple[CardExposure, ...], int]:
    """Blocked cards that some kiosk may still take, and what they could take in all.

    Two cards of one person could take the same money, which counts once. What they could take on courtesy is
    part of the kiosks' pools.
    """
    blocks = run(connection, _VALUES, (region_id, Kind.BLOCK))
    found: list[CardExposure] = []
    at_risk: dict[tuple[bytes, int], int] = {}
    for token, revision, value in blocks:
        unaware = [row for row in rows if not row.sealed and row.block_cursor < revision]
        card: Card | None = shown(connection, region_id, Kind.CARD, token) if unaware else None
        if card is None:
            continue
        held = {
            row.journal_id: rights.get(row.journal_id, {}).get(own_money(card.resident_id), 0)
            for row in unaware
        }
        at_risk |= {(journal_id, card.resident_id): fen for journal_id, fen in held.items()}
        found.append(
            CardExposure(
                number=card.number,
                resident_id=card.resident_id,
                status=decode_value(Kind.BLOCK, value).status,
                kiosks=tuple(row.kiosk for row in unaware),
                rights_fen=sum(held.values()),
            )
        )
    return tuple(found), sum(at_risk.values())
