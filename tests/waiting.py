"""How long tests wait for what is bound to come.

Whoever is answered waits no longer than the answer takes: only a test that fails waits to the end. So it is
long enough for a machine that does ten other things, and for one that stands still for a while.
"""

import os
import queue
import time
from collections.abc import Callable
from typing import TypeVar

# Less where what is waited for will not come: `tests.planted`.
PATIENCE_S = float(os.environ.get("PATIENCE_S", "30"))
PATIENCE_MS = 1000 * PATIENCE_S  # as Playwright counts

Told = TypeVar("Told")
Found = TypeVar("Found")


def first_told(told: queue.Queue[Told], found_in: Callable[[Told], Found | None]) -> Found:
    """What is found first in what is told one after the other, however much else is told."""
    deadline, passed = time.monotonic() + PATIENCE_S, []
    while (left_s := deadline - time.monotonic()) > 0:
        try:
            passed.append(told.get(timeout=left_s))
        except queue.Empty:
            break
        if (found := found_in(passed[-1])) is not None:
            return found
    raise AssertionError(f"waited {PATIENCE_S:.0f} s in vain; of {len(passed)} told: {passed[:20]}")
