"""The network between kiosks and office: real HTTP requests, carried by hand and spoilt on the way."""

from __future__ import annotations

import io
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass, field

import requests
import urllib3
from requests.adapters import BaseAdapter

from tests.simulation.judged.oracle import Broken

EXCHANGES_IN_A_ROUND = 300
PORTAL = b"<html><body>Welcome to FreeWiFi! Please accept the terms.</body></html>"
Deliver = Callable[[str, bytes], tuple[int, bytes]]

FAULTS = (
    "lost_request",
    "lost_answer",
    "duplicate",
    "reorder",
    "truncated_request",
    "truncated_answer",
    "flipped_request",
    "flipped_answer",
    "half_open",
    "captive_portal",
    "proxy_error",
)


class Unplugged(Exception):
    """The office died while it worked on this request."""


@dataclass
class Network:
    """Carries each request at once, unless a fault is due; `count` is told which ones struck."""

    deliver: Deliver
    count: Callable[[str, str], None]
    cut_off: set[str] = field(default_factory=set)  # kiosks that reach nobody
    due: dict[str, deque[tuple[int, str, int]]] = field(default_factory=lambda: defaultdict(deque))
    late: list[tuple[str, bytes]] = field(default_factory=list)  # requests that come after their successors
    patience: int = 0
    exchanges: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    def adapter(self, url: str) -> Wire:
        return Wire(self, url.split("//", 1)[1].split(".", 1)[0])

    def spoil(self, kiosk: str, after: int, fault: str, place: int) -> None:
        """Let a fault strike this kiosk's exchange that comes `after` more of them."""
        self.due[kiosk].append((self.exchanges[kiosk] + after, fault, place))

    def be_patient(self) -> None:
        """A round of the sync process begins, which asks so many times at most."""
        self.patience = EXCHANGES_IN_A_ROUND

    def heal(self) -> None:
        self.cut_off.clear()
        self.due.clear()
        self._deliver_late()

    def carry(self, kiosk: str, path: str, body: bytes) -> tuple[int, bytes]:
        if kiosk in self.cut_off:
            raise requests.ConnectTimeout("no route")
        number = self.exchanges[kiosk]
        self.patience -= 1
        if not self.patience:
            raise Broken("queue_drains", f"{kiosk} asks and asks, and has no end")
        self.exchanges[kiosk] = number + 1
        fault, place = "", 0
        while self.due[kiosk] and self.due[kiosk][0][0] <= number:
            _, fault, place = self.due[kiosk].popleft()
        if fault:
            self.count("net", fault)
            return self._spoilt(fault, place, path, body)
        self._deliver_late()
        return self._deliver(path, body)

    def _deliver(self, path: str, body: bytes) -> tuple[int, bytes]:
        try:
            return self.deliver(path, body)
        except Unplugged as error:
            raise requests.ConnectionError("connection reset") from error

    def _deliver_late(self) -> None:
        while self.late:
            self._deliver(*self.late.pop(0))

    def _spoilt(self, fault: str, place: int, path: str, body: bytes) -> tuple[int, bytes]:
        match fault:
            case "lost_request" | "half_open":
                raise requests.ReadTimeout("timed out")
            case "lost_answer":
                self._deliver(path, body)
                raise requests.ReadTimeout("timed out")
            case "reorder":
                self.late.append((path, body))
                raise requests.ReadTimeout("timed out")
            case "duplicate":
                self._deliver(path, body)
                return self._deliver(path, body)
            case "truncated_request":
                return self._deliver(path, body[: place % len(body)])
            case "flipped_request":
                return self._deliver(path, _flipped(body, place))
            case "truncated_answer":
                status, answer = self._deliver(path, body)
                return status, answer[: place % len(answer)]
            case "flipped_answer":
                status, answer = self._deliver(path, body)
                return status, _flipped(answer, place)
            case "captive_portal":
                return 200, PORTAL
            case "proxy_error":
                return 502, b"Bad Gateway"
        raise ValueError(fault)


def _flipped(data: bytes, place: int) -> bytes:
    at = place // 8 % len(data)
    return data[:at] + bytes([data[at] ^ (1 << place % 8)]) + data[at + 1 :]


class Wire(BaseAdapter):
    """What `requests` sends through instead of a socket."""

    def __init__(self, network: Network, kiosk: str) -> None:
        super().__init__()
        self._network, self._kiosk = network, kiosk

    def send(self, request: requests.PreparedRequest, **_options: object) -> requests.Response:
        body = request.body if isinstance(request.body, bytes) else b""
        status, answered = self._network.carry(self._kiosk, request.path_url, body)
        response = requests.Response()
        response.status_code, response.request, response.url = status, request, request.url or ""
        response.raw = urllib3.HTTPResponse(io.BytesIO(answered), status=status, preload_content=False)
        return response

    def close(self) -> None:
        pass
