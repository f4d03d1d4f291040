"""How long writes stand still while a region of 50,000 sales moves to another PostgreSQL.

`python -m tests.bench moving`: a kiosk pushes the sales, then goes on selling one by one while the region
moves. What counts is how long nobody could write, and the longest that a sale waited for its answer,
against the half second that is allowed.
"""

from __future__ import annotations

import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from sync.errors import SyncError
from sync.office.services.contract import offered
from sync.office.services.listed import SERVICES
from sync.office.settings import OfficeSettings
from sync.office.store.moving import Move
from sync.office.store.region_map import RegionMap
from tests.bench.loopback import new_database, office
from tests.bench.seller import Place, Seller
from tests.postgresql import postgresql_in

SALES, AT_ONCE = 50_000, 2_000
STILL_MS = 500  # allowed
REGION = 1
AGAIN_S = 0.02  # a kiosk waits longer


def measure() -> dict[str, float]:
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        folders = [Path(stack.enter_context(tempfile.TemporaryDirectory())) for _ in range(2)]
        servers = [stack.enter_context(postgresql_in(each, wal_level="logical")) for each in folders]
        here, there = (new_database(each, "region") for each in servers)
        regions = Path(name, "regions.toml")
        regions.write_text(f'[[region]]\nid = {REGION}\nname = "桃源县"\ndatabase = "{here}"\n')
        settings = OfficeSettings(data=Path(name, "office"), regions=regions, region_id=REGION)
        url = stack.enter_context(office(settings))
        seller = Seller(Path(name, "kiosk"), settings, url, Place("huasheng", 1_000))
        stack.callback(seller.close)
        for _ in range(SALES // AT_ONCE):
            seller.sell(AT_ONCE)
            seller.push_all()
        return _moved(here, there, regions, seller)


def _moved(here: str, there: str, regions: Path, seller: Seller) -> dict[str, float]:
    move, region_map = Move(here, there, REGION, offered(SERVICES).tables), RegionMap(regions)
    waits_ms: list[float] = []
    with _selling(seller, waits_ms):
        began_s = time.perf_counter()
        moved = move.run(lambda: region_map.move(REGION, there), lambda _copied: None)
        took_s = time.perf_counter() - began_s
    seller.push_all()
    return {
        "rows": moved.rows,
        "move_s": round(took_s, 1),
        "still_ms": moved.still_ms,
        "still_ratio": round(moved.still_ms / STILL_MS, 2),
        "longest_wait_of_a_sale_ms": round(max(waits_ms)),
        "sales_meanwhile": len(waits_ms),
    }


@contextmanager
def _selling(seller: Seller, waits_ms: list[float]) -> Iterator[None]:
    """One sale after the other, each sent until it is acknowledged."""
    ending = threading.Event()

    def run() -> None:
        while not ending.is_set():
            seller.sell(1)
            began_s = time.perf_counter()
            while not _sent(seller):
                time.sleep(AGAIN_S)
            waits_ms.append((time.perf_counter() - began_s) * 1000)

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield
    finally:
        ending.set()
        thread.join()


def _sent(seller: Seller) -> bool:
    try:
        seller.push_all()
    except SyncError:  # busy: the region is moving
        return False
    return True
