"""A session from the hold to the receipt, each way that it can end; all in simulated time."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date

import msgspec
import pytest

from drivers.outlets.contracts import Ended, Refused, Register, Sample, SocketId
from drivers.outlets.reasons import StopReason
from kiosk.services.charging.items import Basis, ChargingTariff, Thresholds, Tier
from kiosk.services.charging.machine.moving import advance
from kiosk.services.charging.machine.session import (
    Back,
    Begin,
    Command,
    Event,
    Session,
    State,
    Stop,
    Tick,
    begin,
    left_s,
)
from kiosk.services.charging.records import Reading

SOCKET, ORDER = SocketId("east", 3), "00000000000000a1"
TARIFF = ChargingTariff(
    id="e", first_day=date(2026, 1, 1), basis=Basis.ENERGY, electricity_fen_per_kwh=60, service_fen_per_kwh=40
)
BY_TIME = ChargingTariff(id="t", first_day=date(2026, 1, 1), basis=Basis.TIME, tiers=(Tier(1200, 20, 10),))
THRESHOLDS = Thresholds()
POWER_DW = 3000


@dataclass
class Case:
    """One session beside a meter that counts what flows, looked at once a second."""

    session: Session = field(
        default_factory=lambda: begin(ORDER, SOCKET, TARIFF, 500, Reading("meter", 939_000), 0)
    )
    now_ms: int = 0
    wms: float = 939_000 * 3_600_000  # watt milliseconds, since a look a second adds little
    commands: list[Command] = field(default_factory=list)
    sample: Sample = field(default_factory=lambda: Sample(SOCKET, 0, False, None, 0))
    has_meter: bool = True

    def happen(self, event: Event) -> Case:
        self.session, commands = advance(self.session, event, THRESHOLDS, self.now_ms)
        self.commands += commands
        return self

    def look(self, seconds: int = 1, *, every_s: int = 1, **seen: object) -> Case:
        """So long, and a look at the end of each second; what is seen stays until it is said anew."""
        self.sample = replace(self.sample, **seen)  # type: ignore[arg-type]
        for _ in range(0, seconds, every_s):
            self.now_ms += every_s * 1000
            self.wms += (self.sample.power_dw or 0) / 10 * every_s * 1000
            register = Register("meter", int(self.wms / 3_600_000)) if self.has_meter else None
            self.happen(replace(self.sample, monotonic_ms=self.now_ms, register=register))
        return self

    def charge(self, seconds: int = 60) -> Case:
        self.happen(Begin()).look(is_on=True)
        return self.look(seconds, power_dw=POWER_DW)

    def off(self) -> Case:
        return self.look(is_on=False, power_dw=0)

    @property
    def end(self) -> tuple[State, StopReason | None]:
        return self.session.state, self.session.reason


def test_from_the_hold_to_current_and_to_the_receipt() -> None:
    case = Case().happen(Begin())
    assert case.session.state is State.PRECHECK
    assert case.look(is_on=True).session.state is State.WAITING
    assert Command.TELL_FLOWING not in case.commands
    assert case.look(3600, power_dw=POWER_DW).session.state is State.CHARGING
    assert case.commands == [Command.SWITCH_ON, Command.TELL_FLOWING]
    case.happen(Stop(StopReason.STOPPED))
    assert case.session.state is State.STOPPING and Command.SETTLE not in case.commands
    assert case.off().end == (State.SETTLED, StopReason.STOPPED)
    assert case.session.energy_wh == pytest.approx(300, abs=1) and case.session.charged_s == 3599
    assert case.commands[-2:] == [Command.SWITCH_OFF, Command.SETTLE]


def test_started_is_not_said_before_current_flows_and_nothing_is_billed_without() -> None:
    case = Case().happen(Begin()).look(299, is_on=True)
    assert case.session.state is State.WAITING
    assert case.look(2).end == (State.STOPPING, StopReason.NO_LOAD)
    assert case.off().session.price.due_fen == 0 and Command.TELL_FLOWING not in case.commands
    assert Case().happen(Begin()).look(301, is_on=True, is_plugged=False).end[1] is StopReason.NO_PLUG


def test_a_box_that_refuses_lets_the_hold_go_at_once_and_a_late_refusal_is_no_answer() -> None:
    refused = Refused(SOCKET, ORDER, StopReason.SMOKE)
    assert Case().happen(Begin()).happen(refused).end == (State.SETTLED, StopReason.SMOKE)
    assert Case().charge().happen(refused).session.state is State.CHARGING
    other = Case().happen(Begin()).happen(Refused(SOCKET, "00000000000000ff", StopReason.SMOKE))
    assert other.session.state is State.PRECHECK


def test_a_look_of_before_the_relay_closed_is_not_taken_for_its_answer() -> None:
    case = Case().happen(Begin()).look(5, is_on=False)
    assert case.session.state is State.PRECHECK
    assert case.look(26).happen(Tick()).end == (State.STOPPING, StopReason.RELAY_BROKEN)


def test_pulled_out_is_known_in_ten_seconds() -> None:
    assert Case().charge().look(10, power_dw=0).session.state is not State.STOPPING
    assert Case().charge().look(11, power_dw=0).end == (State.STOPPING, StopReason.UNPLUGGED)
    assert Case().charge().look(2, power_dw=0, is_plugged=False).end[1] is StopReason.UNPLUGGED


def test_one_look_at_zero_stops_nothing() -> None:
    case = Case().charge().look(power_dw=0, is_plugged=False).look(60, power_dw=POWER_DW)
    assert case.session.state is State.CHARGING


def test_what_is_still_plugged_in_and_draws_nothing_is_full() -> None:
    assert Case().charge().look(11, power_dw=0, is_plugged=True).end[1] is StopReason.FULL


def test_a_faint_current_for_five_minutes_is_nobody() -> None:
    assert Case().charge().look(301, power_dw=8).end == (State.STOPPING, StopReason.UNPLUGGED)


@pytest.mark.parametrize(("usual_dw", "topping_dw"), [(3000, 590), (3000, 210), (600, 190)])
def test_a_fifth_of_its_own_power_or_twenty_watts_for_45_minutes_is_full(
    usual_dw: int, topping_dw: int
) -> None:
    case = Case().happen(Begin()).look(is_on=True).look(600, power_dw=usual_dw)
    assert case.look(2700, power_dw=topping_dw).session.state is State.TOPPING_OFF
    assert case.look(1).end == (State.STOPPING, StopReason.FULL)


def test_a_small_charger_is_measured_by_its_own_power() -> None:
    case = Case().happen(Begin()).look(is_on=True).look(60, power_dw=1000).look(60, power_dw=250)
    assert case.session.state is State.CHARGING  # 25 W of 100 W


def test_a_second_battery_begins_anew_while_the_first_tops_off() -> None:
    case = Case().charge(600).look(2000, power_dw=300)
    assert case.look(1000, power_dw=370).session.state is State.TOPPING_OFF
    assert case.look(1, power_dw=POWER_DW).session.state is State.CHARGING


def test_too_much_is_believed_at_the_second_look() -> None:
    assert Case().charge().look(1, power_dw=9000).session.state is State.CHARGING
    assert Case().charge().look(2, power_dw=9000).end == (State.STOPPING, StopReason.OVERLOAD)


def test_a_silent_box_and_a_silent_meter_are_told_apart() -> None:
    case = Case().charge()
    case.now_ms += 31_000
    assert case.happen(Tick()).end == (State.STOPPING, StopReason.BOX_SILENT)
    case = Case().charge()
    case.has_meter = False
    assert case.look(31).happen(Tick()).end == (State.STOPPING, StopReason.METER_SILENT)


def test_current_that_flows_after_the_relay_opened_is_a_welded_relay() -> None:
    case = Case().charge().happen(Stop(StopReason.STOPPED)).look(1, is_on=False)
    assert case.session.state is State.STOPPING
    assert case.look(1).end == (State.FAULTED, StopReason.STOPPED)
    assert case.commands[-2:] == [Command.RAISE_WELDED, Command.SETTLE]


def test_stopped_is_open_and_zero_and_not_one_of_them() -> None:
    case = Case().charge().happen(Stop(StopReason.STOPPED)).look(4, is_on=True, power_dw=0)
    assert case.session.state is State.STOPPING
    assert case.look(is_on=False).session.state is State.SETTLED


def test_a_box_that_is_never_heard_again_does_not_keep_the_money() -> None:
    case = Case().charge().happen(Stop(StopReason.BOX_SILENT))
    case.now_ms += 899_000
    assert case.happen(Tick()).session.state is State.STOPPING
    case.now_ms += 1_000
    assert case.happen(Tick()).end == (State.SETTLED, StopReason.BOX_SILENT)


@pytest.mark.parametrize("jump_wh", [-1, 5_000])
def test_a_register_that_goes_back_or_jumps_is_never_billed(jump_wh: int) -> None:
    case = Case().charge(600)
    case.wms += jump_wh * 3_600_000 - (jump_wh < 0) * 3_600_000
    assert case.look().end == (State.STOPPING, StopReason.METER_IMPLAUSIBLE)
    assert case.off().session.energy_wh == 0 and case.session.is_doubtful


def test_a_box_that_says_the_same_for_minutes_is_believed_when_it_counts_on() -> None:
    case = Case(has_meter=False).charge(1)
    for wh in (939_000, 939_015, 939_030):
        for _ in range(60):
            case.now_ms += 5000
            case.happen(replace(case.sample, register=Register("meter", wh)))
    assert case.session.state is State.CHARGING and case.session.energy_wh == 30


def test_another_meter_in_its_place_is_never_billed() -> None:
    case = Case().charge()
    case.now_ms += 1000
    case.happen(replace(case.sample, register=Register("another", 939_001)))
    assert case.end == (State.STOPPING, StopReason.METER_IMPLAUSIBLE)


def test_a_register_first_read_when_current_flows_is_the_meters_lifetime_and_not_billed() -> None:
    case = Case(begin(ORDER, SOCKET, TARIFF, 500, None, 0)).charge(600)
    assert case.session.state is State.CHARGING
    assert (case.session.energy_wh, case.session.price.due_fen) == (0, 0)


def test_a_box_that_counts_the_order_begins_at_nothing() -> None:
    case = Case(begin(ORDER, SOCKET, TARIFF, 500, None, 0), has_meter=False).charge(600)
    case.happen(replace(case.sample, register=Register(ORDER, 50, is_of_order=True)))
    assert case.session.energy_wh == 50
    case.happen(Ended(SOCKET, ORDER, StopReason.FULL, 52, 600))
    assert (case.off().end, case.session.energy_wh) == ((State.SETTLED, StopReason.FULL), 52)


def test_a_box_that_counts_the_order_is_waited_for_a_little_and_not_for_ever() -> None:
    def stopping() -> Case:
        case = Case(begin(ORDER, SOCKET, TARIFF, 500, None, 0), has_meter=False).charge(60)
        case.happen(replace(case.sample, register=Register(ORDER, 5, is_of_order=True)))
        return case.happen(Stop(StopReason.STOPPED)).off()

    assert stopping().session.state is State.STOPPING
    told = stopping().happen(Ended(SOCKET, ORDER, StopReason.STOPPED, 6, 60)).off()
    assert (told.end, told.session.energy_wh) == ((State.SETTLED, StopReason.STOPPED), 6)
    assert stopping().look(30).end == (State.SETTLED, StopReason.STOPPED)


def test_the_end_of_another_order_is_not_taken_for_this_ones() -> None:
    case = Case().charge().happen(Ended(SOCKET, "00000000000000ff", StopReason.FULL, 9_999, 60))
    assert case.session.state is State.CHARGING and case.session.energy_wh < 10


def test_it_stops_when_what_was_held_is_used_up_and_never_costs_more() -> None:
    case = Case(begin(ORDER, SOCKET, TARIFF, 30, Reading("meter", 939_000), 0)).charge(3400)
    while case.session.state is State.CHARGING:
        assert case.look().session.price.due_fen <= 30
    assert case.end == (State.STOPPING, StopReason.MONEY_UP)
    assert case.off().session.price.due_fen == 30


def test_it_stops_after_eight_hours_of_current() -> None:
    case = Case(begin(ORDER, SOCKET, BY_TIME, 50_000, None, 0), has_meter=False)
    case.happen(Begin()).look(is_on=True).look(8 * 3600 + 20, every_s=20, power_dw=POWER_DW)
    assert case.end == (State.STOPPING, StopReason.LONGEST)
    assert case.session.price.electricity_fen == 160


def test_a_day_is_the_longest_whatever_happened_in_it() -> None:
    case = Case().charge()
    case.session = msgspec.structs.replace(case.session, began_ms=case.now_ms - 86_400_000)
    assert case.look().end == (State.STOPPING, StopReason.LONGEST)


def test_after_a_short_cut_it_goes_on_and_the_dead_time_is_not_billed() -> None:
    case = Case().charge(600)
    charged_s, energy_wh = case.session.charged_s, case.session.energy_wh
    case.happen(Back(outage_s=300, may_resume=True))
    assert case.commands[-1] is Command.SWITCH_OFF and case.session.state is State.INTERRUPTED
    assert case.off().session.state is State.PRECHECK
    assert case.commands.count(Command.SWITCH_ON) == 2
    case.look(is_on=True).look(60, power_dw=POWER_DW)
    assert case.session.state is State.CHARGING
    assert (case.session.dead_s, case.session.charged_s) == (300, charged_s + 59)
    assert case.session.energy_wh == pytest.approx(energy_wh + 5, abs=1)
    assert case.commands.count(Command.TELL_FLOWING) == 1


@pytest.mark.parametrize(
    "back", [Back(901, True), Back(None, True), Back(300, False)], ids=["long", "no clock", "flag"]
)
def test_after_any_other_cut_it_is_settled_at_its_register(back: Back) -> None:
    case = Case().charge(600).happen(back)
    assert case.off().end == (State.SETTLED, StopReason.POWER_LOST)
    assert case.session.energy_wh == pytest.approx(50, abs=1)


def test_it_does_not_go_on_where_the_count_did_not() -> None:
    for wrong_wh in (-60, 3_000):
        case = Case().charge(600).happen(Back(outage_s=300, may_resume=True))
        case.wms += wrong_wh * 3_600_000
        assert case.off().end == (State.SETTLED, StopReason.METER_IMPLAUSIBLE)
        assert case.session.energy_wh == 0


def test_it_does_not_go_on_before_it_was_seen_off() -> None:
    case = Case().charge(600).happen(Back(outage_s=60, may_resume=True)).look(3, is_on=True)
    assert case.session.state is State.INTERRUPTED and case.commands.count(Command.SWITCH_ON) == 1


def test_what_was_stopping_when_the_power_went_does_not_begin_again() -> None:
    case = Case().charge(600).happen(Stop(StopReason.STOPPED)).happen(Back(60, may_resume=True))
    assert case.off().end == (State.SETTLED, StopReason.STOPPED)


def test_one_that_is_over_stays_so() -> None:
    case = Case().charge().happen(Stop(StopReason.STOPPED)).off()
    before = case.session
    case.commands.clear()
    for event in (Begin(), Stop(StopReason.FULL), Tick(), Back(0, True)):
        case.happen(event)
    case.happen(Ended(SOCKET, ORDER, StopReason.FULL, 77, 60)).look()
    assert case.session == before and not case.commands


def test_how_long_what_is_held_will_last() -> None:
    assert left_s(Case().charge(3600).session, THRESHOLDS) == 8 * 3600 - 3599
    case = Case(begin(ORDER, SOCKET, TARIFF, 60, Reading("meter", 939_000), 0)).charge(3600)
    assert left_s(case.session, THRESHOLDS) == pytest.approx(3600, rel=0.05)
    assert left_s(Case().session, THRESHOLDS) is None


def test_an_open_relay_bills_no_time_whoever_measures_there() -> None:
    case = Case().charge(100)
    charged_s = case.session.charged_s
    case.look(8, is_on=False, power_dw=None)
    assert case.session.charged_s == charged_s and case.session.reason is None
    assert case.look(4).end == (State.SETTLED, StopReason.RELAY_BROKEN)


def test_a_box_that_counts_for_the_order_is_given_time_to_say_why_it_opened() -> None:
    first = Reading(ORDER, 0, is_of_order=True)
    case = Case(begin(ORDER, SOCKET, TARIFF, 500, first, 0), has_meter=False).charge(100)
    case.look(20, is_on=False, power_dw=None, is_plugged=True)
    assert case.session.reason is None
    case.happen(Ended(SOCKET, ORDER, StopReason.FULL, 5, 100))
    assert case.end == (State.STOPPING, StopReason.FULL) and case.session.energy_wh == 5
