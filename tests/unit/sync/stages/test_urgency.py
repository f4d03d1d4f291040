"""What cannot wait is tried at once, and again every few seconds."""

from __future__ import annotations

from sync.errors import OfficeBusy, OfficeUnreachable, SyncError
from sync.stages.urgency import LONGEST_S, Urgency


class _Office:
    """Fails in each of the ways given, and then hears."""

    def __init__(self, *errors: SyncError) -> None:
        self.errors, self.now_s, self.asked_s = list(errors), 0.0, list[float]()
        self.urgency = Urgency(self.tell, lambda: self.now_s)

    def tell(self) -> None:
        self.asked_s.append(self.now_s)
        if self.errors:
            raise self.errors.pop(0)

    def attend_for(self, seconds: float) -> None:
        until_s = self.now_s + seconds
        while self.now_s < until_s:
            self.urgency.attend()
            self.now_s += 0.25


def test_what_is_urgent_is_tried_at_once_and_then_every_few_seconds() -> None:
    office = _Office(*(OfficeUnreachable() for _ in range(10_000)))
    office.attend_for(3600.0)
    assert office.asked_s[0] == 0.0
    waited_s = [later - before for before, later in zip(office.asked_s, office.asked_s[1:], strict=False)]
    assert max(waited_s) <= LONGEST_S + 0.25
    assert len(office.asked_s) < 3600.0 / 2  # an office that is away is not hammered


def test_an_office_that_is_busy_for_long_is_asked_sooner_all_the_same() -> None:
    office = _Office(OfficeBusy(3_600_000))
    office.attend_for(2 * LONGEST_S)
    assert len(office.asked_s) > 1
