"""Giving and spending time: look, decide and write in one transaction."""

from __future__ import annotations

from kiosk.common.here import Here
from kiosk.common.outcomes import Outcome, Result, Tone, person_of
from kiosk.common.purses import purse_of
from kiosk.ledger.amount import Unit
from kiosk.ledger.journal import Writing
from kiosk.ledger.records import Chained, Moment
from kiosk.people.identify import Identified, active_resident
from kiosk.plain.refusals import Refusal
from tests.services.time_purse.records import TIME_GIVEN, TIME_SPENT, TimeMoved, decode, given, spent

HOUR, TURN = 60, 25  # minutes: what is given at a time, and what a tap spends


class TooLittleTime(Refusal):
    """Fewer minutes than this are theirs to spend here."""

    code = "too_little_time"
    minutes: int
    left: int
    is_told = True


class Minutes(Result, frozen=True, kw_only=True):
    """Time that was given or spent, and what is left."""

    minutes: int
    left: int


class TimePurse:
    """The time purses of one site."""

    def __init__(self, here: Here) -> None:
        self._here = here

    def give(self, resident_id: int, request_id: str) -> Outcome:
        """Somebody gave an hour. Raises a `Refusal`; a repeated request gets its first answer."""
        active_resident(self._here.catalogue, resident_id)
        body = TimeMoved(resident_id, self._here.site, HOUR)

        def write() -> Chained:
            at = self._here.clock.now()
            return writing.append(*TIME_GIVEN, body, *given(body), at=at, request_id=request_id)

        with self._here.journal.writing() as writing:
            return self.told(writing, writing.once(request_id, write))

    def spend(self, who: Identified, at: Moment) -> Outcome:
        """A tap spends a turn. Raises `TooLittleTime`."""
        body = TimeMoved(who.resident.id, self._here.site, TURN)
        with self._here.journal.writing() as writing:
            left = purse_of(writing, self._here.catalogue, who.resident.id, unit=Unit.MINUTE).outstanding
            if left < TURN:
                raise TooLittleTime(minutes=TURN, left=left)
            return self.told(writing, writing.append(*TIME_SPENT, body, *spent(body), at=at))

    def told(self, writing: Writing, chained: Chained) -> Outcome:
        """The answer that a record of the time purse was."""
        record, body = chained.record, decode(chained.record.body)
        resident = self._here.catalogue.resident(body.resident_id)
        purse = purse_of(writing, self._here.catalogue, body.resident_id, unit=Unit.MINUTE)
        return Outcome(
            tone=Tone.GOOD,
            code=record.kind,
            at_ms=record.wall_ms,
            result=Minutes(minutes=body.minutes, left=purse.balance),
            person=person_of(resident, self._here.local(record.wall_ms).date()) if resident else None,
            receipt=chained.receipt,
        )
