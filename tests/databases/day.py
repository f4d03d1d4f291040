"""A day at the counter, written by the code of whichever release is on the path.

    python day.py FOLDER DATABASE_URL        # in a checkout of the release, with its commands installed

It uses what that release has; what later ones can do besides is done where it is there. Names are those of
releases up to 0.4.0: the first one in which a service is a value teaches this file its own. The last things
of the day are not synced, so that what migrates has a backlog.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from importlib import import_module
from itertools import count
from pathlib import Path
from typing import Any

from tests.stories.test_lunch_without_the_office import lay_down

from kiosk.app import create_app
from kiosk.settings import load
from sync.demo import population
from tests.stories.town import Office, Station, today

AT_LUNCH, UNSYNCED = 20, 5  # elders
PATIENCE_S = 30.0


def main(folder: Path, database_url: str) -> None:
    office = Office(folder, database_url)
    with office.open():
        station = Station(folder / "front", office)
        station.sync("once")
    elders = population.tray(today(), office.keys)[: AT_LUNCH + UNSYNCED]
    kiosk = create_app(load(station.config), lambda *_: [])
    opened(kiosk)
    served = [lay_down(kiosk, card, n) for n, card in enumerate(elders[:AT_LUNCH])]
    do_the_rest(kiosk.counter(), kiosk.board.recent)
    with office.open():
        station.sync("once")
    served += [lay_down(kiosk, card, AT_LUNCH + n) for n, card in enumerate(elders[AT_LUNCH:])]
    kiosk.counter().close()
    assert served == ["served"] * len(elders), served
    office.command("verify")


def opened(kiosk: Any) -> None:
    """A busy machine takes longer to open a journal than a kiosk waits before it says that it is at it."""
    deadline_s = time.monotonic() + PATIENCE_S
    while True:
        kiosk.look()
        try:
            kiosk.counter()
            return
        except Exception:  # which of them is another one in each release
            if time.monotonic() > deadline_s:
                raise
            time.sleep(0.1)


def do_the_rest(counter: Any, recent: Any) -> None:
    """Whatever else this release can do at a counter; each act under a request id of its own."""
    requests: Iterator[str] = (f"request {n}" for n in count(1))
    receipts = [outcome.receipt for outcome in recent if getattr(outcome, "receipt", "")]
    if hasattr(counter, "shifts"):
        counter.shifts.open(10_000, (), next(requests))
    if hasattr(counter, "till"):
        for resident_id, fen in ((1001, 5_000), (1002, 10_000), (1003, 2_000)):
            receipts.append(counter.till.top_up(resident_id, fen, next(requests)).receipt)
        counter.till.refund(receipts[0], 200, next(requests))
        counter.till.undo(receipts[1], next(requests))
        counter.till.undo(receipts[-1], next(requests))
        counter.canteen.second_portion(1001, next(requests))
    if hasattr(counter, "orders"):
        _jobs_of_the_counter(counter, receipts, requests)
    if hasattr(counter, "shifts"):
        expected_fen = counter.shifts.expected_fen()
        counter.shifts.close(expected_fen - 100, (), "invented: a coin under the counter", next(requests))


def _jobs_of_the_counter(counter: Any, receipts: list[str], requests: Iterator[str]) -> None:
    dining = import_module("kiosk.ordering").Dining
    from kiosk.services.corrections.records import Matter

    tomorrow, lunch = counter.today() + timedelta(days=1), "lunch"
    counter.orders.place(1001, tomorrow, lunch, dining.DELIVERY, next(requests))
    counter.orders.place(1002, tomorrow, lunch, dining.TAKE_AWAY, next(requests))
    counter.orders.cancel(1002, tomorrow, lunch, next(requests))
    counter.away.mark(receipts[2], True, next(requests))
    counter.away.mark(receipts[2], False, next(requests))
    counter.away.mark(receipts[3], True, next(requests))
    product = counter.catalogue.products()[0].id
    counter.extras.sell({product: 2}, 1002, next(requests))
    counter.extras.sell({product: 1}, 0, next(requests))
    counter.volunteers.feed("志愿者乙", next(requests))
    counter.corrections.ask(1004, Matter.NAME, "", next(requests))
    lost, _ = counter.cards.of(1005)[0]
    counter.cards.report_lost(lost.token, next(requests))
    counter.cards.found(lost.token, next(requests))
    counter.cards.issue("nfc:04AB0000000001", 1006, next(requests))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
