"""Lending and taking back: look, decide and write in one transaction."""

from __future__ import annotations

from kiosk.common.here import Here
from kiosk.common.outcomes import Outcome, Result, Tone, person_of
from kiosk.ledger.journal import Writing
from kiosk.ledger.records import Chained, Moment
from kiosk.people.identify import Identified, active_resident
from kiosk.plain.refusals import NothingToPay, Refusal
from tests.services.lending_library.items import SHELF, Section
from tests.services.lending_library.records import BOOK_BACK, BOOK_LENT, BookBack, BookLent, decode
from tests.services.lending_library.tables import lent_to

UNTOLD = ("journey_to_the_west", "red_chamber")  # what stands there until the office says otherwise


class NotOnTheShelf(Refusal):
    """Somebody has it, or there is no such book."""

    code = "not_on_the_shelf"
    book: str


class TooManyBooks(Refusal):
    """Whoever asks has as many at home as one may have."""

    code = "too_many_books"
    most: int
    is_told = True


class NothingBorrowed(NothingToPay):
    """Whoever taps has no book to bring back."""

    code = "nothing_borrowed"
    is_told = True


class BookMoved(Result, frozen=True, kw_only=True):
    """A book that went home, or came back."""

    book: str


class Library:
    """The shelf of one site."""

    def __init__(self, here: Here) -> None:
        self._here = here

    def shelf(self) -> tuple[str, ...]:
        """The books of this site."""
        told = self._here.catalogue.item(SHELF, self._here.site)
        return told.books if told else UNTOLD

    def lend(self, resident_id: int, book: str, request_id: str) -> Outcome:
        """Raises a `Refusal`. A repeated request gets its first answer."""
        active_resident(self._here.catalogue, resident_id)

        def write() -> Chained:
            at_home, most = self._lent(writing, resident_id), self._here.settings.of(Section).most_books
            if book not in self.shelf() or book in at_home:
                raise NotOnTheShelf(book=book)
            if len(at_home) >= most:
                raise TooManyBooks(most=most)
            at = self._here.clock.now()
            return writing.append(*BOOK_LENT, BookLent(resident_id, book), at=at, request_id=request_id)

        with self._here.journal.writing() as writing:
            return self.told(writing, writing.once(request_id, write))

    def bring_back(self, who: Identified, at: Moment) -> Outcome:
        """A tap brings back the first book that its resident has. Raises `NothingBorrowed`."""
        resident_id = who.resident.id
        with self._here.journal.writing() as writing:
            held = self._lent(writing, resident_id)
            if not held:
                raise NothingBorrowed
            chained = writing.append(*BOOK_BACK, BookBack(resident_id, held[0]), at=at)
            return self.told(writing, chained)

    def told(self, _writing: Writing, chained: Chained) -> Outcome:
        """The answer that a record of the library was."""
        record, said = chained.record, decode(chained.record.body)
        resident = self._here.catalogue.resident(said.resident_id)
        day = self._here.local(record.wall_ms).date()
        return Outcome(
            tone=Tone.GOOD,
            code=record.kind,
            at_ms=record.wall_ms,
            result=BookMoved(book=said.book),
            person=person_of(resident, day) if resident else None,
            receipt=chained.receipt,
        )

    def _lent(self, writing: Writing, resident_id: int) -> list[str]:
        return lent_to(writing.connection, writing.key.region_id, resident_id)
