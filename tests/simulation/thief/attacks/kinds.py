"""Kinds of records that do not exist, or move no money."""

from __future__ import annotations

from datetime import timedelta

import msgspec

from kiosk.ledger.accounts import (
    own_money,
    programme,
    revenue,
)
from kiosk.ledger.entries import Posting
from kiosk.people.cards import nfc_token
from kiosk.services.cards.records import (
    CARD_FOUND,
    CardReported,
)
from kiosk.services.corrections.records import CORRECTION_ASKED, CorrectionAsked, Matter
from kiosk.services.orders.records import DELIVERY_FAILED, ORDER_PLACED, DeliveryFailed, OrderPlaced
from kiosk.services.till.records import ToppedUp
from tests.factories import uid_of
from tests.services.time_purse.records import TIME_GIVEN, TimeMoved, given
from tests.simulation.thief.attacks.listing import attack
from tests.simulation.thief.thief import Thief


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
