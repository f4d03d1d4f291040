"""What a thief tries, by name. Each attack writes what it wants; the thief sends it afterwards."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

import msgspec

from kiosk.ledger.accounts import (
    cash_box,
    cash_difference,
    courtesy,
    held,
    lent_rights,
    own_money,
    programme,
    revenue,
    safe,
)
from kiosk.ledger.amount import Unit
from kiosk.ledger.audit.recovery import RECOVERED, Recovered
from kiosk.ledger.entries import Posting
from kiosk.ledger.follow_ups import REFUND, REVERSAL, GivenBack
from kiosk.ledger.holds import CAPTURE, HOLD, RELEASE, Held, Settled
from kiosk.ledger.records import decode
from kiosk.people.cards import nfc_token
from kiosk.services.canteen.beside.records import VOLUNTEER_MEAL, VolunteerFed
from kiosk.services.canteen.records import GUEST_MEAL, MEAL_SERVED, NOBODY, SALE, Line, Sold
from kiosk.services.cards.records import (
    CARD_FOUND,
    CARD_ISSUED,
    CARD_LOST,
    CardIssued,
    CardReported,
    number_of,
)
from kiosk.services.corrections.records import CORRECTION_ASKED, CorrectionAsked, Matter
from kiosk.services.orders.records import DELIVERY_FAILED, ORDER_PLACED, DeliveryFailed, OrderPlaced
from kiosk.services.till.records import (
    RETURN,
    SHIFT_CLOSE,
    SHIFT_OPEN,
    TOP_UP,
    UNUSED,
    Returned,
    ShiftClosed,
    ShiftOpened,
    ToppedUp,
)
from tests.factories import uid_of
from tests.services.time_purse.records import TIME_GIVEN, TimeMoved, given
from tests.simulation.steps import DAY_MS
from tests.simulation.thief.thief import Thief

MOST_FEN = 500_000  # of one top-up that is believed
HOUR_MS = 3600 * 1000


@dataclass(frozen=True, slots=True)
class Attack:
    """`quiet`: nothing in it is against a rule, so that nothing warns the office of who writes it."""

    name: str
    quiet: bool
    do: Callable[[Thief], None]


ATTACKS: dict[str, Attack] = {}


def attack(name: str, *, quiet: bool = False) -> Callable[[Callable[[Thief], None]], None]:
    def note(do: Callable[[Thief], None]) -> None:
        ATTACKS[name] = Attack(name, quiet, do)

    return note


# Cash that is not there


@attack("cash paid in that is not there, spent elsewhere", quiet=True)
def _invented_cash(thief: Thief) -> None:
    who = thief.accomplice()
    for _ in range(thief.dice.randint(1, 3)):
        fen = thief.dice.choice((3_000, 20_000, MOST_FEN))
        _pay_in(thief, who, fen)
        _give_back_right(thief, who, fen)
    thief.push()
    thief.shop(who)


@attack("courtesy repaid with such cash, lent anew elsewhere", quiet=True)
def _repaid_courtesy(thief: Thief) -> None:
    who = thief.accomplice()
    thief.eat_on_courtesy(who)
    owed_fen = thief.owed_fen(who)
    _pay_in(thief, who, owed_fen or 1_000, repaid_fen=owed_fen)
    thief.push()
    thief.eat_on_courtesy(who)


@attack("more repaid than was owed", quiet=True)
def _repaid_too_much(thief: Thief) -> None:
    who = thief.accomplice()
    _pay_in(thief, who, 50_000, repaid_fen=50_000)
    thief.push()
    thief.shop(who)


@attack("the journal ended with such cash in it", quiet=True)
def _cash_and_new_journal(thief: Thief) -> None:
    who = thief.accomplice()
    _pay_in(thief, who, thief.dice.choice((20_000, MOST_FEN)))
    thief.push()
    thief.key.begin_journal()
    thief.shop(who)


@attack("a close-out that covers it", quiet=True)
def _covered(thief: Thief) -> None:
    who, site, fen = thief.accomplice(), thief.key.site, 40_000
    _pay_in(thief, who, fen)
    _give_back_right(thief, who, fen)
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
    postings = Posting(cash_box(thief.other_site), 30_000), Posting(cash_difference(thief.other_site), -30_000)
    thief.key.write(SHIFT_CLOSE, elsewhere, *postings)


@attack("negative and too large sums")
def _negative(thief: Thief) -> None:
    who, victim = thief.accomplice(), thief.stranger()
    _pay_in(thief, victim, -20_000)
    _pay_in(thief, who, 100 * MOST_FEN)
    line = Line(GUEST_MEAL, -10, 1_500)
    thief.key.write(SALE, _sold(thief, who, line), *_sold_postings(thief, who, -15_000))


# Other people's money


@attack("money of its own residents, without them", quiet=True)
def _own_people(thief: Thief) -> None:
    for victim in thief.own_people:
        granted_fen = thief.ask(victim, 2**40)
        _sell_guest_meals(thief, victim, granted_fen)
    thief.push()


@attack("money of people at home elsewhere, as much as is granted", quiet=True)
def _strangers(thief: Thief) -> None:
    for victim in thief.strangers:
        for fen in (1_000, 10_000, 2**40):
            _sell_guest_meals(thief, victim, thief.ask(victim, fen))
            thief.push()


@attack("money of people at home elsewhere, when somebody else stands there")
def _other_name(thief: Thief) -> None:
    victim = thief.stranger()
    _sell_guest_meals(thief, victim, thief.ask(victim, 2**40, standing=thief.accomplice()))


@attack("money of people at home elsewhere, without asking")
def _unasked(thief: Thief) -> None:
    _sell_guest_meals(thief, thief.stranger(), 10**9, sure=True)


@attack("money from one account into another")
def _transfer(thief: Thief) -> None:
    victim, who = thief.victim(), thief.accomplice()
    moves = Posting(own_money(victim), -5_000), Posting(own_money(who), 5_000)
    thief.key.write(SALE, _sold(thief, victim, Line(GUEST_MEAL, 3, 1_500)), *moves)
    thief.key.write(TOP_UP, ToppedUp(who, thief.key.site, 5_000), *moves)


@attack("set aside and paid to an accomplice, or let go that was never held")
def _holds(thief: Thief) -> None:
    victim, who = thief.victim(), thief.accomplice()
    aside = Posting(own_money(victim), -3_000), Posting(held(victim), 3_000)
    seq = thief.key.write(HOLD, Held(victim, 3_000, "charging/1"), *aside)
    settled = Settled(seq, 3_000, thief.key.journal.journal_id, victim)
    paid = Posting(held(victim), -3_000), Posting(own_money(who), 3_000)
    thief.key.write(CAPTURE, settled, *paid)
    never = Settled(seq - 1, 9_000, thief.key.journal.journal_id, who)
    thief.key.write(RELEASE, never, Posting(held(who), -9_000), Posting(own_money(who), 9_000))


@attack("set aside and earned here", quiet=True)
def _captured(thief: Thief) -> None:
    victim = thief.victim()
    fen = min(2_000, thief.ask(victim, 2_000))
    if fen > 0:
        aside = Posting(own_money(victim), -fen), Posting(held(victim), fen)
        seq = thief.key.write(HOLD, Held(victim, fen, "charging/1"), *aside)
        settled = Settled(seq, fen, thief.key.journal.journal_id, victim)
        earned = Posting(held(victim), -fen), Posting(revenue("charging", thief.key.site), fen)
        thief.key.write(CAPTURE, settled, *earned)


@attack("a card of somebody else's account, shown elsewhere", quiet=True)
def _card(thief: Thief) -> None:
    victim, card = thief.dice.choice(thief.honest), 7_000 + thief.dice.randrange(900)
    number = number_of(thief.key.journal.journal_id, thief.key.journal.seq + 1)
    thief.key.write(CARD_ISSUED, CardIssued(nfc_token(uid_of(card)), number, victim, ()))
    thief.push()
    thief.shop_with_card(card, victim)


@attack("lost cards found, good ones lost", quiet=True)
def _found(thief: Thief) -> None:
    victim = thief.dice.choice(thief.honest)
    thief.key.write(CARD_LOST, CardReported(nfc_token(uid_of(victim)), victim))
    thief.key.write(CARD_FOUND, CardReported(nfc_token(uid_of(victim)), victim))


# Meals


@attack("meals that nobody ate", quiet=True)
def _meals(thief: Thief) -> None:
    for victim in thief.own_people:
        _meal(thief, victim)


@attack("the subsidised portion twice")
def _twice(thief: Thief) -> None:
    victim = thief.victim()
    _meal(thief, victim)
    _meal(thief, victim)


@attack("wrong price, age or meal")
def _wrong_price(thief: Thief) -> None:
    victim = thief.victim()
    _meal(thief, victim, full_fen=3_000, own_fen=1_000)
    _meal(thief, victim, own_fen=0, full_fen=500)
    _meal(thief, victim, meal="banquet")


@attack("meals of another day or hour")
def _other_day(thief: Thief) -> None:
    _meal(thief, thief.victim(), day=thief.today + timedelta(days=thief.dice.choice((-9, -1, 1, 20))))


@attack("meals of another day, its time invented too", quiet=True)
def _invented_time(thief: Thief) -> None:
    days = thief.dice.choice((-30, -5, -2, 3, 300))
    for victim in thief.own_people:
        day = thief.today + timedelta(days=days)
        _meal(thief, victim, day=day, at_ms=thief.now_ms + days * DAY_MS)


@attack("meals of volunteers who do not exist", quiet=True)
def _volunteers(thief: Thief) -> None:
    for n in range(30):
        body = VolunteerFed(thief.key.site, thief.today, "lunch", "0+", "lunch-volunteer", f"甲{n}")
        paid = Posting(programme("volunteers"), -1_500)
        thief.key.write(VOLUNTEER_MEAL, body, paid, Posting(revenue("canteen", thief.key.site), 1_500))


@attack("meals by prices of a catalogue that was never read")
def _revision(thief: Thief) -> None:
    at, thief.key.tariff_revision = thief.key.tariff_revision, thief.dice.choice((0, 2**50))
    _meal(thief, thief.victim(), full_fen=1_500, own_fen=0)
    _meal(thief, thief.victim())
    thief.key.tariff_revision = at


@attack("earned at another site")
def _elsewhere(thief: Thief) -> None:
    _meal(thief, thief.victim(), site=thief.other_site)
    fen = 1_500
    line = Line(GUEST_MEAL, 1, fen)
    sold = Sold(NOBODY, thief.other_site, thief.today, "lunch", (line,))
    thief.key.write(
        SALE, sold, Posting(cash_box(thief.other_site), -fen), Posting(revenue("extras", thief.other_site), fen)
    )


# Courtesy


@attack("courtesy within the caps", quiet=True)
def _courtesy(thief: Thief) -> None:
    for who in (*thief.own_people, thief.accomplice()):
        _on_courtesy(thief, who, portions=1)


@attack("courtesy beyond the caps", quiet=True)
def _much_courtesy(thief: Thief) -> None:
    for who in (*thief.own_people, thief.stranger()):
        _on_courtesy(thief, who, portions=9)


# Given back


@attack("its own earlier sales given back to accomplices", quiet=True)
def _own_sale_back(thief: Thief) -> None:
    _give_back_sales(thief, of_others=False)
    thief.push()
    thief.shop(thief.accomplice())


@attack("sales of another kiosk given back")
def _others_sale_back(thief: Thief) -> None:
    thief.shop(thief.accomplice())
    _give_back_sales(thief, of_others=True)
    thief.push()
    thief.shop(thief.accomplice())


@attack("given back twice, or what was never sold")
def _never_sold(thief: Thief) -> None:
    who, fen = thief.accomplice(), 4_500
    seq = _sell_guest_meals(thief, NOBODY, fen)
    raw = decode(thief.key.journal.unsent[-1][1])
    body = GivenBack(seq, fen, thief.key.journal.journal_id, *SALE, raw.body)
    back = Posting(own_money(who), fen), Posting(revenue("extras", thief.key.site), -fen)
    thief.key.write(REFUND, body, *back)
    thief.key.write(REFUND, body, *back)


@attack("an earlier top-up undone", quiet=True)
def _undone(thief: Thief) -> None:
    for journal_id, seq, raw in thief.earlier(TOP_UP[0]):
        done = decode(raw)
        back = [Posting(each.account, -each.quantity, each.unit) for each in done.postings]
        thief.key.write(REVERSAL, GivenBack(seq, 0, journal_id, *TOP_UP, done.body), *back)


# Rights, journals and claims


@attack("rights that nobody gave")
def _rights(thief: Thief) -> None:
    victim = thief.stranger()
    back = Posting(own_money(victim), 9_000, Unit.RIGHT), Posting(lent_rights(), -9_000, Unit.RIGHT)
    thief.key.write(RETURN, Returned(UNUSED), *back)
    taken = Posting(own_money(victim), -9_000, Unit.RIGHT), Posting(lent_rights(), 9_000, Unit.RIGHT)
    thief.key.write(RETURN, Returned(UNUSED), *taken)
    thief.key.write(("grant", 1), msgspec.Raw(b"\x90"), *back)


@attack("the same rights spent in one journal after the other", quiet=True)
def _journals(thief: Thief) -> None:
    left = thief.key.journal
    thief.key.begin_journal()
    for victim in thief.own_people:
        _sell_guest_meals(thief, victim, thief.ask(victim, 2**40))
    thief.push()
    for victim in thief.own_people:
        _sell_guest_meals(thief, victim, thief.granted_fen(victim, left), into=left)
    thief.key.push(left)


@attack("replayed, forked and cut batches")
def _replay(thief: Thief) -> None:
    key, who = thief.key, thief.accomplice()
    _pay_in(thief, who, 1_000)
    first = key.journal.unsent[-1]
    before = key.journal.seq
    key.push()
    for at in (before, before - 1, before + 9):
        key.journal.unsent.append(first)
        key.send(key.journal, at, first[0], claimed_seq=before)


@attack("claims to have read further than there is", quiet=True)
def _ahead(thief: Thief) -> None:
    thief.key.pull((2**40, 2**40))


@attack("recovered that was never left")
def _recovered(thief: Thief) -> None:
    who, site = thief.accomplice(), thief.key.site
    journal_id = thief.dice.randbytes(16)
    thief.key.write(TOP_UP, ToppedUp(who, site, 90_000), Posting(own_money(who), 90_000))
    raw = thief.key.journal.unsent[-1][1]
    thief.key.write(
        RECOVERED,
        Recovered(journal_id, 7, raw, "forked"),
        Posting(own_money(who), 90_000),
        Posting(revenue("canteen", thief.other_site), -90_000),
    )
    for other_id, seq, sold in thief.of_others()[:3]:
        moved = decode(sold).postings
        thief.key.write(RECOVERED, Recovered(other_id, seq, sold, "forked"), *moved)


@attack("recovered cash and meals of a journal that nobody knows", quiet=True)
def _recovered_quietly(thief: Thief) -> None:
    who, site, fen = thief.accomplice(), thief.key.site, 90_000
    journal_id, left = thief.dice.randbytes(16), thief.key.journal
    paid = Posting(own_money(who), fen), Posting(cash_box(site), -fen)
    seq, before, count, turnover = left.seq, left.hash, left.count, left.turnover_fen
    thief.key.write(TOP_UP, ToppedUp(who, site, fen), *paid)
    _, raw = left.unsent.pop()
    left.seq, left.hash, left.count, left.turnover_fen = seq, before, count, turnover
    thief.key.write(RECOVERED, Recovered(journal_id, seq + 1, raw, "forked"), *paid)
    _give_back_right(thief, who, fen)
    thief.push()
    thief.shop(who)


# Kinds


@attack("kinds and versions that do not exist")
def _kinds(thief: Thief) -> None:
    who, fen = thief.accomplice(), 70_000
    moves = Posting(own_money(who), fen), Posting(programme("elder-meals"), -fen)
    thief.key.write(("present", 1), msgspec.Raw(b"\x90"), *moves)
    thief.key.write(("topup", 9), ToppedUp(who, thief.key.site, fen), *moves)
    thief.key.write(("meal", 1), msgspec.Raw(b"\xc0"), *moves)


@attack("money in kinds that move none")
def _movers(thief: Thief) -> None:
    who, day = thief.accomplice(), thief.today
    moves = Posting(own_money(who), 8_000), Posting(revenue("canteen", thief.other_site), -8_000)
    thief.key.write(ORDER_PLACED, OrderPlaced(who, thief.key.site, day, "lunch", "eat_in"), *moves)
    thief.key.write(CORRECTION_ASKED, CorrectionAsked(who, thief.key.site, Matter.NAME), *moves)
    thief.key.write(CARD_FOUND, CardReported(nfc_token(uid_of(who)), who), *moves)


@attack("orders and requests for others", quiet=True)
def _orders(thief: Thief) -> None:
    victim, day = thief.stranger(), thief.today + timedelta(days=1)
    thief.key.write(ORDER_PLACED, OrderPlaced(victim, thief.other_site, day, "lunch", "delivery"))
    thief.key.write(DELIVERY_FAILED, DeliveryFailed(victim, thief.other_site, day, "lunch", "no_answer"))
    thief.key.write(CORRECTION_ASKED, CorrectionAsked(victim, thief.other_site, Matter.CATEGORY_MISSING))


@attack("hours of another service")
def _hours(thief: Thief) -> None:
    body = TimeMoved(thief.accomplice(), thief.key.site, 10**6)
    thief.key.write(TIME_GIVEN, body, *given(body))


# What they are made of


def _pay_in(thief: Thief, who: int, fen: int, *, repaid_fen: int = 0) -> None:
    thief.key.write(
        TOP_UP,
        ToppedUp(who, thief.key.site, fen),
        Posting(own_money(who), fen - repaid_fen),
        Posting(courtesy(who), repaid_fen),
        Posting(cash_box(thief.key.site), -fen),
    )


def _give_back_right(thief: Thief, who: int, fen: int) -> None:
    """So that it can be had elsewhere."""
    back = Posting(own_money(who), -fen, Unit.RIGHT), Posting(lent_rights(), fen, Unit.RIGHT)
    thief.key.write(RETURN, Returned(UNUSED), *back)


def _sold(thief: Thief, who: int, *lines: Line) -> Sold:
    return Sold(who, thief.key.site, thief.today, "lunch", lines)


def _sold_postings(thief: Thief, who: int, fen: int) -> tuple[Posting, ...]:
    payer = own_money(who) if who != NOBODY else cash_box(thief.key.site)
    return Posting(payer, -fen), Posting(revenue("extras", thief.key.site), fen)


def _sell_guest_meals(thief: Thief, who: int, fen: int, *, sure: bool = False, into: object = None) -> int:
    """As many as the money is enough for, 50 at a time; returns the last record's number."""
    seq, portions = 0, min(200, fen // 1_500) if not sure else 3
    while portions > 0:
        part = min(50, portions)
        line = Line(GUEST_MEAL, part, 1_500)
        postings = _sold_postings(thief, who, part * 1_500)
        seq = thief.key.write(SALE, _sold(thief, who, line), *postings, into=into)  # type: ignore[arg-type]
        portions -= part
    return seq


def _meal(
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


def _on_courtesy(thief: Thief, who: int, portions: int) -> None:
    full_fen, _, rule = thief.price(who, thief.meal)
    for _ in range(portions):
        body = thief.served(who, thief.today, thief.meal, rule, site=thief.key.site, portion=2)
        paid = Posting(courtesy(who), -full_fen), Posting(revenue("canteen", thief.key.site), full_fen)
        thief.key.write(MEAL_SERVED, body, *paid)


def _give_back_sales(thief: Thief, *, of_others: bool) -> None:
    for journal_id, seq, raw in thief.of_others() if of_others else thief.earlier("meal"):
        sold = decode(raw)
        full_fen = sum(each.quantity for each in sold.postings if each.quantity > 0)
        back = [Posting(each.account, -each.quantity, each.unit) for each in sold.postings]
        body = GivenBack(seq, full_fen, journal_id, sold.kind, sold.version, sold.body)
        thief.key.write(REFUND, body, *back)


