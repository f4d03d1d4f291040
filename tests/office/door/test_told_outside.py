"""Somebody outside hears of a trouble once, by every way that is set, and once more when it is over."""

from __future__ import annotations

import json
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from kiosk.ledger.sql import run
from sync.office.people.alerts import OVER_AFTER_MS, RETRY_MS
from sync.office.serving.telling import KIOSK_PATIENCE_MS, alert
from sync.office.store.database import writing
from sync.office.store.tables import devices
from tests.office.books import HERE, Books, open_books, small_file

MINUTE_MS = 60_000
DEVICE = HERE.encode().ljust(16, b"-")


@contextmanager
def running(server: socketserver.BaseServer) -> Iterator[int]:
    with server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield server.server_address[1]  # type: ignore[index]
        finally:
            server.shutdown()
            thread.join()


@contextmanager
def posted_to(answers: list[int], heard: list[dict[str, Any]]) -> Iterator[str]:
    """A server that gives these answers in turn, and then 200; it keeps what was posted."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            heard.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(answers.pop(0) if answers else 200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with running(HTTPServer(("127.0.0.1", 0), Handler)) as port:
        yield f"http://127.0.0.1:{port}/alarm"


@contextmanager
def mailed_to(letters: list[str]) -> Iterator[str]:
    """A mail server that takes whatever comes, word by word as RFC 5321 has it."""

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self.wfile.write(b"220 test ESMTP\r\n")
            for line in self.rfile:
                word = line[:4].upper()
                if word == b"DATA":
                    self.wfile.write(b"354 go on\r\n")
                    letters.append(b"".join(iter(self.rfile.readline, b".\r\n")).decode())
                self.wfile.write(b"221 bye\r\n" if word == b"QUIT" else b"250 ok\r\n")
                if word == b"QUIT":
                    return

    with running(socketserver.TCPServer(("127.0.0.1", 0), Handler)) as port:
        yield f"127.0.0.1:{port}"


class Passing:
    """An office whose time passes when the test says so, with one kiosk."""

    def __init__(self, books: Books, monkeypatch: pytest.MonkeyPatch) -> None:
        self.books, self.now_ms = books, books.office.now_ms()
        books.import_(small_file())
        books.sell(elders=500)
        monkeypatch.setattr(books.office, "now_ms", lambda: self.now_ms)
        moment = type(books.office.moment())
        monkeypatch.setattr(books.office, "moment", lambda: moment(self.now_ms, "boot", self.now_ms))

    def heard(self) -> None:
        with writing(self.books.office.engine) as connection:
            seen = {"last_seen_ms": self.now_ms, "last_seen_monotonic_ms": self.now_ms}
            connection.execute(devices.update().values(last_seen_boot="boot", **seen))

    def says(self, troubles: str) -> None:
        self.heard()
        row = (1, DEVICE, self.now_ms, "0.5.0", 9000, 0, troubles)
        with writing(self.books.office.engine) as connection:
            run(connection, "DELETE FROM device_states", ())
            run(connection, "INSERT INTO device_states VALUES (?, ?, ?, ?, ?, ?, ?)", row)

    def look(self, later_ms: int = 0, *, heard: bool = False) -> None:
        """After so long, and three times over, as several processes would."""
        self.now_ms += later_ms
        if heard:
            self.heard()
        for _ in range(3):
            alert(self.books.office)


def test_a_kiosk_that_falls_silent_is_told_once_and_once_more_when_it_is_back(
    tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[dict[str, Any]] = []
    letters: list[str] = []
    with (
        posted_to([], heard) as url,
        mailed_to(letters) as server,
        open_books(
            tmp_path / "office",
            database_url,
            alert_url=url,
            alert_mail_to=("chen@example.org",),
            alert_mail_from="office@example.org",
            alert_mail_server=server,
        ) as books,
    ):
        town = Passing(books, monkeypatch)
        town.says("")
        town.look(29 * MINUTE_MS)
        assert (heard, letters) == ([], [])
        for _ in range(50):
            town.look(MINUTE_MS)
        assert [each["state"] for each in heard] == ["raised"]
        assert len(letters) == 1
        assert (heard[0]["kiosk"], heard[0]["alarm"], heard[0]["site"]) == (
            f"kiosk at {HERE}",
            "silent",
            HERE,
        )
        assert "No contact" in heard[0]["en"]
        assert "没有联系" in heard[0]["zh"]
        town.look(heard=True)
        town.look(OVER_AFTER_MS - 1, heard=True)
        assert len(heard) == 1, "it may be gone again in a minute"
        town.look(1, heard=True)
        town.look(OVER_AFTER_MS, heard=True)
        assert [each["state"] for each in heard] == ["raised", "over"]
        assert len(letters) == 2
        assert "To: chen@example.org" in letters[0]


def test_a_cable_that_is_pushed_in_again_is_nobodys_message(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[dict[str, Any]] = []
    with posted_to([], heard) as url, open_books(tmp_path / "office", alert_url=url) as books:
        town = Passing(books, monkeypatch)
        for _ in range(10):
            town.says("reader_unplugged")
            town.look(KIOSK_PATIENCE_MS - 1, heard=True)
            town.says("printer_out_of_paper")
            town.look(MINUTE_MS, heard=True)
        assert heard == []
        town.says("reader_unplugged")
        town.look()
        town.look(KIOSK_PATIENCE_MS, heard=True)
        assert [each["alarm"] for each in heard] == ["reader_unplugged"]


def test_a_way_that_fails_is_tried_again_and_repeats_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[dict[str, Any]] = []
    letters: list[str] = []
    with (
        posted_to([500, 500], heard) as url,
        mailed_to(letters) as server,
        open_books(
            tmp_path / "office",
            alert_url=url,
            alert_mail_to=("chen@example.org",),
            alert_mail_from="office@example.org",
            alert_mail_server=server,
        ) as books,
    ):
        town = Passing(books, monkeypatch)
        town.says("")
        town.look(31 * MINUTE_MS)
        assert (len(heard), len(letters)) == (1, 1)
        town.look(RETRY_MS)
        assert (len(heard), len(letters)) == (2, 1)
        for _ in range(5):
            town.look(RETRY_MS)
        assert (len(heard), len(letters)) == (3, 1)


def test_an_office_that_tells_nobody_keeps_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with open_books(tmp_path / "office") as books:
        town = Passing(books, monkeypatch)
        town.says("")
        town.look(60 * MINUTE_MS)
        with writing(books.office.engine) as connection:
            assert run(connection, "SELECT count(*) FROM alerts", ())[0][0] == 0
