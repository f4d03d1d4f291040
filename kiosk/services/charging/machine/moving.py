"""One charging session as a state machine: pure, on whatever clock it is given.

`advance` takes a session and what happened, and gives the session as it is then, with what is to be done.
Nothing here asks a box or writes anything. "Plugged in" and "charging" are two facts: the one is what a box
may know of a plug, the other is current that flows.

Every threshold is a site's setting (`items.Thresholds`); where the figure comes from stands beside its use.
The names in brackets are those of `docs/charging-safety.md`: CL and YUN are firmwares of charging boxes, DNY
is the protocol of a third, BJ a guide of the trade.
"""

from __future__ import annotations

from msgspec.structs import replace

from drivers.outlets.contracts import Ended, Refused, Sample
from drivers.outlets.reasons import StopReason
from kiosk.services.charging.items import Thresholds
from kiosk.services.charging.machine.ending import AGREEING_LOOKS, ANSWER_S, lasted, watched, why_stop
from kiosk.services.charging.machine.metering import counted_by_box, metered, timed
from kiosk.services.charging.machine.session import (
    ENERGISED,
    OVER,
    Back,
    Begin,
    Command,
    Event,
    Session,
    State,
    Stop,
    Tick,
)
from kiosk.services.charging.records import Reading

# What is the same at every site.
ORDER_SILENT_S = 360  # DNY: what a port draws and counted is said every five minutes, by some boxes no sooner
ZERO_DW = 3  # DNY: below 0.3 W nothing is there
STILL_ON_LOOKS = 5  # of a box that does not say whether its relay is open

Step = tuple[Session, tuple[Command, ...]]


def advance(session: Session, event: Event, thresholds: Thresholds, now_ms: int) -> Step:
    """The session after an event, and what is to be done. One that is over stays as it is."""
    if session.state in OVER:
        return session, ()
    match event:
        case Begin():
            return session.into(State.PRECHECK, now_ms), (Command.SWITCH_ON,)
        case Back():
            return _interrupted(session, event, now_ms)
        case Stop():
            return _stopping(session, event.reason, now_ms)
        case Refused():
            return _refused(session, event, now_ms)
        case Ended():
            return _ended(session, event, thresholds, now_ms)
        case Tick():
            return _silent(session, thresholds, now_ms)
        case Sample():
            return _seen(session, event, thresholds, now_ms)


def _stopping(session: Session, reason: StopReason, now_ms: int) -> Step:
    """The first reason stays: what follows, follows from it."""
    if session.state is State.STOPPING:
        return session, (Command.SWITCH_OFF,)
    known = session.reason or reason
    return replace(session.into(State.STOPPING, now_ms), reason=known), (Command.SWITCH_OFF,)


def _settled(session: Session, now_ms: int) -> Step:
    return session.into(State.SETTLED, now_ms), (Command.SETTLE,)


def _interrupted(session: Session, event: Back, now_ms: int) -> Step:
    """Whatever it was, it is off first, and seen at zero. What a meter may have counted is looked at then."""
    outage_s = event.outage_s or 0
    back = replace(
        session.into(State.INTERRUPTED, now_ms),
        outage_s=event.outage_s,
        may_resume=event.may_resume and session.state in ENERGISED,
        dead_s=session.dead_s + outage_s,
        began_ms=now_ms - (session.seen_ms - session.began_ms) - outage_s * 1000,
        metered_ms=now_ms - (session.seen_ms - session.metered_ms),
        counted_ms=now_ms - (session.seen_ms - session.counted_ms),
        seen_ms=now_ms,
        power_dw=None,
        low_since_ms=None,
        faint_since_ms=None,
    )
    return back, (Command.SWITCH_OFF,)


def _refused(session: Session, event: Refused, now_ms: int) -> Step:
    """The box never let current flow. Later, or of another order, it is no answer to anything."""
    if event.order != session.order or session.state not in (State.HELD, State.PRECHECK):
        return session, ()
    settled, commands = _settled(replace(session, reason=event.reason), now_ms)
    return settled, (Command.SWITCH_OFF, *commands)


def _ended(session: Session, event: Ended, thresholds: Thresholds, now_ms: int) -> Step:
    """The box ended it by itself: its own count of the order is its last reading, if that can be."""
    if event.order not in (session.order, ""):
        return session, ()
    session = replace(counted_by_box(session, event, thresholds, now_ms), is_told=True)
    return _stopping(session, event.reason, now_ms)


def _silent(session: Session, thresholds: Thresholds, now_ms: int) -> Step:
    """What was not heard of in time. A meter that is silent cannot be billed by [CL: REASON_COMM_ERR]."""
    in_state_s = (now_ms - session.since_ms) // 1000
    if session.state in (State.STOPPING, State.INTERRUPTED):
        if in_state_s < thresholds.resume_within_s:
            return session, ()
        reason = session.reason or StopReason.POWER_LOST
        return _settled(replace(session, reason=reason), now_ms)  # its box may never be heard again
    if session.state not in ENERGISED:
        return session, ()
    if now_ms - session.seen_ms > thresholds.meter_silent_s * 1000:
        return _stopping(session, StopReason.BOX_SILENT, now_ms)
    if session.first is not None and now_ms - session.metered_ms > _silent_ms(session.first, thresholds):
        return _stopping(session, StopReason.METER_SILENT, now_ms)
    if session.state is State.PRECHECK and in_state_s >= ANSWER_S:
        return _stopping(session, StopReason.RELAY_BROKEN, now_ms)
    return session, ()


