"""A relay board and meters as one box: what it promises of fire and of money, on a virtual clock."""

from __future__ import annotations

import pytest

from drivers.outlets.contracts import (
    KEEP_ON_S,
    Alarm,
    AlarmKind,
    Counts,
    Ended,
    Limits,
    OutletBox,
    Refused,
    Register,
    Sample,
)
from drivers.outlets.reasons import StopReason
from drivers.outlets.relays.session import Pace
from drivers.sim.outlets.battery import CAPACITY_WH, EFFICIENCY, FLOAT_DW, Appliance, Battery, Charger
from drivers.sim.outlets.faults import SlaveFault
from tests.drivers.outlets.rs485.shed import BICYCLE_DW, BOARD, FIRST_METER, OPENS_AFTER_MS, Shed
from tests.drivers.outlets.rs485.virtual_line import VirtualClock

IMPLAUSIBLE = StopReason.METER_IMPLAUSIBLE
ORDER, NEXT = "0000000000000001", "0000000000000002"
# From when a relay has moved until the counter knows.
A_LOOK_S = (Pace().meter_lags_ms + 2 * Pace().poll_ms) / 1000


@pytest.fixture
def shed(clock: VirtualClock) -> Shed:
    shed = Shed(clock)
    shed.run(A_LOOK_S)
    assert shed.box.ready
    return shed


@pytest.fixture
def plain(clock: VirtualClock) -> Shed:
    shed = Shed(clock, is_timed=False)
    shed.run(A_LOOK_S)
    return shed


def test_it_is_a_box_like_any_other(shed: Shed) -> None:
    assert isinstance(shed.box, OutletBox)
    assert (shed.box.name, shed.box.sockets, shed.box.counts) == ("shed", 3, Counts.METERS)


def test_current_flows_for_an_order_and_is_measured(shed: Shed) -> None:
    shed.charge(2, ORDER)
    shed.run(A_LOOK_S)
    assert shed.conducting == [2]
    sample = shed.last(2)
    assert (sample.is_on, sample.power_dw, sample.is_plugged, sample.order) == (True, BICYCLE_DW, True, ORDER)
    assert sample.register == Register(f"pzem-{FIRST_METER + 1}", 2_000)
    shed.run(400)
    assert shed.last(2).register == Register(f"pzem-{FIRST_METER + 1}", 2_020)
    assert shed.last(1).power_dw == 0


def test_whoever_waits_for_current_is_told_before_the_next_round(shed: Shed) -> None:
    """Only what flowed until a relay opened may be told too late by a meter."""
    shed.charge(2, ORDER)
    shed.run(Pace().poll_ms / 2000)
    assert shed.last(2).power_dw == BICYCLE_DW


@pytest.mark.parametrize("every_s", [0.0, 1.4])
def test_off_is_open_and_seen_at_zero(every_s: float, shed: Shed) -> None:
    """Also by a meter that still says for a while what was before."""
    shed.meters[1].every_s = every_s
    shed.charge(2, ORDER)
    shed.run(60)
    shed.off(2)
    shed.forget()
    shed.run(A_LOOK_S)
    assert shed.conducting == []
    assert (shed.last(2).is_on, shed.last(2).power_dw, shed.last(2).order) == (False, 0, "")
    assert {each.power_dw for each in shed.heard(Sample, 2)} == {0}  # nothing of before is told as of now


def test_at_the_start_all_relays_open_before_anything_else(clock: VirtualClock) -> None:
    """A plain board holds what another process closed, which died."""
    shed = Shed(clock, is_timed=False)
    for socket in shed.shelter:
        socket.is_closed = True
    shed._step()
    assert shed.conducting == []
    assert not shed.box.ready
    assert shed.heard(Sample) == []
    shed.run(A_LOOK_S)
    assert shed.box.ready
    assert [shed.last(number).power_dw for number in (1, 2, 3)] == [0, 0, 0]


def test_a_counter_that_dies_opens_a_timed_relay(shed: Shed, clock: VirtualClock) -> None:
    shed.charge(1, ORDER)
    shed.run(30)
    shed.die()
    clock.sleep(OPENS_AFTER_MS / 1000 + 0.05)
    shed.wire.pass_time()
    assert shed.conducting == []


