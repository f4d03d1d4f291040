"""Started for somebody else: who pays agrees by their own card, whoever helps is named, and may stop it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from kiosk.services.charging.codes import HelperCode, window_of
from kiosk.services.charging.picture import picture_of
from kiosk.services.charging.records import CHARGING_BEGUN, Means, decode_begun
from kiosk.services.charging.words import WORDS
from kiosk.web.voice.speech import phrases
from tests.charging.point import MONEY_FEN, OTHER, WHO, Point
from tests.factories import SITE, World


@pytest.fixture
def point(tmp_path: Path) -> Iterator[Point]:
    with closing(Point(World(tmp_path))) as made:
        yield made
        made.prove()


def test_a_helper_starts_what_another_card_pays_for_and_may_stop_it(point: Point) -> None:
    """Nothing is held before the second card; whoever pays and taps twice has no helper."""
    point.plug(1)
    point.charging.choose("A1", 500, by_helper=True)
    assert point.tap(WHO) == "charging_helper"
    assert point.tap(WHO) == "charging_helper"
    assert point.books(WHO) == point.books(OTHER) == (MONEY_FEN, 0, 0, 0)
    assert point.tap(OTHER) == "charging_starting"
    assert point.books(WHO)[:2] == (MONEY_FEN - 500, 500)
    assert point.books(OTHER) == (MONEY_FEN, 0, 0, 0)
    point.pass_by(600)
    assert point.tap(OTHER) == "charging_running"
    point.pass_by(3)
    assert point.tap(OTHER) == "charging_stopping"
    point.pass_by(10)
    assert point.shown[-1].result.helper == "测奶奶"  # type: ignore[union-attr]
    own_fen, held_fen, *_ = point.books(WHO)
    assert own_fen < MONEY_FEN and held_fen == 0
    assert point.books(OTHER)[:2] == (MONEY_FEN, 0)


def test_a_helper_who_does_not_come_costs_nobody_anything(point: Point) -> None:
    point.plug(1)
    point.charging.choose("A1", by_helper=True)
    assert point.tap(WHO) == "charging_helper"
    point.pass_by(31)
    assert point.tap(OTHER) == "charging_choose"
    assert point.books(WHO) == point.books(OTHER) == (MONEY_FEN, 0, 0, 0)


def helps(point: Point, label: str = "A1", helper: int = OTHER, nonce: bytes = b"") -> str:
    """Who it is was said by phone."""
    return point.asked(
        lambda: point.charging.await_payer(
            point.payer(helper), label, means=Means.CODE, cap_fen=500, nonce=nonce
        )
    )


def test_who_says_by_phone_that_they_help_names_themselves_and_the_next_card_pays(point: Point) -> None:
    point.plug(1)
    nonce = HelperCode(SITE, "east", 1, OTHER, 500, window_of(0)).nonce
    assert helps(point, nonce=nonce) == "charging_payer"
    told = point.shown[-1]
    assert (told.result.helper, told.result.held_fen) == ("测奶奶", 500)  # type: ignore[union-attr]
    assert [phrase.clips for phrase in phrases(told, WORDS)] == [("payers_card",)]
    assert picture_of(point.charging).helper == "测奶奶"
    assert point.books(WHO) == point.books(OTHER) == (MONEY_FEN, 0, 0, 0)
    assert point.tap(WHO) == "charging_starting"
    (begun,) = (decode_begun(each.body) for each in point.records(CHARGING_BEGUN))
    assert (begun.resident_id, begun.started_by, begun.means) == (WHO, OTHER, Means.CODE)
    point.pass_by(600)
    assert point.stop(by=OTHER) == "charging_stopping"
    point.pass_by(10)
    assert point.shown[-1].result.helper == "测奶奶"  # type: ignore[union-attr]
    own_fen, held_fen, *_ = point.books(WHO)
    assert own_fen < MONEY_FEN and held_fen == 0
    assert point.books(OTHER)[:2] == (MONEY_FEN, 0)
    assert helps(point, nonce=nonce) == "start_code_used"


def test_a_helper_whose_own_card_is_tapped_pays_for_themselves(point: Point) -> None:
    point.plug(1)
    helps(point)
    assert point.tap(OTHER) == "charging_starting"
    assert point.books(OTHER)[:2] == (MONEY_FEN - 500, 500)


def test_who_stands_at_the_screen_with_a_card_in_hand_pays_for_nobody_else(point: Point) -> None:
    point.plug(1)
    point.plug(2)
    point.charging.choose("A1")
    assert helps(point, "A2") == "charging_somebody_chooses"
    assert point.tap(WHO) == "charging_starting"
    assert point.view(1).resident_id == WHO and not point.view(2).order
    assert helps(point, "A1") == "socket_taken", "said before anybody's card is asked for"
    assert helps(point, "A2") == "charging_payer"
    point.pass_by(31)
    assert point.tap(WHO) == "charging_running", "nobody waits for ever"
    assert not point.view(2).order
