"""A line of relays and meters on a clock that nobody waits for."""

from __future__ import annotations

from collections.abc import Iterator

import minimalmodbus
import pytest

from tests.drivers.outlets.rs485.virtual_line import VirtualClock


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Iterator[VirtualClock]:
    """minimalmodbus keeps the pauses between its frames by it, too."""
    clock = VirtualClock()
    monkeypatch.setattr(minimalmodbus, "time", clock)
    monkeypatch.setattr(minimalmodbus, "_latest_read_times", {})
    yield clock
