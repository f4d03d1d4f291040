"""What the till's acts come to, for voice, slip and screens."""

from __future__ import annotations

from kiosk.common.outcomes import MealSold, Moved


class Booked(Moved, frozen=True, kw_only=True):
    """Money that came in or was given back, and how the account stands, if it was somebody's."""

    owed_fen: int = 0
    repaid_fen: int = 0  # of it for courtesy
    meal: MealSold | None = None  # for which it was given back

    @property
    def portion(self) -> int | None:
        """Which portion of that meal."""
        return self.meal.portion if self.meal else None
