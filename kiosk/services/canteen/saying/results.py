"""What the canteen's acts come to, for voice, slip and screens."""

from __future__ import annotations

from kiosk.common.outcomes import Moved, Paid, Result


class Served(Paid, frozen=True, kw_only=True):
    """One portion."""

    meal: str
    portion: int = 1
    owed_fen: int = 0
    visitor: bool = False  # another kiosk collects the courtesy
    birthday: bool = False
    away: bool = False


class Delivered(Moved, frozen=True, kw_only=True):
    """The same at somebody's door: to whom is not in the room, so no part of it is for the display."""

    day: str
    meal: str


class VolunteerServed(Result, frozen=True, kw_only=True):
    """A volunteer's meal, which a programme pays; `volunteer` as staff typed it."""

    volunteer: str
    meal: str
    price_fen: int


class SoldForCash(Moved, frozen=True, kw_only=True):
    """Something beside the meal, or a guest's. What was given, once it is enough, and what goes back."""

    given_fen: int | None = None
    change_fen: int | None = None
