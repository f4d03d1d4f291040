"""When the office was heard, by a clock of this machine that never jumps."""

from __future__ import annotations

from kiosk.catalogue.contact import Heard
from kiosk.common.clock import TimeSource


def hear(source: TimeSource, asked_ms: int, office_ms: int) -> Heard:
    """Note an answer the moment it has come: the office looked at its clock between `asked_ms` and now."""
    now_ms = source.monotonic_ms()
    return Heard(office_ms, source.boot_id, now_ms, max(now_ms - asked_ms, 0))
