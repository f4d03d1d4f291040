"""The service manager hears that a process is ready, alive and stopping."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk.plain import service_manager
from tests.waiting import PATIENCE_S


@pytest.fixture(params=["path", "abstract"])
def manager(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[socket.socket]:
    address = str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ear:
        ear.settimeout(PATIENCE_S)
        ear.bind(address if request.param == "path" else f"\0{address}")
        monkeypatch.setenv("NOTIFY_SOCKET", address if request.param == "path" else f"@{address}")
        yield ear


def test_ready_alive_and_stopping(manager: socket.socket, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service_manager, "HEARTBEAT_S", 0.001)
    stopping = threading.Event()
    telling = threading.Thread(target=service_manager.keep_telling, args=(lambda: True, stopping))
    telling.start()
    assert [manager.recv(64) for _ in range(3)] == [b"READY=1", b"WATCHDOG=1", b"WATCHDOG=1"]
    stopping.set()
    heard = manager.recv(64)
    while heard == b"WATCHDOG=1":
        heard = manager.recv(64)
    telling.join()
    assert heard == b"STOPPING=1"


def test_what_is_not_alive_says_nothing(manager: socket.socket, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service_manager, "HEARTBEAT_S", 0.001)
    stopping = threading.Event()
    asked = 0

    def alive() -> bool:
        nonlocal asked
        asked += 1
        if asked == 3:
            stopping.set()
        return False

    service_manager.keep_telling(alive, stopping)
    assert [manager.recv(64) for _ in range(2)] == [b"READY=1", b"STOPPING=1"]


def test_without_a_service_manager_nothing_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    service_manager.tell("READY=1")
    monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "nobody"))
    service_manager.tell("READY=1")
