"""Every state a screen can be in, by name, for the tests and the gallery. The people are invented."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

import msgspec
from msgspec.structs import replace

from kiosk.common.board import ClockQuestion, Standing
from kiosk.common.outcomes import Outcome, PastMeal, Person, Statement, Tone
from kiosk.services.charging.looks import Look
from kiosk.services.charging.picture import Picture, Tile
from sync.demo.people import villagers
from sync.demo.portraits import portrait
from sync.office.importing.photos import encode
from tests.results import answer

NOON = Standing(
    site={"zh": "华圣澜山长者食堂", "en": "Huasheng Lanshan Canteen"},
    local_time="11:42",
    day="2025-06-12",
    meal="lunch",
    meal_name={"zh": "午餐", "en": "Lunch"},
    opens="10:30",
    closes="13:00",
    dishes=("红烧豆腐", "清炒时蔬", "冬瓜排骨汤", "米饭 · 软饭"),
    served=46,
    reader_ready=True,
    last_contact="11:41",
)

CHEN = Person(
    resident_id=1,
    name="陈桂英",
    honorific="奶奶",
    age=82,
    building="2 号楼",
    categories=("advanced_age",),
    diet=("low_salt", "soft_rice"),
    photo="drawn",
)

TODAY = date(2025, 6, 12)
PHOTOS = {CHEN.resident_id: encode(portrait(villagers(TODAY)[0], TODAY)).image}  # of the others there is none

# At home elsewhere, and the office was not reached: what the kiosk has of everybody.
VISITOR = msgspec.structs.replace(
    CHEN, resident_id=1042, name="", honorific="", building="", categories=(), photo=""
)

LONG_NAME = msgspec.structs.replace(
    CHEN,
    resident_id=2,
    name="古丽仙·阿卜杜热合曼·买买提艾力",
    honorific="老师傅",
    building="富源佳苑小区 12 号楼 3 单元",
    categories=("advanced_age", "living_alone", "low_income"),
    diet=("low_salt", "low_sugar", "soft_rice", "no_peanuts", "no_seafood"),
)

EARLIER = ("林阿水", "张火炎", "吴金妹", "黄德福", "李秀兰", "赖水生", "范玉兰", "邓长根", "朱细妹", "官桂花")


def standing(**changes: Any) -> Standing:
    """Noon, but for `changes`."""
    return msgspec.structs.replace(NOON, **changes)


def outcome(tone: Tone, code: str, person: Person | None = CHEN, /, **figures: int | str) -> Outcome:
    receipt = "412-59f9f957" if tone is Tone.GOOD else ""
    at_ms = time.time_ns() // 1_000_000
    return replace(answer(tone, code, person, **figures), at_ms=at_ms, receipt=receipt)


def fresh(answer: Outcome) -> Outcome:
    """As if it were given now: an old one is not shown to the next elder."""
    return msgspec.structs.replace(answer, at_ms=time.time_ns() // 1_000_000)


def served(person: Person = CHEN, /, **figures: int) -> Outcome:
    usual = {"own_fen": 1000, "subsidy_fen": 500, "balance_fen": 8500, "portion": 1}
    return outcome(Tone.GOOD, "served", person, meal="lunch", **usual | figures)


MEALS = (
    PastMeal("2025-06-12", "lunch", 1000),
    PastMeal("2025-06-11", "dinner", 300),
    PastMeal("2025-06-09", "lunch", 2500, 2),
)
LUNCH = {"day": NOON.day, "meal": NOON.meal}
BIRTHDAY = msgspec.structs.replace(CHEN, birthday=True)


def _stating(answer: Outcome, **changes: Any) -> Outcome:
    """The answer to a tap with nothing to pay."""
    return msgspec.structs.replace(
        answer, statement=Statement(**{"balance_fen": 8500, "meals": MEALS} | changes)
    )


def _again(answer: Outcome) -> Outcome:
    return msgspec.structs.replace(answer, again=True)


def _told(code: str, person: Person | None = CHEN, /, **figures: int | str) -> Outcome:
    return outcome(Tone.TOLD, code, person, **figures)


def _undone(code: str, /, **figures: int | str) -> Outcome:
    return outcome(Tone.GOOD, code, CHEN, **figures)


def _stop(code: str, person: Person | None = None, /, **figures: int | str) -> Outcome:
    return outcome(Tone.STOP, code, person, **figures)


def outcomes() -> Mapping[str, Outcome]:
    """An outcome of every code, and the awkward ones."""
    return {
        "served": served(),
        "served-low": served(balance_fen=1500),
        "served-second": served(own_fen=1500, subsidy_fen=0, balance_fen=7000, portion=2),
        "served-odd": served(own_fen=350, subsidy_fen=1150, balance_fen=123450),
        "served-huge": served(LONG_NAME, own_fen=12350, subsidy_fen=9850, balance_fen=-123456),
        "served-free": served(own_fen=0, subsidy_fen=1500),
        "served-courtesy": served(own_fen=350, balance_fen=0, courtesy_fen=650, owed_fen=1650),
        "money_on_its_way": _told("money_on_its_way", CHEN, price_fen=1000),
        "eaten_elsewhere": _told("eaten_elsewhere", CHEN, meal="lunch", place="富源佳苑", second_fen=1500),
        "courtesy_used_up": _stop("courtesy_used_up", CHEN, missing_fen=650, owed_fen=2650, left_fen=350),
        "topped_up": outcome(Tone.GOOD, "topped_up", amount_fen=10000, balance_fen=18500),
        "topped_up-repaid": outcome(
            Tone.GOOD, "topped_up", amount_fen=10000, repaid_fen=1650, balance_fen=8350
        ),
        "refunded": _undone("refunded", amount_fen=300, back_fen=300, balance_fen=8800),
        "refunded-courtesy": _undone(
            "refunded", amount_fen=300, back_fen=300, repaid_fen=200, balance_fen=8800
        ),
        "undone": _undone("undone", amount_fen=400, back_fen=400, balance_fen=8900),
        "undone-meal": _undone("undone", back_fen=1000, balance_fen=9500, **LUNCH, portion=1),
        "undone-portion": _undone("undone", back_fen=1500, balance_fen=8500, **LUNCH, portion=2),
        "undone-courtesy": _undone(
            "undone", back_fen=1000, repaid_fen=650, balance_fen=350, **LUNCH, portion=1
        ),
        "undone-absent": _undone("undone", back_fen=1000, balance_fen=9500, **LUNCH, portion=1, delivered=1),
        "undone-nobody": outcome(Tone.GOOD, "undone", None, amount_fen=1500),
        "topup_undone": _undone("topup_undone", amount_fen=10000, balance_fen=8500),
        "sold_for_cash": outcome(Tone.GOOD, "sold_for_cash", None, amount_fen=1500),
        "sold_for_cash-change": outcome(
            Tone.GOOD, "sold_for_cash", None, amount_fen=1550, given_fen=10000, change_fen=8450
        ),
        "cash_given_back": outcome(Tone.GOOD, "cash_given_back", None, amount_fen=1500),
        "served-visitor": served(
            VISITOR, own_fen=0, courtesy_fen=1000, balance_fen=0, owed_fen=1000, visitor=1
        ),
        "served-away": served(away=1),
        "volunteer_fed": outcome(
            Tone.GOOD, "volunteer_fed", None, volunteer="023", meal="lunch", price_fen=1500
        ),
        "order_placed": outcome(
            Tone.GOOD, "order_placed", LONG_NAME, day="2025-06-13", meal="dinner", dining="delivery"
        ),
        "order_too_late": _told("order_too_late", meal="lunch", day="2025-06-12", opens="10:30"),
        "delivered": outcome(Tone.GOOD, "delivered", amount_fen=1000, day="2025-06-11", meal="lunch"),
        "meal_already_served": _told("meal_already_served", CHEN, day="2025-06-12", meal="lunch", at="11:20"),
        "delivery_too_old": _told("delivery_too_old", CHEN, day="2025-06-08", meal="lunch", days=3),
        "label_foreign": _told("label_foreign", None),
        "served-birthday": served(BIRTHDAY),
        "served-birthday-low": served(BIRTHDAY, balance_fen=1500),
        "served-again": _again(served()),
        "served-again-low": _again(served(balance_fen=1500)),
        "already_served": _stating(_told("already_served", at="11:20", second_fen=1500)),
        "already_served-new": _told("already_served", None, at="11:20", second_fen=1500),
        "already_served-again": _again(_stating(_told("already_served", at="11:20", second_fen=1500))),
        "outside_today": _stating(
            _told("outside_meal_hours", LONG_NAME, next_meal="dinner", opens="16:30", today=True),
            balance_fen=123450,
            as_of="2025-06-03",
        ),
        "outside_tomorrow": _stating(
            _told("outside_meal_hours", next_meal="lunch", opens="10:30", today=False),
            balance_fen=350,
            owed_fen=1650,
        ),
        "outside_guest": _stating(
            _told("outside_meal_hours", next_meal="lunch", opens="10:30", today=False),
            balance_fen=None,
            meals=MEALS[:1],
        ),
        "not_enough_money": _stop("not_enough_money", CHEN, price_fen=1000, balance_fen=350, missing_fen=650),
        "right_elsewhere": _told("right_elsewhere", LONG_NAME, price_fen=1000),
        "card_unknown": _told("card_unknown", None),
        "card_blocked": _stop("card_blocked", CHEN),
        "card_replaced": _stop("card_replaced", CHEN),
        "card_closed": _stop("card_closed", CHEN),
        "card_expired": _stop("card_expired", CHEN, last_day="2025-05-31"),
        "card_copied": _stop("card_copied", CHEN),
        "needs_photo": _told("needs_photo", CHEN, limit_fen=6000, had_fen=5300, price_fen=1500),
        "needs_photo-always": _told("needs_photo", LONG_NAME, limit_fen=0, had_fen=0, price_fen=1500),
        "needs_photo-without": _told("needs_photo", VISITOR, limit_fen=3000, photo=False),
        "card_unproved": _told("card_unproved", CHEN),
        "card_unreadable": _told("card_unreadable", None),
        "card_unreadable-known": _told("card_unreadable", CHEN),
        "two_cards": _told("two_cards", None),
        "one_of_two": _told("one_of_two", CHEN),
        "card_foreign": _told("card_foreign", None),
        "chip_number_changes": _told("chip_number_changes", None),
        "chip_number_unusable": _told("chip_number_unusable", None),
        "code_expired": _told("code_expired", None),
        "code_elsewhere": _told("code_elsewhere", None),
        "code_unreadable": _told("code_unreadable", None),
        "code_mangled": _told("code_mangled", None),
        "resident_closed": _stop("resident_closed", CHEN),
        "clock_uncertain": _told("clock_uncertain", None),
        "no_tariff": _stop("no_tariff", CHEN, meal="lunch", age=82),
        "journal_unwritable": _stop("journal_unwritable"),
        "journal_damaged": _stop("journal_damaged"),
        "no_catalogue": _stop("no_catalogue"),
        "reader_not_ready": _stop("reader_not_ready"),
        "unheard_of": _stop("flying_saucer", LONG_NAME),
        **charging_outcomes(),
    }


def charging_outcomes() -> Mapping[str, Outcome]:
    """In the order of a session, and what may become of it."""
    end = {"own_fen": 123, "balance_fen": 8377, "electricity_fen": 83, "service_fen": 60, "subsidy_fen": 20}
    return {
        "charging_choose": _stating(_told("charging_choose")),
        "charging_helper": _told("charging_helper"),
        "charging_starting": _told("charging_starting"),
        "charging_flowing": outcome(Tone.GOOD, "charging_flowing"),
        "charging_flowing-long": outcome(
            Tone.GOOD, "charging_flowing", LONG_NAME, label="A10", power_w=1180, held_fen=10_000
        ),
        "charging_running": _told("charging_running", minutes=475, cost_fen=1230),
        "charging_stopping": _told("charging_stopping", None),
        "charging_ended": outcome(Tone.GOOD, "charging_ended", reason="full", **end),
        "charging_ended-hot": outcome(
            Tone.GOOD, "charging_ended", LONG_NAME, reason="overheat", **end | {"subsidy_fen": 0}
        ),
        "charging_failed": _told("charging_failed", reason="no_plug"),
        "charging_alarm": _stop("charging_alarm", label="A", alarm="smoke"),
        "charging_reported": _told("charging_reported", None, fault="hot_or_smell"),
        "charging_money_short": _stop("charging_money_short", CHEN, missing_fen=250, balance_fen=50),
        "phone_joining": outcome(Tone.GOOD, "phone_joining"),
    }


class Case(NamedTuple):
    """How the counter stands, and the answer on the screen, if any."""

    standing: Standing
    outcome: Outcome | None


DINNER = {"zh": "晚餐", "en": "Dinner"}
WHICH_MEAL = ClockQuestion("2025-06-12", (("lunch", NOON.meal_name), ("dinner", DINNER)))
NINE_DISHES = tuple(f"{dish}第{number}" for number, dish in enumerate(["红烧豆腐", "时蔬"] * 4, start=1))

NINE_DAYS_AWAY: Mapping[str, Any] = {
    "last_contact": "2025-06-03",
    "offline_since_ms": 1748934000000,
    "offline_days": 9,
}
EVERYTHING_AT_ONCE: Mapping[str, Any] = {
    "reader_ready": False,
    "reader_reason": "unplugged",
    "scanner_ready": False,
    "scanner_reason": "absent",
    "printer_ready": False,
    "printer_reason": "out_of_paper",
    **NINE_DAYS_AWAY,
    "unsent": 312,
    "disk_low_mb": 50,
}


NO_MEALS: Mapping[str, Any] = {
    "meal": "",
    "meal_name": {},
    "opens": "",
    "dishes": (),
    "site": {"zh": "茗桂首府电动自行车集中充电点", "en": "Minggui e-bike charging point"},
}


def _tile(number: int, columns: int, look: Look) -> Tile:
    busy: dict[str, Any] = (
        {"power_w": 180, "charged_min": 75, "left_min": 145} if look is Look.CHARGING else {}
    )
    row, column = divmod(number - 1, columns)
    return Tile(label=f"A{number}", column=column, row=row, look=look, **busy)


def _shelter(columns: int, looks: Sequence[Look]) -> Picture:
    """As at the site: two rows of sockets, in every state."""
    tiles = tuple(_tile(number, columns, look) for number, look in enumerate(looks, start=1))
    return Picture(sockets=tiles, cap_fen=300, caps_fen=(300, 500, 1000))


SHELTER = _shelter(5, [*Look, Look.FREE, Look.CHARGING])
LARGE_SHELTER = _shelter(8, [*Look, *Look])


def cases() -> Mapping[str, Case]:
    """Everything a screen may have to show."""
    between = {"meal": "", "meal_name": DINNER, "opens": "16:30", "closes": "18:00"}
    waiting = {
        "idle": standing(),
        "idle-scanner": standing(scanner_ready=True, unsent=12),
        "idle-codes": standing(reader_ready=None),
        "idle-bare": standing(dishes=(), last_contact=""),
        "idle-many": standing(dishes=NINE_DISHES, **NINE_DAYS_AWAY, unsent=312),
        "idle-between": standing(**between),
        "idle-tomorrow": standing(**between, next_is_today=False, dishes=()),
        "idle-reader": standing(reader_ready=False, reader_reason="unplugged", scanner_ready=True),
        "idle-printer": standing(printer_ready=False, printer_reason="out_of_paper", unsent=12),
        "idle-troubles": standing(**EVERYTHING_AT_ONCE),
        "idle-damaged": standing(trouble="journal_damaged", **NINE_DAYS_AWAY, unsent=312),
        "idle-clock": standing(trouble="clock_uncertain", meal="", local_time="", question=WHICH_MEAL),
        "idle-shelter": standing(**NO_MEALS, live={"charging": SHELTER}),
        "idle-shelter-chosen": standing(**NO_MEALS, live={"charging": replace(SHELTER, chosen="A9")}),
        "idle-shelter-helper": standing(
            **NO_MEALS, live={"charging": replace(SHELTER, chosen="A9", by_helper=True, payer="陈桂英")}
        ),
        "idle-shelter-taken": standing(**NO_MEALS, live={"charging": _shelter(5, [Look.CHARGING] * 10)}),
        "idle-shelter-shut": standing(**NO_MEALS, live={"charging": _shelter(5, [Look.CLOSED] * 10)}),
        "idle-shelter-large": standing(**NO_MEALS, live={"charging": LARGE_SHELTER}),
        "idle-shelter-beside": standing(live={"charging": replace(SHELTER, chosen="A9")}),
        "idle-empty": standing(trouble="no_catalogue", meal="", meal_name={}, opens="", dishes=()),
    }
    return {
        **{name: Case(stand, None) for name, stand in waiting.items()},
        **{name: Case(standing(), answer) for name, answer in outcomes().items()},
    }
