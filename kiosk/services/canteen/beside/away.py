"""Portions taken away: a mark on the portion, for the kitchen's count and its boxes. No money moves.

A box that costs something is a product like any other and is sold beside the meal.
"""

from __future__ import annotations

from msgspec.structs import replace

from kiosk.common.here import Here
from kiosk.common.outcomes import Outcome
from kiosk.ledger.follow_ups import by_receipt
from kiosk.ledger.journal import Writing
from kiosk.ledger.records import Chained
from kiosk.ledger.sql import run
from kiosk.services.canteen.actions import Canteen
from kiosk.services.canteen.beside.records import TAKEN_AWAY, TakenAway
from kiosk.services.canteen.errors import NoSuchPortion
from kiosk.services.canteen.records import MEAL_SERVED, decode_meal
from kiosk.services.canteen.saying.results import Served


class Away:
    """Marks portions of one journal."""

    def __init__(self, here: Here, canteen: Canteen) -> None:
        self._journal, self._clock, self._canteen = here.journal, here.clock, canteen

    def mark(self, receipt: str, away: bool, request_id: str) -> Outcome:
        """The portion's own answer, with the mark. Marked so already, nothing is written.

        Raises `NoSuchPortion`.
        """
        with self._journal.writing() as writing:
            portion = self._portion(writing, receipt)
            if is_away(writing, portion.record.seq) is not away:
                writing.once(request_id, lambda: self._mark(writing, portion, away, request_id))
            told = self.told(writing, portion)
        if told is None:
            raise NoSuchPortion(receipt=receipt)
        return told

    def _mark(self, writing: Writing, portion: Chained, away: bool, request_id: str) -> Chained:
        meal = decode_meal(portion.record.body)
        mark = TakenAway(portion.record.seq, away, meal.site, meal.day, meal.meal)
        return writing.append(*TAKEN_AWAY, mark, at=self._clock.now(), request_id=request_id)

    def told(self, writing: Writing, chained: Chained) -> Outcome | None:
        """The answer that a portion was, with its mark; None if the resident is forgotten."""
        told = self._canteen.told(writing, chained)
        if told is None or not isinstance(told.result, Served) or not is_away(writing, chained.record.seq):
            return told
        return replace(told, result=replace(told.result, away=True))

    def _portion(self, writing: Writing, receipt: str) -> Chained:
        found = by_receipt(writing.connection, writing.key, receipt)
        if found is None:
            raise NoSuchPortion(receipt=receipt)
        if (found.record.kind, found.record.version) != MEAL_SERVED:
            raise NoSuchPortion(receipt=receipt)
        return found


def is_away(writing: Writing, original_seq: int) -> bool:
    wanted = (writing.key.region_id, writing.key.journal_id, original_seq)
    return int(run(writing.connection, _NET, wanted)[0][0]) > 0


_NET = (
    "SELECT coalesce(sum(portions), 0) FROM away_portions"
    " WHERE region_id = ? AND journal_id = ? AND original_seq = ?"
)
