"""What one tap or touch came to, as values. Screens and voice turn them into pictures and sentences."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from enum import StrEnum

import msgspec

from kiosk.people.residents import Resident, age_on, has_birthday
from kiosk.plain.refusals import Refusal


class Tone(StrEnum):
    """One colour, one icon and one shape each."""

    GOOD = "good"  # done: green, tick, circle
    TOLD = "told"  # nothing taken, somebody is told something: amber, exclamation mark, rounded square
    STOP = "stop"  # does not go: brick, cross, octagon


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """Who stands there, as far as the two screens may show it. Only `name` and `honorific` face the room."""

    resident_id: int
    name: str
    honorific: str
    age: int
    building: str
    categories: tuple[str, ...]
    diet: tuple[str, ...]
    photo: str
    birthday: bool = False  # today; the date itself is nobody's business


class PastMeal(msgspec.Struct, frozen=True):
    """One meal that a resident had at this site, with what it cost them in all."""

    day: str  # ISO date
    meal: str
    own_fen: int  # from their money or as courtesy, less what was given back
    portions: int = 1


class Statement(msgspec.Struct, frozen=True, kw_only=True):
    """How an account stands, told to whoever taps with nothing to pay."""

    balance_fen: int | None  # None: this kiosk does not know it
    owed_fen: int = 0
    as_of: str = ""  # ISO date of the office's word on it; empty if that is of today
    meals: tuple[PastMeal, ...] = ()  # the latest first


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """What an act came to, as its service says it: sentences, voice, slip and screens look at the fields.

    Amounts are in fen, days ISO dates, times local `HH:MM`.
    """


class Paid(Result, frozen=True, kw_only=True):
    """A price that a resident's account met, in its parts: shown large on both screens."""

    own_fen: int
    subsidy_fen: int = 0
    courtesy_fen: int = 0
    balance_fen: int | None = None  # None: it is nobody's business here


class Moved(Result, frozen=True, kw_only=True):
    """Money that came in or was given back. `back_fen`: of it to the resident; None where there is none."""

    amount_fen: int
    back_fen: int | None = None
    balance_fen: int | None = None


class MealSold(Result, frozen=True, kw_only=True):
    """Which meal it was whose price was given back."""

    day: str
    meal: str
    portion: int
    delivered: bool = False  # to whom is not in the room


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """An answer. `code` picks the sentence, and what it came to fills it."""

    tone: Tone
    code: str
    at_ms: int  # Unix time
    result: Result | Refusal | None = None
    person: Person | None = None
    receipt: str = ""  # `seq-hash` of the record, empty when nothing was written
    again_helps: bool = False
    statement: Statement | None = None
    again: bool = False  # told once more, slowly: nothing was done anew
    chip: str = ""  # token of an unknown card, which staff may give to somebody
    takes_back: str = ""  # receipt of the record of which nothing stands after this one
    absent: bool = False  # whoever it is about has left: it is for staff, and not for the room


def taken_back(outcomes: Iterable[Outcome]) -> set[str]:
    """Receipts of what was taken back by others among these."""
    return {each.takes_back for each in outcomes if each.takes_back}


def person_of(resident: Resident, day: date) -> Person:
    """What the screens may show of a resident."""
    return Person(
        resident_id=resident.id,
        name=resident.name,
        honorific=resident.honorific,
        age=age_on(resident.born, day),
        building=resident.building,
        categories=resident.categories,
        diet=resident.diet,
        photo=resident.photo,
        # Of a visitor only the year may be known.
        birthday=bool(resident.name) and has_birthday(resident.born, day),
    )


def refused(refusal: Refusal, at_ms: int, person: Person | None = None) -> Outcome:
    """The answer that a refusal makes."""
    return Outcome(
        tone=Tone.TOLD if refusal.is_told else Tone.STOP,
        code=refusal.code,
        at_ms=at_ms,
        result=refusal,
        person=person,
        again_helps=refusal.again_helps,
    )