@pytest.mark.parametrize("make", ["shed", "plain"])
def test_a_counter_that_does_not_keep_on_is_taken_for_dead(make: str, request: pytest.FixtureRequest) -> None:
    shed: Shed = request.getfixturevalue(make)
    shed.charge(1, ORDER)
    shed.run(5)
    assert shed.conducting == [1]
    shed.kept.clear()
    shed.run(KEEP_ON_S + 1)
    assert shed.conducting == []


def test_all_off_comes_before_meters(shed: Shed) -> None:
    for number in (1, 2, 3):
        shed.charge(number, f"{number:016x}")
    shed.run(10)
    assert shed.conducting == [1, 2, 3]
    shed.kept.clear()
    shed.box.all_off()
    shed._step()
    assert shed.conducting == []


def test_an_opening_is_repeated_until_it_is_seen(plain: Shed) -> None:
    plain.charge(1, ORDER)
    plain.run(5)
    plain.wire.faults[BOARD] = SlaveFault.ABSENT
    plain.off(1)
    plain.run(2)
    assert plain.conducting == [1]
    plain.wire.faults.clear()
    plain.run(2)
    assert plain.conducting == []


def test_the_same_order_again_switches_nothing(shed: Shed) -> None:
    for _ in range(3):
        shed.charge(1, ORDER)
        shed.run(5)
    assert shed.board.closings == {1: 1}


@pytest.mark.parametrize("fault", [SlaveFault.DEAF, SlaveFault.WRONG_CRC, SlaveFault.LATE, SlaveFault.TWIN])
def test_a_relay_whose_board_cannot_be_heard_is_closed_once(fault: SlaveFault, plain: Shed) -> None:
    plain.wire.faults[BOARD] = fault
    plain.charge(1, ORDER)
    plain.run(0.5)
    plain.wire.faults.clear()
    plain.run(10)
    assert plain.conducting == [1]
    assert plain.board.closings == {1: 1}


def test_a_welded_relay_is_said_within_one_poll(shed: Shed) -> None:
    shed.charge(1, ORDER)
    shed.run(10)
    shed.shelter[1].is_welded = True
    shed.off(1)
    shed.run(A_LOOK_S)
    (alarm,) = shed.heard(Alarm)
    assert (alarm.kind, alarm.is_on, str(alarm.socket)) == (AlarmKind.RELAY_WELDED, True, "shed/1")
    assert (shed.last(1).is_on, shed.last(1).power_dw) == (False, BICYCLE_DW)


def test_a_relay_that_is_welded_gets_no_order(shed: Shed) -> None:
    shed.shelter[1].is_welded = True
    shed.run(A_LOOK_S)
    shed.charge(1, ORDER)
    shed.run(A_LOOK_S)
    assert [each.reason for each in shed.heard(Refused)] == [StopReason.RELAY_WELDED]
    shed.kept.clear()
    shed.shelter[1].is_welded = False
    shed.run(A_LOOK_S)
    assert [each.is_on for each in shed.heard(Alarm)] == [True, False]
    shed.charge(1, NEXT)
    shed.run(A_LOOK_S)
    assert shed.conducting == [1]


def test_a_relay_that_does_not_close_is_broken(shed: Shed) -> None:
    shed.board.dead.add(1)
    shed.charge(1, ORDER)
    shed.run(A_LOOK_S)
    (refused,) = shed.heard(Refused)
    assert (refused.order, refused.reason) == (ORDER, StopReason.RELAY_BROKEN)
    assert shed.heard(Ended) == []


def test_a_relay_that_opens_by_itself_is_broken(shed: Shed) -> None:
    shed.charge(1, ORDER)
    shed.run(10)
    shed.board.start_anew()
    shed.board.dead.add(1)
    shed.run(A_LOOK_S)
    assert [(each.order, each.reason) for each in shed.heard(Ended)] == [(ORDER, StopReason.RELAY_BROKEN)]


def test_what_ended_is_said_until_it_is_acknowledged(shed: Shed) -> None:
    shed.charge(1, ORDER, Limits(longest_s=60, most_dw=6_000))
    shed.run(80)
    assert len(shed.heard(Ended)) > 1
    assert {(each.order, each.reason, each.charged_s) for each in shed.heard(Ended)} == {
        (ORDER, StopReason.LONGEST, 60)
    }
    assert shed.conducting == []
    shed.box.acknowledge(ORDER)
    shed.forget()
    shed.run(30)
    assert shed.heard(Ended) == []


