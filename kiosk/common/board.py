"""The board between the counter and its screens: what was answered last, how things stand, who is watching.

The tap loop writes, screens subscribe. A slow screen loses old news, never the newest, and never slows a tap.
"""

from __future__ import annotations

import queue
import threading
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import msgspec

from kiosk.common.outcomes import Outcome

RECENT = 30
ANSWER_S = 6.0  # how long an answer stays on the elder's screen
SLOWNESS = 2.0  # how many times as long one that is read out slowly
PENDING_NEWS = 50


class Live(msgspec.Struct, frozen=True, kw_only=True):
    """What a service shows of itself all the time."""

    @property
    def asks(self) -> bool:
        """Whether whoever stands there is to do something, so that it is shown during a meal too."""
        return False

    @property
    def troubles(self) -> tuple[str, ...]:
        """Codes of what is wrong with it, in words by `Words.troubles`; the counter serves all the same."""
        return ()


class ClockQuestion(msgspec.Struct, frozen=True):
    """What staff are asked while nothing says what time it is."""

    day: str  # ISO date, the likeliest
    meals: tuple[tuple[str, dict[str, str]], ...]  # code and name by language, the likeliest first


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """How the counter stands; the screens' header and footer. Times are local."""

    site: dict[str, str]  # title by language
    local_time: str  # HH:MM; empty while nobody knows
    day: str  # ISO date
    meal: str = ""  # code of the open meal period, empty between meals
    meal_name: dict[str, str] = {}  # of the open period, or else of the next one
    meal_names: dict[str, dict[str, str]] = {}  # what the site calls its meals, by code
    opens: str = ""  # of the open period, or else of the next one
    closes: str = ""
    next_is_today: bool = True
    dishes: tuple[str, ...] = ()
    served: int = 0  # portions in this period
    reader_ready: bool | None = None  # None: there is none
    reader_reason: str = ""
    scanner_ready: bool | None = None  # None: there is none
    scanner_reason: str = ""
    printer_ready: bool | None = None  # None: there is none
    printer_reason: str = ""
    disk_low_mb: int | None = None  # what is free where the records are; None while that is enough
    unsent: int = 0  # records the office has not acknowledged
    last_contact: str = ""  # local time or date of the office's last answer, empty if never
    offline_since_ms: int | None = None  # then it was heard last, Unix time; None while it is heard
    offline_days: int = 0
    exchange_stopped: str = ""  # local time or date since when the sync process does nothing; empty: it works
    question: ClockQuestion | None = None
    notice: str = ""  # code of what staff should know, though selling goes on
    trouble: str = ""  # code of what keeps the counter from selling, empty if nothing does
    live: dict[str, Live] = {}  # what services show of themselves, by their names
    not_here: tuple[
        str, ...
    ] = ()  # services that the site has no use for, by name: no button of theirs shows


class Badge(msgspec.Struct, frozen=True):
    """A badge was laid down. Its wearer may have been signed in by it on the counter's screen."""

    staff_id: str
    refusal: str = ""  # code of why that card is good for nothing any more


class Due(msgspec.Struct, frozen=True):
    """What a guest is about to pay in cash; once enough was handed over, that too, and what is given back."""

    amount_fen: int
    given_fen: int | None = None
    change_fen: int | None = None


class News(msgspec.Struct, frozen=True):
    """One thing for the screens to show; exactly one field is set."""

    outcome: Outcome | None = None
    amended: Outcome | None = None  # shown before, and changed since by staff: the elder has seen it
    standing: Standing | None = None
    code: str = ""  # the text of a QR code for the elder's screen, until the next answer
    due: Due | None = None  # for the elder's screen; of nothing: nothing is chosen any more
    badge: Badge | None = None  # for the staff's screens


class Board:
    """Thread-safe; one per kiosk."""

    def __init__(self, standing: Standing) -> None:
        self._lock = threading.Lock()
        self._watchers: set[queue.Queue[News]] = set()
        self._recent: deque[Outcome] = deque(maxlen=RECENT)
        self._standing = standing

    @property
    def standing(self) -> Standing:
        return self._standing

    @property
    def recent(self) -> list[Outcome]:
        """Newest first."""
        with self._lock:
            return list(reversed(self._recent))

    def show(self, outcome: Outcome) -> None:
        with self._lock:
            self._recent.append(outcome)
        self._publish(News(outcome=outcome))

    def show_code(self, text: str) -> None:
        """A QR code for whoever stands there, for a while."""
        self._publish(News(code=text))

    def show_due(self, due: Due) -> None:
        """What is being chosen for a guest; of nothing once it is not any more."""
        self._publish(News(due=due))

    def show_badge(self, badge: Badge) -> None:
        """Whoever is not signed in by it is asked for the PIN."""
        self._publish(News(badge=badge))

    def amend(self, outcome: Outcome) -> None:
        """Put an answer in the place of the one with the same receipt; nobody is told anew."""
        with self._lock:
            for place, shown in enumerate(self._recent):
                if shown.receipt == outcome.receipt:
                    self._recent[place] = outcome
        self._publish(News(amended=outcome))

    def restore(self, outcomes: Iterable[Outcome]) -> None:
        """Know again what was answered before a restart, the oldest first; nobody is told anew."""
        with self._lock:
            if not self._recent:
                self._recent.extend(outcomes)

    def repeat(self, *, slowly: bool = False) -> None:
        """Show the last answer again: the card slipped on the reader, or somebody wants to hear it slowly."""
        with self._lock:
            last = next((each for each in reversed(self._recent) if not each.absent), None)
        if last is not None:
            self._publish(News(outcome=msgspec.structs.replace(last, again=slowly)))

    def stand(self, standing: Standing) -> None:
        """Publish how things stand, if it changed."""
        if standing != self._standing:
            self._standing = standing
            self._publish(News(standing=standing))

    @contextmanager
    def watching(self) -> Iterator[queue.Queue[News]]:
        """A queue of news from now on, for one screen."""
        news: queue.Queue[News] = queue.Queue(PENDING_NEWS)
        with self._lock:
            self._watchers.add(news)
        try:
            yield news
        finally:
            with self._lock:
                self._watchers.discard(news)

    def _publish(self, news: News) -> None:
        with self._lock:
            watchers = list(self._watchers)
        for watcher in watchers:
            if watcher.full():
                watcher.get_nowait()
            watcher.put_nowait(news)
