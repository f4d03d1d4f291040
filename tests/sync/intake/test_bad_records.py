"""A record that says something odd is kept, and blocks nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import msgspec
import pytest

from kiosk.ledger.accounts import own_money, suspense
from kiosk.ledger.amount import Unit
from kiosk.ledger.entries import Posting
from kiosk.ledger.records import encode_body
from kiosk.services.canteen.records import MealServed
from kiosk.services.canteen.tables import servings
from sync.wire.messages import Ack
from tests.sync.batches import ask, batch
from tests.sync.world import PRICE_FEN, SITE, Kiosk, OfficeWorld, altered, meal_postings


class Nap(msgspec.Struct, array_like=True, frozen=True):
    """A fact that no service of this version knows."""

    minutes: int


HUGE = Posting(own_money(1), 2**64 - 1, Unit.FEN), Posting(own_money(2), -(2**63), Unit.FEN)


def test_a_kind_that_is_not_known_yet_is_kept_and_put_up_for_review(
    office: OfficeWorld, kiosk: Kiosk
) -> None:
    kiosk.write("nap", 3, Nap(20), *meal_postings(1))
    kiosk.sell(1)
    kiosk.push_all()
    assert kiosk.acked_seq() == 2
    assert [(each.seq, each.code, each.detail) for each in office.reviews()] == [
        (1, "unknown_kind", "kind=nap version=3")
    ]
    assert office.balance_fen(own_money(1)) == -PRICE_FEN  # of the sale
    assert office.balance_fen(suspense(own_money(1))) == -PRICE_FEN
    assert office.discrepancies() == []


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (lambda raw, seq: b"\xc1 no record", "unreadable_record"),
        (lambda raw, seq: altered(raw, seq + 9), "wrong_seq"),
        (lambda raw, seq: altered(raw, seq, postings=meal_postings(1)[:2]), "unbalanced"),
        (
            lambda raw, seq: altered(raw, seq, postings=(HUGE[0], Posting("x", -(2**63)), HUGE[1])),
            "unbalanced",
        ),
        (
            lambda raw, seq: altered(
                raw, seq, postings=(Posting("x", 2**63), Posting("y", -(2**62)), Posting("z", -(2**62)))
            ),
            "unbookable",
        ),
        (lambda raw, seq: altered(raw, seq, body=msgspec.Raw(b"\x93\x01\x02\x03")), "unread_body"),
    ],
    ids=["garbage", "wrong seq", "unbalanced", "huge and unbalanced", "huge", "wrong body"],
)
def test_a_bad_record_is_kept_and_blocks_nothing(
    office: OfficeWorld, kiosk: Kiosk, make: Callable[[bytes, int], bytes], code: str
) -> None:
    kiosk.sell(2)
    raws = [kiosk.last_raw()]
    kiosk.push_all()
    office.lend(kiosk.journal_id, own_money(1), 4 * PRICE_FEN)
    head = kiosk.journal.head
    kiosk.sell(1)
    # A journal cannot go on from a record it cannot read, so the batch is made by hand.
    raws = [make(raws[0], head.seq + 1), altered(kiosk.last_raw(), head.seq + 2)]
    answer = ask(kiosk, batch(head.seq + 1, head.hash, raws))
    assert isinstance(answer, Ack)
    assert answer.head_seq == 4
    assert [(each.seq, each.code) for each in office.reviews()] == [(3, code)]
    assert office.balance_fen(own_money(1)) == -3 * PRICE_FEN
    doubted_fen = PRICE_FEN if code == "unread_body" else 0  # nobody can say what it was for
    assert office.balance_fen(suspense(own_money(1))) == -doubted_fen
    assert office.count(servings) == 3
    assert office.discrepancies() == []


@pytest.mark.parametrize(
    "meal",
    [
        MealServed(2**63, 1, SITE, date(2026, 3, 2), "lunch", "60+", "lunch-60+", 1, 1),
        MealServed(1, 1, SITE, date(2026, 3, 2), "lun\0ch", "60+", "lunch-60+", 1, 1),
    ],
    ids=["whose", "which"],
)
def test_a_meal_that_no_table_can_hold_blocks_nothing(
    office: OfficeWorld, kiosk: Kiosk, meal: MealServed
) -> None:
    kiosk.sell(1)
    kiosk.push_all()
    office.lend(kiosk.journal_id, own_money(1), 4 * PRICE_FEN)
    head = kiosk.journal.head
    kiosk.sell(1)
    good = kiosk.last_raw()
    raws = [altered(good, head.seq + 1, body=encode_body(meal)), altered(good, head.seq + 2)]
    answer = ask(kiosk, batch(head.seq + 1, head.hash, raws))
    assert isinstance(answer, Ack)
    assert answer.head_seq == 3
    assert {each.seq for each in office.reviews()} <= {2}  # SQLite can hold such a name
    assert office.count(servings) >= 2
    assert office.balance_fen(own_money(1)) + office.balance_fen(suspense(own_money(1))) == -3 * PRICE_FEN
    assert office.discrepancies() == []
