"""Every code has kind words in both languages, with every figure filled in."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec
import pytest
from flask import Flask
from msgspec.structs import replace

from drivers.outlets.contracts import AlarmKind
from drivers.outlets.reasons import StopReason
from kiosk.common.board import Board, Standing
from kiosk.common.outcomes import Outcome, Tone
from kiosk.ledger.amount import Amount, Unit
from kiosk.services.canteen.screens import can_vouch
from kiosk.services.charging.phone.page import Fault
from kiosk.web.words.money import in_unit, yuan
from kiosk.web.words.saying import UNKNOWN_FIGURE, meal_name, sentence, trouble_sentence
from kiosk.web.words.sentence import Sentence
from tests.browser.states import CHEN
from tests.factories import WORDS
from tests.results import answer

FIGURES: dict[str, int | str | Amount] = {
    "own_fen": 1000,
    "subsidy_fen": 500,
    "balance_fen": 8500,
    "price_fen": 1000,
    "missing_fen": 650,
    "meal": "lunch",
    "next_meal": "dinner",
    "opens": "16:30",
    "at": "11:20",
    "age": 82,
    "last_day": "2025-05-31",
    "owed_fen": 1600,
    "limit_fen": 6000,
    "left_fen": 400,
    "amount_fen": 5000,
    "back_fen": 1000,
    "most_fen": 500_000,
    "place": "tianping",
    "receipt": "12-0a1b2c3d",
    "refund_fen": 700,
    "topup_fen": 5000,
    "hold": Amount(300),
    "outstanding": Amount(200),
    "waiting": 200,
    "volunteer": "023",
    "day": "2025-06-13",
    "days": 3,
    "dining": "delivery",
    "label": "A3",
    "wait_s": 31,
}
VARIANTS: dict[str, dict[str, int | str | Amount]] = {
    "served.again": {"portion": 2},
    "served.low": {"balance_fen": 1999},
    "served.owed": {"balance_fen": -500},
    "served.courtesy": {"courtesy_fen": 600},
    "needs_photo.without": {"photo": False},
    "needs_photo.always": {"limit_fen": 0},
    "topped_up.repaid": {"repaid_fen": 600},
    "served.courtesy.visitor": {"courtesy_fen": 600, "visitor": 1},
    "refunded.courtesy": {"repaid_fen": 600},
    "undone.meal": {"day": "2025-06-12"},
    "undone.portion": {"portion": 2},
    "undone.courtesy": {"repaid_fen": 600},
    "undone.absent": {"delivered": 1},
    "outside_meal_hours.tomorrow": {"today": False},
    "charging_alarm.over": {"is_on": False, "alarm": "smoke"},
    **{f"charging_ended.{each}": {"reason": each} for each in StopReason},
    **{f"charging_failed.{each}": {"reason": each} for each in StopReason},
    **{f"charging_alarm.{each}": {"alarm": each} for each in AlarmKind},
    **{f"charging_reported.{each}": {"fault": each} for each in Fault},
}


def say(app: Flask, standing: Standing, language: str, code: str, **figures: int | str | Amount) -> Sentence:
    outcome = answer(Tone.TOLD, code, **figures)
    with app.test_request_context(f"/?lang={language}"):
        return sentence(outcome, standing)


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("key", [key for key in WORDS.sentences if not isinstance(key, Tone)])
def test_every_code_is_said_in_full(app: Flask, board: Board, language: str, key: str) -> None:
    code = key.split(".")[0]
    said = say(app, board.standing, language, code, **FIGURES | VARIANTS.get(key, {}))
    assert said.headline and said.staff
    assert not [text for text in said if "%" in text or UNKNOWN_FIGURE in text]
    chinese = any("\u4e00" <= character <= "\u9fff" for character in said.headline)
    assert chinese is (language == "zh")


@pytest.mark.parametrize("key", VARIANTS)
def test_variants_differ_from_the_plain_sentence(app: Flask, board: Board, key: str) -> None:
    code = key.split(".")[0]
    plain = say(app, board.standing, "zh", code, **FIGURES)
    assert say(app, board.standing, "zh", code, **FIGURES | VARIANTS[key]) != plain


def test_figures_are_in_the_words(app: Flask, board: Board) -> None:
    missing = say(app, board.standing, "zh", "not_enough_money", **FIGURES).headline
    assert "6.5\N{NO-BREAK SPACE}元" in missing  # no line ends between them
    assert "11:20" in say(app, board.standing, "zh", "already_served", at="11:20").advice
    assert say(app, board.standing, "en", "already_served", at="11:20").headline == "Lunch already served"
    assert "2025年5月31日" in say(app, board.standing, "zh", "card_expired", last_day="2025-05-31").advice
    assert "soon" in say(app, board.standing, "en", "card_expired", last_day="soon").advice


def test_to_tap_again_is_said_only_while_the_meal_that_was_taken_back_is_served(
    app: Flask, board: Board
) -> None:
    back = {"back_fen": 1500, "balance_fen": 9500, "meal": "lunch"}
    first = say(app, board.standing, "zh", "undone", **back, day="2025-06-12", portion=1)
    second = say(app, board.standing, "zh", "undone", **back, day="2025-06-12", portion=2)
    yesterdays = say(app, board.standing, "zh", "undone", **back, day="2025-06-11", portion=1)
    assert ["刷卡" in each.advice for each in (first, second, yesterdays)] == [True, False, False]
    for said in (first, second, yesterdays):
        assert "15" in said.headline and "95" in said.advice
    guests = say(app, board.standing, "zh", "undone", amount_fen=1500)
    assert not guests.advice and "15" in guests.staff


def test_a_forgotten_figure_leaves_the_answer_on_the_screen(app: Flask, board: Board) -> None:
    assert UNKNOWN_FIGURE in say(app, board.standing, "zh", "not_enough_money").headline


@pytest.mark.parametrize("tone", Tone)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_an_unheard_of_code_gets_the_words_of_its_tone(
    app: Flask, board: Board, language: str, tone: Tone
) -> None:
    with app.test_request_context(f"/?lang={language}"):
        said = sentence(Outcome(tone=tone, code="flying_saucer", at_ms=0), board.standing)
    assert said.headline
    assert tone is Tone.GOOD or "flying_saucer" in said.staff


def test_a_sentence_begins_as_one_whatever_its_first_word_is(app: Flask, board: Board) -> None:
    said = say(app, board.standing, "en", "order_placed", day="2025-06-13", meal="dinner", dining="take_away")
    assert said.advice.startswith("Take away.")


@pytest.mark.parametrize("code", ["card_blocked", "card_replaced", "card_expired"])
def test_nobody_is_asked_whether_it_is_a_visitor_whose_name_is_not_known(
    app: Flask, board: Board, code: str
) -> None:
    told = answer(Tone.STOP, code, CHEN, last_day="2025-05-31")
    nameless = replace(told, person=replace(CHEN, name=""))
    with app.test_request_context("/?lang=en"):
        known, unknown = (sentence(each, board.standing).staff for each in (told, nameless))
        offered = [can_vouch(each) for each in (told, nameless)]
    assert known != unknown
    assert "Is it them" not in unknown
    assert offered == [True, False]


def test_elders_are_not_told_their_age(app: Flask, board: Board) -> None:
    said = say(app, board.standing, "zh", "no_tariff", meal="lunch", age=82)
    assert "82" in said.staff and "82" not in said.headline + said.advice


def test_trouble_is_said_like_an_answer(app: Flask, board: Board) -> None:
    with app.test_request_context("/"):
        assert trouble_sentence("journal_damaged", board.standing).headline == "刷卡暂停"


@pytest.mark.parametrize(
    ("code", "named"),
    [("", "夜宵"), ("supper", "夜宵"), ("lunch", "午餐"), ("brunch", "这一餐")],
)
def test_meals_go_by_the_sites_own_name_where_it_is_known(
    app: Flask, board: Board, code: str, named: str
) -> None:
    """Between meals too: the next one gives its name to no other."""
    supper = {"zh": "夜宵"}
    between = {"meal": "", "meal_name": supper, "meal_names": {"supper": supper}}
    with app.test_request_context("/"):
        assert meal_name(code, msgspec.structs.replace(board.standing, **between)) == named


@pytest.mark.parametrize(
    ("fen", "written"),
    [
        (1000, "10"),
        (350, "3.5"),
        (305, "3.05"),
        (5, "0.05"),
        (0, "0"),
        (-1234, "\N{MINUS SIGN}12.34"),
        (10000, "100"),
    ],
)
def test_yuan_without_idle_decimals(fen: int, written: str) -> None:
    assert yuan(fen) == written


def test_time_is_said_in_minutes_and_money_in_yuan(app: Flask) -> None:
    with app.test_request_context("/?lang=en"):
        assert [in_unit(Amount(300)), in_unit(Amount(25, Unit.MINUTE))] == ["3 yuan", "25 minutes"]


def test_times_are_the_sites_own(app: Flask) -> None:
    noon = int(datetime(2025, 6, 12, 3, 42, tzinfo=UTC).timestamp() * 1000)
    assert app.jinja_env.filters["clock"](noon) == "11:42"
