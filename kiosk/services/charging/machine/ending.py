"""Why a session in which current flows ends: what was seen for how long, the gravest first. Pure.

Where the figures come from stands beside their use; for the names see `moving`.
"""

from __future__ import annotations

from msgspec.structs import replace

from drivers.outlets.contracts import Sample
from drivers.outlets.reasons import StopReason
from kiosk.services.charging.items import Thresholds
from kiosk.services.charging.machine.session import Session, State

ANSWER_S = 30  # DNY: a box answers within 15 s, and is asked once more
AGREEING_LOOKS = 2  # others' makers gave up what trips at a single look


def watched(session: Session, sample: Sample, thresholds: Thresholds, now_ms: int) -> Session:
    """Since when it has been low, faint, topping off; how often it was too much."""
    power_dw = session.power_dw
    if power_dw is None:
        if sample.is_on is not False:
            return session
        power_dw = 0  # a relay that is open gives nothing, whoever measures it
    too_much = power_dw > thresholds.socket_most_w * 10  # 600 W [YUN]
    session = replace(
        session,
        looks=session.looks + 1 if too_much else 0,
        low_since_ms=_since(session.low_since_ms, power_dw < thresholds.unplugged_dw, now_ms),
        faint_since_ms=_since(session.faint_since_ms, power_dw < thresholds.faint_dw, now_ms),
    )
    # A fifth of its own power [DNY]; and below 20 W whatever it drew before [CL].
    least_dw = max(session.usual_dw * thresholds.top_off_percent // 100, thresholds.top_off_w * 10)
    if power_dw >= least_dw:
        return session if session.state is State.CHARGING else session.into(State.CHARGING, now_ms)
    if session.state is State.CHARGING or power_dw > session.top_dw + thresholds.top_off_restart_w * 10:
        # It may begin anew: 6 W more, and a second battery is there [CL].
        return replace(session, state=State.TOPPING_OFF, since_ms=now_ms, top_dw=power_dw)
    return replace(session, top_dw=min(session.top_dw, power_dw))


def _since(since_ms: int | None, is_so: bool, now_ms: int) -> int | None:
    if not is_so:
        return None
    return now_ms if since_ms is None else since_ms


def why_stop(session: Session, sample: Sample, thresholds: Thresholds, now_ms: int) -> StopReason | None:
    """The gravest first."""
    if session.is_doubtful:
        return StopReason.METER_IMPLAUSIBLE
    if session.looks >= AGREEING_LOOKS:
        return StopReason.OVERLOAD
    low = lasted(session.low_since_ms, thresholds.unplugged_s, now_ms)  # 0.3 W for 10 s [DNY]
    faint = lasted(session.faint_since_ms, thresholds.faint_s, now_ms)  # 1 W for 300 s [DNY]
    if session.is_plugged is False and session.low_since_ms not in (None, now_ms):
        return StopReason.UNPLUGGED  # by two looks
    if low and sample.is_on is False:
        return None if _is_awaited(session, now_ms) else StopReason.RELAY_BROKEN  # nobody asked
    if low or faint:
        return StopReason.FULL if session.is_plugged else StopReason.UNPLUGGED
    if session.state is State.TOPPING_OFF and lasted(session.since_ms, thresholds.top_off_s, now_ms):
        return StopReason.FULL  # 45 min [CL]
    if session.price.due_fen >= session.held_fen:
        return StopReason.MONEY_UP
    if session.charged_s >= thresholds.longest_s:  # 8 h [BJ]
        return StopReason.LONGEST
    if lasted(session.began_ms, thresholds.longest_wall_s, now_ms):  # a day, whatever happened in it [CL]
        return StopReason.LONGEST
    return None


def _is_awaited(session: Session, now_ms: int) -> bool:
    """A box that counts for the order says by itself why it opened."""
    is_mute = session.counts_order and not session.is_told
    return is_mute and not lasted(session.low_since_ms, ANSWER_S, now_ms)


def lasted(since_ms: int | None, seconds: int, now_ms: int) -> bool:
    return since_ms is not None and now_ms - since_ms >= seconds * 1000
