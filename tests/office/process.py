"""The office as a process of its own, with what it logs, and clients that do not behave."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlencode

from sync.office.office import Office
from sync.office.people import clerks
from sync.office.people.access import posts
from sync.office.services.contract import offered
from sync.office.services.listed import SERVICES
from sync.office.settings import OfficeSettings
from sync.office.store.database import writing
from tests.office.books import CLERK, PASSWORD
from tests.ports import free_port
from tests.process_logs import shown_on_failure
from tests.sync.world import OfficeWorld, eventually
from tests.waiting import PATIENCE_S

ANSWER_WITHIN_S = PATIENCE_S


@dataclass
class RunningOffice:
    """Where it listens, and what it has logged so far."""

    port: int
    process: subprocess.Popen[bytes]
    log_file: Path
    settings: OfficeSettings

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> str:
        return self.log_file.read_text()

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=ANSWER_WITHIN_S)

    def stop(self) -> float:
        """Tell it to stop; the seconds until it has."""
        began_s = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(timeout=ANSWER_WITHIN_S)
        return time.monotonic() - began_s


@contextmanager
def running_office(folder: Path, **settings: str | int) -> Iterator[RunningOffice]:
    """`office run` on an empty database with one clerk."""
    port = free_port()
    written = {"data": str(folder / "data"), "listen": f"127.0.0.1:{port}", **settings}
    config = folder / "office.toml"
    lines = [f"{key} = {value if isinstance(value, int) else repr(value)}" for key, value in written.items()]
    config.write_text("\n".join(["[office]", *lines, ""]))
    typed = OfficeSettings(**{**written, "data": folder / "data"})
    hire(typed)
    log_file = shown_on_failure(folder / "office.log")
    command = [Path(sys.executable).with_name("office"), "--config", str(config), "run"]
    with log_file.open("wb") as log:
        process = subprocess.Popen(command, stderr=log, stdout=log)
    try:
        assert eventually(lambda: listens(port), within_s=ANSWER_WITHIN_S), log_file.read_text()
        yield RunningOffice(port, process, log_file, typed)
    finally:
        process.kill()
        process.wait()


@contextmanager
def books_beside(office: RunningOffice) -> Iterator[OfficeWorld]:
    """What it has written, past its door."""
    beside = OfficeWorld(Office(office.settings, offered(SERVICES)), office.url)
    try:
        yield beside
    finally:
        beside.office.close()


def hire(settings: OfficeSettings) -> None:
    office = Office(settings, offered(SERVICES))
    with writing(office.engine) as connection:
        clerks.store(connection, office.region_id, clerks.make(CLERK, PASSWORD))
        posts.appoint(connection, office.region_id, CLERK, posts.USUAL)
    office.close()


def listens(port: int) -> bool:
    with closing(socket.socket()) as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@dataclass
class PlainBrowser:
    """A browser that sends its cookies without asking whether the way is safe."""

    port: int
    headers: Mapping[str, str] = field(default_factory=dict)  # beyond the usual ones
    cookies: dict[str, str] = field(default_factory=dict)

    def get(self, path: str) -> tuple[int, str]:
        return self._send("GET", path)

    def log_in(self, name: str = CLERK, password: str = PASSWORD) -> tuple[int, str]:
        self.open_door()
        return self.knock(name, password)

    def open_door(self) -> None:
        _status, page = self.get("/login")
        self._token = page.partition('name="csrf_token" type="hidden" value="')[2].partition('"')[0]

    def knock(self, name: str, password: str) -> tuple[int, str]:
        form = {"username": name, "password": password, "csrf_token": self._token}
        return self._send("POST", "/login", urlencode(form))

    def _send(self, method: str, path: str, body: str = "") -> tuple[int, str]:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=ANSWER_WITHIN_S)
        cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        headers = {
            "Cookie": cookie,
            "Content-Type": "application/x-www-form-urlencoded",
            "Referer": f"http://127.0.0.1:{self.port}/",
            **self.headers,
        }
        with closing(connection):
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            for each in answer.headers.get_all("Set-Cookie") or []:
                name, value = re.match(r"([^=]+)=([^;]*)", each).groups()  # type: ignore[union-attr]
                self.cookies[name] = value
            return answer.status, answer.read().decode()
