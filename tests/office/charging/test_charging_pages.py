"""What was charged, as clerks see it: the page, and the same as a file."""

from __future__ import annotations

import csv
import io
import json
from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import openpyxl
import pytest
import sqlalchemy as sa

from kiosk.ledger.accounts import held, own_money, revenue
from kiosk.ledger.entries import Posting
from kiosk.services.charging.items import REMOTE_ORDER, RemoteOrder
from kiosk.services.charging.records import (
    CHARGING_ALARM,
    CHARGING_CLEARED,
    CHARGING_LATE,
    ChargingAlarm,
    ChargingCleared,
    ChargingLate,
    Reading,
    TierTime,
)
from sync.office.books.verify import verify
from sync.office.catalogue.published import current_values
from sync.office.console import formats
from sync.office.console.names import load_names
from sync.office.console.reporting.sheets import Sheet
from sync.office.services.charging.doubles import billed_twice
from sync.office.services.charging.pages import REPORTS
from sync.office.services.charging.reports.asked import AskedDays
from sync.office.store.database import reading, snapshot
from tests.office.books import CLERK, ELDER, HERE, MONDAY, TUESDAY, YOUNG, Books, Browser
from tests.office.charging.point import open_point, session

DAYS = f"from={MONDAY}&to={TUESDAY}"


@pytest.fixture
def point(tmp_path: Path, database_url: str) -> Iterator[Books]:
    with open_point(tmp_path / "office", database_url) as books:
        yield books


@pytest.fixture
def clerk(point: Books) -> Browser:
    point.hire()
    browser = point.browser()
    assert browser.log_in().status_code == 302
    return browser


def report(books: Books, name: str, *, first: date = MONDAY, last: date = TUESDAY, **options: str) -> Sheet:
    with reading(books.office.engine) as connection:
        names = load_names(connection, books.office.region_id, "en")
        return REPORTS[name](connection, books.office.region_id, AskedDays(first, last, **options), names)


def by_code(sheet: Sheet) -> list[dict[str, object]]:
    codes = [column.code for column in sheet.columns]
    return [dict(zip(codes, row, strict=True)) for row in sheet.rows]


def alarm(books: Books, kind: str = "smoke", *, is_on: bool = True, day: date = MONDAY) -> None:
    books.write(CHARGING_ALARM, ChargingAlarm(HERE, "shed", 0, kind, is_on), day=day)


def test_sessions_are_found_by_resident_socket_and_day(point: Books) -> None:
    session(point, "a" * 16)
    session(point, "b" * 16, resident_id=YOUNG, socket=2, day=TUESDAY, first_wh=0)
    first, second = by_code(report(point, "sessions"))
    assert (first["order_id"], first["socket"], first["resident_id"]) == ("b" * 16, "A2", YOUNG)
    assert (second["energy_wh"], second["electricity_fen"], second["service_fen"]) == (500, 30, 20)
    assert (second["paid_fen"], second["means"], second["reason"], second["minutes"]) == (
        50,
        "card",
        "full",
        60,
    )
    for who, order in ((str(ELDER), "a"), ("a2", "b"), ("shed/1", "a"), ("Z9", "")):
        found = by_code(report(point, "sessions", who=who))
        assert "".join(str(each["order_id"])[:1] for each in found) == order
    assert len(report(point, "sessions", last=MONDAY).rows) == 1
    assert report(point, "sessions").total[9:14] == (1000, 60, 40, 0, 100)


def test_who_started_for_somebody_else_stands_beside_whose_it_was(point: Books, clerk: Browser) -> None:
    session(point, "a" * 16)
    session(point, "b" * 16, socket=2, started_by=YOUNG)
    helped = {str(each["order_id"])[0]: each["helper_id"] for each in by_code(report(point, "sessions"))}
    assert helped == {"a": None, "b": YOUNG}
    file = clerk.get(f"/charging/sessions.csv?{DAYS}").get_data(as_text=True).lstrip("\ufeff")
    assert {row["order_id"][0]: row["helper_id"] for row in csv.DictReader(io.StringIO(file))} == {
        "a": "",
        "b": str(YOUNG),
    }


