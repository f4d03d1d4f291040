"""The elder's screen, without a browser: what is shown after what."""

from __future__ import annotations

from flask import Flask
from msgspec.structs import replace

from kiosk.common.board import Board, Due, News
from kiosk.common.clock import unix_ms
from kiosk.common.outcomes import Tone
from kiosk.plain.volume import VolumeByHour
from kiosk.web.events.display import Display
from tests.results import answer

SERVED = replace(answer(Tone.GOOD, "served", own_fen=1000, balance_fen=8500), at_ms=1)


def test_what_a_guest_is_to_pay_waits_until_the_elder_has_read(app: Flask, board: Board) -> None:
    display = Display(board, hold_s=60, volume=VolumeByHour())
    with app.test_request_context("/"):
        assert list(display.after(News(outcome=SERVED)))
        assert list(display.after(News(due=Due(3000, given_fen=5000, change_fen=2000)))) == []
        ((part, shown),) = display.due()
    assert part == "screen"
    assert ">30<" in shown and ">50<" in shown and ">20<" in shown


def test_what_is_about_somebody_who_left_is_not_for_whoever_stands_there(app: Flask, board: Board) -> None:
    display = Display(board, hold_s=60, volume=VolumeByHour())
    now = replace(SERVED, at_ms=unix_ms(), receipt="7-00000000")
    undone = replace(answer(Tone.GOOD, "undone", back_fen=1000, balance_fen=9500), absent=True)
    with app.test_request_context("/"):
        board.show(now)
        ((_, theirs),) = display.first()
        board.show(undone)
        assert list(display.after(News(outcome=undone))) == []
        ((_, shown),) = Display(board, hold_s=60, volume=VolumeByHour()).first()
        with board.watching() as news:
            board.repeat(slowly=True)
            again = news.get_nowait().outcome
    assert shown == theirs
    assert again is not None
    assert again.receipt == now.receipt, "whoever wants to hear it once more hears their own"


def test_nothing_chosen_any_more_is_nothing_shown(app: Flask, board: Board) -> None:
    display = Display(board, hold_s=60, volume=VolumeByHour())
    with app.test_request_context("/"):
        ((_, asked),) = display.after(News(due=Due(1500)))
        ((_, idle),) = display.after(News(due=Due(0)))
        assert list(display.after(News(due=Due(0)))) == []
    assert ">15<" in asked and ">15<" not in idle
