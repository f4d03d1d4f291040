"""What has to be known of a board's orders from one opening of the line to the next, and their minutes.

The board takes minutes, and opens by itself when they are used up. So an order gets them in portions: a
machine that dies opens its sockets when the last one is over. What a board does that is told to start a port
which conducts already no captured frame shows. It is tried, and judged by what the board then says is left.
One that gives no more time is started anew when a portion is over; that is a rush of current through a
relay's contacts, which one day weld, so it gets longer portions.
"""

from __future__ import annotations

import queue
from dataclasses import dataclass, field

from drivers.outlets.contracts import Ended, Limits
from drivers.outlets.dianchuan.frames import Frame
from drivers.outlets.dianchuan.words import NOTHING_USED

PORTION_MIN = 10
LONG_PORTION_MIN = 60  # of a board that has to be started anew
MORE_BELOW_MIN = 5
MOST_MINUTES = 0xFFFE


@dataclass(slots=True)
class Order:
    """`given_min`: minutes that the board was told of so far; `more_ms`: when it was last told of more."""

    id: str
    most_min: int
    given_min: int = 0
    more_ms: int | None = None

    @classmethod
    def within(cls, order: str, limits: Limits) -> Order:
        return cls(order, min(-(-limits.longest_s // 60), MOST_MINUTES))

    def charged_s(self, left: int) -> int | None:
        """What the board used of its minutes, by its own count; None where that cannot be."""
        if left == NOTHING_USED:
            return 0
        return None if left > self.given_min else (self.given_min - left) * 60


@dataclass(slots=True)
class Memory:
    """By ports from 1. `gives_more`: to a port that conducts; None: it was not tried yet."""

    orders: dict[int, Order] = field(default_factory=dict)  # the last one of each port
    ended: dict[Frame, Ended] = field(default_factory=dict)  # not acknowledged yet
    acknowledged: queue.SimpleQueue[str] = field(default_factory=queue.SimpleQueue)
    gives_more: bool | None = None

    def portion_min(self, order: Order) -> int:
        """What it is to be told next; 0: it has had all that it may take."""
        portion_min = LONG_PORTION_MIN if self.gives_more is False else PORTION_MIN
        return min(portion_min, order.most_min - order.given_min)

    def wants_more(self, order: Order, left_min: int) -> bool:
        return self.gives_more is not False and left_min <= MORE_BELOW_MIN and self.portion_min(order) > 0

    def got_more(self, order: Order, before_min: int, after_min: int, *, was_answered: bool) -> None:
        """Judge by what is left whether the board gave more time. One that was not heard is asked again."""
        if after_min > before_min:
            self.gives_more = True
            order.given_min += after_min - before_min
        elif was_answered:
            self.gives_more = False