def test_money_by_fee_site_and_day_adds_up(point: Books) -> None:
    session(point, "a" * 16)
    session(point, "b" * 16, subsidy_fen=10)
    session(point, "c" * 16, day=TUESDAY)
    sheet = report(point, "money")
    monday, tuesday = by_code(sheet)
    assert (monday["day"], monday["sessions"], monday["energy_wh"], monday["minutes"]) == (
        str(MONDAY),
        2,
        1000,
        120,
    )
    assert (monday["electricity_fen"], monday["service_fen"], monday["subsidy_fen"]) == (60, 40, 10)
    assert (monday["paid_fen"], tuesday["paid_fen"], sheet.total[-1]) == (90, 50, 140)
    assert report(point, "money", site="fuyuan").rows == []


def test_the_books_moved_what_sessions_came_to_and_what_else_moved_is_named(
    point: Books, clerk: Browser
) -> None:
    session(point, "a" * 16)
    session(point, "b" * 16, subsidy_fen=10, day=TUESDAY)
    said = {"first": Reading("m2", 1000), "last": Reading("m2", 1500)}
    session(point, "c" * 16, socket=2, energy_wh=0, fees_fen=(0, 0), is_doubtful=True, **said)
    assert bill_first(clerk) == "Bill 0.50 yuan"
    found = [tuple(row[:1] + row[3:]) for row in report(point, "books").rows]
    assert found == [
        (str(MONDAY), 50, 0, 0, 50, 0),
        (str(TUESDAY), 50, 0, 0, 50, 0),
        ("ever", 100, 0, 50, 150, 0),
    ]
    stray = (Posting(own_money(ELDER), -7), Posting(revenue("charging_service", HERE), 7))
    point.write(CHARGING_LATE, ChargingLate("d" * 16, HERE, "shed", 1, "full", 0, 0), *stray)
    key, seq, _hash = point.journals[HERE]
    *_days, ever, named = report(point, "books").rows
    assert (ever[0], *ever[3:]) == ("ever", 100, 0, 50, 157, 7)
    assert named == ("record", HERE, f"{key.journal_id.hex()} {seq}", 0, 0, 0, 7, 7)


def test_a_session_that_books_another_sum_than_it_says_is_a_difference_of_its_day(point: Books) -> None:
    session(point, "a" * 16)
    with point.office.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE charging_bills SET service_fen = service_fen + 5")
    monday, ever = report(point, "books").rows
    assert (monday[-1], ever[-1]) == (-5, -5)


def test_use_by_hour_is_what_sessions_took_of_the_sockets_hours(point: Books) -> None:
    # They end at noon there, four hours in Coordinated Universal Time, and a few milliseconds.
    session(point, "a" * 16, charged_s=5400)
    session(point, "b" * 16, socket=2, charged_s=1800, dead_s=1800)
    used = {
        row["hour"]: (row["minutes"], row["percent"]) for row in by_code(report(point, "hours", last=MONDAY))
    }
    assert used["10:00"] == (29, 24), "half an hour less some milliseconds"
    assert used["11:00"] == (119, 99)
    assert used["12:00"] == used["09:00"] == (0, 0)


def test_energy_that_nobody_paid_for_is_named_by_socket_and_day(point: Books) -> None:
    session(point, "a" * 16, first_wh=1000, energy_wh=500)
    session(point, "b" * 16, first_wh=1700, energy_wh=300, day=TUESDAY)
    session(
        point,
        "c" * 16,
        socket=2,
        first=Reading("o-c", 0, True),
        last=Reading("o-c", 400, True),
        energy_wh=400,
    )
    point.write(CHARGING_LATE, ChargingLate("d" * 16, HERE, "shed", 2, "full", 150, 900), day=TUESDAY)
    rows = [tuple(row) for row in report(point, "orphans").rows]
    assert rows == [
        (str(TUESDAY), HERE, "A1", 500, 300, 200, 0),
        (str(TUESDAY), HERE, "A2", 150, 0, 150, 0),
    ]


def test_a_register_that_went_back_is_counted_and_adds_nothing(point: Books) -> None:
    session(point, "a" * 16, first_wh=1000, energy_wh=500)
    session(point, "b" * 16, first_wh=200, energy_wh=100, day=TUESDAY)
    assert report(point, "orphans").rows == [(str(TUESDAY), HERE, "A1", 100, 100, 0, 1)]


def test_a_doubtful_session_is_unpaid_energy_and_waits_for_a_person(point: Books) -> None:
    session(point, "a" * 16, energy_wh=0, fees_fen=(0, 0), last=Reading("meter-1", 1400), is_doubtful=True)
    assert report(point, "orphans").rows == [(str(MONDAY), HERE, "A1", 400, 0, 400, 0)]