def test_it_keeps_the_limits_that_it_was_given(shed: Shed) -> None:
    shed.charge(1, ORDER, Limits(longest_s=36_000, most_dw=BICYCLE_DW - 1))
    shed.charge(2, NEXT, Limits(longest_s=36_000, most_dw=6_000, most_wh=9))
    shed.run(A_LOOK_S)
    assert [(each.order, each.reason) for each in shed.heard(Ended, 1)] == [(ORDER, StopReason.OVERLOAD)]
    shed.run(170)
    assert shed.heard(Ended, 2) == []
    shed.run(20)
    assert {each.reason for each in shed.heard(Ended, 2)} == {StopReason.ENERGY_UP}
    assert shed.conducting == []


def test_a_meter_that_is_silent_opens_its_socket(shed: Shed) -> None:
    for number, order in ((1, ORDER), (2, NEXT)):
        shed.charge(number, order)
    shed.run(60)
    shed.wire.faults[FIRST_METER] = SlaveFault.ABSENT
    shed.forget()
    shed.run(15)
    assert {each.register for each in shed.heard(Sample, 1)[1:]} == {None}
    shed.run(20)
    assert {each.reason for each in shed.heard(Ended, 1)} == {StopReason.METER_SILENT}
    assert shed.conducting == [2]


def test_a_socket_whose_meter_is_silent_gets_no_order(shed: Shed) -> None:
    shed.wire.faults[FIRST_METER] = SlaveFault.ABSENT
    shed.run(10)
    shed.charge(1, ORDER)
    shed.run(A_LOOK_S)
    assert [each.reason for each in shed.heard(Refused)] == [StopReason.METER_SILENT]
    assert shed.board.closings == {}


def test_one_look_that_failed_refuses_nobody(shed: Shed) -> None:
    shed.wire.faults[FIRST_METER] = SlaveFault.ABSENT
    shed.run(2)
    shed.charge(1, ORDER)
    shed.wire.faults.clear()
    shed.run(A_LOOK_S + 5)
    assert shed.heard(Refused) == []
    assert shed.conducting == [1]


def test_an_order_is_taken_while_the_others_are_still_looked_at(clock: VirtualClock) -> None:
    """After a restart the counter goes on with a socket as soon as it was seen at zero."""
    shed = Shed(clock)
    while not shed.heard(Sample, 1):
        shed._step()
    assert not shed.box.ready
    shed.charge(1, ORDER)
    shed.run(A_LOOK_S)
    assert shed.heard(Refused) == []
    assert shed.conducting == [1]


def test_a_socket_that_is_being_opened_does_not_make_the_box_away(shed: Shed) -> None:
    shed.charge(1, ORDER)
    shed.run(10)
    shed.off(1)
    shed._step()
    assert shed.box.ready


def test_the_end_leaves_no_relay_closed_that_was_told_and_not_seen(plain: Shed) -> None:
    """Its board did as it was told, and nobody heard that it did."""
    plain.charge(1, ORDER)
    plain.charge(2, NEXT)
    plain.run(3)
    plain.wire.faults[BOARD] = SlaveFault.DEAF
    plain.charge(3, "03")
    plain._step()
    assert plain.conducting == [1, 2, 3]
    plain._session.close()
    assert plain.conducting == []


@pytest.mark.parametrize("change", ["reset", "back", "far"])
def test_a_register_that_does_not_go_on_is_never_told(change: str, shed: Shed) -> None:
    shed.charge(1, ORDER)
    shed.run(60)
    told_wh = shed.last(1).register
    assert told_wh is not None
    shed.forget()
    meter = shed.meters[0]
    match change:
        case "reset":
            meter.reset()
        case "back":
            meter.offset_wh -= 20
        case "far":
            meter.offset_wh += 500
    shed.run(A_LOOK_S)
    assert [(each.order, each.reason) for each in shed.heard(Ended)] == [
        (ORDER, StopReason.METER_IMPLAUSIBLE)
    ]
    assert {each.register for each in shed.heard(Sample, 1)} == {None}
    assert shed.conducting == []


