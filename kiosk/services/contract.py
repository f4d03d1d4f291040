"""What a service offers the counter: an answer to a tap."""

from __future__ import annotations

from typing import Protocol

from kiosk.ledger.records import Moment
from kiosk.outcomes import Outcome
from kiosk.people.identify import Identified


class Service(Protocol):
    """One use of the card."""

    def answer(self, who: Identified, at: Moment) -> Outcome:
        """Do what a tap means here, or raise a `Refusal`. When it returns, the journal has it for good."""
