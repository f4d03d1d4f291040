"""How fast the office takes in charging sessions: as `make bench` measures sales, in turns with COPY
of the same rows; then sales, as many records. A session is four.
"""

from __future__ import annotations

import itertools
import json
import os
import tempfile
from datetime import date
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from kiosk.ledger import tables
from kiosk.ledger.accounts import held, own_money
from kiosk.ledger.amount import Unit
from kiosk.ledger.entries import Posting
from kiosk.ledger.holds import HOLD, Held
from kiosk.ledger.records import ClockQuality, Moment
from kiosk.services.charging.items import (
    CHARGING_SITE,
    CHARGING_TARIFF,
    Basis,
    ChargingSite,
    ChargingTariff,
    SocketPlace,
)
from kiosk.services.charging.machine.judging import paid
from kiosk.services.charging.machine.pricing import Use, price
from kiosk.services.charging.records import (
    CHARGING_BEGUN,
    CHARGING_ENDED,
    CHARGING_FLOWING,
    PURPOSE,
    ChargingBegun,
    ChargingEnded,
    ChargingFlowing,
    Means,
    Reading,
)
from sync.office.catalogue.publishing import Change, publish_all
from sync.office.office import Office
from sync.office.services.charging.tables import charging_answers, charging_bills, charging_starts
from sync.office.services.contract import offered
from sync.office.services.listed import SERVICES
from sync.office.settings import OfficeSettings
from sync.office.store.database import writing
from tests.bench.office import push
from tests.bench.seller import REVISION, SWITCHED_ON_MS, Place, Seller
from tests.postgresql import postgresql_in

OF_SESSIONS = (tables.records, tables.postings, charging_starts, charging_answers, charging_bills)
RECORDS_OF_EACH = 4
SESSIONS, TURNS = 1_000, 3
USED = "office", "postgresql", "kiosk", "copy"
SOCKETS = 100  # of a site
HOUR_S, ENERGY_WH, POWER_DW, CAP_FEN = 3600, 180, 1_800, 300
TARIFF = ChargingTariff(
    id="by-energy",
    first_day=date(2026, 1, 1),
    basis=Basis.ENERGY,
    electricity_fen_per_kwh=60,
    service_fen_per_kwh=40,
)
FEES = price(TARIFF, Use(ENERGY_WH, HOUR_S, (), 0), CAP_FEN)


def main() -> None:
    print(json.dumps(measure(), indent=2))


def measure() -> dict[str, Any]:
    """Sessions, and then as many records of sales."""
    with tempfile.TemporaryDirectory() as name, postgresql_in(Path(name)) as server:
        with push.world(Path(name), "sessions", server, push.PLACES[:1], Charger, OF_SESSIONS) as charging:
            sessions = push.turns(charging, SESSIONS, TURNS)
            assert _reviews(charging.database) == 0, "nothing honest is put up for review"
        with push.world(Path(name), "sales", server, push.PLACES[:1]) as selling:
            sales = push.turns(selling, SESSIONS * RECORDS_OF_EACH, TURNS)
    records_per_s = RECORDS_OF_EACH * sessions["pushed_sales_per_s"]
    used_ms = {name: sessions[f"{name}_ms_per_1000_sales"] for name in USED}
    of_sales_ms = sum(sales[f"{name}_ms_per_1000_sales"] for name in ("office", "postgresql"))
    return {
        "load": os.getloadavg()[0],
        "sessions_per_s": sessions["pushed_sales_per_s"],
        "day_of_10000_s": 10_000 / sessions["pushed_sales_per_s"],
        "ratio_to_copy": sessions["ratio"],
        "sales_ratio_to_copy": sales["ratio"],
        "records_per_s_against_sales": records_per_s / sales["pushed_sales_per_s"],
        "processor_of_a_record_against_sales": (used_ms["office"] + used_ms["postgresql"])
        / RECORDS_OF_EACH
        / of_sales_ms,
        **{f"{name}_ms_per_1000_sessions": ms for name, ms in used_ms.items()},
    }


