"""How fast and how small a push is, against what the same rows cost PostgreSQL at the least.

`python -m tests.bench push`: kiosks push sales over HTTP into an office under gunicorn, with signatures,
judging, postings, balances, rights and checks; then the same rows are loaded with COPY, a temporary table
and INSERT .. ON CONFLICT, in batches of the same size, into the same server. The two take turns, so that what
else the machine does meets both, and the median of the turns' ratios counts; seconds of processor are told
beside it. First one office process takes what one kiosk pushes, then two what two kiosks push at once.
"""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from sync.office.settings import OfficeSettings
from sync.wire.messages import MAX_BATCH_RECORDS
from tests.bench.loopback import new_database, offices
from tests.bench.office import copied
from tests.bench.processor import used_s
from tests.bench.seller import Place, Seller
from tests.postgresql import postgresql_in

SALES = 4_000  # of each kiosk in a turn
TURNS = 7
PLACES = Place("huasheng", 1_000), Place("qingyuan", 20_000)


def main() -> None:
    print(json.dumps(measure(), indent=2))


def measure() -> dict[str, dict[str, float]]:
    """Sales per second both ways and their ratio, and bytes on the wire, HTTP headers included."""
    with tempfile.TemporaryDirectory() as name, postgresql_in(Path(name)) as server:
        with world(Path(name), "one", server, PLACES[:1]) as one:
            figures = {"wire": _wire(one.sellers[0]), "one_process": turns(one)}
        with world(Path(name), "two", server, PLACES) as two:
            return {**figures, "two_processes": turns(two)}


@dataclass(frozen=True, slots=True)
class World:
    """Kiosks, each with an office process of its own; and plain tables in the same server."""

    sellers: Sequence[Seller]
    loaded: copied.Tables
    database: str
    plain: copied.Loader
    processes: Mapping[str, Sequence[int]]  # whose work is told, by name

    def used_s(self) -> dict[str, float]:
        return {name: sum(map(used_s, pids)) for name, pids in self.processes.items()}


@contextmanager
def world(
    folder: Path,
    name: str,
    server: str,
    places: Sequence[Place],
    make: type[Seller] = Seller,
    loaded: copied.Tables = copied.OF_SALES,
) -> Iterator[World]:
    """`make`: what each kiosk does; `loaded`: the tables that it writes at the office."""
    database = new_database(server, name)
    settings = OfficeSettings(data=folder / name, database=database)
    postmaster = int((folder / "data" / "postmaster.pid").read_text().split()[0])
    with offices(settings, len(places)) as running, ExitStack() as closing:
        sellers = []
        for place, each in zip(places, running, strict=True):
            sellers.append(make(folder / f"{name} {place.site}", settings, each.url, place))
            closing.callback(sellers[-1].close)
        plain = copied.Loader(new_database(server, f"{name}_plain"), loaded)
        closing.callback(plain.close)
        processes = {"office": [each.pid for each in running], "postgresql": [postmaster]}
        yield World(sellers, loaded, database, plain, processes)


@dataclass(frozen=True, slots=True)
class _Turn:
    """What one turn took, in seconds: by the clock, and of processor by whose they are."""

    pushed_s: float
    copied_s: float
    push_used_s: Mapping[str, float]
    copy_used_s: Mapping[str, float]


def turns(world: World, sales_of_each: int = SALES, count: int = TURNS) -> dict[str, float]:
    """Sales, or whatever each kiosk does that often in a turn."""
    _turn(world, sales_of_each)  # everything is loaded and prepared by then
    turns = [_turn(world, sales_of_each) for _ in range(count)]
    sales = sales_of_each * len(world.sellers)
    used_ms = {
        f"{name}_ms_per_1000_sales": median(each.push_used_s[name] for each in turns) / sales * 1e6
        for name in (*world.processes, "kiosk")
    }
    ratios = sorted(each.copied_s / each.pushed_s for each in turns)
    return {
        "pushed_sales_per_s": round(sales / median(each.pushed_s for each in turns)),
        "copied_sales_per_s": round(sales / median(each.copied_s for each in turns)),
        "ratio": round(median(ratios), 2),
        "ratio_least": round(ratios[0], 2),
        "ratio_most": round(ratios[-1], 2),
        **{name: round(ms) for name, ms in used_ms.items()},
        "copy_ms_per_1000_sales": round(
            median(sum(each.copy_used_s.values()) for each in turns) / sales * 1e6
        ),
    }


def _turn(world: World, sales_of_each: int) -> _Turn:
    before = [seller.sold for seller in world.sellers]
    for seller in world.sellers:
        seller.sell(sales_of_each)
    pushed_s, push_used_s = _measured(world, lambda: _push(world.sellers))
    rows = [
        batch
        for seller, seq in zip(world.sellers, before, strict=True)
        for batch in copied.batches(
            world.database, world.loaded, seller.journal_id, seq, seller.sold, MAX_BATCH_RECORDS
        )
    ]
    copied_s, copy_used_s = _measured(world, lambda: world.plain.load(rows))
    return _Turn(pushed_s, copied_s, push_used_s, copy_used_s)


def _push(sellers: Sequence[Seller]) -> None:
    with ThreadPoolExecutor(len(sellers)) as pool:
        list(pool.map(Seller.push_all, sellers))


def _measured(world: World, work: Callable[[], None]) -> tuple[float, Mapping[str, float]]:
    """Seconds by the clock; and of processor, this process as the kiosk's."""
    before = {**world.used_s(), "kiosk": time.process_time()}
    began_s = time.perf_counter()
    work()
    took_s = time.perf_counter() - began_s
    after = {**world.used_s(), "kiosk": time.process_time()}
    return took_s, {name: after[name] - before[name] for name in before}


def _wire(seller: Seller) -> dict[str, float]:
    """Bytes of one full batch and of one lone sale, sent through a relay that counts them."""
    seller.sell(MAX_BATCH_RECORDS)
    up, down = seller.push_counted()
    seller.sell(1)
    lone_up, lone_down = seller.push_counted()
    return {
        "batch_up_bytes_per_sale": round(up / MAX_BATCH_RECORDS, 2),
        "batch_down_bytes_per_sale": round(down / MAX_BATCH_RECORDS, 2),
        "lone_sale_up_bytes": lone_up,
        "lone_sale_down_bytes": lone_down,
        "lone_sale_bytes": lone_up + lone_down,
    }


if __name__ == "__main__":
    main()
