"""Records that attacks are made of, as the kiosk itself would write them."""

from __future__ import annotations

from datetime import date

from kiosk.ledger.accounts import (
    cash_box,
    courtesy,
    lent_rights,
    own_money,
    programme,
    revenue,
)
from kiosk.ledger.amount import Unit
from kiosk.ledger.entries import Posting
from kiosk.ledger.follow_ups import REFUND, GivenBack
from kiosk.ledger.records import decode
from kiosk.ledger.rights import RETURN, UNUSED, Returned
from kiosk.services.canteen.records import GUEST_MEAL, MEAL_SERVED, NOBODY, SALE, Line, Sold
from kiosk.services.till.records import TOP_UP, ToppedUp
from tests.simulation.thief.thief import Thief


def pay_in(thief: Thief, who: int, fen: int, *, repaid_fen: int = 0) -> None:
    thief.key.write(
        TOP_UP,
        ToppedUp(who, thief.key.site, fen),
        Posting(own_money(who), fen - repaid_fen),
        Posting(courtesy(who), repaid_fen),
        Posting(cash_box(thief.key.site), -fen),
    )


def give_back_right(thief: Thief, who: int, fen: int) -> None:
    """So that it can be had elsewhere."""
    back = Posting(own_money(who), -fen, Unit.RIGHT), Posting(lent_rights(), fen, Unit.RIGHT)
    thief.key.write(RETURN, Returned(UNUSED), *back)


def sold(thief: Thief, who: int, *lines: Line) -> Sold:
    return Sold(who, thief.key.site, thief.today, "lunch", lines)


def sold_postings(thief: Thief, who: int, fen: int) -> tuple[Posting, ...]:
    payer = own_money(who) if who != NOBODY else cash_box(thief.key.site)
    return Posting(payer, -fen), Posting(revenue("extras", thief.key.site), fen)


def sell_guest_meals(thief: Thief, who: int, fen: int, *, sure: bool = False, into: object = None) -> int:
    """As many as the money is enough for, 50 at a time; returns the last record's number."""
    seq, portions = 0, min(200, fen // 1_500) if not sure else 3
    while portions > 0:
        part = min(50, portions)
        line = Line(GUEST_MEAL, part, 1_500)
        postings = sold_postings(thief, who, part * 1_500)
        seq = thief.key.write(SALE, sold(thief, who, line), *postings, into=into)  # type: ignore[arg-type]
        portions -= part
    return seq


def serve(
    thief: Thief,
    who: int,
    *,
    meal: str = "",
    day: date | None = None,
    site: str = "",
    full_fen: int = 0,
    own_fen: int | None = None,
    at_ms: int | None = None,
) -> None:
    """The subsidised portion."""
    meal = meal or thief.meal
    full, own, rule = thief.price(who, meal)
    full_fen, own_fen, site = full_fen or full, own if own_fen is None else own_fen, site or thief.key.site
    body = thief.served(who, day or thief.today, meal, rule, site=site, portion=1)
    thief.key.write(
        MEAL_SERVED,
        body,
        Posting(own_money(who), -own_fen),
        Posting(programme("elder-meals"), own_fen - full_fen),
        Posting(revenue("canteen", site), full_fen),
        at_ms=at_ms,
    )


def lend(thief: Thief, who: int, portions: int) -> None:
    full_fen, _, rule = thief.price(who, thief.meal)
    for _ in range(portions):
        body = thief.served(who, thief.today, thief.meal, rule, site=thief.key.site, portion=2)
        paid = Posting(courtesy(who), -full_fen), Posting(revenue("canteen", thief.key.site), full_fen)
        thief.key.write(MEAL_SERVED, body, *paid)


def give_back_sales(thief: Thief, *, of_others: bool) -> None:
    for journal_id, seq, raw in thief.of_others() if of_others else thief.earlier("meal"):
        sold = decode(raw)
        full_fen = sum(each.quantity for each in sold.postings if each.quantity > 0)
        back = [Posting(each.account, -each.quantity, each.unit) for each in sold.postings]
        body = GivenBack(seq, full_fen, journal_id, sold.kind, sold.version, sold.body)
        thief.key.write(REFUND, body, *back)
