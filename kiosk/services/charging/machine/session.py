"""A charging session as a value, and what may happen to it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import msgspec
from msgspec.structs import replace

from drivers.outlets.contracts import Ended, Refused, Sample, SocketId
from drivers.outlets.reasons import StopReason
from kiosk.services.charging.items import ChargingTariff, Thresholds
from kiosk.services.charging.machine.pricing import Price, Use, fen_per_hour, price
from kiosk.services.charging.records import Reading, TierTime


class State(StrEnum):
    """Of a socket; all but `available` of a session."""

    AVAILABLE = "available"
    HELD = "held"  # the money is set aside, the box was not asked yet
    PRECHECK = "precheck"  # it was asked, and has not answered
    WAITING = "waiting"  # its relay is closed, nothing draws current yet
    CHARGING = "charging"
    TOPPING_OFF = "topping_off"
    STOPPING = "stopping"  # it was told to open, and was not seen open and at zero yet
    SETTLED = "settled"
    FAULTED = "faulted"  # current flows though it was told to open
    INTERRUPTED = "interrupted"  # this kiosk was off in its midst


FLOWING = frozenset({State.CHARGING, State.TOPPING_OFF})
ENERGISED = frozenset({State.PRECHECK, State.WAITING, *FLOWING})  # who is to be kept on
OVER = frozenset({State.SETTLED, State.FAULTED})  # of these the money is settled


class Command(StrEnum):
    """What is to be done, in this order."""

    SWITCH_ON = "switch_on"
    SWITCH_OFF = "switch_off"
    TELL_FLOWING = "tell_flowing"
    RAISE_WELDED = "raise_welded"
    SETTLE = "settle"


@dataclass(frozen=True, slots=True)
class Begin:
    """The hold is durable."""


@dataclass(frozen=True, slots=True)
class Stop:
    """Somebody wants it to end, or something has to end it."""

    reason: StopReason


@dataclass(frozen=True, slots=True)
class Tick:
    """Time went by."""


@dataclass(frozen=True, slots=True)
class Back:
    """The kiosk is there again after it was off so long; None where no clock can tell.

    `may_resume`: nothing forbids that current flows there again.
    """

    outage_s: int | None
    may_resume: bool


Event = Begin | Sample | Refused | Ended | Stop | Tick | Back


class Session(msgspec.Struct, frozen=True, kw_only=True):
    """As it is kept across a power cut. Times `_ms` are by the clock of `advance`, which begins anew then."""

    order: str
    box: str
    socket: int
    tariff: ChargingTariff
    held_fen: int
    pass_s: int = 0
    state: State = State.HELD
    since_ms: int = 0  # when it came into this state
    began_ms: int = 0
    seen_ms: int = 0  # the last look
    metered_ms: int = 0  # the last reading that was believed
    counted_ms: int = 0  # the last that was another figure: some boxes say the same for minutes
    first: Reading | None = None  # before current flowed
    last: Reading | None = None
    is_doubtful: bool = False  # what its meter says cannot be
    power_dw: int | None = None
    usual_dw: int = 0  # this session's own power: the highest that two looks agreed on
    is_plugged: bool | None = None
    low_since_ms: int | None = None
    faint_since_ms: int | None = None
    top_dw: int = 0  # power when it began to top off, or least since
    looks: int = 0  # that agreed on something wrong, one after the other
    charged_ms: int = 0
    tiers_ms: tuple[int, ...] = ()  # in each tier of the tariff
    dead_s: int = 0
    outage_s: int | None = None
    may_resume: bool = False
    has_flowed: bool = False
    is_told: bool = False  # its box has said that it ended, and what it counted
    reason: StopReason | None = None

    def into(self, state: State, now_ms: int) -> Session:
        return replace(self, state=state, since_ms=now_ms, looks=0)

    @property
    def id(self) -> SocketId:
        return SocketId(self.box, self.socket)

    @property
    def energy_wh(self) -> int:
        """What may be billed: nothing where the meter cannot be believed."""
        if self.is_doubtful or self.first is None or self.last is None:
            return 0
        return self.last.wh - self.first.wh

    @property
    def counts_order(self) -> bool:
        """Whether its box counts for this order alone, and will say at the end what it counted."""
        return self.first is not None and self.first.is_of_order

    @property
    def charged_s(self) -> int:
        return self.charged_ms // 1000

    @property
    def tiers(self) -> tuple[TierTime, ...]:
        times = zip(self.tariff.tiers, self.tiers_ms, strict=False)
        return tuple(TierTime(tier.to_w, ms // 1000) for tier, ms in times if ms >= 1000)

    @property
    def use(self) -> Use:
        return Use(self.energy_wh, self.charged_s, self.tiers, min(self.pass_s, self.charged_s))

    @property
    def price(self) -> Price:
        return price(self.tariff, self.use, self.held_fen)


def begin(
    order: str,
    socket: SocketId,
    tariff: ChargingTariff,
    held_fen: int,
    first: Reading | None,
    now_ms: int,
    pass_s: int = 0,
) -> Session:
    """A session whose money was set aside just now."""
    return Session(
        order=order,
        box=socket.box,
        socket=socket.number,
        tariff=tariff,
        held_fen=held_fen,
        pass_s=pass_s,
        since_ms=now_ms,
        began_ms=now_ms,
        seen_ms=now_ms,
        metered_ms=now_ms,
        counted_ms=now_ms,
        first=first,
        last=first,
        tiers_ms=(0,) * len(tariff.tiers),
    )


def left_s(session: Session, thresholds: Thresholds) -> int | None:
    """How long what is held, and the longest a session may take, will last at this power."""
    if session.state not in FLOWING:
        return None
    longest_s = max(0, thresholds.longest_s - session.charged_s)
    an_hour_fen = fen_per_hour(session.tariff, session.power_dw or 0)
    own_fen = an_hour_fen * (100 - session.tariff.subsidy_percent) / 100
    if own_fen <= 0:
        return longest_s
    return min(longest_s, int((session.held_fen - session.price.due_fen) * 3600 / own_fen))
