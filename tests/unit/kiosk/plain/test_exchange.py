"""A sync process that stands still is noticed at the counter, by what it no longer does."""

from __future__ import annotations

import os
from pathlib import Path

from kiosk.plain.exchange import STOPPED_MS, Exchange

NOON_MS = 1_750_000_000_000


def test_it_works_while_it_touches_its_socket(tmp_path: Path) -> None:
    socket = tmp_path / "sync.sock"
    socket.touch()
    exchange = Exchange(socket)
    for seconds in range(0, 120, 2):
        os.utime(socket, (seconds, seconds))
        assert exchange.stopped_since_ms(seconds * 1000, NOON_MS) is None


def test_it_is_said_since_when_it_stands_still(tmp_path: Path) -> None:
    socket = tmp_path / "sync.sock"
    socket.touch()
    exchange = Exchange(socket)
    assert exchange.stopped_since_ms(1_000, NOON_MS) is None
    assert exchange.stopped_since_ms(1_000 + STOPPED_MS - 1, NOON_MS + STOPPED_MS) is None
    assert exchange.stopped_since_ms(1_000 + STOPPED_MS, NOON_MS + STOPPED_MS) == NOON_MS
    assert exchange.stopped_since_ms(1_000 + 3 * STOPPED_MS, NOON_MS + 3 * STOPPED_MS) == NOON_MS
    os.utime(socket, (7, 7))
    assert exchange.stopped_since_ms(1_000 + 4 * STOPPED_MS, NOON_MS) is None


def test_one_that_never_started_is_missed_too(tmp_path: Path) -> None:
    exchange = Exchange(tmp_path / "sync.sock")
    assert exchange.stopped_since_ms(0, NOON_MS) is None
    assert exchange.stopped_since_ms(STOPPED_MS, NOON_MS + STOPPED_MS) == NOON_MS


def test_a_clock_that_jumps_is_no_standing_still(tmp_path: Path) -> None:
    socket = tmp_path / "sync.sock"
    socket.touch()
    exchange = Exchange(socket)
    assert exchange.stopped_since_ms(0, NOON_MS) is None
    assert exchange.stopped_since_ms(2_000, NOON_MS + 24 * 3600 * 1000) is None
