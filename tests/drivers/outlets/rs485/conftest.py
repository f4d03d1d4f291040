"""A line of relays and meters on a clock that nobody waits for."""

from __future__ import annotations

import pytest

from tests.drivers.outlets.rs485.virtual_line import VirtualClock, in_virtual_time


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> VirtualClock:
    return in_virtual_time(monkeypatch)
