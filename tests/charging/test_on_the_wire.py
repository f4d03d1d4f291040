"""A 48 V 20 Ah battery charged from the tap to the receipt, through each make of box with its own driver and
wire, and the office agrees after a week without a network.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from drivers.outlets.relays.session import Pace
from kiosk.ledger.accounts import held, own_money
from kiosk.services.charging.items import ChargingTariff, Thresholds
from tests.charging.driven import DrivenBox, dianchuan, dny
from tests.charging.linked import Linked, charging_office, linked_point
from tests.charging.point import BY_TIME, ELECTRICITY, SERVICE, TARIFF, WHO
from tests.charging.wired import WiredBox
from tests.drivers.outlets.rs485.virtual_line import VirtualClock, in_virtual_time
from tests.sync.world import OfficeWorld
from tests.tiers import in_both

HURRIED = Thresholds(top_off_s=300)  # it floats for five minutes, and not for 45, before it is full
EVERY_S = 5.0
MAKES: dict[str, tuple[Callable[[VirtualClock], DrivenBox | WiredBox], ChargingTariff]] = {
    "dny": (lambda _: dny(), TARIFF),
    "dianchuan": (lambda _: dianchuan(), BY_TIME),
    "relays": (lambda clock: WiredBox(clock, Pace(poll_ms=5_000), is_timed=False, sockets=2), TARIFF),
}


@pytest.fixture
def office(tmp_path: Path) -> Iterator[OfficeWorld]:
    with charging_office(tmp_path / "office") as made:
        yield made


@in_both("make_from", fast=["dny 98", "dianchuan 98"], deep=[f"{make} 30" for make in MAKES])
def test_from_the_tap_to_the_receipt_and_the_office_agrees_a_week_later(
    tmp_path: Path, office: OfficeWorld, make_from: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    make, _, charge_percent = make_from.rpartition(" ")
    make_box, tariff = MAKES[make]
    box = make_box(in_virtual_time(monkeypatch))
    with linked_point(
        tmp_path / "kiosk", office, tick_s=EVERY_S, tariff=tariff, thresholds=HURRIED, beside=lambda _: box
    ) as point:
        point.pass_by(10)
        point.plug(1, "bicycle", float(charge_percent))
        point.charging.choose("A1")  # one touch, and one tap
        assert point.tap() == "charging_starting"
        point.pass_by(10)
        assert point.shown[-1].code == "charging_flowing"  # within ten seconds
        while point.view().order:
            point.pass_by(60)
        (end,) = point.ends()
        assert end.reason == "full" and point.shown[-1].code == "charging_ended"
        if tariff is TARIFF:  # as far as its meter counts it: DNY by ten watt hours
            assert 0 <= point.box.all[1].energy_wh - end.energy_wh < 11
        books = point.books()
        assert books[1] == 0 and books[2] > 0
        assert not point.box.all[1].conducts
        point.world.time.advance(hours=7 * 24)
        assert isinstance(point.world, Linked)
        point.world.push()
    accounts = own_money(WHO), held(WHO), ELECTRICITY, SERVICE
    assert tuple(office.balance_fen(each) for each in accounts) == books
    assert office.reviews() == [] and office.discrepancies() == []
