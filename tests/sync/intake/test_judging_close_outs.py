"""A close-out is recomputed from the kiosk's own records; what was counted is staff's word."""

from __future__ import annotations

from kiosk.ledger.accounts import cash_box, cash_difference, own_money, safe
from kiosk.ledger.entries import Posting
from kiosk.services.till.records import SHIFT_CLOSE, TOP_UP, ShiftClosed, ToppedUp
from tests.sync.world import SITE, Kiosk, OfficeWorld

BOX, SAFE = cash_box(SITE), safe(SITE)


def close(kiosk: Kiosk, expected_fen: int, counted_fen: int) -> None:
    moved = (BOX, expected_fen), (SAFE, -counted_fen), (cash_difference(SITE), counted_fen - expected_fen)
    postings = [Posting(account, fen) for account, fen in moved if fen]
    kiosk.write(*SHIFT_CLOSE, ShiftClosed(SITE, 1, expected_fen, counted_fen, reason="coins"), *postings)


def top_up(kiosk: Kiosk, fen: int) -> None:
    kiosk.write(*TOP_UP, ToppedUp(1, SITE, fen), Posting(own_money(1), fen), Posting(BOX, -fen))


def test_a_close_out_that_expects_less_than_was_taken_is_looked_at(office: OfficeWorld, kiosk: Kiosk) -> None:
    """And not the one after it, nor what staff only counted otherwise."""
    top_up(kiosk, 5000)
    close(kiosk, 4000, 4000)
    top_up(kiosk, 1000)
    close(kiosk, 2000, 1900)
    kiosk.push_all()
    assert [(each.seq, each.code, each.detail) for each in office.reviews()] == [
        (2, "close_out_otherwise", "shift=1 expected_fen=4000 recorded_fen=5000")
    ]
    assert [office.balance_fen(each) for each in (BOX, SAFE)] == [0, -5900]
