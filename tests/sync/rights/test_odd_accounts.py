"""An account's name that nobody's account has: the record is kept and put up, and its kiosk is not stuck."""

from __future__ import annotations

import random
import string
from collections.abc import Callable
from datetime import date

import msgspec
import pytest

from kiosk.ledger.accounts import Account, own_money, revenue, suspense
from kiosk.ledger.entries import Posting
from kiosk.ledger.records import encode_body
from kiosk.services.canteen.records import MEAL_SERVED, MealServed
from kiosk.services.cards.records import CARD_LOST, CardReported
from kiosk.services.orders.records import ORDER_PLACED, OrderPlaced
from sync.wire.messages import Ack
from tests.sync.batches import ask, batch
from tests.sync.world import PRICE_FEN, SITE, Kiosk, OfficeWorld, altered, meal_postings

INCOMPRESSIBLE = "".join(random.Random(1).choices(string.ascii_letters, k=6000))
ODD = [
    "own/abc",
    "own/",
    "own/-1",
    "own/+1",
    "own/1.5",
    "own/01",
    "own/1/2",
    "own/ 1",
    "own/1\n",
    "own/1_0",
    "own/٣",  # a digit to Python, and to nobody's account
    "own/9223372036854775808",
    "own/" + "9" * 5000,
    "courtesy/abc",
    "courtesy/",
    "courtesy/٣",
    "held/abc",
    "set_aside/abc",
    INCOMPRESSIBLE,  # no index of PostgreSQL takes it
]


def test_accounts_that_are_nobodys_are_kept_put_up_and_block_nothing(
    office: OfficeWorld, kiosk: Kiosk
) -> None:
    office.resident(1, opening_fen=100_000)
    kiosk.sell(1)
    kiosk.push_all()
    raw, head = kiosk.last_raw(), kiosk.journal.head
    seq, previous_hash = head.seq, head.hash
    for name in ODD:
        odd = (Posting(Account(name), -PRICE_FEN), Posting(revenue("canteen", SITE), PRICE_FEN))
        kiosk.sell(1)
        raws = [altered(raw, seq + 1, postings=odd), altered(kiosk.last_raw(), seq + 2)]
        sent = batch(seq + 1, previous_hash, raws)
        answer = ask(kiosk, sent)
        assert isinstance(answer, Ack), name
        assert answer.head_seq == seq + 2, name
        seq, previous_hash = answer.head_seq, sent.head_hash
    assert [each.seq for each in office.reviews() if each.code == "unbookable"] == [
        *range(2, 2 + 2 * len(ODD), 2)
    ]
    honest = 1 + len(ODD)
    assert office.balance_fen(own_money(1)) == 100_000 - honest * PRICE_FEN
    assert office.balance_fen(revenue("canteen", SITE)) == honest * (PRICE_FEN + 500)
    assert office.discrepancies() == []


@pytest.mark.parametrize(
    ("kind", "body", "why"),
    [
        (CARD_LOST, CardReported(INCOMPRESSIBLE, 1), "not_its_to_move"),
        (
            MEAL_SERVED,
            MealServed(1, 1, SITE, date(2026, 3, 2), INCOMPRESSIBLE, "60+", "lunch-60+", 1, 1),
            "unread_body",
        ),
        (ORDER_PLACED, OrderPlaced(1, SITE, date(2026, 3, 2), INCOMPRESSIBLE, "eat_in"), "not_its_to_move"),
    ],
    ids=["token", "meal", "order"],
)
def test_words_that_no_index_takes_are_kept_and_block_nothing(
    office: OfficeWorld, kiosk: Kiosk, kind: tuple[str, int], body: msgspec.Struct, why: str
) -> None:
    """Each with the money of a meal, which stands in suspense."""
    office.resident(1, opening_fen=100_000)
    kiosk.sell(1)
    kiosk.push_all()
    raw, head = kiosk.last_raw(), kiosk.journal.head
    odd = altered(raw, 2, kind=kind[0], version=kind[1], body=encode_body(body))
    kiosk.sell(1)
    assert isinstance(ask(kiosk, batch(2, head.hash, [odd, altered(kiosk.last_raw(), 3)])), Ack)
    assert [(each.seq, each.code) for each in office.reviews()] == [(2, why)]
    assert office.balance_fen(own_money(1)) == 100_000 - 2 * PRICE_FEN
    assert office.balance_fen(suspense(own_money(1))) == -PRICE_FEN
    assert office.discrepancies() == []


@pytest.mark.parametrize(
    ("boot_wall_ms", "quality"),
    [(-(2**63), 3), (2**63 - 10_000_000, 3), (2**63 - 1, 2), (2**64 - 1, 3)],
)
def test_times_that_no_clock_shows_are_kept_and_block_nothing(
    office: OfficeWorld, make_kiosk: Callable[..., Kiosk], boot_wall_ms: int, quality: int
) -> None:
    """Two kiosks served the same person the same meal with the same card, which is looked into."""
    honest, odd = make_kiosk("honest"), make_kiosk("odd", site="elsewhere")
    office.resident(1, opening_fen=100_000)
    for kiosk, times in ((odd, boot_wall_ms), (honest, 1_772_400_000_000)):
        head = kiosk.journal.head
        meal = MealServed(1, 1, kiosk.site, date(2026, 3, 2), "lunch", "60+", "r", 1, 1, counter=5)
        kiosk.write(*MEAL_SERVED, meal, *meal_postings(1, kiosk.site))
        raw = altered(kiosk.last_raw(), head.seq + 1, boot_wall_ms=times, quality=quality)
        office.lend(kiosk.journal_id, own_money(1), PRICE_FEN)
        answer = ask(kiosk, batch(head.seq + 1, head.hash, [raw]))
        assert isinstance(answer, Ack)
    told = quality < 3 or boot_wall_ms < 0  # the office never told a time so far ahead
    assert office.balance_fen(own_money(1)) == 100_000 - (1 + told) * PRICE_FEN
    assert office.discrepancies() == []