def test_energy_that_two_sessions_were_billed_for_is_put_up(point: Books) -> None:
    session(point, "a" * 16, first_wh=1000, energy_wh=500)
    session(point, "b" * 16, first_wh=1500, energy_wh=300)
    session(point, "c" * 16, socket=2, first_wh=1100, energy_wh=300)
    key, seq, _hash = point.journals[HERE]
    with reading(point.office.engine) as connection:
        assert list(billed_twice(connection, (key.region_id, key.journal_id, 1, seq))) == []
    session(point, "d" * 16, first_wh=1400, energy_wh=200, day=TUESDAY)
    with reading(point.office.engine) as connection:
        (found,) = billed_twice(connection, (key.region_id, key.journal_id, seq + 1, seq + 9))
    assert (found.code, found.detail.endswith(f"other={'a' * 16}")) == ("charging_billed_twice", True)


_BALANCES = "SELECT account, sum(credits - debits) FROM balances WHERE unit = 'FEN' GROUP BY account"


def bill_first(clerk: Browser) -> str:
    """A clerk touches the first button that bills something; what it says."""
    form = clerk.get("/reviews?lang=en").get_data(as_text=True).partition("/charging/bill")[2]
    form = form.partition("</form>")[0]
    given = {name: form.partition(f'name="{name}" value="')[2].partition('"')[0] for name in FORM}
    for _twice in range(2):
        assert clerk.post("/charging/bill", given).status_code == 302
    return form.partition("<button>")[2].partition("<")[0]


FORM = ("csrf_token", "journal", "seq")


def moved(books: Books) -> tuple[int, int, int, int]:
    """What the elder has less than at first, what is held, and both fees."""
    with reading(books.office.engine) as connection:
        rows = connection.execute(sa.text(_BALANCES)).all()
    with snapshot(books.office.engine) as connection:
        assert verify(connection, books.office.region_id, books.office.offered.derived) == []
    fen: dict[str, int] = defaultdict(int) | {account: int(fen) for account, fen in rows}
    fees = (fen[revenue(f"charging_{each}", HERE)] for each in ("electricity", "service"))
    return (10_000 - fen[own_money(ELDER)], fen[held(ELDER)], *fees)  # type: ignore[return-value]


def test_a_clerk_bills_what_a_meter_said_once_or_nothing(point: Books, clerk: Browser) -> None:
    for order, socket in (("a", 1), ("b", 2)):
        said = {"first": Reading(f"m{socket}", 1000), "last": Reading(f"m{socket}", 1500)}
        session(point, order * 16, socket=socket, energy_wh=0, fees_fen=(0, 0), is_doubtful=True, **said)
    assert clerk.get("/reviews?lang=en").get_data(as_text=True).count("Bill 0.50 yuan") == 2
    assert bill_first(clerk) == "Bill 0.50 yuan"
    assert clerk.get("/reviews").get_data(as_text=True).count("Bill 0.50 yuan") == 1
    assert moved(point) == (50, 0, 30, 20)


def late(books: Books, order: str, energy_wh: int | None, charged_s: int) -> None:
    said = ChargingLate(order, HERE, "shed", 1, "full", energy_wh, charged_s)
    books.write(CHARGING_LATE, said, day=TUESDAY)


def test_a_session_that_a_box_tells_of_later_is_billed_less_what_it_has_paid(
    point: Books, clerk: Browser
) -> None:
    session(point, "a" * 16, energy_wh=200, fees_fen=(12, 8), reason="box_silent")
    late(point, "a" * 16, 500, 7200)
    late(point, "f" * 16, 500, 7200)  # of which nobody knows anything
    before = moved(point)
    assert bill_first(clerk) == "Bill 0.30 yuan"
    assert [after - was for after, was in zip(moved(point), before, strict=True)] == [30, 0, 18, 12]
    assert "/charging/bill" not in clerk.get("/reviews").get_data(as_text=True)


def test_what_was_paid_in_full_is_offered_to_no_clerk(point: Books, clerk: Browser) -> None:
    """A box that says the same once more, and a doubtful meter where the price is by time and power."""
    session(point, "a" * 16, energy_wh=500)
    late(point, "a" * 16, 500, 3600)
    said = {"tariff_id": "power", "tiers": (TierTime(200, 3600),), "fees_fen": (12, 8), "socket": 2}
    session(point, "b" * 16, energy_wh=0, is_doubtful=True, **said)
    assert "/charging/bill" not in clerk.get("/reviews").get_data(as_text=True)


