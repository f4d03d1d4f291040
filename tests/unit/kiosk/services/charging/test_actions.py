"""A charging point beside its kiosk, in simulated time: what people are told, and what the books say."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import date
from pathlib import Path

import msgspec
import pytest

from drivers.outlets.contracts import AlarmKind, Counts, Ended, SocketId
from drivers.outlets.reasons import StopReason
from drivers.slip import Pair
from kiosk.common.clock import Clock
from kiosk.common.outcomes import Tone
from kiosk.front.printing.receipts import receipt_of
from kiosk.ledger.records import ClockQuality
from kiosk.services.charging.items import (
    CHARGING_PASS,
    CHARGING_TARIFF,
    REMOTE_ORDER,
    ChargingPass,
    RemoteOrder,
)
from kiosk.services.charging.machine.session import State
from kiosk.services.charging.picture import picture_of
from kiosk.services.charging.records import CHARGING_BEGUN, CHARGING_REFUSED, ChargingRefused, Means
from kiosk.services.charging.words import WORDS
from kiosk.web.paper.slips import receipt_slip
from tests.charging.point import BY_TIME, MONEY_FEN, OTHER, TARIFF, WHO, Point
from tests.factories import SITE, World
from tests.printing.samples import app


@pytest.fixture
def point(tmp_path: Path) -> Iterator[Point]:
    with closing(Point(World(tmp_path))) as made:
        yield made
        made.prove()


def codes(point: Point) -> list[str]:
    return [each.code for each in point.shown]


def test_a_battery_is_charged_from_the_start_to_the_receipt(point: Point) -> None:
    point.plug(1)
    assert point.start() == "charging_starting"
    assert point.books() == (MONEY_FEN - 300, 300, 0, 0)
    point.pass_by(3)
    assert codes(point) == ["charging_starting", "charging_flowing"]
    point.pass_by(3600)
    assert point.view().state is State.CHARGING
    assert point.stop() == "charging_stopping"
    point.pass_by(2)
    ended = point.ends()[0]
    assert ended.energy_wh == pytest.approx(180, abs=1) and ended.reason == "stopped"
    assert (ended.electricity_fen, ended.service_fen) == (11, 7)
    assert point.books() == (MONEY_FEN - 18, 0, 11, 7)
    assert codes(point)[-1] == "charging_ended" and point.view().state is State.AVAILABLE
    assert point.shown[-1].receipt


def test_a_request_that_is_repeated_gets_the_first_answer_and_holds_once(point: Point) -> None:
    point.plug(1)
    assert point.start(request_id="touch 1") == "charging_starting"
    point.pass_by(60)
    assert point.start(request_id="touch 1") == "charging_starting"
    assert point.shown[0].receipt == point.shown[-1].receipt
    assert len(point.box.asked) == 1 and point.books()[:2] == (MONEY_FEN - 300, 300)


def test_without_current_the_hold_is_gone_and_why_is_said(point: Point) -> None:
    assert point.start() == "charging_starting"
    point.pass_by(310)
    assert codes(point) == ["charging_starting", "charging_failed"]
    assert point.books() == (MONEY_FEN, 0, 0, 0) and point.ends()[0].reason == StopReason.NO_LOAD


def test_a_box_that_refuses_lets_the_hold_go_at_once(point: Point) -> None:
    point.box.all[1].refuses = StopReason.SHORT_CIRCUIT
    assert point.start() == "charging_starting"
    point.pass_by(1)
    assert codes(point)[-1] == "charging_failed" and point.books() == (MONEY_FEN, 0, 0, 0)


def test_what_cannot_begin_holds_nothing(point: Point) -> None:
    point.plug(1)
    assert point.start(9) == "no_such_socket"
    assert point.start(cap_fen=MONEY_FEN + 1) == "charging_money_short"
    point.start()
    assert point.start(1, OTHER) == "socket_taken"
    point.box.ready = False
    assert point.start(2, OTHER) == "box_away"
    assert point.books(OTHER)[:2] == (MONEY_FEN, 0)


def test_what_is_held_for_charging_cannot_buy_lunch_as_well(point: Point) -> None:
    point.plug(1)
    assert point.start(cap_fen=9_950) == "charging_starting"
    assert point.start(2, cap_fen=100) == "charging_money_short"
    point.stop()
    point.pass_by(2)
    assert point.start(2, cap_fen=9_000) == "charging_starting"  # the rest is free again at once


def test_only_who_pays_or_started_it_or_staff_may_stop_it(point: Point) -> None:
    point.plug(1)
    point.start(started_by=OTHER)
    point.pass_by(5)
    assert point.stop(by=1003) == "charging_not_yours"
    assert point.stop(by=OTHER) == "charging_stopping"
    assert point.stop(2) == "charging_nothing_runs"


@pytest.mark.parametrize(
    ("more", "helper"),
    [
        ({}, ""),
        ({"started_by": OTHER}, "测奶奶"),  # no whole name: a slip is left lying about
        ({"means": Means.STAFF}, "chen"),
    ],
)
def test_the_receipt_says_who_started_it_for_somebody_else(
    point: Point, monkeypatch: pytest.MonkeyPatch, more: dict[str, object], helper: str
) -> None:
    monkeypatch.setattr(point.counter.journal, "_operator", lambda: "chen")
    point.plug(1)
    point.start(**more)
    point.pass_by(600)
    point.stop()
    point.pass_by(10)
    with app().app_context():
        slip = receipt_slip(receipt_of(point.counter, point.shown[-1]))
    said = {each.left: each.right for each in slip if isinstance(each, Pair)}
    assert said.get("代为启动", "") == helper
    assert said["插座"] == "A1"


def test_a_card_starts_what_was_chosen_and_twice_more_stops_it(point: Point) -> None:
    point.plug(1)
    assert point.tap() == "charging_choose"
    point.charging.choose("A1")
    assert point.tap() == "charging_starting"
    point.pass_by(600)
    assert point.tap() == "charging_running"
    assert point.tap() == "charging_running"  # a slip
    point.pass_by(3)
    assert point.tap() == "charging_stopping"
    point.pass_by(2)
    assert point.ends()[0].reason == "stopped"


def test_a_socket_that_was_chosen_long_ago_is_not_started(point: Point) -> None:
    point.charging.choose("A1")
    point.pass_by(31)
    assert point.tap() == "charging_choose"


def test_who_was_sent_to_ask_for_the_time_has_the_next_person_pay_for_nothing(
    point: Point, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Town 86: another laid their card down for dinner, once staff had said what time it is."""
    point.plug(1)
    known = Clock.now
    with monkeypatch.context() as patched:
        patched.setattr(Clock, "now", lambda clock: replace(known(clock), quality=ClockQuality.UNKNOWN))
        point.charging.choose("A1")
        assert point.charging.chosen is not None
    assert point.charging.chosen is None
    assert point.tap(OTHER) == "charging_choose"
    assert point.books(OTHER) == (MONEY_FEN, 0, 0, 0)