class Charger(Seller):
    """A kiosk whose people charge, an hour each, at a hundred sockets that all begin and end together."""

    def __init__(self, folder: Path, settings: OfficeSettings, url: str, place: Place) -> None:
        super().__init__(folder, settings, url, place)
        office = Office(settings, offered(SERVICES))
        with writing(office.engine) as connection:
            changes = [
                Change(CHARGING_TARIFF, TARIFF.id, TARIFF),
                Change(CHARGING_SITE, place.site, site_of(place.site)),
            ]
            publish_all(connection, settings.region_id, changes)
        office.close()
        self._residents = itertools.cycle(place.residents)
        self._rounds = itertools.count()

    def sell(self, count: int) -> None:
        """So many sessions; a multiple of `SOCKETS`."""
        for _ in range(count // SOCKETS):
            at = next(self._rounds)
            with self.journal.writing() as writing_:
                before_ms = at * 2 * HOUR_S * 1000
                begun = [self._begin(writing_, at, socket, before_ms) for socket in range(SOCKETS)]
                for body, seq in begun:
                    self._end(writing_, body, seq, before_ms + HOUR_S * 1000)

    def _begin(self, writing_: Any, at: int, socket: int, before_ms: int) -> tuple[ChargingBegun, int]:
        who, order, site_ = next(self._residents), f"{at * SOCKETS + socket:016x}", self.place.site
        set_aside = Posting(own_money(who), -CAP_FEN), Posting(held(who), CAP_FEN)
        purpose = f"{PURPOSE}{site_}/{order}"
        moment = _moment(before_ms + socket * 1000)
        hold = writing_.append(*HOLD, Held(who, CAP_FEN, purpose), *set_aside, at=moment)
        where = (site_, "shed", socket + 1)
        register = Reading(f"pzem-{socket}", at * ENERGY_WH)
        terms = (TARIFF.id, REVISION, CAP_FEN, register)
        body = ChargingBegun(order, hold.record.seq, who, who, str(Means.CARD), *where, *terms, tariff=TARIFF)
        told = {"at": moment, "tariff_revision": REVISION}
        begun = writing_.append(*CHARGING_BEGUN, body, **told)
        writing_.append(*CHARGING_FLOWING, ChargingFlowing(order, *where, POWER_DW), at=moment)
        return body, begun.record.seq

    def _end(self, writing_: Any, began: ChargingBegun, begun_seq: int, after_ms: int) -> None:
        own, register = own_money(began.resident_id), began.register
        assert register is not None, "it has one"
        body = ChargingEnded(
            *(began.hold_seq, CAP_FEN, self.journal_id, began.resident_id, Unit.FEN),
            *(began.order, began.site, began.box, began.socket, "full", TARIFF.id, REVISION),
            *(register, Reading(register.name, register.wh + ENERGY_WH), ENERGY_WH, HOUR_S, 0, ()),
            *(FEES.electricity_fen, FEES.service_fen, FEES.subsidy_fen),
            begun_journal_id=self.journal_id,
            begun_seq=begun_seq,
        )
        postings = (
            Posting(own, CAP_FEN - FEES.due_fen),
            Posting(held(began.resident_id), -CAP_FEN),
            *paid(began.site, TARIFF, FEES),
        )
        at = _moment(after_ms + began.socket * 1000)
        writing_.append(*CHARGING_ENDED, body, *postings, at=at, tariff_revision=REVISION)


def _moment(after_ms: int) -> Moment:
    return Moment(3, after_ms, SWITCHED_ON_MS, ClockQuality.KEPT)


def site_of(name: str) -> ChargingSite:
    places = (SocketPlace(box="shed", number=n + 1, label=f"A{n + 1}", column=n) for n in range(SOCKETS))
    return ChargingSite(site=name, sockets=tuple(places))


def _reviews(database: str) -> int:
    engine = sa.create_engine(database.replace("postgresql://", "postgresql+psycopg://"))
    with engine.connect() as connection:
        found = connection.execute(sa.text("SELECT count(*) FROM reviews")).scalar_one()
    engine.dispose()
    return int(found)


if __name__ == "__main__":
    main()
