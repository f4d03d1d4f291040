"""Who comes to the library in a simulated town: somebody borrows, somebody brings back."""

from __future__ import annotations

from kiosk.common.outcomes import Outcome
from kiosk.counter import Counter
from kiosk.people.identify import Identified
from tests.services.lending_library.actions import Library


def borrow(counter: Counter, who: Identified, request_id: str) -> Outcome:
    library = counter[Library]
    books = library.shelf()
    return library.lend(who.resident.id, books[who.resident.id % len(books)], request_id)


def bring_back(counter: Counter, who: Identified, _request_id: str) -> Outcome:
    return counter[Library].bring_back(who, counter.clock.now())


VISITS = (borrow, bring_back)
