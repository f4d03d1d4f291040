"""Alarms of one box: each said once when it begins and once when it ends, however often that is repeated."""

from __future__ import annotations

from drivers.clock import MonotonicMs
from drivers.contracts import Emit
from drivers.outlets.contracts import Alarm, AlarmKind, SocketId

# Boxes say when something is wrong and never when it is over: what they did not repeat for so long is over.
LASTS_MS = 300_000

Place = tuple[AlarmKind, int | None]


class Alarms:
    """For the box's owner thread alone."""

    def __init__(self, box: str, emit: Emit, clock: MonotonicMs) -> None:
        self._box, self._emit, self._clock = box, emit, clock
        self._on: dict[Place, int | None] = {}  # until when; None: until the box is seen without

    def stands(self, kind: AlarmKind, number: int | None, is_on: bool) -> None:
        """The box says at each look whether it is so."""
        if is_on:
            self._begin((kind, number), None)
        elif self._on.get((kind, number), 0) is None:
            self._end((kind, number))

    def happened(self, kind: AlarmKind, number: int | None) -> None:
        """The box says that it is so, and will not say when it is over."""
        self._begin((kind, number), self._clock() + LASTS_MS)

    def step(self) -> None:
        """End what was not repeated."""
        now_ms = self._clock()
        for place in [place for place, until_ms in self._on.items() if until_ms and until_ms <= now_ms]:
            self._end(place)

    def _begin(self, place: Place, until_ms: int | None) -> None:
        is_new = place not in self._on
        self._on[place] = until_ms
        if is_new:
            self._tell(place, True)

    def _end(self, place: Place) -> None:
        del self._on[place]
        self._tell(place, False)

    def _tell(self, place: Place, is_on: bool) -> None:
        kind, number = place
        socket = None if number is None else SocketId(self._box, number)
        self._emit(Alarm(self._box, socket, kind, is_on, self._clock()))
