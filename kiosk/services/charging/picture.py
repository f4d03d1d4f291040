"""The shelter as its picture: where each socket hangs, how it looks, which one the next card is for."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256

import msgspec

from drivers.outlets.reasons import StopReason
from kiosk.common.board import Live
from kiosk.services.charging.actions import Charging
from kiosk.services.charging.looks import Look
from kiosk.services.charging.machine.session import State
from kiosk.services.charging.running.sockets import SocketView
from kiosk.services.charging.running.tapping import Chosen
from kiosk.services.charging.running.telling import called

ROUND_W = 5  # so that the picture is not drawn anew for every flicker of a meter

LOOKS = {
    State.HELD: Look.STARTING,
    State.PRECHECK: Look.STARTING,
    State.WAITING: Look.STARTING,
    State.CHARGING: Look.CHARGING,
    State.TOPPING_OFF: Look.CHARGING,
    State.STOPPING: Look.STOPPING,
    State.FAULTED: Look.BROKEN,
    State.INTERRUPTED: Look.PAUSED,
}


class Tile(msgspec.Struct, frozen=True, kw_only=True):
    label: str
    column: int
    row: int
    look: Look
    power_w: int | None = None
    charged_min: int = 0
    left_min: int | None = None


class Picture(Live, frozen=True, kw_only=True):
    """What screens show all the time. `chosen`: the next card that is tapped starts it; `by_helper`: the next
    two, and `payer` has tapped, as others may read it; `helper`: who starts it for whoever pays, likewise.
    """

    sockets: tuple[Tile, ...]
    chosen: str = ""
    cap_fen: int = 0
    caps_fen: tuple[int, ...] = ()
    by_helper: bool = False
    payer: str = ""
    helper: str = ""

    @property
    def asks(self) -> bool:
        return bool(self.chosen)

    @property
    def is_free(self) -> bool:
        """Whether there is a socket to choose."""
        return any(each.look is Look.FREE for each in self.sockets)

    @property
    def is_shut(self) -> bool:
        return any(each.look is Look.CLOSED for each in self.sockets)

    @property
    def troubles(self) -> tuple[str, ...]:
        return ("charging_alarm",) if self.is_shut else ()

    @property
    def columns(self) -> int:
        return max((each.column for each in self.sockets), default=0) + 1


def look_of(view: SocketView) -> Look:
    """The one word for a socket."""
    if view.needs_technician:
        return Look.CLOSED
    if view.state in LOOKS:
        return LOOKS[view.state]
    if view.is_away:
        return Look.BROKEN
    return Look.FULL if view.reason is StopReason.FULL and view.is_plugged is not False else Look.FREE


def tile(view: SocketView) -> Tile:
    look = look_of(view)
    power_w = view.power_dw // (10 * ROUND_W) * ROUND_W if view.power_dw is not None else None
    return Tile(
        label=view.place.label,
        column=view.place.column,
        row=view.place.row,
        look=look,
        power_w=power_w if look is Look.CHARGING else None,
        charged_min=view.charged_s // 60,
        left_min=-(-view.left_s // 60) if view.left_s is not None and look is Look.CHARGING else None,
    )


def picture(views: Iterable[SocketView], caps_fen: tuple[int, ...], chosen: Chosen | None = None) -> Picture:
    """Without places from the office, the sockets stand in one row."""
    shown = [tile(view) for view in views]
    if len({(each.column, each.row) for each in shown}) < len(shown):
        shown = [msgspec.structs.replace(each, column=n, row=0) for n, each in enumerate(shown)]
    if chosen is None:
        return Picture(sockets=tuple(shown), caps_fen=caps_fen)
    usual_fen = caps_fen[0] if caps_fen else 0
    return Picture(
        sockets=tuple(shown),
        chosen=chosen.label,
        cap_fen=usual_fen if chosen.cap_fen is None else chosen.cap_fen,
        caps_fen=caps_fen,
        by_helper=chosen.by_helper,
        payer=called(chosen.payer) if chosen.payer is not None else "",
        helper=called(chosen.helper) if chosen.helper is not None else "",
    )


def picture_of(charging: Charging) -> Picture:
    """As the sockets are now."""
    site = charging.site
    caps_fen = site.caps_fen if site is not None else ()
    return picture(charging.sockets(), caps_fen, charging.chosen)


def seen_of(shown: Picture) -> str:
    """A short word that differs when something that matters does: power alone does not."""
    told = [(each.label, each.look, (each.left_min or 0) // 10) for each in shown.sockets]
    return sha256(repr((told, shown.chosen)).encode()).hexdigest()[:16]
