"""Who is on duty at this counter. Signing in belongs to the browser that did it: every other one is nobody.

Cards are answered whether somebody is on duty or not; what moves money without a card, and whatever shows
people, is for those who signed in. A site without staff in the catalogue has an open counter, but for what
needs a supervisor.

A badge is laid down beside a screen, not in it. So there is one *counter's screen*: the browser in which a
supervisor last typed the PIN. While it shows the staff's page, badges sign in there, and nowhere else. A
second badge or PIN is the quick switch between two people. A tap is of whoever touched a screen last.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path

import structlog

from kiosk.front.pins import Pins
from kiosk.people.staff import Role, SignInFirst, Staff, SupervisorNeeded
from kiosk.store.files import write_whole

SCREEN_FILE = "counter_screen"

# The browser's session that this thread acts in; empty for taps and what the kiosk does by itself.
_acting: ContextVar[str] = ContextVar("acting", default="")

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class OnDuty:
    """What a screen may show: the name of who signed in there, and whether somebody should first."""

    name: str = ""
    locked: bool = False


@dataclass(slots=True)
class _Session:
    who: Staff
    touched_s: float


class Duty:
    """Thread-safe. `staff` gives those who work here now."""

    def __init__(
        self,
        folder: Path,
        staff: Callable[[], list[Staff]],
        monotonic_s: Callable[[], float],
        lock_after_s: float,
    ) -> None:
        self._pins = Pins(folder, monotonic_s)
        self._staff, self._monotonic_s, self._lock_after_s = staff, monotonic_s, lock_after_s
        self._screen_path = folder / SCREEN_FILE
        self._lock = threading.Lock()
        self._screen = _read(self._screen_path)
        self._sessions: dict[str, _Session] = {}  # the one that was touched last comes last
        self._pages: Counter[str] = Counter()  # that are open, by session
        self._is_guarded = False

    def act_in(self, session: str) -> None:
        """What this thread does from now on is done in that browser's session."""
        _acting.set(session)

    @property
    def operator(self) -> str:
        """Who answers for what is done now; empty if nobody does."""
        who = self._who()
        return who.id if who else ""

    @property
    def name(self) -> str:
        who = self._who()
        return who.name if who else ""

    def at(self, session: str) -> OnDuty:
        """How things stand for one browser, as of the last look."""
        with self._lock:
            found = self._sessions.get(session)
            return OnDuty(found.who.name) if found else OnDuty(locked=self._is_guarded)

    def page_opened(self, session: str) -> None:
        """That browser shows the staff's page, until `page_closed`."""
        with self._lock:
            self._pages[session] += 1

    def page_closed(self, session: str) -> None:
        with self._lock:
            self._pages -= Counter([session])

    def asks_for_pin(self, session: str, staff_id: str) -> bool:
        """Whether that browser is to ask the wearer of a badge, which was laid down, for the PIN."""
        with self._lock:
            found = self._sessions.get(session)
            is_theirs = found is not None and found.who.id == staff_id
            is_meant = found is None or session == self._screen or not self._pages[self._screen]
            return is_meant and not is_theirs

    def staff(self) -> list[Staff]:
        return self._staff()

    def look(self) -> None:
        """Sign out who has been idle too long, was dismissed, or whose PIN or roles were changed."""
        staff = self._staff()
        with self._lock:
            now_s = self._monotonic_s()
            self._is_guarded = bool(staff)
            for session, found in list(self._sessions.items()):
                if now_s - found.touched_s > self._lock_after_s or found.who not in staff:
                    del self._sessions[session]

    def touch(self) -> None:
        """Somebody is there: a finger on the screen, or a card on the reader."""
        with self._lock:
            session = self._here()
            if found := self._sessions.pop(session, None):
                found.touched_s = self._monotonic_s()
                self._sessions[session] = found

    def permit(self, role: Role) -> None:
        """Raises `SignInFirst` or `SupervisorNeeded`."""
        who = self._who()
        if who is None and self._staff():
            raise SignInFirst
        if not (who.may(role) if who else role is Role.SERVER):
            raise SupervisorNeeded

    def sign_in(self, staff_id: str, pin: str) -> None:
        """Raises `WrongPin` or `TooManyPins`."""
        found = next((each for each in self._staff() if each.id == staff_id), None)
        self._pins.check(found.pin_hash if found else "", pin)
        assert found is not None, "no PIN is right without a hash"
        session = _acting.get()
        if found.may(Role.SUPERVISOR):
            self._make_counter_screen(session)
        self._begin(session, found)

    def wearer(self, token: str) -> Staff | None:
        """Whose badge the card is."""
        return next((each for each in self._staff() if token in each.badges), None)

    def sign_in_by_badge(self, who: Staff) -> None:
        """On the counter's screen. Where none shows the staff's page, nobody is signed in."""
        with self._lock:
            screen = self._screen if self._pages[self._screen] else ""
        if screen:
            self._begin(screen, who)

    def lock(self) -> None:
        with self._lock:
            self._sessions.pop(self._here(), None)

    def _who(self) -> Staff | None:
        with self._lock:
            found = self._sessions.get(self._here())
            return found.who if found else None

    def _here(self) -> str:
        """Where the act is done: for a tap, where a finger was last."""
        return _acting.get() or next(reversed(self._sessions), "")

    def _begin(self, session: str, who: Staff) -> None:
        with self._lock:
            self._sessions.pop(session, None)
            self._sessions[session] = _Session(who, self._monotonic_s())

    def _make_counter_screen(self, session: str) -> None:
        with self._lock:
            if session == self._screen:
                return
            self._screen = session
        try:
            write_whole(self._screen_path, session.encode(), mode=0o600)
        except OSError as error:
            log.error("counter_screen_not_kept", reason=str(error))  # until the next start it is known


def _read(path: Path) -> str:
    try:
        return path.read_text("ascii")
    except (OSError, UnicodeDecodeError):
        return ""