@pytest.mark.parametrize(
    ("energy_wh", "due_fen", "fees_fen"),
    [(1000, 100, [60, 40]), (150, 40, [24, 16]), (None, 40, [24, 16])],
    ids=["at much power", "at little", "at none that is told"],
)
def test_a_session_by_power_is_billed_in_the_tier_of_its_mean_power(
    point: Books, clerk: Browser, energy_wh: int | None, due_fen: int, fees_fen: list[int]
) -> None:
    """An hour of three was counted; the other two the box tells of when it is back."""
    session(point, "a" * 16, tariff_id="power", tiers=(TierTime(200, 3600),), fees_fen=(12, 8))
    late(point, "a" * 16, energy_wh and energy_wh * 3, 3 * 3600)
    before = moved(point)
    assert bill_first(clerk) == f"Bill {due_fen / 100:.2f} yuan"
    assert [after - was for after, was in zip(moved(point), before, strict=True)] == [due_fen, 0, *fees_fen]


def test_an_alarm_is_on_every_page_until_a_clerk_has_seen_it(point: Books, clerk: Browser) -> None:
    assert "Smoke" not in clerk.get("/?lang=en").get_data(as_text=True)
    alarm(point)
    for path in ("/", "/residents", "/kiosks", "/charging/money"):
        assert "Alarm at the charging point: Smoke" in clerk.get(path).get_data(as_text=True)
    assert "Smoke" not in point.browser().get("/login").get_data(as_text=True), "no stranger reads of it"
    page = clerk.get("/").get_data(as_text=True)
    form = page.partition("/charging/alarms/seen")[2].partition("</form>")[0]
    names = ("csrf_token", "journal", "seq")
    given = {name: form.partition(f'name="{name}" value="')[2].partition('"')[0] for name in names}
    assert clerk.post("/charging/alarms/seen", {**given, "csrf_token": ""}).status_code == 400
    for _twice in range(2):
        assert clerk.post("/charging/alarms/seen", given).status_code == 302
    assert "Alarm at the charging point" not in clerk.get("/").get_data(as_text=True)
    (row,) = by_code(report(point, "alarms"))
    assert (row["alarm"], row["socket"], row["seen_by"], row["cleared_ms"]) == ("smoke", "shed", CLERK, None)
    with snapshot(point.office.engine) as connection:
        assert verify(connection, point.office.region_id, point.office.offered.derived) == []


def test_what_came_of_an_alarm_stands_with_it(point: Books) -> None:
    alarm(point, "heat")
    alarm(point, "heat", is_on=False)
    cleared = ChargingCleared(HERE, "shed", 0, "heat", "a fan was stuck")
    point.write(CHARGING_CLEARED, cleared, operator="tech", day=TUESDAY)
    alarm(point, "heat", day=TUESDAY)
    again, before = by_code(report(point, "alarms"))
    assert (before["note"], before["cleared_by"]) == ("a fan was stuck", "tech")
    assert before["ended_ms"] and before["cleared_ms"]
    assert (again["ended_ms"], again["cleared_ms"], again["seen_by"]) == (None, None, "")


def test_a_lesser_fault_is_listed_and_shouts_on_no_page(point: Books, clerk: Browser) -> None:
    alarm(point, "box_fault")
    assert len(report(point, "alarms").rows) == 1
    assert "Alarm at the charging point" not in clerk.get("/?lang=en").get_data(as_text=True)


def test_what_stays_closed_waits_on_the_first_page_until_somebody_was_there(
    point: Books, clerk: Browser
) -> None:
    today = formats.today()
    for kind in ("heat", "box_fault"):
        alarm(point, kind, day=today)
    assert clerk.get("/?lang=en").get_data(as_text=True).count("Somebody has to go there") == 2
    for kind in ("heat", "box_fault"):
        alarm(point, kind, is_on=False, day=today)
    page = clerk.get("/").get_data(as_text=True)
    assert page.count("Somebody has to go there") == 1, "heat is latched, the box is well again"
    cleared = ChargingCleared(HERE, "shed", 0, "heat", "a fan was stuck")
    point.write(CHARGING_CLEARED, cleared, operator="tech", day=today)
    assert "Somebody has to go there" not in clerk.get("/").get_data(as_text=True)


