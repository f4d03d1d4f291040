"""A session whose journal was left: it is settled once, in the next one, by the same readings."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from kiosk.common.purses import purse_of
from kiosk.journal.incarnation import FORKED
from kiosk.ledger.audit.recovery import RECOVERED
from kiosk.ledger.holds import TAKEN_OVER
from kiosk.ledger.records import decode
from kiosk.services.charging.records import CHARGING_ENDED, CHARGING_REFUSED, ChargingRefused, decode_ended
from sync.office.books import heads
from sync.office.store.database import reading, writing
from tests.charging.linked import Linked, charging_office, linked_point
from tests.charging.point import ELECTRICITY, MONEY_FEN, SERVICE, WHO, Point
from tests.factories import SITE
from tests.sync.world import OfficeWorld

ACCOUNTS = f"own/{WHO}", f"held/{WHO}", ELECTRICITY, SERVICE


@pytest.fixture
def office(tmp_path: Path) -> Iterator[OfficeWorld]:
    with charging_office(tmp_path / "office") as made:
        yield made


@pytest.fixture
def point(tmp_path: Path, office: OfficeWorld) -> Iterator[Point]:
    with linked_point(tmp_path / "kiosk", office, tick_s=5.0) as made:
        made.plug(1)
        assert made.start() == "charging_starting"
        made.pass_by(600)
        yield made


def exchange(point: Point) -> None:
    assert isinstance(point.world, Linked)
    point.world.push()
    point.world.pull()


def in_the_next_journal(point: Point) -> None:
    reason = point.counter.reason_to_leave()
    assert reason
    point.counter.leave(reason)
    point.counter = point.open()
    for _ in range(3):
        exchange(point)
        point.counter.recover_some()
    point.pass_by(30)


def settled_once(point: Point, office: OfficeWorld, by: str) -> None:
    """At the office and at the kiosk. `by`: the kind of record with which it goes on."""
    point.stop()
    point.pass_by(30)
    exchange(point)
    exchange(point)
    with reading(office.office.engine) as connection:
        raws = connection.exec_driver_sql("SELECT raw FROM records").fetchall()
    records = [decode(raw) for (raw,) in raws]
    assert by in {each.kind for each in records}
    ends = [decode_ended(each.body) for each in records if each.kind == CHARGING_ENDED[0]]
    (end,) = ends
    paid_fen = end.electricity_fen + end.service_fen
    assert paid_fen > 0 and end.energy_wh <= point.box.all[1].flowed_wh + 1
    assert end.last is not None and end.first is not None
    assert end.energy_wh == end.last.wh - end.first.wh
    stand = tuple(office.balance_fen(each) for each in ACCOUNTS)
    assert stand == (MONEY_FEN - paid_fen, 0, end.electricity_fen, end.service_fen)
    with point.counter.journal.writing() as journal:
        assert purse_of(journal, point.counter.catalogue, WHO).balance == MONEY_FEN - paid_fen
    assert office.discrepancies() == []
    assert point.charging.socket("A1").order == ""


def test_what_the_office_had_of_it_is_taken_over(point: Point, office: OfficeWorld) -> None:
    exchange(point)
    with writing(office.office.engine) as connection:
        heads.seal(connection, point.counter.journal.key)
    with point.counter.journal.writing() as journal:  # unsent: it comes late
        refused = ChargingRefused("00000000000000ee", SITE, "east", 2, "order_too_old")
        journal.append(*CHARGING_REFUSED, refused, at=point.counter.clock.now())
    exchange(point)
    in_the_next_journal(point)
    settled_once(point, office, TAKEN_OVER[0])


def test_what_the_office_had_not_of_it_is_recovered(point: Point, office: OfficeWorld) -> None:
    journal_id = point.counter.journal.key.journal_id
    with closing(sqlite3.connect(point.folder / "catalogue.db")) as catalogue, catalogue:
        # as after a memory card that was put back: the office has another history of it
        catalogue.execute(
            "INSERT OR REPLACE INTO objections (journal_id, code, seq) VALUES (?, ?, ?)",
            (journal_id, FORKED, 1),
        )
    in_the_next_journal(point)
    settled_once(point, office, RECOVERED[0])
