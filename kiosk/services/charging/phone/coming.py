"""What phones bring to a kiosk without a network: start codes, scanned or typed; how they join a card."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import TypeVar
from urllib.parse import urlencode

from kiosk.catalogue.items import Kind
from kiosk.common.claims import Named
from kiosk.common.here import Here
from kiosk.common.outcomes import Outcome, Tone, person_of
from kiosk.people.identify import Identified, active_resident
from kiosk.people.residents import ResidentStatus
from kiosk.services.charging.actions import Charging
from kiosk.services.charging.codes import (
    JOIN_WINDOW_S,
    HelperCode,
    JoinCode,
    StartCode,
    StartCodeForeign,
    StartCodeWrong,
    TooManyStartCodes,
    TypedAt,
    by_either,
    find_joined,
    find_typed,
    is_scanned,
    join_digits,
    read_scanned,
)
from kiosk.services.charging.items import CHARGING_KEY, ChargingKey
from kiosk.services.charging.records import Means
from kiosk.services.charging.results import Joining
from kiosk.store.tries import Tries

Found = TypeVar("Found")
TRIES_FILE = "start_code_tries.json"
LONGEST_WAIT_S = HOUR_S = 3600.0
WAITS_FOR_CARD_MS = 30_000


class Coming:
    """One per counter. Any thread."""

    def __init__(self, here: Here, charging: Charging) -> None:
        self._here, self._charging = here, charging
        self._lock = threading.Lock()  # one guess at a time
        self._tries = Tries(
            here.folder / TRIES_FILE,
            lambda: here.clock.now().monotonic_ms / 1000,
            longest_wait_s=LONGEST_WAIT_S,
            forgotten_s=HOUR_S,
        )
        self._joins_until_ms: int | None = None
        self._tapped: dict[int, str] = {}  # the card that each resident tapped last to join a phone

    # Start codes.

    def named(self, text: str) -> Named | None:
        """A start code held to the scanner. Raises `StartCodeForeign` or `StartCodeOld`."""
        if not is_scanned(text):
            return None
        site, unix_s = self._here.site, self._unix_s()
        key = self._key(StartCodeForeign)
        code = by_either(key, lambda secret: read_scanned(text, secret, site, unix_s))
        return Named(code.resident_id, lambda: self._start(code))

    def typed(self, label: str, digits: str, request_id: str) -> Outcome:
        """Eight digits for a socket. Raises `TooManyStartCodes`, `StartCodeWrong`, or why not."""
        place = self._charging.socket(label).place
        site = self._charging.site
        at = TypedAt(self._here.site, place.box, place.number, site.caps_fen if site else ())
        code = self._guessed(lambda secret: find_typed(digits, at, self._at_home(), secret, self._unix_s()))
        return self._start(code, request_id)

    def _start(self, code: StartCode, request_id: str | None = None) -> Outcome:
        payer = active_resident(self._here.catalogue, code.resident_id)
        label = self._charging.label(code.box, code.socket)
        if isinstance(code, HelperCode):
            return self._charging.await_payer(
                payer, label, means=Means.CODE, cap_fen=code.cap_fen, nonce=code.nonce
            )
        return self._charging.start(
            payer,
            label,
            means=Means.CODE,
            at=self._here.clock.now(),
            cap_fen=code.cap_fen,
            nonce=code.nonce,
            request_id=request_id,
        )

    # Phones that join a card.

    def wait_for_card(self) -> None:
        """The next card that is tapped is joined to whichever phone reads the screen then."""
        self._joins_until_ms = self._here.clock.now().monotonic_ms + WAITS_FOR_CARD_MS

    @property
    def waits_for_card(self) -> bool:
        until_ms = self._joins_until_ms
        return until_ms is not None and self._here.clock.now().monotonic_ms <= until_ms

    def awaited(self, who: Identified) -> Outcome | None:
        """The card that was waited for: its code stands on the elders' screen for a minute."""
        if not self.waits_for_card:
            return None
        self._joins_until_ms = None
        self._tapped[who.resident.id] = who.card.token
        at = self._here.clock.now()
        code = JoinCode(self._here.site, who.resident.id, self._unix_s() // JOIN_WINDOW_S)
        digits = join_digits(code, self._key(StartCodeWrong).secret)
        return Outcome(
            tone=Tone.GOOD,
            code="phone_joining",
            at_ms=at.wall_ms,
            result=Joining(digits=f"{digits[:4]} {digits[4:]}", address=self._address(digits)),
            person=person_of(who.resident, self._here.local(at.wall_ms).date()),
        )

    def joined(self, digits: str) -> tuple[int, str]:
        """Whose phone it is that brings these digits, and the card that was tapped for it.

        Raises `TooManyStartCodes` or `StartCodeWrong`.
        """
        found = self._guessed(
            lambda secret: find_joined(digits, self._here.site, self._at_home(), secret, self._unix_s())
        )
        if found.resident_id not in self._tapped:
            raise StartCodeWrong  # tapped before this kiosk was started anew
        return found.resident_id, self._tapped[found.resident_id]

    def _address(self, digits: str) -> str:
        """Of the office's page; where there is none the code is to be typed."""
        site = self._charging.site
        query = urlencode({"site": self._here.site, "code": digits})
        return f"{site.page}?{query}" if site is not None and site.page else ""

    # How both are found.

    def _guessed(self, find: Callable[[bytes], Found]) -> Found:
        with self._lock:
            if left_s := self._tries.left_s():
                raise TooManyStartCodes(wait_s=left_s)
            self._tries.begin()
            try:
                found = by_either(self._key(StartCodeWrong), find)
            except StartCodeWrong:
                self._tries.wrong()
                raise
            self._tries.right()
            return found

    def _key(self, without: type[StartCodeForeign | StartCodeWrong]) -> ChargingKey:
        key = self._here.catalogue.item(CHARGING_KEY, self._here.site)
        if key is None:
            raise without
        return key

    def _at_home(self) -> Iterator[int]:
        for each in self._here.catalogue.items(Kind.RESIDENT):
            if each.home_site == self._here.site and each.status is ResidentStatus.ACTIVE:
                yield each.id

    def _unix_s(self) -> int:
        return self._here.clock.now().wall_ms // 1000
