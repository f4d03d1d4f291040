"""A clerk decides about energy that flowed and was not billed: nothing, or as the meter and the box said.

Nothing is what `Settled` means under Reviews. To bill it is an entry of the office's own journal, once: what
the session has not paid yet, and no more than is on the account. What kiosks may still spend of that they are
asked to give back.
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
from kiosk.services.charging.items import CHARGING_TARIFF, ChargingTariff
from kiosk.services.charging.machine.judging import paid
from kiosk.services.charging.machine.pricing import SECONDS_PER_HOUR, Price, Use, price, tier_of
from kiosk.services.charging.records import ChargingBegun, ChargingEnded, TierTime
from sync.office.books import own_journal, reviews
from sync.office.books.bank import sums
from sync.office.books.own_journal import Entry
from sync.office.books.reviews import Decision
from sync.office.intake.judging.past import Catalogue
from sync.office.services.charging.places import Places
from sync.office.services.charging.recorded import DOUBTFUL, LATE, ends_of

BILLED = "charging_billed"


class NothingToBill(Refusal):
    """No such session waits, or its price is not known."""

    code = "nothing_to_bill"


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
    price: Price  # of what was not paid with the session


def unbilled(connection: sa.Connection, region_id: int) -> list[Unbilled]:
    """Those of which something can be billed, at a price that is known."""
    catalogue, places = Catalogue(connection, region_id), Places.read(connection, region_id)
    return list(_unbilled(connection, region_id, catalogue, places))


def _unbilled(
    connection: sa.Connection, region_id: int, catalogue: Catalogue, places: Places
) -> Iterator[Unbilled]:
    for row in [
        *run(connection, _DOUBTFUL, (region_id, DOUBTFUL)),
        *run(connection, _LATE, (region_id, LATE)),
    ]:
        journal, seq, code, site, box, socket, order, resident_id, energy_wh, charged_s = row
        began, ended = ends_of(connection, region_id, order)
        said = catalogue.said_at(CHARGING_TARIFF, began.tariff_revision) if began is not None else None
        tariff = next((each for each in said or () if began is not None and each.id == began.tariff_id), None)
        if began is None or tariff is None:
            continue
        use = _as_said(tariff, began, ended, max(0, energy_wh or 0), charged_s or 0)
        due = _less(price(tariff, use, began.cap_fen), ended)
        if due.due_fen > 0:
            label = places.label(site, box, socket)
            what = (resident_id, use.energy_wh, use.charged_s)
            yield Unbilled(bytes(journal).hex(), seq, code, site, label, *what, tariff, due)


def _as_said(
    tariff: ChargingTariff, began: ChargingBegun, ended: ChargingEnded | None, energy_wh: int, charged_s: int
) -> Use:
    """What meter or box said. No box tells tiers of power: those that the kiosk counted stand, and what goes
    beyond them is in the tier of the mean power, or in the lowest where the box counts no energy.
    """
    tiers = ended.tiers if ended is not None else ()
    beyond_s = charged_s - sum(each.s for each in tiers)
    place = tier_of(tariff, energy_wh * 10 * SECONDS_PER_HOUR // charged_s if charged_s else 0)
    if place is not None and beyond_s > 0:
        tiers = (*tiers, TierTime(tariff.tiers[place].to_w, beyond_s))
    return Use(energy_wh, charged_s, tiers, min(began.pass_s, charged_s))


def _less(said: Price, ended: ChargingEnded | None) -> Price:
    """Without what the session has paid already."""
    if ended is None:
        return said
    return Price(
        said.electricity_fen - ended.electricity_fen,
        said.service_fen - ended.service_fen,
        said.subsidy_fen - ended.subsidy_fen,
    )


def bill(connection: sa.Connection, key: JournalKey, seq: int, clerk: str, at_ms: int) -> Unbilled:
    """As was said; returns what was billed. Raises `NothingToBill` or `AccountShort`."""
    place = (key.journal_id.hex(), seq)
    waiting = unbilled(connection, key.region_id)
    found = next((each for each in waiting if (each.journal, each.seq) == place), None)
    if found is None or found.price.due_fen <= 0:
        raise NothingToBill
    account, due_fen = own_money(found.resident_id), found.price.due_fen
    moved: Row = (Posting(account, -due_fen), *paid(found.site, found.tariff, found.price))
    sums.require_enough(connection, key.region_id, moved)
    note = f"{found.code} {found.journal} {seq}"
    before = reviews.decided_times(connection, key, seq, found.code)
    request_id = f"{BILLED} {found.journal} {seq}" + (f" {before}" if before else "")
    entry = Entry(request_id, BILLED, moved, note)
    own_journal.enter(connection, key.region_id, [entry], operator=clerk, at_ms=at_ms, accept_exposure=True)
    reviews.close(connection, key, seq, found.code, at_ms, Decision("billed", clerk, "", request_id))
    return found


_OPEN = (
    "JOIN reviews AS r ON r.region_id = b.region_id AND r.journal_id = b.journal_id AND r.seq = b.seq"
    " JOIN charging_starts AS s ON s.region_id = b.region_id AND s.order_id = b.order_id"
    " WHERE b.region_id = ? AND r.code = ? AND r.closed_at_ms IS NULL ORDER BY b.wall_ms"
)
_WHAT = "SELECT b.journal_id, b.seq, r.code, b.site, b.box, b.socket, b.order_id, s.resident_id"
_DOUBTFUL = f"{_WHAT}, b.last_wh - b.first_wh, b.charged_s FROM charging_bills AS b {_OPEN}"
_LATE = f"{_WHAT}, b.energy_wh, b.charged_s FROM charging_lates AS b {_OPEN}"
