"""Cash that is not there, and courtesy that is repaid with it."""

from __future__ import annotations

from kiosk.ledger.accounts import (
    cash_box,
    cash_difference,
    safe,
)
from kiosk.ledger.entries import Posting
from kiosk.services.canteen.records import GUEST_MEAL, SALE, Line
from kiosk.services.till.records import SHIFT_CLOSE, SHIFT_OPEN, ShiftClosed, ShiftOpened
from tests.simulation.thief.attacks.forging import (
    give_back_right,
    pay_in,
    sold,
    sold_postings,
)
from tests.simulation.thief.attacks.listing import MOST_FEN, attack
from tests.simulation.thief.thief import Thief


@attack("cash paid in that is not there, spent elsewhere", quiet=True)
def _invented_cash(thief: Thief) -> None:
    who = thief.accomplice()
    for _ in range(thief.dice.randint(1, 3)):
        fen = thief.dice.choice((3_000, 20_000, MOST_FEN))
        pay_in(thief, who, fen)
        give_back_right(thief, who, fen)
    thief.push()
    thief.shop(who)


@attack("courtesy repaid with such cash, lent anew elsewhere", quiet=True)
def _repaid_courtesy(thief: Thief) -> None:
    who = thief.accomplice()
    thief.eat_on_courtesy(who)
    owed_fen = thief.owed_fen(who)
    pay_in(thief, who, owed_fen or 1_000, repaid_fen=owed_fen)
    thief.push()
    thief.eat_on_courtesy(who)


@attack("more repaid than was owed", quiet=True)
def _repaid_too_much(thief: Thief) -> None:
    who = thief.accomplice()
    pay_in(thief, who, 50_000, repaid_fen=50_000)
    thief.push()
    thief.shop(who)


@attack("the journal ended with such cash in it", quiet=True)
def _cash_and_new_journal(thief: Thief) -> None:
    who = thief.accomplice()
    pay_in(thief, who, thief.dice.choice((20_000, MOST_FEN)))
    thief.push()
    thief.key.begin_journal()
    thief.shop(who)


@attack("a close-out that covers it", quiet=True)
def _covered(thief: Thief) -> None:
    who, site, fen = thief.accomplice(), thief.key.site, 40_000
    pay_in(thief, who, fen)
    give_back_right(thief, who, fen)
    thief.key.write(SHIFT_OPEN, ShiftOpened(site, 99, 0))
    closed = ShiftClosed(site, 99, fen, fen)
    thief.key.write(SHIFT_CLOSE, closed, Posting(cash_box(site), fen), Posting(safe(site), -fen))
    thief.push()
    thief.shop(who)


@attack("a close-out with cash that is not there")
def _counted(thief: Thief) -> None:
    site = thief.key.site
    closed = ShiftClosed(site, 98, 0, 30_000)
    postings = Posting(safe(site), -30_000), Posting(cash_difference(site), 30_000)
    thief.key.write(SHIFT_CLOSE, closed, *postings)
    elsewhere = ShiftClosed(thief.other_site, 1, 30_000, 0)
    postings = (
        Posting(cash_box(thief.other_site), 30_000),
        Posting(cash_difference(thief.other_site), -30_000),
    )
    thief.key.write(SHIFT_CLOSE, elsewhere, *postings)


@attack("negative and too large sums")
def _negative(thief: Thief) -> None:
    who, victim = thief.accomplice(), thief.stranger()
    pay_in(thief, victim, -20_000)
    pay_in(thief, who, 100 * MOST_FEN)
    line = Line(GUEST_MEAL, -10, 1_500)
    thief.key.write(SALE, sold(thief, who, line), *sold_postings(thief, who, -15_000))
