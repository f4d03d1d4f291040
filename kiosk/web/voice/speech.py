"""The spoken sentence: from an outcome to a row of clip names. Pure; the clips are made elsewhere.

A few dozen short clips say everything, so that staff can record all of them in their own dialect in an
afternoon. Amounts are read as people say them: 两元, not 二元; 一百零五元; 三元五角.
"""

from __future__ import annotations

from collections.abc import Callable

from kiosk.common.outcomes import Moved, Outcome, Paid, Statement
from kiosk.web.words import Phrase, Words
from kiosk.web.words.money import LOW_BALANCE_FEN


def phrases(outcome: Outcome, words: Words) -> list[Phrase]:
    """What to say, in order; the most important amount first."""
    said = _phrases(outcome, words)
    if not outcome.again:
        return said
    nothing_taken = [Phrase(("not_taken_again",))] if isinstance(outcome.result, Paid) else []
    return [Phrase(("once_more",)), *nothing_taken, *said]


def _phrases(outcome: Outcome, words: Words) -> list[Phrase]:
    if outcome.code in words.aloud:
        return words.aloud[outcome.code](outcome)
    said = [Phrase((name,)) for name in words.spoken.get(outcome.code) or words.spoken[outcome.tone]]
    return [*said, *_statement(outcome.statement)] if outcome.statement else said


def moved_aloud(called: str) -> Callable[[Outcome], list[Phrase]]:
    """How money is announced that moved into or out of an account: by the clip `called`, then the balance."""

    def said(outcome: Outcome) -> list[Phrase]:
        result = outcome.result
        if not isinstance(result, Moved):
            return []
        moved = Phrase((called, *amount(result.amount_fen if result.back_fen is None else result.back_fen)))
        balance_fen = result.balance_fen
        if balance_fen is None or balance_fen < 0:
            return [moved]
        return [moved, Phrase(("balance", *amount(balance_fen)))]

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