@pytest.mark.parametrize("kind", [AlarmKind.SMOKE, AlarmKind.FIRE_SYSTEM, AlarmKind.WATER])
def test_smoke_opens_everything_and_latches_until_a_technician_clears_it(
    kind: AlarmKind, point: Point
) -> None:
    """Fire and, in its box, water too."""
    for number, who in ((1, WHO), (2, OTHER)):
        point.plug(number)
        point.start(number, who)
    point.pass_by(120)
    point.box.alarm(kind)
    point.look()
    assert not any(point.box.is_on(number) for number in (1, 2))
    point.pass_by(2)
    assert {each.reason for each in point.ends()} == {str(kind)}
    assert point.start() == "socket_broken" and point.view(4).needs_technician
    assert picture_of(point.charging).troubles == ("charging_alarm",)
    point.box.alarm(kind, is_on=False)
    point.pass_by(5)
    assert point.start() == "socket_broken"
    point.restart()
    point.pass_by(5)
    assert point.start() == "socket_broken"
    assert point.asked(lambda: point.charging.clear("east", 0, operator="w1")) == "charging_cleared"
    assert point.start() == "charging_starting"


def test_whoever_is_to_leave_reads_that_and_not_what_was_paid(point: Point) -> None:
    """The session that smoke ends would cover the alarm with a receipt."""
    point.plug(1)
    point.start()
    point.pass_by(120)
    point.box.alarm(AlarmKind.SMOKE)
    point.pass_by(3)
    ended = point.shown[-1]
    assert (ended.code, ended.tone) == ("charging_ended", Tone.STOP)
    amounts = WORDS.acts["charging_ended"].amounts
    assert amounts is not None and amounts(ended) is None


