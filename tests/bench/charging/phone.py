"""A phone at the office's page of a socket, as a browser behind the web server in front of the office."""

from __future__ import annotations

import itertools
import time

import requests

from kiosk.services.charging.codes import JOIN_WINDOW_S, JoinCode, join_digits

PATIENCE_S = 60.0
_hosts = itertools.count(1)


class Phone:
    """Of one resident. Each comes from an address of its own, for the office counts what one address asks."""

    def __init__(self, office: str, site: str) -> None:
        self._pages = f"{office}/c/{site}"
        self._session, self._site = requests.Session(), site
        host, secure = f"192.0.2.{next(_hosts)}", office.replace("http://", "https://")
        front = {"X-Forwarded-For": host, "X-Forwarded-Proto": "https", "Referer": f"{secure}/"}
        self._session.headers.update(front)

    def join(self, resident_id: int, secret: bytes) -> None:
        """By the digits that the kiosk's display shows once their card was tapped."""
        code = JoinCode(self._site, resident_id, int(time.time()) // JOIN_WINDOW_S)
        self._act("join", self._get("join"), code=join_digits(code, secret))

    def ready(self, label: str) -> str:
        """The page of a socket, with its button."""
        page = self._get(f"{label}?lang=en")
        assert "Start charging" in page, page
        return page

    def start(self, label: str, page: str, cap_fen: int) -> None:
        self._act(f"{label}/start", page, cap_fen=str(cap_fen))

    def wait_for_charging(self, label: str, every_s: float) -> float:
        """When the page says so, on the clock of `time.perf_counter`, looked at so often."""
        until_s = time.monotonic() + PATIENCE_S
        while "Stop charging" not in (page := self._get(f"{label}?lang=en")):
            assert time.monotonic() < until_s, page
            time.sleep(every_s)
        return time.perf_counter()

    def _get(self, path: str) -> str:
        answer = self._session.get(f"{self._pages}/{path}", timeout=PATIENCE_S)
        answer.raise_for_status()
        self._keep_cookies()
        return answer.text

    def _act(self, path: str, page: str, **form: str) -> None:
        token = page.partition('name="csrf_token" value="')[2].partition('"')[0]
        answer = self._session.post(
            f"{self._pages}/{path}", {**form, "csrf_token": token}, allow_redirects=False, timeout=PATIENCE_S
        )
        assert answer.status_code == requests.codes.see_other, answer.text
        self._keep_cookies()

    def _keep_cookies(self) -> None:
        """They are for TLS alone, which ends at the web server that this stands for."""
        for each in self._session.cookies:
            each.secure = False
