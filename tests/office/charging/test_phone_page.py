"""A socket's page on a phone: its state for everybody, its switch for whoever joined phone and card."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from drivers.outlets.reasons import StopReason
from kiosk.catalogue.items import Kind
from kiosk.ledger.accounts import own_money
from kiosk.people.cards import Block, CardStatus
from kiosk.services.charging.codes import (
    JOIN_WINDOW_S,
    JoinCode,
    TypedAt,
    find_typed,
    join_digits,
)
from kiosk.services.charging.errors import (
    BoxAway,
    BoxFull,
    MeterAway,
    MoneyElsewhere,
    NoChargingTariff,
    SocketBroken,
    SocketTaken,
)
from kiosk.services.charging.items import CHARGING_KEY, REMOTE_ORDER, RemoteOrder
from kiosk.services.charging.reasons import UNKNOWN, why
from kiosk.services.charging.records import (
    CHARGING_ALARM,
    CHARGING_CLEARED,
    CHARGING_FLOWING,
    CHARGING_REFUSED,
    ChargingAlarm,
    ChargingBegun,
    ChargingCleared,
    ChargingFlowing,
    ChargingRefused,
)
from kiosk.services.charging.running.remote import TOO_OLD
from sync.office.catalogue.published import current_values
from sync.office.catalogue.publishing import publish, shown
from sync.office.console import formats
from sync.office.rights import rights
from sync.office.services.charging.phone.asking import (
    KIOSK_AWAY,
    CapUnknown,
    CodeMoneyNotLent,
    CodeMoneyShort,
)
from sync.office.services.charging.phone.sockets import Running
from sync.office.store.database import reading, writing
from sync.office.store.tables import devices
from tests.office.books import ELDER, HERE, THERE, YOUNG, Books, Browser
from tests.office.charging.point import open_point, session, tariff

A1 = f"/c/{HERE}/A1"
CAPS_FEN = (300, 500)
MOST_BYTES = 30_000


@pytest.fixture
def point(tmp_path: Path, database_url: str) -> Iterator[Books]:
    with open_point(tmp_path / "office", database_url) as books:
        alarm_cleared(books)  # so that there is a kiosk
        hear(books)
        yield books


def alarm_cleared(books: Books) -> None:
    books.write(CHARGING_CLEARED, ChargingCleared(HERE, "shed", 0, ""))


def hear(books: Books, *, is_heard: bool = True) -> None:
    """The kiosk is in contact just now; or was for the last time an hour ago."""
    now = books.office.moment()
    since_ms = 0 if is_heard else 3600_000
    seen = {
        "last_seen_ms": now.at_ms - since_ms,
        "last_seen_boot": now.boot_id,
        "last_seen_monotonic_ms": now.monotonic_ms - since_ms,
    }
    with writing(books.office.engine) as connection:
        connection.execute(devices.update().where(devices.c.site == HERE).values(seen))
        rights.refresh(connection, books.office.region_id, [own_money(ELDER)])


def secret(books: Books) -> bytes:
    with reading(books.office.engine) as connection:
        key = shown(connection, books.office.region_id, CHARGING_KEY, HERE)
    assert key is not None
    return key.secret


def digits(books: Books, resident_id: int = ELDER, site: str = HERE) -> str:
    """What the kiosk's display shows whoever taps now."""
    window = books.office.now_ms() // 1000 // JOIN_WINDOW_S
    return join_digits(JoinCode(site, resident_id, window), secret(books))


def text(answer: Any) -> str:
    return str(answer.get_data(as_text=True))


def token(page: str) -> str:
    return page.partition('name="csrf_token" value="')[2].partition('"')[0]


def act(phone: Browser, path: str, page: str = A1, **form: str) -> Any:
    return phone.post(path, {**form, "csrf_token": token(text(phone.get(page)))})


def joined(books: Books, resident_id: int = ELDER) -> Browser:
    phone = books.browser()
    answer = act(phone, f"/c/{HERE}/join", f"/c/{HERE}/join", code=digits(books, resident_id))
    assert answer.status_code == 303, text(answer)
    return phone


def orders(books: Books) -> list[RemoteOrder]:
    with reading(books.office.engine) as connection:
        return list(current_values(connection, books.office.region_id, REMOTE_ORDER))


