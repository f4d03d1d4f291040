"""The one clock drivers use: milliseconds that only go forward."""

from __future__ import annotations

import time
from collections.abc import Callable

MonotonicMs = Callable[[], int]


def monotonic_ms() -> int:
    return time.monotonic_ns() // 1_000_000
