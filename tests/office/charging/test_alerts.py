"""Somebody outside hears of smoke at once, and that a clerk has seen it; of a lesser fault never."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from kiosk.services.charging.records import CHARGING_ALARM, ChargingAlarm
from sync.office.people.alerts import OVER_AFTER_MS, RETRY_MS
from sync.office.services.charging.alarms.log import acknowledge
from sync.office.serving.telling import alert
from sync.office.store.database import writing
from tests.office.books import HERE, MONDAY, Books
from tests.office.charging.point import open_point


def smoke(books: Books, kind: str = "smoke") -> None:
    books.write(CHARGING_ALARM, ChargingAlarm(HERE, "shed", 1, kind, True), day=MONDAY)


def written_to(said: Path) -> tuple[str, ...]:
    """A command that adds a line to this file."""
    script = f"import sys; open({str(said)!r}, 'a').write(sys.stdin.read() + chr(10))"
    return (sys.executable, "-c", script)


def told(said: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in said.read_text().splitlines()] if said.exists() else []


def test_smoke_is_told_at_once_and_once_and_a_lesser_fault_never(tmp_path: Path, monkeypatch) -> None:
    said = tmp_path / "said"
    with open_point(tmp_path / "office", alert_command=written_to(said)) as books:
        now_ms = books.office.now_ms()
        smoke(books, "box_fault")
        alert(books.office)
        assert told(said) == []
        smoke(books)
        for _look in range(4):
            alert(books.office)
        (heard,) = told(said)
        assert (heard["site"], heard["socket"], heard["alarm"]) == (HERE, "A1", "smoke")
        key, seq, _hash = books.journals[HERE]
        with writing(books.office.engine) as connection:
            acknowledge(connection, key, seq, "chen", now_ms)
        alert(books.office)
        monkeypatch.setattr(books.office, "now_ms", lambda: now_ms + OVER_AFTER_MS + RETRY_MS)
        alert(books.office)
        alert(books.office)
        assert [each["state"] for each in told(said)] == ["raised", "over"]


def test_a_command_that_is_not_there_hinders_nobody(tmp_path: Path) -> None:
    with open_point(tmp_path / "office", alert_command=("/nowhere/alert",)) as books:
        smoke(books)
        alert(books.office)
        alert(books.office)
