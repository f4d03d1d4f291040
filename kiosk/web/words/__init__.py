"""What a service says and shows of its answers: tables by outcome code, beside what makes the answers.

Each service has its `Words` in its own folder, the kit has those of the machine itself, and a kiosk speaks
with all of them `together`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import NamedTuple, TypeAlias

from drivers.slip import Pair
from kiosk.common.board import Standing
from kiosk.common.outcomes import Moved, Outcome, Paid
from kiosk.common.said_once import said_once
from kiosk.front.printing.receipts import Receipt
from kiosk.web.words.sentence import Sentence

# Which sentence of a code fits its figures: `low` for `served.low`, empty for the plain one.
Variant: TypeAlias = Callable[[Outcome, Standing], str]


class TroubleWords(NamedTuple):
    """`short` for the header, `lunch` says how lunch goes on, or that it does not; `steps` in their order."""

    short: str
    title: str
    lunch: str
    steps: tuple[str, ...]


class Phrase(NamedTuple):
    """Clips that run on without a pause. `soft`: not for the whole room, as that money is short."""

    clips: tuple[str, ...]
    soft: bool = False


class Amounts(NamedTuple):
    """The one amount that is large on both screens, and the smaller ones beside it with their names."""

    due_fen: int
    beside: tuple[tuple[str, int], ...] = ()


class Figure(NamedTuple):
    """What is large on the elder's screen where it is no amount: its name and itself; `beside` are smaller
    ones, each with a name and a unit.
    """

    named: str
    large: str
    beside: tuple[tuple[str, str, str], ...] = ()


class Row(NamedTuple):
    """What the list of the last acts says of one: who it was, where no resident is known, and small notes."""

    name: str = ""
    typed: str = ""  # by staff, in Chinese as like as not
    notes: tuple[str, ...] = ()


def paid_fen(outcome: Outcome) -> int | None:
    """What an act came to for whoever pays."""
    match outcome.result:
        case Paid(own_fen=fen) | Moved(amount_fen=fen):
            return fen
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """An answer that stands in the books: what staff can do about it, and how it is shown."""

    refundable: bool = False  # a part of its price can be given back
    undoable: bool = False
    greets: bool = False  # whoever has a birthday
    fen: Callable[[Outcome], int | None] = paid_fen  # less than nothing where it gave something back
    row: Callable[[Outcome], Row] | None = None  # without one, its headline
    amounts: Callable[[Outcome], Amounts | None] | None = None  # without one, what a resident pays, if any
    figure: Callable[[Outcome], Figure | None] | None = None  # shown as an amount would be
    code: Callable[[Outcome], str] | None = None  # the text of a QR code that is shown with it
    hold_s: float | None = None  # how long it stays, where that is not as usual
    place: Callable[[Outcome], str] | None = (
        None  # where at the counter; without one, the meal is named there
    )


class ReceiptWords(NamedTuple):
    """What a receipt is called, and its lines about money, the amount in large."""

    title: str
    lines: Callable[[Receipt], Iterable[Pair]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """Keys are codes of outcomes, or of troubles; of `terms` stable words, of `clips` file names.

    `translations` are folders with a .po file for each language, by whose words they are.
    """

    translations: Mapping[str, Path] = field(default_factory=dict)
    sentences: Mapping[str, Sentence] = field(default_factory=dict)
    variants: Mapping[str, Variant] = field(default_factory=dict)
    acts: Mapping[str, Act] = field(default_factory=dict)
    receipts: Mapping[str, ReceiptWords] = field(default_factory=dict)
    troubles: Mapping[str, TroubleWords] = field(default_factory=dict)
    terms: Mapping[str, str] = field(default_factory=dict)
    clips: Mapping[str, str] = field(default_factory=dict)
    spoken: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    aloud: Mapping[str, Callable[[Outcome], list[Phrase]]] = field(default_factory=dict)  # with figures


def together(each: Iterable[Words]) -> Words:
    """All of them as one. Raises `SaidTwice`."""
    several = list(each)
    tables = {
        part.name: said_once(part.name, [getattr(words, part.name) for words in several])
        for part in fields(Words)
    }
    return Words(**tables)