@pytest.mark.parametrize("kind", [AlarmKind.TAMPERED, AlarmKind.BOX_FAULT])
def test_a_box_that_is_tilted_or_faulty_opens_until_it_is_not(kind: AlarmKind, point: Point) -> None:
    point.plug(1)
    point.start()
    point.pass_by(60)
    point.box.alarm(kind)
    point.look()
    assert not point.box.is_on(1)
    point.pass_by(2)
    assert point.ends()[0].reason == "box_fault" and point.start() == "socket_broken"
    point.box.alarm(kind, is_on=False)
    point.pass_by(2)
    assert point.start() == "charging_starting"


def test_what_is_still_reported_cannot_be_cleared(point: Point) -> None:
    point.box.alarm(AlarmKind.SMOKE)
    point.look()
    clear = lambda: point.charging.clear("east", 0, operator="w1")  # noqa: E731
    assert point.asked(clear) == "charging_alarm_still_on"
    point.box.alarm(AlarmKind.SMOKE, is_on=False)
    point.look()
    assert point.asked(clear) == "charging_cleared"
    assert point.asked(clear) == "charging_nothing_to_clear"


def test_one_hot_look_is_nothing_and_two_open_everything(point: Point) -> None:
    for number, who in ((1, WHO), (2, OTHER)):
        point.plug(number)
        point.start(number, who)
    point.pass_by(60)
    point.box.all[1].temperature_c = 70
    point.look()
    assert point.box.is_on(1)
    point.look()
    assert not point.box.is_on(1) and not point.box.is_on(2)
    point.pass_by(2)
    assert [each.reason for each in point.ends()] == ["overheat", "overheat"]
    assert point.charging.alarms() == [("east", 1, AlarmKind.HEAT)]


def test_a_quick_rise_is_heat_before_it_is_hot(point: Point) -> None:
    point.plug(1)
    point.start()
    for temperature_c in (45, 52, 58, 64):
        point.box.all[1].temperature_c = temperature_c
        point.pass_by(61)
    assert not point.box.is_on(1) and point.ends()[0].reason == "overheat"


def test_a_welded_relay_is_known_in_three_looks_and_shuts_its_socket_alone(point: Point) -> None:
    point.plug(1)
    point.start()
    point.pass_by(60)
    point.box.all[1].is_welded = True
    point.stop()
    point.pass_by(3)
    assert point.charging.alarms() == [("east", 1, AlarmKind.RELAY_WELDED)]
    assert point.books()[1] == 0 and point.ends()[0].reason == "stopped"
    assert point.start() == "socket_broken"
    point.plug(2)
    assert point.start(2) == "charging_starting"
    point.box.all[1].is_welded = False


def test_current_that_flows_for_nobody_is_switched_off_at_the_first_look(point: Point) -> None:
    point.plug(3)
    point.box.all[3].order, point.box.all[3].kept_ms = "ff", point.world.time.monotonic_ms
    point.look()
    assert not point.box.is_on(3)


def test_the_youngest_session_yields_where_a_box_gives_too_much(point: Point) -> None:
    point.thresholds_to(box_most_w=500)
    for number in (1, 2, 3):
        point.plug(number)
        point.start(number)
        point.pass_by(5)
    assert [each.reason for each in point.ends()] == ["box_overload"]
    assert point.box.is_on(1) and point.box.is_on(2) and not point.box.is_on(3)
    point.thresholds_to(box_refuse_w=300)
    assert point.start(4) == "box_full"


def test_a_late_word_of_a_settled_order_is_noted_once_and_acknowledged(point: Point) -> None:
    point.plug(1)
    point.start()
    order = point.box.asked[0][1]
    point.pass_by(600)
    point.stop()
    point.pass_by(2)
    before = point.books()
    point.box.ended[order] = ended(order, 900)
    point.look()
    point.box.ended[order] = ended(order, 900)
    point.look()
    assert (point.late(), point.books(), len(point.ends())) == (1, before, 1)
    assert point.box.acknowledged == [order, order]


