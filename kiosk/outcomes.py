"""What one tap or touch came to, as values. Screens and voice turn them into pictures and sentences."""

from __future__ import annotations

from enum import StrEnum

import msgspec


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


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """An answer. `code` picks the sentence, `figures` fill it: amounts in fen, times local `HH:MM`."""

    tone: Tone
    code: str
    at_ms: int  # Unix time
    figures: dict[str, int | str] = {}
    person: Person | None = None
    receipt: str = ""  # `seq-hash` of the record, empty when nothing was written
    again_helps: bool = False
