"""The spoken sentence: from an outcome to a row of clip names. Pure; the clips are made elsewhere.

A few dozen short clips say everything, so that staff can record all of them in their own dialect in an
afternoon. Amounts are read as people say them: 两元, not 二元; 一百零五元; 三元五角.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from kiosk.outcomes import Outcome, Statement, Tone
from kiosk.web.words import Phrase, Words
from kiosk.web.words.money import LOW_BALANCE_FEN

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


def phrases(outcome: Outcome, words: Words) -> list[Phrase]:
    """What to say, in order; the most important amount first."""
    said = _phrases(outcome, words)
    if not outcome.again:
        return said
    nothing_taken = [Phrase(("not_taken_again",))] if "own_fen" in outcome.figures else []
    return [Phrase(("once_more",)), *nothing_taken, *said]


def _phrases(outcome: Outcome, words: Words) -> list[Phrase]:
    if outcome.code in words.aloud:
        return words.aloud[outcome.code](outcome)
    said = [Phrase((name,)) for name in words.spoken.get(outcome.code) or words.spoken[outcome.tone]]
    return [*said, *_statement(outcome.statement)] if outcome.statement else said


def moved_aloud(called: str) -> Callable[[Outcome], list[Phrase]]:
    """How money is announced that moved into or out of an account: by the clip `called`, then the balance."""

    def said(outcome: Outcome) -> list[Phrase]:
        figures = outcome.figures
        moved = Phrase((called, *amount(int(figures.get("back_fen", figures.get("amount_fen", 0))))))
        balance_fen = int(figures.get("balance_fen", -1))
        return [moved] if balance_fen < 0 else [moved, Phrase(("balance", *amount(balance_fen)))]

    return said


def amount(fen: int) -> list[str]:
    """A sum of money that is not negative, as one says it."""
    yuan, rest = divmod(fen, 100)
    jiao, odd = divmod(rest, 10)
    said = [*_count(yuan), "yuan"] if yuan or not rest else []
    if jiao:
        said += [*_count(jiao), "jiao"]
    elif odd and yuan:
        said.append("n0")
    if odd:
        said += [*_count(odd), "fen"]
    return said


def number(value: int) -> list[str]:
    """A whole number that is not negative: 105 is one hundred, nought, five; 12 is ten, two."""
    said = _under_myriad(value % 10_000)
    if value < 10_000:
        return said[1:] if 10 <= value < 20 else said or ["n0"]
    gap = ["n0"] if 0 < value % 10_000 < 1000 else []
    return [*_count(value // 10_000), "myriad", *gap, *said]


def balance_aloud(balance_fen: int) -> list[Phrase]:
    """Aloud, but for what is low or owed: that is not for those who stand behind."""
    if balance_fen < 0:
        return [soft("owed", *amount(-balance_fen)), soft("settle_later")]
    said = ("balance", *amount(balance_fen))
    return [soft(*said), soft("low_balance")] if balance_fen < LOW_BALANCE_FEN else [Phrase(said)]


def _statement(statement: Statement) -> list[Phrase]:
    said = balance_aloud(statement.balance_fen) if statement.balance_fen is not None else []
    return [*said, soft("owed", *amount(statement.owed_fen))] if statement.owed_fen else said


def soft(*clips: str) -> Phrase:
    return Phrase(clips, soft=True)


def _count(value: int) -> list[str]:
    """A number before a measure word: two is 两 there."""
    return ["two"] if value == 2 else number(value)


def _under_myriad(value: int) -> list[str]:
    said: list[str] = []
    skipped = False
    for unit, name in ((1000, "thousand"), (100, "hundred"), (10, "ten"), (1, "")):
        digit, value = divmod(value, unit)
        if not digit:
            skipped = bool(said)
            continue
        if skipped:
            said.append("n0")
            skipped = False
        said.append("two" if digit == 2 and unit >= 100 else f"n{digit}")
        if name:
            said.append(name)
    return said
