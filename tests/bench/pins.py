"""Ten PINs at once at one kiosk: the memory that takes, and what cards and pages notice of it."""

from __future__ import annotations

import re
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
import requests
from argon2 import PasswordHasher

from drivers.contracts import Authentication, CardFamily, CardTap
from kiosk.app import Kiosk, create_app
from kiosk.catalogue.items import Kind
from kiosk.people.staff import Role, Staff
from kiosk.web.serving import Server
from tests.bench.figures import percentile
from tests.factories import SITE, World, uid_of

AT_ONCE, ROUNDS = 10, 5
PIN, WRONG = "258046", "736159"
BETWEEN_TAPS_S = 0.02
CARDS = range(1001, 3001)


def measure() -> dict[str, Any]:
    """Right PINs, which are all hashed; then wrong ones, which end after five."""
    with running() as (kiosk, address):
        cards = iter(CARDS)
        clients = [Client(address) for _ in range(AT_ONCE)]
        quiet = beside(lambda: time.sleep(0.5), kiosk, address, cards)
        right = beside(lambda: guess(clients, PIN, ROUNDS), kiosk, address, cards)
        wrong = beside(lambda: guess(clients, WRONG, 1), kiosk, address, cards)
    return {"quiet": quiet, "right": right, "wrong": wrong}


class Client:
    """A browser's session."""

    def __init__(self, address: str) -> None:
        self._session, self._address = requests.Session(), address
        found = re.search(r'name="csrf-token" content="([^"]+)"', self._session.get(f"{address}/staff").text)
        assert found
        self._token = {"X-CSRFToken": found[1]}

    def sign_in(self, pin: str) -> str:
        form = {"staff": "wang", "pin": pin}
        answer = self._session.post(f"{self._address}/duty/in", data=form, headers=self._token)
        if answer.status_code == requests.codes.no_content:
            return "in"
        return "wrong" if "密码不对" in answer.text else "wait"


def guess(clients: list[Client], pin: str, rounds: int) -> dict[str, int]:
    with ThreadPoolExecutor(AT_ONCE) as pool:
        answers = pool.map(lambda client: client.sign_in(pin), clients * rounds)
        return dict(Counter(answers))


def beside(work: Callable[[], Any], kiosk: Kiosk, address: str, cards: Iterator[int]) -> dict[str, Any]:
    """What was answered, the memory on top, and how long taps and pages took meanwhile."""
    process = psutil.Process()
    before = peak = process.memory_info().rss
    taps_ms, pages_ms = [], []
    with ThreadPoolExecutor(1) as pool:
        started_s = time.perf_counter()
        done = pool.submit(work)
        while not done.done():
            time.sleep(BETWEEN_TAPS_S)
            peak = max(peak, process.memory_info().rss)
            taps_ms.append(timed_ms(lambda: kiosk.taps.handle(chip(next(cards)))))
            pages_ms.append(timed_ms(lambda: requests.get(f"{address}/display", timeout=60)))
        took_s = time.perf_counter() - started_s
    times = {"tap_p50_ms": percentile(taps_ms, 50), "page_p50_ms": percentile(pages_ms, 50)}
    slowest = {"tap_max_ms": max(taps_ms), "page_max_ms": max(pages_ms)}
    memory = {"memory_on_top_mb": (peak - before) / 1e6}
    return {"answers": done.result(), "took_s": took_s, **memory, **times, **slowest}


def timed_ms(act: Callable[[], Any]) -> float:
    started = time.perf_counter()
    act()
    return 1000 * (time.perf_counter() - started)


def chip(number: int) -> CardTap:
    return CardTap(uid_of(number), CardFamily.TYPE2, Authentication.NOT_OFFERED, None, number * 10_000)


@contextmanager
def running() -> Iterator[tuple[Kiosk, str]]:
    """A kiosk under its own server, with somebody who works there and many who eat."""
    with tempfile.TemporaryDirectory() as folder:
        world = World(Path(folder))
        world.add_many(CARDS)
        roles = (Role.SERVER,)
        wang = Staff(id="wang", name="王师傅", site=SITE, roles=roles, pin_hash=PasswordHasher().hash(PIN))
        world.publish(Kind.STAFF, {wang.id: wang})
        kiosk = create_app(world.settings(), lambda *_: [], world.time.source())
        server = Server(kiosk.web, "127.0.0.1", 0)
        kiosk.start()
        thread = threading.Thread(target=server.run)
        thread.start()
        try:
            yield kiosk, f"http://127.0.0.1:{server.port}"
        finally:
            server.close()
            thread.join()
            kiosk.stop()
