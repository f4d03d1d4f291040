"""Other people's money."""

from __future__ import annotations

from kiosk.ledger.accounts import (
    held,
    own_money,
    revenue,
)
from kiosk.ledger.entries import Posting
from kiosk.ledger.holds import CAPTURE, HOLD, RELEASE, Held, Settled
from kiosk.people.cards import nfc_token
from kiosk.services.canteen.records import GUEST_MEAL, SALE, Line
from kiosk.services.cards.records import (
    CARD_FOUND,
    CARD_ISSUED,
    CARD_LOST,
    CardIssued,
    CardReported,
    number_of,
)
from kiosk.services.till.records import TOP_UP, ToppedUp
from tests.factories import uid_of
from tests.simulation.thief.attacks.forging import (
    sell_guest_meals,
    sold,
)
from tests.simulation.thief.attacks.listing import attack
from tests.simulation.thief.thief import Thief


@attack("money of its own residents, without them", quiet=True)
def _own_people(thief: Thief) -> None:
    for victim in thief.own_people:
        granted_fen = thief.ask(victim, 2**40)
        sell_guest_meals(thief, victim, granted_fen)
    thief.push()


@attack("money of people at home elsewhere, as much as is granted", quiet=True)
def _strangers(thief: Thief) -> None:
    for victim in thief.strangers:
        for fen in (1_000, 10_000, 2**40):
            sell_guest_meals(thief, victim, thief.ask(victim, fen))
            thief.push()


@attack("money of people at home elsewhere, when somebody else stands there")
def _other_name(thief: Thief) -> None:
    victim = thief.stranger()
    sell_guest_meals(thief, victim, thief.ask(victim, 2**40, standing=thief.accomplice()))


@attack("money of people at home elsewhere, without asking")
def _unasked(thief: Thief) -> None:
    sell_guest_meals(thief, thief.stranger(), 10**9, sure=True)


@attack("money from one account into another")
def _transfer(thief: Thief) -> None:
    victim, who = thief.victim(), thief.accomplice()
    moves = Posting(own_money(victim), -5_000), Posting(own_money(who), 5_000)
    thief.key.write(SALE, sold(thief, victim, Line(GUEST_MEAL, 3, 1_500)), *moves)
    thief.key.write(TOP_UP, ToppedUp(who, thief.key.site, 5_000), *moves)


@attack("set aside and paid to an accomplice, or let go that was never held")
def _holds(thief: Thief) -> None:
    victim, who = thief.victim(), thief.accomplice()
    aside = Posting(own_money(victim), -3_000), Posting(held(victim), 3_000)
    seq = thief.key.write(HOLD, Held(victim, 3_000, "machine/1"), *aside)
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
        seq = thief.key.write(HOLD, Held(victim, fen, "machine/1"), *aside)
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
