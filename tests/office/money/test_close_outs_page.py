"""Close-outs: what was expected, what was counted, and what staff say of the difference."""

from __future__ import annotations

import csv
import io

from kiosk.ledger.accounts import cash_box, cash_difference, safe
from kiosk.ledger.amount import Amount
from kiosk.ledger.entries import balanced, posting
from kiosk.services.till.records import SHIFT_CLOSE, ShiftClosed
from kiosk.services.till.shift.screens import REASONS as CHOSEN_REASONS
from tests.office.books import HERE, MONDAY, THERE, TUESDAY


def close_out(
    books, number: int, expected_fen: int, counted_fen: int, reason: str = "", site: str = HERE
) -> None:
    closed = ShiftClosed(site, number, expected_fen, counted_fen, (), reason)
    parts = balanced(
        posting(cash_box(site), Amount(expected_fen)),
        posting(safe(site), Amount(-counted_fen)),
        posting(cash_difference(site), Amount(counted_fen - expected_fen)),
    )
    books.write(SHIFT_CLOSE, closed, *parts, site=site, operator="wang")


def test_close_outs_show_what_was_expected_and_counted_and_add_up(books, clerk):
    close_out(books, 1, 50_000, 50_000)
    close_out(books, 2, 30_000, 29_800, "少找了两元")
    close_out(books, 3, 10_000, 10_150, "=多一元五", THERE)
    page = clerk.text(f"/cash?lang=en&from={MONDAY}&to={MONDAY}")
    assert "<dt>Expected</dt><dd>900.00</dd>" in page
    assert "<dt>Counted</dt><dd>899.50</dd>" in page
    assert ">\N{MINUS SIGN}0.50</dd>" in page
    assert ">\N{MINUS SIGN}2.00</span>" in page
    assert ">+1.50</span>" in page
    assert "少找了两元" in page
    assert (
        "富源" not in clerk.text(f"/cash?lang=zh&from={MONDAY}&to={MONDAY}&site={HERE}").split("<table>")[1]
    )
    assert "这几天没有交班" in clerk.text(f"/cash?lang=zh&from={TUESDAY}&to={TUESDAY}")
    rows = list(
        csv.reader(io.StringIO(clerk.get(f"/cash.csv?from={MONDAY}&to={MONDAY}").data.decode("utf-8-sig")))
    )
    assert sorted(row[5:9] for row in rows[1:]) == [
        ["100.00", "101.50", "1.50", "'=多一元五"],
        ["300.00", "298.00", "-2.00", "少找了两元"],
        ["500.00", "500.00", "0.00", ""],
    ]


def test_what_staff_chose_as_the_reason_is_said_in_the_reader_s_language(books, clerk):
    for number, reason in enumerate(CHOSEN_REASONS, start=1):
        close_out(books, number, 10_000, 9_900, reason)
    address = f"/cash?from={MONDAY}&to={MONDAY}"
    page = clerk.text(f"{address}&lang=zh")
    assert not [each for each in CHOSEN_REASONS if each in page]
    assert all(each in page for each in ("找错钱", "数错了", "拿走过现金", "说不清"))
    assert "the cause is not known" in clerk.text(f"{address}&lang=en")
