"""Browsers of the staff's screen without a window: a session each, and the touches that stories need."""

from __future__ import annotations

import re

from werkzeug.test import TestResponse

from kiosk.app import Kiosk
from sync.demo.people import WORKERS

HOST = {"Host": "127.0.0.1"}
PINS = {each.id: each.pin for each in WORKERS}


class Client:
    """One browser's session. What it opened to `watch` is open until the kiosk stops."""

    def __init__(self, kiosk: Kiosk) -> None:
        self._client = kiosk.web.test_client()
        found = re.search(r'name="csrf-token" content="([^"]+)"', self.page())
        assert found
        self._token = {"X-CSRFToken": found[1]}

    def get(self, address: str) -> TestResponse:
        return self._client.get(address, headers=HOST)

    def post(self, address: str, **form: str) -> TestResponse:
        return self._client.post(address, data=form, headers=HOST | self._token)

    def page(self) -> str:
        return self.get("/staff").get_data(as_text=True)

    def watch(self) -> None:
        """Follow the events of the page, as it does while it is open."""
        self._events = self.get("/staff/events")

    def sign_in(self, staff_id: str) -> None:
        assert self.post("/duty/in", staff=staff_id, pin=PINS[staff_id]).status_code == 204

    def lock(self) -> None:
        assert self.post("/duty/lock").status_code == 204

    @property
    def on_duty(self) -> str:
        """The name on the screen."""
        found = re.search(r'class="duty"[^>]*>([^<]+)<', self.page())
        return found[1] if found else ""
