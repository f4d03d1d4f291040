"""Meals that nobody ate, at prices that nobody set."""

from __future__ import annotations

from datetime import timedelta

from kiosk.ledger.accounts import (
    cash_box,
    programme,
    revenue,
)
from kiosk.ledger.entries import Posting
from kiosk.services.canteen.beside.records import VOLUNTEER_MEAL, VolunteerFed
from kiosk.services.canteen.records import GUEST_MEAL, NOBODY, SALE, Line, Sold
from tests.simulation.steps import DAY_MS
from tests.simulation.thief.attacks.forging import (
    lend,
    serve,
)
from tests.simulation.thief.attacks.listing import attack
from tests.simulation.thief.thief import Thief


@attack("meals that nobody ate", quiet=True)
def _meals(thief: Thief) -> None:
    for victim in thief.own_people:
        serve(thief, victim)


@attack("the subsidised portion twice")
def _twice(thief: Thief) -> None:
    victim = thief.victim()
    serve(thief, victim)
    serve(thief, victim)


@attack("wrong price, age or meal")
def _wrong_price(thief: Thief) -> None:
    victim = thief.victim()
    serve(thief, victim, full_fen=3_000, own_fen=1_000)
    serve(thief, victim, own_fen=0, full_fen=500)
    serve(thief, victim, meal="banquet")


@attack("meals of another day or hour")
def _other_day(thief: Thief) -> None:
    serve(thief, thief.victim(), day=thief.today + timedelta(days=thief.dice.choice((-9, -1, 1, 20))))


@attack("meals of another day, its time invented too", quiet=True)
def _invented_time(thief: Thief) -> None:
    days = thief.dice.choice((-30, -5, -2, 3, 300))
    for victim in thief.own_people:
        day = thief.today + timedelta(days=days)
        serve(thief, victim, day=day, at_ms=thief.now_ms + days * DAY_MS)


@attack("meals of volunteers who do not exist", quiet=True)
def _volunteers(thief: Thief) -> None:
    for n in range(30):
        body = VolunteerFed(thief.key.site, thief.today, "lunch", "0+", "lunch-volunteer", f"甲{n}")
        paid = Posting(programme("volunteers"), -1_500)
        thief.key.write(VOLUNTEER_MEAL, body, paid, Posting(revenue("canteen", thief.key.site), 1_500))


@attack("meals by prices of a catalogue that was never read")
def _revision(thief: Thief) -> None:
    at, thief.key.tariff_revision = thief.key.tariff_revision, thief.dice.choice((0, 2**50))
    serve(thief, thief.victim(), full_fen=1_500, own_fen=0)
    serve(thief, thief.victim())
    thief.key.tariff_revision = at


@attack("earned at another site")
def _elsewhere(thief: Thief) -> None:
    serve(thief, thief.victim(), site=thief.other_site)
    fen = 1_500
    line = Line(GUEST_MEAL, 1, fen)
    sold = Sold(NOBODY, thief.other_site, thief.today, "lunch", (line,))
    thief.key.write(
        SALE,
        sold,
        Posting(cash_box(thief.other_site), -fen),
        Posting(revenue("extras", thief.other_site), fen),
    )


@attack("courtesy within the caps", quiet=True)
def _courtesy(thief: Thief) -> None:
    for who in (*thief.own_people, thief.accomplice()):
        lend(thief, who, portions=1)


@attack("courtesy within the caps, in one journal after the other", quiet=True)
def _courtesy_in_journals(thief: Thief) -> None:
    for _ in range(3):
        thief.key.begin_journal()
        for who in (*thief.honest, *thief.accomplices):
            lend(thief, who, portions=1)
        thief.push()


@attack("courtesy beyond the caps", quiet=True)
def _much_courtesy(thief: Thief) -> None:
    for who in (*thief.own_people, thief.stranger()):
        lend(thief, who, portions=9)