def _silent_ms(register: Reading, thresholds: Thresholds) -> int:
    return max(thresholds.meter_silent_s, ORDER_SILENT_S if register.is_of_order else 0) * 1000


def _seen(session: Session, sample: Sample, thresholds: Thresholds, now_ms: int) -> Step:
    """A look at its socket."""
    session = timed(session, sample, now_ms)
    if sample.register is not None:
        session = metered(session, sample.register, thresholds, now_ms)
    before_dw, power_dw = session.power_dw or 0, sample.power_dw or 0
    session = replace(
        session,
        seen_ms=now_ms,
        power_dw=sample.power_dw,
        is_plugged=sample.is_plugged,
        usual_dw=max(session.usual_dw, min(before_dw, power_dw)),
    )
    match session.state:
        case State.PRECHECK:
            return _answered(session, sample, thresholds, now_ms)
        case State.WAITING:
            return _waited(session, thresholds, now_ms)
        case State.CHARGING | State.TOPPING_OFF:
            return _charged(session, sample, thresholds, now_ms)
        case State.STOPPING:
            return _opened(session, sample, now_ms)
        case State.INTERRUPTED:
            return _came_back(session, sample, thresholds, now_ms)
    return session, ()


def _answered(session: Session, sample: Sample, thresholds: Thresholds, now_ms: int) -> Step:
    """The relay is closed, or the box names the order. A look of before it was asked says nothing."""
    if sample.is_on or sample.order == session.order or _flows(session, thresholds):
        return _waited(session.into(State.WAITING, now_ms), thresholds, now_ms)
    return session, ()


def _flows(session: Session, thresholds: Thresholds) -> bool:
    return (session.power_dw or 0) > thresholds.no_load_w * 10


def _waited(session: Session, thresholds: Thresholds, now_ms: int) -> Step:
    """Nothing above 1.5 W for 300 s: nobody plugged in, or what is plugged in is full already [CL]."""
    if session.is_doubtful:
        return _stopping(session, StopReason.METER_IMPLAUSIBLE, now_ms)
    if _flows(session, thresholds):
        flowing = replace(session.into(State.CHARGING, now_ms), has_flowed=True)
        return flowing, () if session.has_flowed else (Command.TELL_FLOWING,)
    silent_s = ORDER_SILENT_S if session.power_dw is None else 0
    if now_ms - session.since_ms >= max(thresholds.no_load_s, silent_s) * 1000:
        plugless = session.is_plugged is False
        return _stopping(session, StopReason.NO_PLUG if plugless else StopReason.NO_LOAD, now_ms)
    return session, ()


def _charged(session: Session, sample: Sample, thresholds: Thresholds, now_ms: int) -> Step:
    session = watched(session, sample, thresholds, now_ms)
    reason = why_stop(session, sample, thresholds, now_ms)
    return _stopping(session, reason, now_ms) if reason is not None else (session, ())


def _opened(session: Session, sample: Sample, now_ms: int) -> Step:
    """Off means that its relay is open, and that power was seen at zero [SteVe #235; evcc #3367].

    A box that counts for the order is waited for a little: it says itself what it counted.
    """
    if (sample.power_dw or 0) <= ZERO_DW and not sample.is_on:
        is_awaited = session.counts_order and not session.is_told
        if is_awaited and not lasted(session.since_ms, ANSWER_S, now_ms):
            return session, ()
        return _settled(session, now_ms)
    if (sample.power_dw or 0) <= ZERO_DW:
        return session, (Command.SWITCH_OFF,)
    session = replace(session, looks=session.looks + 1)
    if session.looks < (AGREEING_LOOKS if sample.is_on is False else STILL_ON_LOOKS):
        return session, (Command.SWITCH_OFF,)
    faulted = session.into(State.FAULTED, now_ms)
    return faulted, (Command.SWITCH_OFF, Command.RAISE_WELDED, Command.SETTLE)


def _came_back(session: Session, sample: Sample, thresholds: Thresholds, now_ms: int) -> Step:
    """Seen off and at zero: go on if the cut was short, its count went on, and nothing forbids it."""
    if sample.is_on or (sample.power_dw or 0) > ZERO_DW:
        session = replace(session, looks=session.looks + 1)
        if session.looks < STILL_ON_LOOKS:
            return session, (Command.SWITCH_OFF,)
        return _stopping(session, StopReason.POWER_LOST, now_ms)
    if not _may_go_on(session, sample, thresholds):
        reason = StopReason.METER_IMPLAUSIBLE if session.is_doubtful else StopReason.POWER_LOST
        return _settled(replace(session, reason=session.reason or reason), now_ms)
    again = replace(session.into(State.PRECHECK, now_ms), outage_s=None, metered_ms=now_ms)
    return again, (Command.SWITCH_ON,)


def _may_go_on(session: Session, sample: Sample, thresholds: Thresholds) -> bool:
    """A count for an order ended with the order; one that was not read cannot be known to have gone on."""
    if not session.may_resume or session.is_doubtful or session.reason is not None:
        return False
    if session.outage_s is None or session.outage_s > thresholds.resume_within_s:
        return False
    if session.first is None:
        return sample.register is None
    return sample.register is not None and not session.first.is_of_order
