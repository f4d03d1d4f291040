"""What charging's answers came to, for screens, voice and paper. Labels are those that stand on the sockets.

The codes of their outcomes, in the order of a session: `charging_choose` (a refusal), `charging_helper` (who
pays has tapped, whoever helps is to), `charging_payer` (the other way round), `charging_starting`,
`charging_flowing`, `charging_running` (its own card was tapped again), `charging_stopping`, and at the end
`charging_ended`, or `charging_failed` where nothing is taken.
"""

from __future__ import annotations

from kiosk.common.outcomes import Paid, Result


class AtSocket(Result, frozen=True, kw_only=True):
    """`by_itself`: nobody stands there whom it answers, so that in quiet hours nothing is said aloud."""

    label: str
    by_itself: bool = False
    is_quiet: bool = False  # the site's quiet hours


class Starting(AtSocket, frozen=True, kw_only=True):
    """Money is held and the box was asked."""

    held_fen: int


class Agreeing(AtSocket, frozen=True, kw_only=True):
    """`helper`, as others may read it, starts it for whoever taps next and pays up to `held_fen`."""

    helper: str
    held_fen: int


class Flowing(AtSocket, frozen=True, kw_only=True):
    """Current flows: only now it is said to have started."""

    power_w: int
    held_fen: int


class Running(AtSocket, frozen=True, kw_only=True):
    """How a session stands, for whoever tapped its card. The same tap within `stop_within_s` stops it."""

    minutes: int
    cost_fen: int
    power_w: int | None = None
    stop_within_s: int = 10


class Stopping(AtSocket, frozen=True, kw_only=True):
    """It was told to open; that it is off and at zero comes later."""


class Ended(Paid, frozen=True, kw_only=True):
    """Off, seen at zero, and settled. `own_fen` and `subsidy_fen` are the two fees together; the first three
    fields are those of `AtSocket`. `helper`: who started it for whoever pays, as others may read it: a
    resident by family name and honorific, or who was on duty; empty: nobody else.
    """

    label: str
    by_itself: bool = False
    is_quiet: bool = False

    reason: str  # a `StopReason`
    energy_wh: int
    minutes: int
    dead_minutes: int
    electricity_fen: int
    service_fen: int
    helper: str = ""


class Failed(AtSocket, frozen=True, kw_only=True):
    """No current came. The hold is gone and nothing is taken."""

    reason: str


class Warned(AtSocket, frozen=True, kw_only=True):
    """An alarm of a box, or its end. `label` is the box's name where it is about all of it."""

    alarm: str  # an `AlarmKind`
    is_on: bool
    is_whole: bool = False  # it is about the whole box


class Reported(AtSocket, frozen=True, kw_only=True):
    """Somebody who scanned a socket said what is wrong with it."""

    fault: str  # a `kiosk.services.charging.phone.page.Fault`


class Joining(Result, frozen=True, kw_only=True):
    """A phone may join the card that was tapped: by reading `address`, or by typing the digits."""

    digits: str
    address: str  # empty where the office has no page for phones


Told = AtSocket | Ended
