"""A kiosk as `kiosk run` puts it together, with cards laid down by whoever started it.

`python -m tests.bench.charging.counter KIOSK.TOML`: each line `FIRST COUNT` on its standard input lays
down so many cards, that of resident FIRST first, and is answered by how long each took, in milliseconds.
"""

from __future__ import annotations

import json
import sys
import threading
import time
from pathlib import Path

from drivers.clock import monotonic_ms
from drivers.contracts import Authentication, CardFamily, CardTap
from kiosk.app import Kiosk, create_app
from kiosk.commands.running import real_devices
from kiosk.services.charging.actions import Charging
from kiosk.services.contract import sections
from kiosk.services.listed import SERVICES
from kiosk.settings import load
from kiosk.web.serving import Server

TAP_EVERY_S = 0.02


def run(config: Path) -> None:
    settings = load(config, sections(SERVICES))
    kiosk = create_app(settings, real_devices)
    server = Server(kiosk.web, settings.web.host, settings.web.port)
    web = threading.Thread(target=server.run, name="web", daemon=True)
    kiosk.start()
    web.start()
    kiosk.counter()._prover.join()
    while any(socket.is_away for socket in kiosk.counter()[Charging].sockets()) and settings.outlets:
        time.sleep(0.1)
    print("ready", flush=True)
    for line in sys.stdin:
        first, count = map(int, line.split())
        print(json.dumps([_tap_ms(kiosk, number) for number in range(first, first + count)]), flush=True)
    kiosk.stop()
    server.close()


def _tap_ms(kiosk: Kiosk, number: int) -> float:
    """From a card on the queue of what devices say to its answer on its way to the screens."""
    uid = b"\x04" + number.to_bytes(6, "big")
    event = CardTap(uid, CardFamily.TYPE2, Authentication.NOT_OFFERED, None, monotonic_ms())
    with kiosk.board.watching() as news:
        began_s = time.perf_counter()
        kiosk.taps.events.put(event)
        while (outcome := news.get(timeout=30).outcome) is None or outcome.code.startswith("charging"):
            pass
        took_s = time.perf_counter() - began_s
    assert outcome.code == "served", outcome
    time.sleep(max(TAP_EVERY_S - took_s, 0))
    return 1000 * took_s


if __name__ == "__main__":
    run(Path(sys.argv[1]))
