"""What is wrong at the counter, the worst first: values only. `web/words/troubles.py` has the words.

Pure, so that the staff's screen, `/healthz` and `kiosk status` say the same.
"""

from __future__ import annotations

from enum import IntEnum

import msgspec

from kiosk.common.board import Standing

# From here on a card that was reported lost elsewhere may still be good here, and new people are not known:
# a week is as long as canteens could wait for a paper list of lost cards.
CATALOGUE_OLD_DAYS = 7
NEVER_HEARD = "not_ready"  # a device that has said nothing yet
NOT_CONFIGURED = "not_configured"  # and not meant to be there
PAPER_LOW = "paper_low"  # said by a printer that still prints


class Severity(IntEnum):
    """How much it matters to somebody who is serving."""

    NOTE = 1  # good to know; somebody will see to it after lunch
    HINDERED = 2  # lunch goes on in another way, or on paper in part
    STOPPED = 3  # nothing can be sold


class Trouble(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that is wrong. What its words need beside are fields of its own kind of trouble."""

    code: str
    severity: Severity

    @property
    def can_serve(self) -> bool:
        return self.severity < Severity.STOPPED


class Offline(Trouble, frozen=True, kw_only=True):
    code: str = "offline"
    severity: Severity = Severity.NOTE
    since: str  # local time or date
    unsent: int


class ExchangeStopped(Trouble, frozen=True, kw_only=True):
    code: str = "exchange_stopped"
    severity: Severity = Severity.NOTE
    since: str  # local time or date


class CatalogueOld(Trouble, frozen=True, kw_only=True):
    code: str = "catalogue_old"
    severity: Severity = Severity.HINDERED
    days: int


class DiskLow(Trouble, frozen=True, kw_only=True):
    code: str = "disk_low"
    severity: Severity = Severity.NOTE
    free_mb: int


def troubles(standing: Standing) -> list[Trouble]:
    """All there is, the worst first."""
    found = [
        *_of_the_counter(standing),
        *_of_services(standing),
        *_of_devices(standing),
        *of_the_exchange(standing.exchange_stopped),
        *of_the_office(_since(standing), standing.offline_days, standing.unsent),
        *of_the_disk(standing.disk_low_mb),
    ]
    return sorted(found, key=lambda each: -each.severity)


def of_the_office(since: str, offline_days: int, unsent: int) -> list[Trouble]:
    """`since`: local time or date of its last word; empty while it is heard, or if it never was."""
    found: list[Trouble] = []
    if since:
        found.append(Offline(since=since, unsent=unsent))
    if offline_days >= CATALOGUE_OLD_DAYS:
        found.append(CatalogueOld(days=offline_days))
    return found


def of_the_disk(disk_low_mb: int | None) -> list[Trouble]:
    """`disk_low_mb` as in `Standing`."""
    return [] if disk_low_mb is None else [DiskLow(free_mb=disk_low_mb)]


def low_mb(free_bytes: int, warn_below_mb: int) -> int | None:
    """What is free in MB where that is little, by tens so that a screen is not drawn anew for each sale."""
    free_mb = free_bytes // 1024 // 1024
    return free_mb // 10 * 10 if free_mb < warn_below_mb else None


def of_the_exchange(stopped: str) -> list[Trouble]:
    """`stopped` as `Standing.exchange_stopped`. Nobody is sent to look at the network then."""
    return [ExchangeStopped(since=stopped)] if stopped else []


def _since(standing: Standing) -> str:
    offline = standing.offline_since_ms is not None and not standing.exchange_stopped
    return standing.last_contact if offline else ""


def _of_the_counter(standing: Standing) -> list[Trouble]:
    found = []
    if standing.trouble:
        found.append(Trouble(code=standing.trouble, severity=Severity.STOPPED))
    if standing.notice:
        found.append(Trouble(code=standing.notice, severity=Severity.NOTE))
    return found


def _of_services(standing: Standing) -> list[Trouble]:
    return [
        Trouble(code=code, severity=Severity.HINDERED)
        for live in standing.live.values()
        for code in live.troubles
    ]


def _of_devices(standing: Standing) -> list[Trouble]:
    states = [
        ("reader", standing.reader_ready, standing.reader_reason, Severity.HINDERED),
        ("scanner", standing.scanner_ready, standing.scanner_reason, Severity.HINDERED),
        ("printer", standing.printer_ready, standing.printer_reason, Severity.NOTE),
    ]
    return [
        Trouble(code=f"{device}_{reason or NEVER_HEARD}", severity=severity)
        for device, ready, reason, severity in states
        if (ready is False and reason != NOT_CONFIGURED) or reason == PAPER_LOW
    ]
