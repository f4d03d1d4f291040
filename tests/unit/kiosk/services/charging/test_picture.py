"""The shelter's picture says the same of a socket wherever it is shown."""

from __future__ import annotations

from typing import Any

import pytest

from drivers.outlets.contracts import SocketId
from drivers.outlets.reasons import StopReason
from kiosk.services.charging.items import SocketPlace
from kiosk.services.charging.looks import Look
from kiosk.services.charging.machine.session import State
from kiosk.services.charging.picture import look_of, picture, tile
from kiosk.services.charging.running.sockets import SocketView

PLACE = SocketPlace(box="shed", number=1, label="A1", column=2, row=1)


def view(state: State = State.AVAILABLE, place: SocketPlace = PLACE, **seen: Any) -> SocketView:
    return SocketView(place=place, id=SocketId(place.box, place.number), state=state, **seen)


@pytest.mark.parametrize("state", State)
def test_every_state_has_a_look(state: State) -> None:
    assert look_of(view(state=state)) in Look


@pytest.mark.parametrize(
    ("seen", "look"),
    [
        (view(), Look.FREE),
        (view(state=State.WAITING), Look.STARTING),
        (view(state=State.TOPPING_OFF), Look.CHARGING),
        (view(reason=StopReason.FULL, is_plugged=True), Look.FULL),
        (view(reason=StopReason.FULL, is_plugged=None), Look.FULL),
        (view(reason=StopReason.FULL, is_plugged=False), Look.FREE),
        (view(reason=StopReason.STOPPED, is_plugged=True), Look.FREE),
        (view(is_away=True), Look.BROKEN),
        (view(state=State.FAULTED), Look.BROKEN),
        (view(state=State.FAULTED, needs_technician=True), Look.CLOSED),
        (view(state=State.INTERRUPTED), Look.PAUSED),
    ],
)
def test_what_people_need_to_know_comes_first(seen: SocketView, look: Look) -> None:
    assert look_of(seen) is look


def test_power_and_time_are_rounded_so_that_the_picture_is_calm() -> None:
    charging = view(state=State.CHARGING, power_dw=1823, charged_s=4500, left_s=3601)
    shown = tile(charging)
    assert (shown.power_w, shown.charged_min, shown.left_min) == (180, 75, 61)
    flickered = view(state=State.CHARGING, power_dw=1841, charged_s=4501, left_s=3610)
    assert tile(flickered) == shown
    assert tile(view(power_dw=3, left_s=3)).power_w is None


def test_sockets_hang_where_the_site_says_or_else_in_one_row() -> None:
    places = [SocketPlace(box="shed", number=n, label=f"A{n}", column=n % 2, row=n // 2) for n in range(4)]
    hung = picture([view(place=place) for place in places], (300,))
    assert ([(each.column, each.row) for each in hung.sockets], hung.columns) == (
        [(0, 0), (1, 0), (0, 1), (1, 1)],
        2,
    )
    unplaced = [SocketPlace(box="shed", number=n, label=f"A{n}") for n in range(3)]
    row = picture([view(place=place) for place in unplaced], (300,))
    assert [(each.column, each.row) for each in row.sockets] == [(0, 0), (1, 0), (2, 0)]
