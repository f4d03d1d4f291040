"""What the machine says aloud by itself: numbers, and an answer to every card it cannot take."""

from __future__ import annotations

from collections.abc import Mapping

from kiosk.common.outcomes import Tone

NUMBERS: Mapping[str, str] = {
    **{f"n{digit}": text for digit, text in enumerate("零一二三四五六七八九")},
    "two": "两",
    "ten": "十",
    "hundred": "百",
    "thousand": "千",
    "myriad": "万",
    "yuan": "元",
    "jiao": "角",
    "fen": "分",
}

PHRASES: Mapping[str, str] = {
    "balance": "余额",
    "owed": "还欠",
    "once_more": "再说一遍",
    "not_taken_again": "没有再扣钱",
    "settle_later": "方便的时候请补上",
    "low_balance": "余额不多了，方便的时候请充值",
    "tell_duty": "请告诉值班员",
    "nothing_taken": "没有扣钱",
    "done": "好了",
    "one_moment": "请稍等",
    "card_new": "这张卡还没有登记",
    "card_on_hold": "这张卡暂停使用",
    "card_old": "这是旧卡，请用新卡",
    "card_not_in_use": "这张卡已经不用了",
    "card_renew": "这张卡到期了",
    "card_check": "这张卡需要核对一下",
    "card_again": "请把卡贴平，再刷一次",
    "one_card": "请一次放一张卡",
    "not_meal_card": "这不是就餐卡，请放就餐卡",
    "code_again": "请把码放平，再扫一次",
    "code_old": "这个码过时了，请重新打开",
    "register_check": "登记需要核对一下",
    "code_at_home": "这个码要在常去的食堂用",
    "cannot_write": "机器暂时记不了账",
    "stopped": "刷卡暂停",
    "not_ready": "机器还没有准备好",
    "reader_not_ready": "读卡器还没有准备好",
}

CLIPS: Mapping[str, str] = {**NUMBERS, **PHRASES}

SPOKEN: Mapping[str, tuple[str, ...]] = {
    "card_unknown": ("card_new", "tell_duty"),
    "chip_number_changes": ("one_moment", "tell_duty"),
    "chip_number_unusable": ("card_new", "tell_duty"),
    "card_blocked": ("card_on_hold", "tell_duty"),
    "card_replaced": ("card_old",),
    "card_closed": ("card_not_in_use", "tell_duty"),
    "card_expired": ("card_renew", "tell_duty"),
    "card_copied": ("card_check", "tell_duty"),
    "card_unproved": ("one_moment", "tell_duty"),
    "card_unreadable": ("card_again",),
    "two_cards": ("one_card",),
    "one_of_two": ("one_card",),
    "card_foreign": ("not_meal_card",),
    "code_expired": ("code_old",),
    "code_elsewhere": ("code_at_home", "tell_duty"),
    "code_unreadable": ("code_again",),
    "code_mangled": ("one_moment", "tell_duty"),
    "resident_closed": ("register_check", "tell_duty"),
    "journal_unwritable": ("cannot_write", "tell_duty"),
    "journal_damaged": ("stopped", "tell_duty"),
    "journal_rewriting": ("not_ready", "tell_duty"),
    "enrolment_damaged": ("not_ready", "tell_duty"),
    "no_catalogue": ("not_ready", "tell_duty"),
    "not_enrolled": ("not_ready", "tell_duty"),
    "unknown_schema": ("not_ready", "tell_duty"),
    "reader_not_ready": ("reader_not_ready", "one_moment"),
    Tone.GOOD: ("done",),
    Tone.TOLD: ("one_moment", "tell_duty"),
    Tone.STOP: ("nothing_taken", "tell_duty"),
}
