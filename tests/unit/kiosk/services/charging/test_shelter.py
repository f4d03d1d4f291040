"""The shelter's picture says the same of a socket wherever it is shown."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from drivers.outlets.reasons import StopReason
from kiosk.services.charging.items import SocketPlace
from kiosk.services.charging.looks import Look
from kiosk.services.charging.machine.session import State
from kiosk.services.charging.shelter import look_of, shelter, socket_shown

PLACE = SocketPlace(box="shed", number=1, label="A1", column=2, row=1)


@dataclass(frozen=True, kw_only=True)
class View:
    place: SocketPlace = PLACE
    state: State = State.AVAILABLE
    is_plugged: bool | None = None
    power_dw: int | None = None
    charged_s: int = 0
    left_s: int | None = None
    reason: StopReason | None = None
    needs_technician: bool = False


@pytest.mark.parametrize("state", State)
def test_every_state_has_a_look(state: State) -> None:
    assert look_of(View(state=state)) in Look


@pytest.mark.parametrize(
    ("view", "look"),
    [
        (View(), Look.FREE),
        (View(state=State.WAITING), Look.STARTING),
        (View(state=State.TOPPING_OFF), Look.CHARGING),
        (View(reason=StopReason.FULL, is_plugged=True), Look.FULL),
        (View(reason=StopReason.FULL, is_plugged=None), Look.FULL),
        (View(reason=StopReason.FULL, is_plugged=False), Look.FREE),
        (View(reason=StopReason.STOPPED, is_plugged=True), Look.FREE),
        (View(reason=StopReason.BOX_SILENT), Look.BROKEN),
        (View(state=State.FAULTED), Look.BROKEN),
        (View(state=State.FAULTED, needs_technician=True), Look.CLOSED),
        (View(state=State.INTERRUPTED), Look.PAUSED),
    ],
)
def test_what_people_need_to_know_comes_first(view: View, look: Look) -> None:
    assert look_of(view) is look


def test_power_and_time_are_rounded_so_that_the_picture_is_calm() -> None:
    charging = View(state=State.CHARGING, power_dw=1823, charged_s=4500, left_s=3601)
    shown = socket_shown(charging)
    assert (shown.power_w, shown.charged_min, shown.left_min) == (180, 75, 61)
    flickered = View(state=State.CHARGING, power_dw=1841, charged_s=4501, left_s=3610)
    assert socket_shown(flickered) == shown
    assert socket_shown(View(power_dw=3, left_s=3)).power_w is None


def test_sockets_hang_where_the_site_says_or_else_in_one_row() -> None:
    places = [SocketPlace(box="shed", number=n, label=f"A{n}", column=n % 2, row=n // 2) for n in range(4)]
    hung = shelter([View(place=place) for place in places], (300,))
    assert ([(each.column, each.row) for each in hung.sockets], hung.columns) == (
        [(0, 0), (1, 0), (0, 1), (1, 1)],
        2,
    )
    unplaced = [SocketPlace(box="shed", number=n, label=f"A{n}") for n in range(3)]
    row = shelter([View(place=place) for place in unplaced], (300,))
    assert [(each.column, each.row) for each in row.sockets] == [(0, 0), (1, 0), (2, 0)]
