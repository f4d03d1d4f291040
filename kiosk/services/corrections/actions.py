"""Written down here, and sent on to the office with everything else."""

from __future__ import annotations

from kiosk.common.clock import local_time
from kiosk.common.here import Here
from kiosk.common.outcomes import Outcome, Tone, person_of
from kiosk.people.errors import CardUnknown
from kiosk.services.corrections.records import CORRECTION_ASKED, CorrectionAsked, Matter


class Corrections:
    """The requests of one counter."""

    def __init__(self, here: Here) -> None:
        self._journal, self._catalogue, self._clock = here.journal, here.catalogue, here.clock
        self._site = here.site

    def ask(self, resident_id: int, matter: Matter, category: str, request_id: str) -> Outcome:
        """Ask the office to look at somebody's entry. Raises a `Refusal`."""
        resident = self._catalogue.resident(resident_id)
        if resident is None:
            raise CardUnknown
        asked, at = CorrectionAsked(resident_id, self._site, matter, category), self._clock.now()
        with self._journal.writing() as writing:
            chained = writing.once(
                request_id,
                lambda: writing.append(*CORRECTION_ASKED, asked, at=at, request_id=request_id),
            )
        wall_ms = chained.record.wall_ms
        in_touch = self._clock.in_touch(self._catalogue.heard())
        return Outcome(
            tone=Tone.GOOD,
            code="correction_sent" if in_touch else "correction_kept",
            at_ms=wall_ms,
            person=person_of(resident, local_time(wall_ms).date()),
            receipt=chained.receipt,
        )