def test_a_pzem_that_is_full_begins_at_zero(shed: Shed) -> None:
    shed.meters[0].offset_wh = 9_999_990
    shed.run(20)
    shed.charge(1, ORDER)
    shed.run(250)
    assert {each.reason for each in shed.heard(Ended)} == {StopReason.METER_IMPLAUSIBLE}
    assert max(each.register.wh for each in shed.heard(Sample, 1) if each.register) == 9_999_999


def test_a_meter_that_was_changed_counts_on_for_the_next_order(shed: Shed) -> None:
    shed.meters[0].reset()
    shed.run(10)
    shed.charge(1, ORDER)
    shed.run(400)
    assert shed.heard(Ended) == []
    assert shed.last(1).register == Register(f"pzem-{FIRST_METER}", 19)


@pytest.mark.parametrize("make", ["shed", "plain"])
def test_after_a_lost_line_all_is_off_and_at_zero_first(make: str, request: pytest.FixtureRequest) -> None:
    """Then what the counter keeps on goes on; what it gave up meanwhile does not."""
    shed: Shed = request.getfixturevalue(make)
    for number, order in ((1, ORDER), (2, NEXT)):
        shed.charge(number, order)
    shed.run(20)
    assert shed.conducting == [1, 2]
    shed.unplug()
    shed.run(8)
    assert not shed.box.ready
    shed.box.switch_on(3, "03", Limits(60, 6_000))
    assert [each.reason for each in shed.heard(Refused)] == [StopReason.BOX_SILENT]
    shed.off(2)
    shed.forget()
    shed.plug()
    shed._step()
    assert shed.conducting == []
    shed.run(2 * A_LOOK_S)
    assert shed.conducting == [1]
    first = shed.heard(Sample, 1)[0]
    assert (first.is_on, first.power_dw) == (False, 0)


def test_a_board_that_is_silent_is_a_lost_line(shed: Shed) -> None:
    shed.charge(1, ORDER)
    shed.run(20)
    shed.wire.faults[BOARD] = SlaveFault.ABSENT
    shed.run(OPENS_AFTER_MS / 1000 + 2)
    assert shed.conducting == []
    assert not shed.box.ready


def test_after_a_restart_nothing_goes_on_by_itself(shed: Shed, clock: VirtualClock) -> None:
    """The counter may believe that an order goes on; this box has not been given it."""
    shed.kept[1] = ORDER
    shed.die()
    shed.box = Shed(clock).box  # another process, that knows nothing
    again = Shed(clock)
    again.box.keep_on(1, ORDER)
    again.kept[1] = ORDER
    again.run(A_LOOK_S)
    assert again.conducting == []
    assert {(each.order, each.reason) for each in again.heard(Ended)} == {(ORDER, StopReason.POWER_LOST)}


def test_two_more_batteries_overload_a_socket(shed: Shed) -> None:
    shed.charge(1, ORDER)
    shed.run(30)
    shed.shelter[1].load = Appliance(most_dw=12_000)
    shed.run(2)
    assert [each.reason for each in shed.heard(Ended)] == [StopReason.OVERLOAD]
    assert shed.conducting == []


def test_a_bicycle_is_charged_until_its_battery_is_full(clock: VirtualClock) -> None:
    """48 V 20 Ah, from 85 %: the meter counts what the charger takes, through the taper and after it."""
    shed = Shed(clock, sockets=1, is_timed=False, pace=Pace(poll_ms=10_000))
    bicycle = Charger(Battery(charge=0.85))
    shed.shelter[1].load = bicycle
    shed.run(12)
    shed.charge(1, ORDER)
    while not bicycle.is_floating:
        shed.run(60)
    shed.run(30)
    sample = shed.last(1)
    assert sample.power_dw == FLOAT_DW
    assert sample.register is not None
    assert sample.register.wh == 1_000 + int(shed.shelter[1].energy_wh)
    taken_wh = 0.15 * CAPACITY_WH / EFFICIENCY
    assert taken_wh * 0.9 < sample.register.wh - 1_000 < taken_wh
    powers_dw = [each.power_dw for each in shed.heard(Sample, 1) if each.is_on]
    assert powers_dw[:10] == [BICYCLE_DW] * 10 and powers_dw == sorted(powers_dw, reverse=True)  # type: ignore[type-var]
    assert shed.heard(Ended) == []
