"""A kiosk with every service, in a process of its own: people come for all that there is until it is killed.

What they were told is printed, a line each: `python -m tests.services.killed CONFIG PORT`.
"""

from __future__ import annotations

import sys
from functools import partial
from itertools import count
from pathlib import Path

import msgspec

from kiosk.app import create_app
from kiosk.common.outcomes import Outcome
from kiosk.counter import Counter
from kiosk.services.contract import sections
from kiosk.services.listed import SERVICES
from kiosk.settings import OutletSection, load
from tests.factories import TestTime, card
from tests.services.coffee_machine.device import CoffeeMachine
from tests.services.test_left_out import WHO
from tests.services.three import THREE, VISITS, Visit, holder
from tests.sync.world import eventually


def main(config: Path, port: str) -> None:
    services = (*SERVICES, *(each.service for each in THREE))
    outlets = (OutletSection(driver="coffee", port=port),)
    settings = msgspec.structs.replace(load(config, sections(services)), outlets=outlets)
    kiosk = create_app(settings, lambda *_: [], TestTime().source(), services)
    kiosk.start()
    assert eventually(lambda: kiosk.counter()[CoffeeMachine].ready)
    for n in count():
        for name, visit in VISITS.items():
            outcome = kiosk.desk.answer(partial(come, visit, f"{name} {n}"))
            print(outcome.code, outcome.receipt, flush=True)


def come(visit: Visit, request_id: str, counter: Counter) -> Outcome:
    return visit(counter, holder(counter, card(WHO).token), request_id)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
