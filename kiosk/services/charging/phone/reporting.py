"""What is wrong with a socket, as somebody says who scanned it: written down, and shown to staff at once.

The record is the hook by which a matter can be opened: whoever keeps matters projects `charging_reported`.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass

from drivers.contracts import Happened
from kiosk.common.here import Here
from kiosk.common.outcomes import Outcome, Tone
from kiosk.ledger.journal import Writing
from kiosk.ledger.records import Chained
from kiosk.services.charging.actions import Charging
from kiosk.services.charging.errors import NoSuchSocket
from kiosk.services.charging.records import CHARGING_REPORTED, ChargingReported, decode_reported
from kiosk.services.charging.results import Reported

AGAIN_MS = 10 * 60_000  # the same of one socket within so long is one report, however many fingers there are


@dataclass(frozen=True, slots=True)
class FaultReported(Happened):
    """From a phone."""

    label: str
    fault: str  # a `kiosk.services.charging.phone.page.Fault`


class Reports:
    """Those of one counter."""

    def __init__(self, here: Here, charging: Charging) -> None:
        self._here, self._charging = here, charging
        self._lock = threading.Lock()
        self._told_ms: dict[FaultReported, int] = {}

    def heard(self, event: FaultReported) -> Outcome | None:
        """None for what was reported just now, or of a socket that is not here."""
        now = self._here.clock.now()
        with self._lock:
            told_ms = self._told_ms.get(event)
            if told_ms is not None and now.monotonic_ms - told_ms < AGAIN_MS:
                return None
            self._told_ms[event] = now.monotonic_ms
        try:
            socket = self._charging.socket(event.label).id
        except NoSuchSocket:
            return None
        body = ChargingReported(site=self._here.site, box=socket.box, socket=socket.number, fault=event.fault)
        with self._here.journal.writing() as writing:
            return self.told(writing, writing.append(*CHARGING_REPORTED, body, at=now))

    def told(self, _writing: Writing, chained: Chained) -> Outcome:
        body = decode_reported(chained.record.body)
        label = self._charging.label(body.box, body.socket)
        return Outcome(
            tone=Tone.TOLD,
            code="charging_reported",
            at_ms=chained.record.wall_ms,
            result=Reported(label=label, fault=body.fault, by_itself=True),
            receipt=chained.receipt,
        )