def test_a_box_that_did_not_hear_that_it_may_forget_says_the_same_again_and_nothing_is_noted(
    point: Point,
) -> None:
    """The counter died between the journal and its word to the box: there is nothing to look at."""
    point.plug(1)
    point.start()
    order = point.box.asked[0][1]
    point.pass_by(600)
    point.box.end(1, StopReason.FULL)
    point.look()
    (billed,), told = point.ends(), point.box.acknowledged.count(order)
    point.box.ended[order] = ended(order, billed.energy_wh)
    point.look()
    assert point.late() == 0
    assert point.box.acknowledged.count(order) == told + 1  # it is let forget, all the same


def ended(order: str, energy_wh: int) -> Ended:
    return Ended(SocketId("east", 1), order, StopReason.FULL, energy_wh, 600)


def test_the_process_is_killed_and_the_session_goes_on(point: Point) -> None:
    point.plug(1)
    point.start()
    point.pass_by(600)
    point.restart(off_s=60)
    assert not point.box.is_on(1)
    point.pass_by(5)
    assert point.view().state is State.CHARGING and len(point.box.asked) == 2
    point.pass_by(600)
    point.stop()
    point.pass_by(2)
    end = point.ends()[0]
    assert 60 <= end.dead_s <= 121 and end.charged_s <= 1200
    assert end.energy_wh == pytest.approx(point.box.all[1].flowed_wh, abs=1)


def test_after_a_long_power_cut_it_is_settled_at_its_register(point: Point) -> None:
    point.plug(1)
    point.start()
    point.pass_by(600)
    point.box.cut_power()
    point.restart(off_s=1200, reboots=True)
    point.box.cut_power(is_off=False)
    point.pass_by(3)
    end = point.ends()[0]
    assert end.reason == "power_lost" and end.dead_s >= 1200 and end.charged_s <= 600
    assert end.energy_wh == pytest.approx(30, abs=1) and point.books()[1] == 0


def test_the_progress_is_lost_and_the_meter_says_what_flowed(point: Point) -> None:
    point.plug(1)
    point.start()
    point.pass_by(600)
    point.counter.close()
    (point.folder / "charging.db").write_bytes(b"no database at all")
    point.counter = point.open()
    point.pass_by(3)
    assert point.ends()[0].energy_wh == pytest.approx(30, abs=1) and point.books()[1] == 0


def test_a_box_that_is_gone_for_good_does_not_keep_the_money(point: Point) -> None:
    point.plug(1)
    point.start()
    point.pass_by(60)
    point.box.is_silent = True
    point.pass_by(31 + 900)
    assert point.ends()[0].reason == "box_silent" and point.books()[1] == 0


def order_from_afar(point: Point, **changes: object) -> RemoteOrder:
    order = RemoteOrder(
        order="00000000000000b7",
        site=SITE,
        box="east",
        socket=1,
        resident_id=WHO,
        cap_fen=200,
        is_stop=False,
        until_ms=point.world.time.wall_ms + 60_000,
    )
    changed = msgspec.structs.replace(order, **changes)
    point.world.publish(REMOTE_ORDER, {changed.order: changed})
    return changed


def test_a_phone_starts_a_socket_at_the_next_step_once_and_stops_its_own_session(point: Point) -> None:
    point.plug(1)
    order = order_from_afar(point)
    point.pass_by(3)
    assert point.view().order == order.order and point.view().state is State.CHARGING
    assert point.books()[:2] == (MONEY_FEN - 200, 200)
    point.restart(off_s=20)
    point.pass_by(10)
    assert len(point.records(CHARGING_BEGUN)) == 1
    order_from_afar(point, is_stop=True)
    point.pass_by(3)
    assert [each.reason for each in point.ends()] == ["stopped"]
    point.start()
    point.pass_by(5)
    assert point.view().state is State.CHARGING  # the stop was of the other session