def test_a_clerk_is_asked_before_a_session_is_stopped_and_stops_no_other(
    point: Books, clerk: Browser
) -> None:
    page = clerk.get("/charging/running?lang=en").get_data(as_text=True)
    assert "Nobody charges just now" in page
    session(point, "a" * 16, day=formats.today(), goes_on=True)
    page = clerk.get("/charging/running").get_data(as_text=True)
    assert page.count("Stop…") == 1
    question = f"/charging/running/{HERE}/A1/stop"
    assert question in page
    asked = clerk.get(question).get_data(as_text=True)
    assert "Stop charging at A1?" in asked
    assert "The kiosk is not in contact" not in asked
    with point.office.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE devices SET last_seen_ms = 1")
    assert "The kiosk is not in contact" in clerk.get(question).get_data(as_text=True)
    assert told(point) == [], "nothing is stopped by looking"
    given = {
        name: asked.partition(f'name="{name}" value="')[2].partition('"')[0]
        for name in ("csrf_token", "order_id")
    }
    assert clerk.post(question, given | {"order_id": "b" * 16}).status_code == 303
    assert told(point) == [], "what the question was about has ended"
    for _twice in range(2):
        assert clerk.post(question, given).status_code == 303
    assert [(each.order, each.socket, each.is_stop) for each in told(point)] == [("a" * 16, 1, True)]
    page = clerk.get("/charging/running").get_data(as_text=True)
    assert ("Being stopped" in page, "Stop…" in page) == (True, False)
    with reading(point.office.engine) as connection:
        said = connection.execute(
            sa.text("SELECT count(*) FROM entry_requests WHERE request_id = :id"),
            {"id": f"charging_stopped {'a' * 16}"},
        )
        assert said.scalar() == 1, "who stopped it stands in the office's journal"
    assert clerk.get(f"/charging/running/{HERE}/A2/stop").status_code == 303, "nothing runs there"
    assert clerk.get(f"/charging/running/{HERE}/Z9/stop").status_code == 404


def told(books: Books) -> list[RemoteOrder]:
    with reading(books.office.engine) as connection:
        return list(current_values(connection, books.office.region_id, REMOTE_ORDER))


@pytest.mark.parametrize("name", REPORTS)
def test_a_file_says_what_its_page_says(point: Books, clerk: Browser, name: str) -> None:
    session(point, "a" * 16)
    session(point, "b" * 16, day=TUESDAY, first_wh=1800)
    session(point, "c" * 16, day=formats.today(), socket=2, goes_on=True)
    alarm(point)
    sheet = report(point, name)
    assert sheet.rows
    page = clerk.get(f"/charging/{name}?{DAYS}&lang=en", follow_redirects=True)
    assert page.status_code == 200
    got = clerk.get(f"/charging/{name}.json?{DAYS}").get_json()
    assert got["rows"] == json.loads(json.dumps(by_code(sheet)))
    text = clerk.get(f"/charging/{name}.csv?{DAYS}").get_data().decode("utf-8-sig")
    assert len(list(csv.reader(io.StringIO(text)))) == len(sheet.rows) + 1
    book = openpyxl.load_workbook(io.BytesIO(clerk.get(f"/charging/{name}.xlsx?{DAYS}").get_data()))
    assert book.active.max_row == len(sheet.rows) + 1 + bool(sheet.total)


def test_a_day_that_is_none_is_said_at_its_field(clerk: Browser) -> None:
    page = clerk.get("/charging?from=2026-13-01&lang=en")
    assert (page.status_code, "is no day such as" in page.get_data(as_text=True)) == (400, True)
    assert clerk.get("/charging/money.csv?from=2026-13-01").status_code == 400
    assert clerk.get("/charging/cups").status_code == 404


def test_a_residents_page_has_what_they_charged_lately(point: Books, clerk: Browser) -> None:
    session(point, "a" * 16, day=formats.today() - timedelta(days=3))
    assert "<h2>Charging sessions</h2>" in clerk.get(f"/residents/{ELDER}?lang=en").get_data(as_text=True)
    assert "<h2>Charging sessions</h2>" not in clerk.get(f"/residents/{YOUNG}").get_data(as_text=True)


def test_nobody_but_a_clerk_reads_them(point: Books) -> None:
    for name in REPORTS:
        answer = point.browser().get(f"/charging/{name}", follow_redirects=True)
        assert answer.request.path == "/login"
