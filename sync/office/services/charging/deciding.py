"""A clerk decides about energy that flowed and was not billed: nothing, or as the meter and the box said.

Nothing is what `Settled` means under Reviews. To bill it is an entry of the office's own journal, once, of no
more than is on the account: what kiosks may still spend of it they are asked to give back.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import sqlalchemy as sa

from kiosk.ledger.accounts import own_money
from kiosk.ledger.entries import Posting
from kiosk.ledger.posting import JournalKey
from kiosk.ledger.sql import Row, run
from kiosk.plain.refusals import Refusal
from kiosk.services.charging.items import CHARGING_TARIFF, Basis, ChargingTariff
from kiosk.services.charging.machine.judging import paid
from kiosk.services.charging.machine.pricing import Price, Use, price
from sync.office.books import own_journal, reviews
from sync.office.books.own_journal import Entry
from sync.office.intake.judging.past import Catalogue
from sync.office.services.charging.places import Places
from sync.office.services.charging.recorded import DOUBTFUL, LATE

BILLED = "charging_billed"


class NothingToBill(Refusal):
    """No such session waits, or its price is not known."""

    code = "nothing_to_bill"


class AccountShort(Refusal):
    """The account has less than that."""

    code = "account_short"
    missing_fen: int


@dataclass(frozen=True, slots=True)
class Unbilled:
    """A session of which somebody has to decide; `journal` in hexadecimal."""

    journal: str
    seq: int
    code: str
    site: str
    socket: str
    resident_id: int
    energy_wh: int
    charged_s: int
    tariff: ChargingTariff
    price: Price


def unbilled(connection: sa.Connection, region_id: int) -> list[Unbilled]:
    """Those that can be billed at all: by energy or time, at a price that is known."""
    catalogue, places = Catalogue(connection, region_id), Places.read(connection, region_id)
    return list(_unbilled(connection, region_id, catalogue, places))


def _unbilled(
    connection: sa.Connection, region_id: int, catalogue: Catalogue, places: Places
) -> Iterator[Unbilled]:
    for row in [
        *run(connection, _DOUBTFUL, (region_id, DOUBTFUL)),
        *run(connection, _LATE, (region_id, LATE)),
    ]:
        journal, seq, code, site, box, socket, resident_id, tariff_id, revision, cap_fen, energy_wh, s = row
        said = catalogue.said_at(CHARGING_TARIFF, revision) or ()
        tariff = next((each for each in said if each.id == tariff_id), None)
        if tariff is None or tariff.basis is Basis.POWER or not (energy_wh or s):
            continue
        found = price(tariff, Use(max(0, energy_wh or 0), s or 0), cap_fen)
        label = places.label(site, box, socket)
        what = (resident_id, max(0, energy_wh or 0), s or 0)
        yield Unbilled(bytes(journal).hex(), seq, code, site, label, *what, tariff, found)


def bill(connection: sa.Connection, key: JournalKey, seq: int, clerk: str, at_ms: int) -> None:
    """As was said. Raises `NothingToBill` or `AccountShort`."""
    place = (key.journal_id.hex(), seq)
    waiting = unbilled(connection, key.region_id)
    found = next((each for each in waiting if (each.journal, each.seq) == place), None)
    if found is None or found.price.due_fen <= 0:
        raise NothingToBill
    account, due_fen = own_money(found.resident_id), found.price.due_fen
    balance_fen = int(run(connection, _BALANCE, (key.region_id, account))[0][0])
    if balance_fen < due_fen:
        raise AccountShort(missing_fen=due_fen - balance_fen)
    moved: Row = (Posting(account, -due_fen), *paid(found.site, found.tariff, found.price))
    note = f"{found.code} {found.journal} {seq}"
    entry = Entry(f"{BILLED} {found.journal} {seq}", BILLED, moved, note)
    own_journal.enter(connection, key.region_id, [entry], operator=clerk, at_ms=at_ms, accept_exposure=True)
    reviews.close(connection, key, seq, found.code, at_ms)


_OPEN = (
    "JOIN reviews AS r ON r.region_id = b.region_id AND r.journal_id = b.journal_id AND r.seq = b.seq"
    " JOIN charging_starts AS s ON s.region_id = b.region_id AND s.order_id = b.order_id"
    " WHERE b.region_id = ? AND r.code = ? AND r.closed_at_ms IS NULL ORDER BY b.wall_ms"
)
_WHAT = (
    "SELECT b.journal_id, b.seq, r.code, b.site, b.box, b.socket, s.resident_id, s.tariff_id,"
    " s.tariff_revision, s.cap_fen"
)
_DOUBTFUL = f"{_WHAT}, b.last_wh - b.first_wh, b.charged_s FROM charging_bills AS b {_OPEN}"
_LATE = f"{_WHAT}, b.energy_wh, b.charged_s FROM charging_lates AS b {_OPEN}"
_BALANCE = (
    "SELECT coalesce(CAST(sum(credits - debits) AS BIGINT), 0) FROM balances"
    " WHERE region_id = ? AND account = ? AND unit = 'FEN'"
)