def test_an_order_from_afar_that_is_too_old_or_cannot_be_is_refused_and_says_why(point: Point) -> None:
    order_from_afar(point, until_ms=point.world.time.wall_ms - 1)
    point.pass_by(2)
    order_from_afar(point, order="00000000000000b8", cap_fen=MONEY_FEN + 1)
    point.pass_by(2)
    point.restart()
    point.pass_by(2)
    refused = [
        msgspec.msgpack.decode(each.body, type=ChargingRefused) for each in point.records(CHARGING_REFUSED)
    ]
    assert [(each.order[-2:], each.reason) for each in refused] == [
        ("b7", "order_too_old"),
        ("b8", "charging_money_short"),
    ]
    assert point.books()[:2] == (MONEY_FEN, 0)


def test_a_start_of_an_office_whose_clock_was_years_ahead_is_refused_when_it_arrives_and_a_stop_is_not(
    point: Point,
) -> None:
    """It would be good for years, and whoever asked for it has long gone."""
    years_ahead_ms = point.world.time.wall_ms + 10 * 365 * 86_400_000
    order_from_afar(point, until_ms=years_ahead_ms)
    point.plug(1)
    point.pass_by(3)
    (refused,) = point.records(CHARGING_REFUSED)
    assert msgspec.msgpack.decode(refused.body, type=ChargingRefused).reason == "order_too_old"
    assert point.records(CHARGING_BEGUN) == [] and point.books()[:2] == (MONEY_FEN, 0)
    point.start()
    point.pass_by(3)
    order_from_afar(point, order=point.view().order, is_stop=True, until_ms=years_ahead_ms)
    point.pass_by(3)
    assert [each.reason for each in point.ends()] == ["stopped"]


def test_an_order_for_another_kiosks_box_is_left_to_that_kiosk(point: Point) -> None:
    """Two kiosks of one site are told the same: an answer of the wrong one would end it for both."""
    order_from_afar(point, box="the other kiosk's")
    order_from_afar(point, box="the other kiosk's", is_stop=True, order="00000000000000b9")
    point.pass_by(3)
    assert point.records(CHARGING_REFUSED, CHARGING_BEGUN) == []


def test_a_code_starts_one_session(point: Point) -> None:
    point.plug(1)
    assert point.start(nonce=b"one") == "charging_starting"
    point.stop()
    point.pass_by(2)
    assert point.start(nonce=b"one") == "start_code_used"


def test_a_monthly_pass_covers_the_service_fee_of_so_many_hours_a_day(point: Point) -> None:
    month = {"first_day": date(2026, 11, 1), "last_day": date(2026, 11, 30)}
    bought = ChargingPass(resident_id=WHO, hours_per_day=1, **month)
    point.world.publish(CHARGING_PASS, {str(WHO): bought})
    for _ in range(2):
        point.plug(1)
        point.start()
        point.pass_by(2400)
        point.stop()
        point.pass_by(2)
    first, second = point.ends()
    assert first.pass_s == first.charged_s and first.service_fen == 0 < first.electricity_fen
    assert second.pass_s == 3600 - first.pass_s and 0 < second.service_fen < 5


def test_the_price_that_is_shown_is_that_of_the_socket(point: Point) -> None:
    point.world.publish(CHARGING_TARIFF, {each.id: each for each in (TARIFF, BY_TIME)})
    at, charging = point.counter.clock.now(), point.charging
    here = point.view().id
    assert charging.tariff_for(None, here, at) == TARIFF
    point.box.counts = Counts.NOTHING
    assert charging.tariff_for(None, here, at) == BY_TIME
    assert charging.tariff_for(None, SocketId("not in kiosk.toml", 1), at) == BY_TIME


def test_a_socket_whose_meter_was_silent_before_the_start_gives_no_free_energy(point: Point) -> None:
    point.plug(1)
    point.box.all[1].is_meter_silent = True
    point.pass_by(3)
    assert point.start() == "charging_starting", "its last reading stands: nothing could flow since"
    point.box.all[1].is_meter_silent = False
    point.pass_by(600)
    point.stop()
    point.pass_by(5)
    (end,) = point.ends()
    assert end.energy_wh == pytest.approx(point.box.all[1].flowed_wh, abs=1) and end.energy_wh > 20
    point.box.all[1].is_meter_silent = True
    point.pass_by(10)
    assert point.start() == "meter_away"
    assert point.books()[1] == 0 and not point.box.is_on(1)
    point.box.all[1].is_meter_silent = False
    point.pass_by(1)
    assert point.start() == "charging_starting"
