"""The shelter as its picture: where each socket hangs, how it looks, which one the next card is for."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

import msgspec

from drivers.outlets.reasons import StopReason
from kiosk.services.charging.items import SocketPlace
from kiosk.services.charging.looks import Look
from kiosk.services.charging.machine.session import State

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
AWAY = frozenset(
    {StopReason.BOX_SILENT, StopReason.BOX_FAULT, StopReason.RELAY_BROKEN, StopReason.METER_SILENT}
)


class Viewed(Protocol):
    """What is looked at of a socket: `kiosk.services.charging.actions.SocketView`."""

    @property
    def place(self) -> SocketPlace: ...
    @property
    def state(self) -> State: ...
    @property
    def is_plugged(self) -> bool | None: ...
    @property
    def power_dw(self) -> int | None: ...
    @property
    def charged_s(self) -> int: ...
    @property
    def left_s(self) -> int | None: ...
    @property
    def reason(self) -> StopReason | None: ...
    @property
    def needs_technician(self) -> bool: ...


class SocketShown(msgspec.Struct, frozen=True, kw_only=True):
    label: str
    column: int
    row: int
    look: Look
    power_w: int | None = None
    charged_min: int = 0
    left_min: int | None = None


class Shelter(msgspec.Struct, frozen=True, kw_only=True):
    """What screens show all the time. `chosen`: the next card that is tapped starts it."""

    sockets: tuple[SocketShown, ...]
    chosen: str = ""
    cap_fen: int = 0
    caps_fen: tuple[int, ...] = ()

    @property
    def columns(self) -> int:
        return max((each.column for each in self.sockets), default=0) + 1


def look_of(view: Viewed) -> Look:
    """The one word for a socket."""
    if view.needs_technician:
        return Look.CLOSED
    if view.state in LOOKS:
        return LOOKS[view.state]
    if view.reason in AWAY:
        return Look.BROKEN
    return Look.FULL if view.reason is StopReason.FULL and view.is_plugged is not False else Look.FREE


def socket_shown(view: Viewed) -> SocketShown:
    look = look_of(view)
    power_w = view.power_dw // (10 * ROUND_W) * ROUND_W if view.power_dw is not None else None
    return SocketShown(
        label=view.place.label,
        column=view.place.column,
        row=view.place.row,
        look=look,
        power_w=power_w if look is Look.CHARGING else None,
        charged_min=view.charged_s // 60,
        left_min=-(-view.left_s // 60) if view.left_s is not None and look is Look.CHARGING else None,
    )


def shelter(
    views: Iterable[Viewed], caps_fen: tuple[int, ...], chosen: str = "", cap_fen: int = 0
) -> Shelter:
    """Without places from the office, the sockets stand in one row."""
    shown = [socket_shown(view) for view in views]
    if len({(each.column, each.row) for each in shown}) < len(shown):
        shown = [msgspec.structs.replace(each, column=n, row=0) for n, each in enumerate(shown)]
    return Shelter(sockets=tuple(shown), chosen=chosen, cap_fen=cap_fen, caps_fen=caps_fen)
