"""Mistakes at the sockets: what is billed, what is believed, what goes on, what is settled."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from unittest.mock import patch

import msgspec

from drivers.outlets.contracts import Ended, SocketId
from kiosk.services.charging.machine import metering, moving
from kiosk.services.charging.records import CHARGING_ENDED, Reading
from kiosk.services.charging.running import sessions
from kiosk.services.charging.running.sessions import Sessions
from kiosk.services.charging.running.sockets import Sockets
from tests.simulation.mutants.planting import mutant


@mutant(within=3)
def register_of_a_lifetime_billed() -> Iterator[None]:
    """What a meter had counted before is the session's, and no register is too fast."""
    read = Sockets.register

    def from_nothing(sockets: Sockets, socket: SocketId) -> Reading | None:
        reading = read(sockets, socket)
        return msgspec.structs.replace(reading, wh=0) if reading is not None else None

    with (
        patch.object(Sockets, "register", from_nothing),
        patch.object(metering, "goes_on", lambda *_args: True),
    ):
        yield


@mutant(within=4, shown_by=2)
def late_answer_believed() -> Iterator[None]:
    """A box's word on an earlier order ends whatever goes on at its socket."""
    hear = Sessions.ended_by_box

    def confused(running: Sessions, event: Ended, now: Any) -> None:
        there = running.at(event.socket)
        if there is not None:
            event = Ended(event.socket, there.order, event.reason, event.energy_wh, event.charged_s)
        hear(running, event, now)

    with patch.object(Sessions, "ended_by_box", confused):
        yield


@mutant(within=3)
def hold_forgotten() -> Iterator[None]:
    """What was under way when a kiosk died is not looked for."""
    with patch.object(Sessions, "restore", lambda *_args: None):
        yield


@mutant(within=3)
def resumed_without_a_check() -> Iterator[None]:
    """It goes on however long the cut was."""
    with patch.object(moving, "_may_go_on", lambda *_args: True):
        yield


@mutant(within=3)
def settled_twice() -> Iterator[None]:
    """The end of a session is written once more."""
    settle = sessions.settled

    def twice(writing: Any, *what: Any) -> Any:
        chained = settle(writing, *what)
        record = chained.record
        body = msgspec.msgpack.decode(record.body)
        again = writing.append(
            *CHARGING_ENDED,
            body,
            *record.postings,
            at=what[-1],
            tariff_revision=record.tariff_revision,
        )
        assert again.record.seq > record.seq
        return chained

    with patch.object(sessions, "settled", twice):
        yield
