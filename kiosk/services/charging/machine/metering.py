"""What a session used: time in which current flowed, and what its meter counted, where that can be."""

from __future__ import annotations

from msgspec.structs import replace

from drivers.outlets.contracts import Ended, Register, Sample
from kiosk.services.charging.items import Thresholds
from kiosk.services.charging.machine.pricing import tier_of
from kiosk.services.charging.machine.session import FLOWING, Session, State
from kiosk.services.charging.records import Reading

COARSEST_WH = 10  # DNY counts in 0.01 kWh: two looks at one count may differ by so much


def timed(session: Session, sample: Sample, now_ms: int) -> Session:
    """Time in which current flowed, as far as two looks agree. In the tier of the lesser power of both."""
    if session.state not in FLOWING or sample.is_on is False:
        return session
    gone_ms = max(0, now_ms - session.seen_ms)
    tiers = list(session.tiers_ms)
    place = tier_of(session.tariff, min(session.power_dw or 0, sample.power_dw or 0))
    if place is not None:
        tiers[place] += gone_ms
    return replace(session, charged_ms=session.charged_ms + gone_ms, tiers_ms=tuple(tiers))


def metered(session: Session, register: Register, thresholds: Thresholds, now_ms: int) -> Session:
    """A reading is believed if its count goes on from the one before, no faster than current can flow.

    There is no session without a first reading (evcc #29654 billed the register of a lifetime): what is first
    read when current flows already is not billed, unless the box counts for this order alone.
    """
    reading = Reading(register.name, register.wh, register.is_of_order)
    if session.is_doubtful:
        return session
    if session.last is None:
        if not register.is_of_order:
            return session
        none = Reading(register.name, 0, True)
        session = replace(session, first=none, last=none)
    assert session.last is not None, "it has just been given one"
    elapsed_ms = now_ms - session.counted_ms + (session.outage_s or 0) * 1000
    if session.outage_s is None and session.state is State.INTERRUPTED:
        elapsed_ms = thresholds.longest_wall_s * 1000  # no clock can tell
    if not goes_on(session.last, reading, elapsed_ms, thresholds.register_most_w):
        return replace(session, is_doubtful=True)
    counted_ms = session.counted_ms if reading == session.last else now_ms
    return replace(session, last=reading, metered_ms=now_ms, counted_ms=counted_ms)


def counted_by_box(session: Session, event: Ended, thresholds: Thresholds, now_ms: int) -> Session:
    """The box's own count of the order, as it says with the end of it."""
    if not event.order or event.energy_wh is None:
        return session
    if session.first is not None and not session.first.is_of_order:
        return session
    name = session.first.name if session.first is not None else session.order
    return metered(session, Register(name, event.energy_wh, is_of_order=True), thresholds, now_ms)


def goes_on(before: Reading, after: Reading, elapsed_ms: int, most_w: int) -> bool:
    """Whether one count can have come from the other in this time."""
    if (before.name, before.is_of_order) != (after.name, after.is_of_order) or after.wh < before.wh:
        return False
    return after.wh - before.wh <= COARSEST_WH + most_w * max(0, elapsed_ms) // 3_600_000
