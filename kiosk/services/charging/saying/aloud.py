"""What charging says aloud. In the site's quiet hours whoever stands there is told softly, and nobody else;
what is dangerous is said at any hour.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from drivers.outlets.contracts import AlarmKind
from drivers.outlets.reasons import StopReason
from kiosk.common.outcomes import Outcome
from kiosk.services.charging.results import Ended, Failed, Flowing, Running, Starting, Told, Warned
from kiosk.web.voice.speech import amount, balance_aloud, number
from kiosk.web.words import Phrase

LETTERS = "ABCDEFGH"
LABEL = re.compile(rf"([{LETTERS}]?)0*([0-9]{{1,3}})")

CLIPS: Mapping[str, str] = {
    **{f"letter_{letter.lower()}": letter for letter in LETTERS},
    "socket": "号插座",
    "this_socket": "这个插座",
    "being_switched_on": "正在开，请插紧插头",
    "charging_now": "正在充电",
    "at_most": "最多",
    "charged_so_far": "到现在用了",
    "tap_to_stop": "再刷一次卡就停",
    "being_switched_off": "正在停，请稍等",
    "charging_is_over": "充电结束",
    "full_please_move": "充满了，请把车挪走",
    "did_not_charge": "没有充上",
    "push_plug_in": "请把插头插紧，再刷一次卡",
    "you_paid": "您付",
    "choose_socket": "请在屏上点一个插座，再刷卡",
    "helpers_card": "请帮忙的人再刷卡",
    "payers_card": "请付钱的人刷卡",
    "choose_another": "请换一个插座",
    "switched_off": "已断电",
    "keep_away": "请离它远一点",
    "smoke_leave": "有烟，请离开车棚，拨打一一九",
    "fire_leave": "消防报警，请离开车棚，拨打一一九",
    "too_hot": "插座太热",
    "water_inside": "插座箱进水",
    "cannot_switch_off": "这个插座断不了电",
    "new_code": "请在手机上再点一次按钮",
    "point_phone": "请用手机扫屏上的码",
    "money_unasked": "现在查不到您的钱，请等一会儿再刷卡",
    "look_at_digits": "数字不对，请再看一下手机",
}

SPOKEN: Mapping[str, tuple[str, ...]] = {
    "charging_choose": ("choose_socket",),
    "charging_helper": ("helpers_card",),
    "charging_payer": ("payers_card",),
    "charging_cleared": ("done",),
    **dict.fromkeys(
        ("socket_taken", "socket_broken", "box_away", "meter_away", "box_full"), ("choose_another",)
    ),
    **dict.fromkeys(("start_code_old", "start_code_used", "start_code_foreign"), ("new_code",)),
    "charging_money_elsewhere": ("nothing_taken", "money_unasked"),
    "start_code_wrong": ("look_at_digits",),
    "phone_joining": ("point_phone",),
    **dict.fromkeys(("charging_nothing_runs", "charging_nothing_to_clear"), ("done",)),
}
DANGERS: Mapping[str, tuple[str, ...]] = {
    AlarmKind.SMOKE: ("smoke_leave",),
    AlarmKind.FIRE_SYSTEM: ("fire_leave",),
    AlarmKind.HEAT: ("too_hot", "switched_off", "keep_away"),
    AlarmKind.WATER: ("water_inside", "switched_off", "keep_away"),
    AlarmKind.RELAY_WELDED: ("cannot_switch_off", "keep_away"),
    StopReason.OVERHEAT: ("too_hot", "switched_off", "keep_away"),
}


def label_aloud(label: str) -> tuple[str, ...]:
    """`A3` as one says it; what cannot be said so is this socket."""
    found = LABEL.fullmatch(label)
    if found is None:
        return ("this_socket",)
    letter = (f"letter_{found[1].lower()}",) if found[1] else ()
    return (*letter, *number(int(found[2])), "socket")


def _quietly(said: Callable[[Told], list[Phrase]]) -> Callable[[Outcome], list[Phrase]]:
    def phrases(outcome: Outcome) -> list[Phrase]:
        result = outcome.result
        if not isinstance(result, Told) or (result.is_quiet and result.by_itself):
            return []
        return [Phrase(each.clips, soft=each.soft or result.is_quiet) for each in said(result)]

    return phrases


def _starting(result: Told) -> list[Phrase]:
    return [Phrase((*label_aloud(result.label), "being_switched_on"))] if isinstance(result, Starting) else []


def _flowing(result: Told) -> list[Phrase]:
    if not isinstance(result, Flowing):
        return []
    return [
        Phrase((*label_aloud(result.label), "charging_now")),
        Phrase(("at_most", *amount(result.held_fen))),
    ]


def _running(result: Told) -> list[Phrase]:
    if not isinstance(result, Running):
        return []
    return [Phrase(("charged_so_far", *amount(result.cost_fen))), Phrase(("tap_to_stop",))]


def _stopping(result: Told) -> list[Phrase]:
    return [Phrase((*label_aloud(result.label), "being_switched_off"))]


def _ended(result: Told) -> list[Phrase]:
    """What it cost is for whoever stands there; who was called by nobody is only told to move."""
    if not isinstance(result, Ended):
        return []
    why = DANGERS.get(result.reason) or (
        ("full_please_move",) if result.reason == StopReason.FULL else ("charging_is_over",)
    )
    said = [Phrase((*label_aloud(result.label), *why))]
    if result.by_itself:
        return said
    balance = balance_aloud(result.balance_fen) if result.balance_fen is not None else []
    return [*said, Phrase(("you_paid", *amount(result.own_fen))), *balance]


def _failed(result: Told) -> list[Phrase]:
    if not isinstance(result, Failed):
        return []
    plug = (StopReason.NO_PLUG, StopReason.NO_LOAD, StopReason.BAD_CONTACT)
    todo = "push_plug_in" if result.reason in plug else "choose_another"
    return [Phrase((*label_aloud(result.label), "did_not_charge")), Phrase((todo,))]


def _warned(outcome: Outcome) -> list[Phrase]:
    """Never kept quiet."""
    result = outcome.result
    clips = DANGERS.get(result.alarm) if isinstance(result, Warned) and result.is_on else None
    return [Phrase(clips)] * 2 if clips else [Phrase(("tell_duty",), soft=True)]


ALOUD: Mapping[str, Callable[[Outcome], list[Phrase]]] = {
    "charging_starting": _quietly(_starting),
    "charging_flowing": _quietly(_flowing),
    "charging_running": _quietly(_running),
    "charging_stopping": _quietly(_stopping),
    "charging_ended": _quietly(_ended),
    "charging_failed": _quietly(_failed),
    "charging_alarm": _warned,
}
