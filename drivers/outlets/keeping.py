"""Which sockets of a box may conduct, for which order, and which have to be opened. The same for every make.

The counter's threads say what they want, the box's owner thread asks what to do next and says what it saw.
The rules: a socket conducts only for an order that somebody keeps on; whatever else conducts is opened, and
told so again until it is seen open; nothing is switched on twice, nor before its socket was seen open.
It outlives each opening of the line.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass

from drivers.clock import MonotonicMs
from drivers.outlets.contracts import KEEP_ON_S, Limits

KEEP_ON_MS = round(KEEP_ON_S * 1000)
NOTHING_DW = 3  # the makers of AP3000 boxes take no more than 0.3 W for nothing
AGAIN_MS = 1_000  # an opening that was not seen yet is repeated
SETTLES_MS = 500  # so long after it was told to open, a socket that draws power is welded


@dataclass(frozen=True, slots=True)
class Start:
    """An order that is to get current."""

    number: int
    order: str
    limits: Limits


@dataclass(slots=True)
class _Socket:
    order: str = ""  # for which it may conduct
    kept_ms: int = 0
    limits: Limits | None = None  # of an order that the box was not told of yet
    is_seen: bool = False  # since the line was opened
    is_opening: bool = False  # until it is seen open
    told_ms: int | None = None  # when it was first told to open, since it last was open
    repeat_ms: int = 0
    opened_for: str = ""  # the order that it conducted for last
    is_welded: bool = False
    conducts: bool = False  # when it was last seen, or since it was told to

    @property
    def may_conduct(self) -> bool:
        return bool(self.order) and not self.is_opening

    @property
    def is_settled(self) -> bool:
        return self.is_seen and (self.is_welded or not self.is_opening)

    def open(self) -> None:
        self.opened_for = self.order or self.opened_for
        self.order, self.limits = "", None
        self.is_opening, self.repeat_ms = True, 0


class Keeping:
    """Any thread may call it. `wake` is called when the owner thread should look at once.

    `again_ms`: an opening that was not seen by then is repeated.
    """

    def __init__(
        self, sockets: int, clock: MonotonicMs, wake: Callable[[], None], again_ms: int = AGAIN_MS
    ) -> None:
        self._again_ms = again_ms
        self._sockets = [_Socket() for _ in range(sockets)]
        self._clock, self._wake = clock, wake
        self._lock = threading.Condition()  # notified as sockets are seen
        self._was_settled = False  # since the line was opened

    def __len__(self) -> int:
        return len(self._sockets)

    # What the counter wants.

    def switch_on(self, number: int, order: str, limits: Limits) -> None:
        """Raises ValueError for a socket that is not there, or no order. A repetition changes nothing."""
        if not order:
            raise ValueError("order = '': 1 to 16 hexadecimal digits are allowed")
        with self._lock:
            socket = self._at(number)
            if socket.order != order:
                if socket.order:
                    socket.open()
                socket.order, socket.limits, socket.kept_ms = order, limits, self._clock()
        self._wake()

    def keep_on(self, number: int, order: str) -> None:
        """Of a socket that is to be opened it changes nothing; after a restart it names the order."""
        with self._lock:
            socket = self._at(number)
            if not socket.is_seen and not socket.is_opening and not socket.order:
                socket.order = order
            if socket.order == order:
                socket.kept_ms = self._clock()

    def switch_off(self, number: int, order: str = "") -> None:
        with self._lock:
            socket = self._at(number)
            socket.open()
            socket.opened_for = order or socket.opened_for
        self._wake()

    def all_off(self) -> None:
        with self._lock:
            for each in self._sockets:
                each.open()
        self._wake()

    def all_off_within(self, seconds: float) -> bool:
        """Open every relay, and return whether none was seen to conduct any more in that time."""
        self.all_off()
        with self._lock:
            return self._lock.wait_for(lambda: not any(each.conducts for each in self._sockets), seconds)

    # What the owner thread does.

    def begin(self) -> list[tuple[int, str]]:
        """The line was opened, and nothing was seen on it yet. Returns the starts that are dropped."""
        with self._lock:
            dropped = []
            self._was_settled = False
            for number, each in enumerate(self._sockets, start=1):
                each.is_seen, each.told_ms, each.repeat_ms = False, None, 0
                if each.limits is not None:
                    dropped.append((number, each.order))
                    each.order, each.limits = "", None
            return dropped

    def to_open(self) -> list[tuple[int, str]]:
        """The sockets to be told to open now, each with the order that it conducts for as far as is known.

        Those that conduct and were not told yet come first.
        """
        now_ms = self._clock()
        with self._lock:
            for each in self._sockets:
                if each.order and now_ms - each.kept_ms > KEEP_ON_MS:
                    each.open()
            due = [
                (each.told_ms is not None, not each.conducts, each.repeat_ms, number)
                for number, each in enumerate(self._sockets, start=1)
                if each.is_opening and now_ms >= each.repeat_ms
            ]
            return [(number, self._at(number).opened_for) for *_, number in sorted(due)]

    @property
    def is_urgent(self) -> bool:
        """Whether a socket conducts, as far as is known, and is to be opened and was not told so yet."""
        with self._lock:
            return any(each.is_opening and each.conducts and each.told_ms is None for each in self._sockets)

    def told_to_open(self, number: int) -> None:
        with self._lock:
            socket = self._at(number)
            now_ms = self._clock()
            socket.told_ms = now_ms if socket.told_ms is None else socket.told_ms
            socket.repeat_ms = now_ms + self._again_ms

    def next_start(self) -> Start | None:
        """An order that the box is to be told of; each is given once."""
        with self._lock:
            for number, each in enumerate(self._sockets, start=1):
                if each.limits is not None and each.is_seen and not each.is_opening:
                    start, each.limits, each.conducts = Start(number, each.order, each.limits), None, True
                    return start
        return None

    def seen(self, number: int, is_on: bool | None, power_dw: int | None) -> bool:
        """Note how a socket was found. Returns whether it conducts though it was told to open."""
        with self._lock:
            socket = self._at(number)
            self._lock.notify_all()
            draws = (power_dw or 0) > NOTHING_DW
            if is_on is None and not draws:
                return socket.is_welded
            socket.is_seen, socket.conducts = True, bool(is_on) or draws
            if socket.may_conduct:
                socket.is_welded = False
            elif socket.conducts:
                socket.is_opening = True
                told_ms = socket.told_ms
                socket.is_welded |= told_ms is not None and self._clock() - told_ms >= SETTLES_MS
            else:
                socket.is_opening = socket.is_welded = False
                socket.told_ms = None
            self._was_settled |= all(each.is_settled for each in self._sockets)
            return socket.is_welded

    def over(self, number: int, order: str, *, may_conduct: bool = False) -> None:
        """The box ended the order itself, or refused it. `may_conduct`: it refused, and may do it even so."""
        with self._lock:
            socket = self._at(number)
            if socket.order == order or not order:
                socket.opened_for = socket.order or socket.opened_for
                socket.order, socket.limits = "", None
                socket.is_opening |= may_conduct
                socket.conducts |= may_conduct

    def order(self, number: int) -> str:
        """Which order the socket may conduct for; empty: none."""
        with self._lock:
            return self._at(number).order

    @property
    def all_seen(self) -> bool:
        """Whether each socket was seen since the line was opened, and then none conducted that should not.

        A welded one cannot be opened by anybody, and is told as such. One that is opened later keeps no other
        from its start, nor from being looked at.
        """
        with self._lock:
            return self._was_settled

    def _at(self, number: int) -> _Socket:
        if not 1 <= number <= len(self._sockets):
            raise ValueError(f"socket = {number}: 1 to {len(self._sockets)} is allowed")
        return self._sockets[number - 1]
