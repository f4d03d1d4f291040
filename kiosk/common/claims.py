"""Whose a tap is. Asked in this order, and the first who says it is theirs answers:

1. somebody at the screen waits for this very card, or its code (a badge that signs in, a new card that is
   being written, a socket that was chosen);
2. the event itself names its service (the code on a delivery label);
3. what the site offers at this hour;
4. else nothing is to be paid, and whoever stands there is told how the account stands.

A service makes its claims as one value; services that claim alike are asked in the order of their list. What
a site says it offers (`Site.offers`) narrows the third.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from drivers.contracts import DeviceEvent
from kiosk.catalogue.values import Site
from kiosk.common.here import Opened
from kiosk.common.outcomes import Outcome
from kiosk.ledger.records import Moment
from kiosk.people.identify import Identified
from kiosk.plain.refusals import NothingToPay


@dataclass(frozen=True, slots=True)
class Named:
    """What an event names by itself: whose it is, and how it is answered. `answer` raises a `Refusal`."""

    resident_id: int
    answer: Callable[[], Outcome]


T = TypeVar("T")
Newest = Outcome | None  # the last answer on the screen
# Something else that a device did. Gives what staff wait to see of it; None: it is noted, and not shown.
Heard = Callable[[Opened, Any, Newest], Outcome | None]


class NothingOffered(NothingToPay):
    """Nothing is to be had by a tap at this site now."""

    code = "nothing_offered"
    is_told = True


def _nothing(_opened: Opened, _who: Identified, _at: Moment) -> Outcome:
    raise NothingOffered


@dataclass(frozen=True, kw_only=True)
class Claims:
    """Which taps, codes and device events a service answers. Each may raise a `Refusal`.

    `waiting`: the answer to a card, or its code, that somebody at the screen waits for. `named`: what a
    scanned text names. `offered`: whether a site offers this at a local time; then `answer` is the service's
    answer to a tap.
    `closed`: why a site that has the service offers nothing of it now; None: it has nothing to say.
    """

    waiting: Callable[[Opened, Identified, Newest], Outcome | None] = lambda opened, who, newest: None
    named: Callable[[Opened, str], Named | None] = lambda opened, text: None
    offered: Callable[[Site, datetime], bool] = lambda site, local: False
    answer: Callable[[Opened, Identified, Moment], Outcome] = _nothing
    closed: Callable[[Site, datetime], NothingToPay | None] = lambda site, local: None
    heard: Mapping[type[DeviceEvent], Heard] = field(default_factory=dict)

    @property
    def takes_taps(self) -> bool:
        """Whether it makes the third claim at all, so that a site may leave it out of what it offers."""
        return self.offered is not NONE.offered


NONE = Claims()
Listed = Sequence[tuple[str, Claims]]  # by the service's name


def awaited(listed: Listed, opened: Opened, who: Identified, newest: Newest) -> Outcome | None:
    """The first claim. Raises a `Refusal`."""
    return _first(claims.waiting(opened, who, newest) for _, claims in listed)


def named(listed: Listed, opened: Opened, text: str) -> Named | None:
    """The second claim. Raises a `Refusal`."""
    return _first(claims.named(opened, text) for _, claims in listed)


def offered(listed: Listed, site: Site, local: datetime) -> Claims:
    """The third claim, and where nobody makes it the fourth: raises a `NothingToPay`."""
    here = [claims for name, claims in listed if not site.offers or name in site.offers]
    open_now = next((each for each in here if each.offered(site, local)), None)
    if open_now is None:
        raise _first(each.closed(site, local) for each in here) or NothingOffered()
    return open_now


def heard(listed: Listed, event: DeviceEvent) -> Heard | None:
    """Who listens to what a device says beside taps."""
    return _first(claims.heard.get(type(event)) for _, claims in listed)


def _first(answers: Iterable[T | None]) -> T | None:
    return next((each for each in answers if each is not None), None)
