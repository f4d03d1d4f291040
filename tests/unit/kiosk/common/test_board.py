"""A slow screen never slows a tap."""

from __future__ import annotations

from kiosk.common.board import PENDING_NEWS, RECENT, Board, Standing
from kiosk.common.outcomes import Outcome, Tone

STANDING = Standing(site={"zh": "食堂"}, local_time="11:42", day="2026-11-23")


def outcome(n: int) -> Outcome:
    return Outcome(tone=Tone.GOOD, code="served", at_ms=n)


def test_a_screen_that_does_not_listen_loses_old_news_and_has_the_newest() -> None:
    board = Board(STANDING)
    with board.watching() as news:
        for n in range(PENDING_NEWS + 10):
            board.show(outcome(n))
        waiting = [news.get_nowait().outcome for _ in range(news.qsize())]
    assert waiting == [outcome(n) for n in range(10, PENDING_NEWS + 10)]


def test_the_last_answers_are_kept_newest_first() -> None:
    board = Board(STANDING)
    for n in range(RECENT + 5):
        board.show(outcome(n))
    assert board.recent == [outcome(n) for n in range(RECENT + 4, 4, -1)]


def test_a_screen_that_left_is_told_nothing_more() -> None:
    board = Board(STANDING)
    with board.watching() as news:
        pass
    board.show(outcome(1))
    assert news.empty()


def test_how_things_stand_is_told_when_it_changes() -> None:
    board = Board(STANDING)
    with board.watching() as news:
        board.stand(STANDING)
        assert news.empty()
        later = Standing(site={"zh": "食堂"}, local_time="11:43", day="2026-11-23")
        board.stand(later)
        assert news.get_nowait().standing == later
