"""Somebody outside hears of smoke, once, and again until it was told."""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

from kiosk.services.charging.records import CHARGING_ALARM, ChargingAlarm
from sync.office.services.charging.alerting import alert
from tests.office.books import HERE, MONDAY, Books
from tests.office.charging.point import open_point


def smoke(books: Books, kind: str = "smoke") -> None:
    books.write(CHARGING_ALARM, ChargingAlarm(HERE, "shed", 1, kind, True), day=MONDAY)


@contextmanager
def listening(answers: list[int], heard: list[dict[str, object]]) -> Iterator[str]:
    """A server that gives these answers in turn, and keeps what was posted."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            heard.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(answers.pop(0))
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        running = threading.Thread(target=server.serve_forever)
        running.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/alarm"
        finally:
            server.shutdown()
            running.join()


def test_an_address_hears_of_smoke_once_and_of_a_lesser_fault_never(tmp_path: Path) -> None:
    heard: list[dict[str, object]] = []
    with (
        listening([500, 200], heard) as url,
        open_point(tmp_path / "office", alert_url=url) as books,
    ):
        smoke(books, "box_fault")
        alert(books.office)
        assert heard == []
        smoke(books)
        for _look in range(4):
            alert(books.office)
    assert [each["alarm"] for each in heard] == ["smoke", "smoke"], "the first was not taken"
    assert (heard[0]["site"], heard[0]["socket"]) == (HERE, "A1")


def test_a_command_is_run_with_what_happened(tmp_path: Path) -> None:
    said = tmp_path / "said.json"
    script = f"import sys, pathlib; pathlib.Path({str(said)!r}).write_text(sys.stdin.read())"
    with open_point(tmp_path / "office", alert_command=(sys.executable, "-c", script)) as books:
        smoke(books)
        alert(books.office)
    assert json.loads(said.read_text())["alarm"] == "smoke"


def test_a_command_that_is_not_there_hinders_nobody(tmp_path: Path) -> None:
    with open_point(tmp_path / "office", alert_command=("/nowhere/alert",)) as books:
        smoke(books)
        alert(books.office)
        alert(books.office)
