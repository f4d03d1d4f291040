"""What the canteen says aloud: a meal with its amounts, the most important one first."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from kiosk.common.outcomes import Outcome
from kiosk.common.purses import MoneyShort
from kiosk.services.canteen.saying.results import Served
from kiosk.web.voice.speech import amount, balance_aloud, soft
from kiosk.web.words import Phrase

CLIPS: Mapping[str, str] = {
    "you_pay": "您付",
    "you_pay_nothing": "这一餐不用您付钱",
    "subsidy": "补贴",
    "missing": "还差",
    "second_portion": "第二份",
    "enjoy": "请慢用",
    "birthday": "祝您生日快乐",
    "noted_down": "先记下",
    "on_its_way": "钱正在从您自己的食堂转过来，请过五秒再刷一次",
    "eaten_elsewhere": "这一餐在别的食堂打过了",
    "already_served": "这一餐已经打过了",
    "no_meal_now": "现在不供餐",
    "not_enough": "余额不够",
    "kept_elsewhere": "您的钱记在自己的食堂，这里暂时用不了",
    "no_price": "这一餐还没有定价",
}
SPOKEN: Mapping[str, tuple[str, ...]] = {
    "already_served": ("already_served", "nothing_taken"),
    "meal_already_served": ("already_served", "nothing_taken"),
    "already_delivered": ("nothing_taken",),
    "outside_meal_hours": ("no_meal_now",),
    "right_elsewhere": ("kept_elsewhere", "tell_duty"),
    "money_on_its_way": ("on_its_way",),
    "eaten_elsewhere": ("eaten_elsewhere", "nothing_taken"),
    "needs_photo": ("one_moment", "tell_duty"),
    "no_tariff": ("no_price", "tell_duty"),
}


def _served(outcome: Outcome) -> list[Phrase]:
    served = outcome.result
    if not isinstance(served, Served):
        return []
    said = [Phrase(("second_portion",))] if served.portion != 1 else []
    if served.own_fen or not served.courtesy_fen:
        said.append(Phrase(("you_pay", *amount(served.own_fen)) if served.own_fen else ("you_pay_nothing",)))
    if served.subsidy_fen:
        said.append(Phrase(("subsidy", *amount(served.subsidy_fen))))
    said += _courtesy(served.courtesy_fen) if served.courtesy_fen else balance_aloud(served.balance_fen or 0)
    if served.birthday:
        return [*said, Phrase(("birthday",))]
    return said if any(each.soft for each in said) else [*said, Phrase(("enjoy",))]


def _courtesy(fen: int) -> list[Phrase]:
    return [soft("noted_down", *amount(fen)), soft("settle_later")]


def _money_is_short(outcome: Outcome) -> list[Phrase]:
    short = outcome.result
    missing = amount(short.missing_fen if isinstance(short, MoneyShort) else 0)
    return [soft("not_enough"), soft("missing", *missing), soft("tell_duty")]


ALOUD: Mapping[str, Callable[[Outcome], list[Phrase]]] = {
    "served": _served,
    "not_enough_money": _money_is_short,
    "courtesy_used_up": _money_is_short,
}