def test_a_stranger_sees_the_state_and_the_price_and_no_button(point: Books) -> None:
    answer = point.browser().get(f"{A1}?lang=en")
    page = text(answer)
    assert (answer.status_code, "Free" in page) == (200, True)
    assert "0.60 yuan electricity and 0.40 yuan service for a kWh" in page
    assert "Start charging" not in page
    assert len(answer.get_data()) < MOST_BYTES


def test_the_page_is_told_where_to_look_by_the_printed_code_and_by_the_display(point: Books) -> None:
    phone = point.browser()
    assert phone.get(f"/c?site={HERE}&socket=A1").location == A1
    assert phone.get(f"/c?site={HERE}&code=12345678").location == f"/c/{HERE}/join?code=12345678"
    for nowhere in ("/c", f"/c/{HERE}/Z9", "/c/nowhere/A1", "/c/nowhere/join"):
        assert phone.get(nowhere).status_code == 404


def test_coming_prices_are_seen_from_their_day(point: Books) -> None:
    assert "2026-12-01" in text(point.browser().get(A1))


def test_one_tap_joins_phone_and_card_once(point: Books) -> None:
    shown_digits = digits(point)
    phone, other = point.browser(), point.browser("192.0.2.7")
    page = f"/c/{HERE}/join?code={shown_digits}"
    assert f'value="{shown_digits}"' in text(phone.get(page))
    answer = act(phone, f"/c/{HERE}/join", page, code=f"{shown_digits[:4]} {shown_digits[4:]}")
    assert answer.status_code == 303
    cookie = answer.headers["Set-Cookie"]
    assert all(word in cookie for word in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/c"))
    assert "Start charging" in text(phone.get(f"{A1}?lang=en"))
    assert act(other, f"/c/{HERE}/join", page, code=shown_digits).status_code == 400, "shown once, used once"


def test_who_types_the_digits_at_a_socket_comes_back_to_it(point: Books) -> None:
    phone = point.browser()
    page = text(phone.get(A1))
    form = page.partition('<form method="post" action="')[2].partition('"')[0]
    assert act(phone, form, code=digits(point)).location == A1


@pytest.mark.parametrize("code", ["", "1234", "00000000", "abcdefgh"])
def test_digits_that_join_nobody_say_so_and_nothing_else(point: Books, code: str) -> None:
    answer = act(point.browser(), f"/c/{HERE}/join", f"/c/{HERE}/join?lang=en", code=code)
    assert (answer.status_code, "These digits join no card" in text(answer)) == (400, True)


def test_who_guesses_waits_and_others_do_not(point: Books) -> None:
    guessing, honest = point.browser("192.0.2.7"), point.browser("192.0.2.8")
    answers = [
        act(guessing, f"/c/{HERE}/join", f"/c/{HERE}/join", code=f"{guess:08d}").status_code
        for guess in range(8)
    ]
    assert answers[:5] == [400] * 5
    assert 429 in answers
    assert act(honest, f"/c/{HERE}/join", f"/c/{HERE}/join", code=digits(point)).status_code == 303


def test_no_name_and_no_number_of_a_resident_is_on_any_page(point: Books) -> None:
    session(point, "a" * 16, day=formats.today(), goes_on=True)
    for phone in (point.browser(), joined(point, ELDER)):
        for path in (A1, f"/c/{HERE}/join", f"{A1}/report"):
            assert "测试" not in text(phone.get(path))


def test_a_start_is_told_to_the_sites_kiosks_once(point: Books) -> None:
    phone = joined(point)
    for _double_touch in range(2):
        answer = act(phone, f"{A1}/start", cap_fen="500")
        assert (answer.status_code, answer.location) == (303, A1)
    (order,) = orders(point)
    assert (order.site, order.box, order.socket, order.resident_id) == (HERE, "shed", 1, ELDER)
    assert (order.cap_fen, order.is_stop, len(order.order)) == (500, False, 16)
    page = text(phone.get(f"{A1}?lang=en"))
    assert "Being started" in page
    assert "Start charging" not in page


def test_started_is_said_only_when_current_flows(point: Books) -> None:
    phone = joined(point)
    act(phone, f"{A1}/start", cap_fen="500")
    order = orders(point)[0].order
    session(point, order, day=formats.today(), goes_on=True, means="phone", cap_fen=500)
    assert "Being started" in text(phone.get(f"{A1}?lang=en"))
    point.write(CHARGING_FLOWING, ChargingFlowing(order, HERE, "shed", 1, 1800), day=formats.today())
    page = text(phone.get(f"{A1}?lang=en"))
    assert all(words in page for words in ("Charging", "180 W", "Cost so far", "Stop charging"))
    assert re.search(r"about [\d.]+ yuan", page), "far from the meter nothing is known to the fen"
    assert "Stop charging" not in text(point.browser().get(f"{A1}?lang=en")), "nobody else's to stop"


@pytest.mark.parametrize(
    ("changed", "due_fen"),
    [
        ({}, 18),  # 180 Wh: 10.8 and 7.2 fen, each rounded
        ({"programme": "elders", "subsidy_percent": 50}, 9),
        ({"service_fen_per_start": 20, "free_minutes": 30}, 5 + 24),
        ({"electricity_fen_per_kwh": 6000}, 300),
    ],
    ids=["as it is", "half subsidised", "half an hour free", "no more than is held"],
)
def test_what_it_costs_by_now_is_reckoned_as_the_kiosk_would(changed: dict[str, Any], due_fen: int) -> None:
    runs = Running("a" * 16, ELDER, ELDER, "energy", 300, begun_ms=0, flows_ms=1000, power_dw=1800)
    named = ("a" * 16, 1, ELDER, ELDER, "phone", HERE, "shed", 1, "energy", 1, 300, None)
    began = ChargingBegun(*named, tariff=msgspec.structs.replace(tariff("energy"), **changed))
    assert runs.cost_fen(began, 1000 + 3_600_000) == due_fen
    assert runs.cost_fen(msgspec.structs.replace(began, pass_s=3600), 1000 + 3_600_000) <= due_fen


def test_a_stop_is_told_and_why_it_ended_is_said(point: Books) -> None:
    phone = joined(point)
    order = "c" * 16
    session(point, order, day=formats.today(), goes_on=True)
    point.write(CHARGING_FLOWING, ChargingFlowing(order, HERE, "shed", 1, 1800), day=formats.today())
    act(phone, f"/c/{HERE}/A2/stop")
    act(point.browser(), f"{A1}/stop")
    assert orders(point) == [], "nothing runs there, and it is not theirs"
    act(phone, f"{A1}/stop")
    (told,) = orders(point)
    assert (told.order, told.is_stop, told.resident_id) == (order, True, ELDER)
    assert "Being stopped" in text(phone.get(f"{A1}?lang=en"))


def test_a_refusal_is_said_on_the_page(point: Books) -> None:
    phone = joined(point)
    act(phone, f"{A1}/start", cap_fen="300")
    order = orders(point)[0].order
    point.write(CHARGING_REFUSED, ChargingRefused(order, HERE, "shed", 1, "no_plug"), day=formats.today())
    page = text(phone.get(f"{A1}?lang=en"))
    assert "Being started" not in page
    assert "Start charging" in page


def test_every_reason_why_nothing_came_of_a_start_has_words_of_its_own() -> None:
    asked = {CapUnknown.code, CodeMoneyNotLent.code, CodeMoneyShort.code, KIOSK_AWAY, TOO_OLD}
    at_the_kiosk = {
        each.code
        for each in (SocketTaken, SocketBroken, BoxAway, MeterAway, BoxFull, NoChargingTariff, MoneyElsewhere)
    }
    assert [each for each in (*StopReason, *asked, *at_the_kiosk) if why(each) is UNKNOWN] == []


def test_an_alarm_shuts_the_socket_until_a_technician_has_looked(point: Books) -> None:
    phone = joined(point)
    point.write(CHARGING_ALARM, ChargingAlarm(HERE, "shed", 0, "smoke", True))
    page = text(phone.get(f"{A1}?lang=en"))
    assert ("a technician must look" in page, "Start charging" in page) == (True, False)
    alarm_cleared(point)
    assert "Start charging" in text(phone.get(f"{A1}?lang=en"))


def test_with_the_kiosk_away_a_code_comes_that_the_kiosk_proves(point: Books) -> None:
    hear(point, is_heard=False)
    phone = joined(point)
    assert "The machine has no network just now" in text(phone.get(f"{A1}?lang=en"))
    page = text(act(phone, f"{A1}/start", cap_fen="500"))
    typed = re.search(r'class="digits">(\d{4}) (\d{4})<', page)
    assert typed is not None, page
    assert "<svg" in page
    at = TypedAt(HERE, "shed", 1, CAPS_FEN)
    found = find_typed("".join(typed.groups()), at, [ELDER, 77], secret(point), point.office.now_ms() // 1000)
    assert (found.resident_id, found.cap_fen, found.socket) == (ELDER, 500, 1)
    assert orders(point) == []
    assert len(page.encode()) < MOST_BYTES
    again = text(act(phone, f"{A1}/start", cap_fen="300"))
    assert f"{typed[1]} {typed[2]}" in again, "the same within its time"


def test_codes_promise_no_more_than_the_kiosk_was_granted(point: Books) -> None:
    hear(point, is_heard=False)
    phone = joined(point)
    file = {
        "charging_sites": [
            {
                "site": HERE,
                "sockets": [{"box": "shed", "number": n, "label": f"A{n}"} for n in (1, 2, 3)],
                "caps_fen": [300, 6000],
            }
        ]
    }
    point.import_(file)
    assert 'class="digits"' in text(act(phone, f"{A1}/start", cap_fen="6000"))
    second = text(act(phone, f"/c/{HERE}/A2/start?lang=en", cap_fen="6000"))
    assert 'class="digits"' not in second, "10,000 fen are there"
    assert "The balance is too low" in second, "the office knows of no more"
    assert 'class="digits"' in text(act(phone, f"/c/{HERE}/A3/start", cap_fen="300"))


def test_away_from_home_without_a_network_there_is_no_code(point: Books) -> None:
    hear(point, is_heard=False)
    phone = joined(point)
    moved = {"residents": [{"id": ELDER, "name": "陈测试", "born": "1944-05-06", "home_site": THERE}]}
    point.import_(moved)
    with writing(point.office.engine) as connection:
        connection.exec_driver_sql("DELETE FROM grants")
    page = text(act(phone, f"{A1}/start?lang=en", cap_fen="300"))
    assert 'class="digits"' not in page
    assert "your money is kept elsewhere" in page, "it is there, and no kiosk here can be told"
    assert "too low" not in page


def test_a_blocked_card_takes_its_phone_along(point: Books) -> None:
    phone = joined(point)
    token_ = "nfc:04000000000001"
    with writing(point.office.engine) as connection:
        block = Block(token=token_, status=CardStatus.LOST)
        publish(connection, point.office.region_id, Kind.BLOCK, token_, block)
    assert "Start charging" not in text(phone.get(f"{A1}?lang=en"))
    act(phone, f"{A1}/start", cap_fen="300")
    assert orders(point) == []


def test_a_phone_may_leave_its_card(point: Books) -> None:
    phone = joined(point)
    act(phone, f"{A1}/leave")
    assert "Start charging" not in text(phone.get(f"{A1}?lang=en"))


def test_somebody_else_has_no_form_to_send(point: Books) -> None:
    phone = joined(point)
    forged = phone.post(f"{A1}/start", {"cap_fen": "300"})
    assert (forged.status_code, orders(point)) == (303, [])
    assert act(phone, f"{A1}/start", cap_fen="299").status_code == 200, "said on the page"
    assert act(phone, f"{A1}/start", cap_fen="x").status_code == 400
    assert orders(point) == []


def test_a_report_of_a_socket_is_put_up_once(point: Books) -> None:
    phone = point.browser()
    for _people in range(2):
        page = text(act(phone, f"{A1}/report", f"{A1}/report", fault="hot_or_smell"))
        assert 'role="status"' in page
    assert act(phone, f"{A1}/report", f"{A1}/report", fault="cake").status_code == 400
    point.hire()
    clerk = point.browser()
    clerk.log_in()
    listed = text(clerk.get("/reviews?lang=en")).partition("<tbody")[2]
    assert listed.count("Somebody says that a socket is hot or smells") == 1


def test_what_protects_pages_protects_these(point: Books) -> None:
    answer = point.browser().get(A1)
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "no-store"


def test_who_asks_too_often_waits(point: Books) -> None:
    phone = point.browser("192.0.2.9")
    assert [phone.get(A1).status_code for _ in range(125)].count(429) == 5
    assert point.browser("192.0.2.10").get(A1).status_code == 200


def test_the_younger_at_another_site_joins_nothing_here(point: Books) -> None:
    code = digits(point, YOUNG)
    assert act(point.browser(), f"/c/{HERE}/join", f"/c/{HERE}/join", code=code).status_code == 400
