"""One slip of each kind, out of a day at a counter. The people are invented."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from flask import Flask

from drivers.slip import Slip
from kiosk.catalogue.items import Kind
from kiosk.common.lent import Meals
from kiosk.common.outcomes import Outcome
from kiosk.counter import Counter, open_counter
from kiosk.front.printing.receipts import receipt_of
from kiosk.people.identify import Chip
from kiosk.people.staff import Role, Staff
from kiosk.services.canteen.actions import Canteen
from kiosk.services.canteen.extras.selling import Extras
from kiosk.services.canteen.items import PRODUCT, Product
from kiosk.services.canteen.records import GUEST_MEAL, NOBODY
from kiosk.services.till.actions import Till
from kiosk.services.till.reporting import ShiftReport, shift_report
from kiosk.services.till.shift.slip import shift_slip
from kiosk.services.till.shifts import Shifts
from kiosk.web.paper.slips import receipt_slip
from kiosk.web.words import current, languages
from tests.factories import OFFERED, REGION, SITE, WORDS, World, resident, site, uid_of

COUNTED = ((10_000, 3), (5000, 1), (1000, 2), (100, 8))


@contextmanager
def counter(folder: Path) -> Iterator[Counter]:
    """A counter with one elder, two products and somebody on duty."""
    world = World(folder)
    named = site(title={"zh": "华圣澜山长者食堂", "en": "Huasheng Lanshan Canteen"})
    soup = Product(id="soup", name={"zh": "加汤", "en": "Soup"}, price_fen=100, order=1)
    meat = Product(id="meat", name={"zh": "加荤菜", "en": "Meat dish"}, price_fen=400, order=2)
    wang = Staff(id="wang", name="王秀珍", site=SITE, roles=(Role.SERVER,))
    world.publish(Kind.SITE, {SITE: named})
    world.publish(PRODUCT, {each.id: each for each in (soup, meat)})
    world.publish(Kind.STAFF, {wang.id: wang})
    world.add(resident(1001, name="陈桂英", born=date(1944, 5, 6)), fen=9500)
    opened = open_counter(world.settings(), OFFERED, world.time.source(), operator=lambda: wang.id)
    try:
        yield opened
    finally:
        opened.close()


def app(language: str = "zh") -> Flask:
    """What words need of the web application."""
    made = Flask("samples")
    languages.install(made, language)
    current.install(made, WORDS)
    return made


def tap(counter: Counter) -> Outcome:
    at = counter.clock.now()
    return counter[Canteen].answer(counter.identifier.chip(Chip(uid_of(1001)), counter.day_of(at)), at)


def acts(counter: Counter) -> dict[str, Outcome]:
    """One act of each kind, in one shift that ends with five yuan missing."""
    counter[Shifts].open(20_000, (), "open the shift")
    meal = tap(counter)
    done = {
        "meal": meal,
        "second-portion": counter[Canteen].second_portion(1001, "second portion"),
        "extra": counter[Extras].sell({"soup": 2, "meat": 1}, 1001, "extra"),
        "guests": counter[Extras].sell({GUEST_MEAL: 12, "soup": 3}, NOBODY, "guests"),
        "top-up": counter[Till].top_up(1001, 5000, "top-up"),
        "refund": counter[Till].refund(meal.receipt, 350, "refund"),
        "undo": counter[Till].undo(meal.receipt, "undo"),
    }
    done["cash-back"] = counter[Till].refund(done["guests"].receipt, 5000, "cash back")
    counter[Shifts].close(37_800, COUNTED, "wrong change", "close the shift")
    return done


def report(counter: Counter) -> ShiftReport:
    with counter.reader.connect() as connection, connection.begin():
        found = shift_report(connection, REGION, counter[Shifts].last().number, counter.opened.get(Meals))
    assert found is not None
    return found


def slips(folder: Path, language: str = "zh") -> dict[str, Slip]:
    """By name of what each is for."""
    with counter(folder) as opened, app(language).app_context():
        done = acts(opened)
        receipts = {name: receipt_slip(receipt_of(opened, each)) for name, each in done.items()}
        return receipts | {"shift-report": shift_slip(report(opened), opened)}
