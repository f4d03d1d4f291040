"""Mistakes in charging: what is billed, what is believed, what goes on, what is settled."""

from tests.planted.planting import Fault

MOVING = "kiosk.services.charging.machine.moving"
ENDING = "kiosk.services.charging.machine.ending"
METERING = "kiosk.services.charging.machine.metering"
PRICING = "kiosk.services.charging.machine.pricing"
JUDGING = "kiosk.services.charging.machine.judging"
OF_MOVING = "tests/unit/kiosk/services/charging/machine/test_moving.py"
OF_PRICING = "tests/unit/kiosk/services/charging/machine/test_pricing.py"
OF_ACTIONS = "tests/unit/kiosk/services/charging/test_actions.py"
OF_VISITORS = "tests/unit/kiosk/services/charging/test_visitors.py"
OF_HELPING = "tests/unit/kiosk/services/charging/test_helping.py"
LIE = "test_a_lie_about_a_session_lands_in_suspense"
OF_THE_OFFICE = "tests/sync/intake/test_charging_judged.py"

CHARGING = [
    Fault(
        "the register of a lifetime is billed",
        METERING,
        was="        if not register.is_of_order:\n            return session\n"
        "        none = Reading(register.name, 0, True)",
        becomes="        none = Reading(register.name, 0, register.is_of_order)",
        caught_by=f"{OF_MOVING}::test_a_register_first_read_when_current_flows_is_the_meters_lifetime_and_not_billed",
    ),
    Fault(
        "a register that jumped is billed",
        METERING,
        was="        return replace(session, is_doubtful=True)",
        becomes="        return replace(session, last=reading)",
        caught_by=f"{OF_MOVING}::test_a_register_that_goes_back_or_jumps_is_never_billed[5000]",
    ),
    Fault(
        "a late answer is believed",
        MOVING,
        was='    if event.order not in (session.order, ""):\n        return session, ()\n',
        becomes="",
        caught_by=f"{OF_MOVING}::test_the_end_of_another_order_is_not_taken_for_this_ones",
    ),
    Fault(
        "a look of before it was asked is taken for the box's answer",
        MOVING,
        was="    if sample.is_on or sample.order == session.order or _flows(session, thresholds):",
        becomes="    if sample.is_on is not None:",
        caught_by=f"{OF_MOVING}::test_a_look_of_before_the_relay_closed_is_not_taken_for_its_answer",
    ),
    Fault(
        "a hold is forgotten with its box",
        MOVING,
        was="        if in_state_s < thresholds.resume_within_s:\n            return session, ()",
        becomes="        if in_state_s >= 0:\n            return session, ()",
        caught_by=f"{OF_MOVING}::test_a_box_that_is_never_heard_again_does_not_keep_the_money",
    ),
    Fault(
        "it goes on after any cut",
        MOVING,
        was="    if session.outage_s is None or session.outage_s > thresholds.resume_within_s:\n"
        "        return False\n",
        becomes="",
        caught_by=f"{OF_MOVING}::test_after_any_other_cut_it_is_settled_at_its_register[long]",
    ),
    Fault(
        "it goes on before it was seen off",
        MOVING,
        was="    if sample.is_on or (sample.power_dw or 0) > ZERO_DW:",
        becomes="    if (sample.power_dw or 0) > 10**9:",
        caught_by=f"{OF_MOVING}::test_it_does_not_go_on_before_it_was_seen_off",
    ),
    Fault(
        "it is settled twice",
        MOVING,
        was="    if session.state in OVER:\n        return session, ()\n",
        becomes="",
        caught_by=f"{OF_MOVING}::test_one_that_is_over_stays_so",
    ),
    Fault(
        "stopped is said before it is",
        MOVING,
        was="    if (sample.power_dw or 0) <= ZERO_DW and not sample.is_on:",
        becomes="    if (sample.power_dw or 0) <= ZERO_DW:",
        caught_by=f"{OF_MOVING}::test_stopped_is_open_and_zero_and_not_one_of_them",
    ),
    Fault(
        "a single look trips",
        ENDING,
        was="    if session.looks >= AGREEING_LOOKS:\n        return StopReason.OVERLOAD",
        becomes="    if session.looks >= 1:\n        return StopReason.OVERLOAD",
        caught_by=f"{OF_MOVING}::test_too_much_is_believed_at_the_second_look",
    ),
    Fault(
        "more is billed than was held",
        PRICING,
        was="    electricity_fen = min(electricity_fen, most_fen)\n",
        becomes="",
        caught_by=f"{OF_PRICING}::test_what_goes_beyond_the_hold_is_nobodys_and_the_service_fee_yields_first",
    ),
    Fault(
        "energy before a meter's first word is free",
        "kiosk.services.charging.running.sockets",
        was="            raise MeterAway(label=label)",
        becomes="            pass",
        caught_by=f"{OF_ACTIONS}::test_a_socket_whose_meter_was_silent_before_the_start_gives_no_free_energy",
    ),
    Fault(
        "a latch is forgotten with the process",
        "kiosk.services.charging.running.alarms",
        was="        self._open = list(self._read())",
        becomes="        self._open: list[Open] = []",
        caught_by=f"{OF_ACTIONS}::test_smoke_opens_everything_and_latches_until_a_technician_clears_it",
    ),
    Fault(
        "smoke at one box leaves the others on",
        "kiosk.services.charging.running.sockets",
        was="            is_meant = kind in OPENS_ALL or (box",
        becomes="            is_meant = (box",
        caught_by=f"{OF_ACTIONS}::test_one_hot_look_is_nothing_and_two_open_everything",
    ),
    Fault(
        "the office believes any fee",
        JUDGING,
        was="    return why or (None if said == expected else Objection(NOT_AS_SET))",
        becomes="    return why",
        caught_by=f"{OF_THE_OFFICE}::{LIE}[more than the readings give]",
    ),
    Fault(
        "the office believes any register",
        JUDGING,
        was="    return Objection(NOT_METERED) if body.first != began.register else None",
        becomes="    return None",
        caught_by=f"{OF_THE_OFFICE}::{LIE}[energy from before it began]",
    ),
    Fault(
        "the office believes a plain capture",
        "kiosk.ledger.audit.judging",
        was="    if any(whole.purpose.startswith(each) for each in own_kinds):\n"
        "        return Objection(NOT_ITS_TO_MOVE)\n",
        becomes="",
        caught_by=f"{OF_THE_OFFICE}::test_a_plain_capture_of_a_charging_hold_is_not_believed",
    ),
    Fault(
        "money is said to be missing where nobody was asked",
        "kiosk.services.charging.running.terms",
        was="        if not was_heard and not is_known:",
        becomes="        if was_heard and not is_known:",
        caught_by=f"{OF_VISITORS}::test_a_visitors_phone_is_told_why_and_not_that_money_is_missing",
    ),
    Fault(
        "a helper's phone takes the place of what was chosen at the screen",
        "kiosk.services.charging.running.tapping",
        was="        if chosen is not None and chosen.helper != helper:",
        becomes="        if chosen is not None and helper is None:",
        caught_by=f"{OF_HELPING}::test_who_stands_at_the_screen_with_a_card_in_hand_pays_for_nobody_else",
    ),
]
