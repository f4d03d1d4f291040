"""The office pages: refused to strangers, and right for clerks."""

from __future__ import annotations

import csv
import io
import json
from datetime import date
from types import SimpleNamespace

import pytest
import sqlalchemy as sa
from openpyxl import load_workbook

from kiosk.catalogue.contact import SILENCE_MS, Heard
from kiosk.ledger.accounts import cash_box, cash_difference, safe
from kiosk.ledger.amount import Amount
from kiosk.ledger.entries import balanced, posting
from kiosk.ledger.posting import Finding, JournalKey
from kiosk.people.cards import Card, CardLevel, CardStatus
from kiosk.people.photos import Photo
from kiosk.services.canteen.records import GUEST_MEAL, Line
from kiosk.services.cards.records import CARD_LOST, CardReported
from kiosk.services.corrections.records import CORRECTION_ASKED, CorrectionAsked, Matter
from kiosk.services.till.records import SHIFT_CLOSE, ShiftClosed
from kiosk.services.till.shift.screens import REASONS as CHOSEN_REASONS
from sync.office.books import heads, reviews
from sync.office.console import formats
from sync.office.console.queries import Query
from sync.office.console.residents import found as people
from sync.office.keys.devices import seen
from sync.office.people.access.permissions import Role
from sync.office.people.access.posts import Post
from sync.office.people.card_states import with_status
from sync.office.people.photos import publish_photos
from sync.office.rights import cash
from sync.office.services.cards import events
from sync.office.store.database import reading, writing
from sync.office.store.tables import devices, journals
from sync.office.store.turns import alone
from tests.office.books import ELDER, HERE, MONDAY, THERE, TUESDAY, YOUNG, Books, open_books, small_file

DAYS = "from=2026-11-16&to=2026-11-18"
PAGES = [
    *(
        "/",
        "/find",
        "/kiosks",
        "/kiosks/new",
        "/upkeep",
        "/proposals",
        "/prices",
        "/prices/change",
        "/care",
        "/board",
        "/pictures/meals",
        "/pictures/bands",
        "/pictures/meal-sites",
        "/pictures/payers",
        "/pictures/queue",
        "/pictures/budgets",
        "/pictures/energy",
        "/pictures/fees",
        "/pictures/kiosks",
        "/care/settings",
        "/price-tables/charging_tariffs",
        "/price-tables/charging_tariffs/change",
        "/price-tables/products",
        "/price-tables/products/change",
        "/price-tables/programmes",
        "/price-tables/programmes/change",
        "/sales",
        "/orders",
        "/residents",
        "/residents/1",
        "/meals",
        "/claims",
        "/proposals",
        "/reviews",
        "/exposure",
        "/proposals",
        "/cash",
        "/cash/bank",
        "/cash/banked",
        "/audit",
        "/second-factor",
        "/clerks",
    ),
    *("/charging", "/charging/money", "/charging/hours", "/charging/orphans", "/charging/alarms"),
]
CHARGING = "<any(sessions, running, money, books, hours, orphans, alarms):report>"
FILES = ["/cash.csv", "/cash/banked.csv", "/meals.json", "/meals.csv", "/meals.xlsx", "/charging/money.csv"]


@pytest.fixture
def sold(books: Books) -> Books:
    books.sell(day=MONDAY, elders=500)
    books.sell(YOUNG, day=MONDAY, band="0-59", own_fen=1500)
    books.sell(day=TUESDAY, site=THERE, elders=400, town=100)
    return books


def text(browser, path: str, **headers: str) -> str:
    answer = browser.get(path, headers=headers)
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def test_every_page_is_listed_here(books):
    rules = {
        rule.rule
        for rule in books.app.url_map.iter_rules()
        if rule.endpoint.startswith("console.") and "GET" in rule.methods
    }
    assert rules == {
        *(path for path in PAGES if path != "/residents/1" and not path.startswith("/charging/")),
        f"/charging/{CHARGING}",
        f"/charging/{CHARGING}.<any(json, csv, xlsx):file_format>",
        "/charging/running/<site>/<label>/stop",
        "/charging/sessions.ocpp.jsonl",
        "/charging/labels/<site>.pdf",
        "/prices/proposed/<proposal>",
        "/prices/proposed/<proposal>/back",
        *(
            f"/price-tables/{table}/proposed/<proposal>{back}"
            for table in ("charging_tariffs", "products", "programmes")
            for back in ("", "/back")
        ),
        "/kiosks/<device>",
        "/kiosks/<device>/revoke",
        "/upkeep/<device>/<command>.log",
        "/records/<journal>/<int(max=999999999999999):seq>",
        "/residents/<int:resident_id>",
        "/closing",
        "/residents/<int:resident_id>/care",
        "/care.pdf",
        "/board.pdf",
        *(f"{path}.<any(json, csv, xlsx):file_format>" for path in PAGES if path.startswith("/pictures/")),
        "/residents/<int:resident_id>/account",
        "/residents/<int:resident_id>/balance",
        "/residents/<int:resident_id>/leave",
        "/residents/<int:resident_id>/statement",
        "/account.<any(json, csv):file_format>",
        "/trial-balance",
        "/trial-balance.<any(json, csv, xlsx):file_format>",
        "/books.beancount",
        "/residents/<int:resident_id>/photo",
        "/residents/<int:resident_id>/photo/change",
        "/residents/<int:resident_id>/change",
        "/residents/new",
        "/residents/sheets",
        "/residents/sheets/<int:sheet>",
        "/proposals",
        "/audit.log",
        "/claims/<programme>/<int:number>",
        "/claim.<any(json, csv, xlsx):file_format>",
        "/claims/<programme>/next",
        "/cards",
        "/residents/<int:resident_id>/cards",
        "/menus",
        "/topups",
        "/topups/<batch>",
        "/cash.<any(json, csv, xlsx):file_format>",
        "/reviews.<any(json, csv, xlsx):file_format>",
        "/cash/banked.<any(json, csv, xlsx):file_format>",
        "/meals.<any(json, csv, xlsx):file_format>",
        "/login",
        "/login/code",
        "/welcome/<invitation>",
        "/clerks/<username>",
        "/second-factor/code.svg",
        "/console/static/<path:filename>",
    }


@pytest.mark.parametrize("path", [*PAGES, *FILES])
def test_strangers_are_sent_to_the_login(books, path):
    answer = books.browser().get(path)
    assert answer.status_code == 302
    assert answer.location.startswith("/login?next=")
    assert "测试" not in answer.get_data(as_text=True)


@pytest.mark.parametrize("path", [*PAGES, "/login", "/nothing-here"])
def test_no_page_may_run_or_load_anything_foreign(sold, clerk, path):
    answer = clerk.get(path)
    if path != "/nothing-here":
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "script" not in policy
        assert "unsafe" not in policy
        assert answer.headers["Cache-Control"] == "no-store"
    page = answer.get_data(as_text=True)
    for foreign in ("<script", "http://", "https://", " style=", " onclick="):
        assert foreign not in page


@pytest.mark.parametrize("path", [*PAGES, *FILES])
def test_an_empty_office_has_pages_too(tmp_path, path):
    with open_books(tmp_path / "empty") as empty:
        empty.hire(as_=[Post(Role.MANAGER)])
        browser = empty.browser()
        browser.log_in()
        assert browser.get(path).status_code == (404 if path == "/residents/1" else 200)


def test_overview(sold, clerk, monkeypatch):
    monkeypatch.setattr(formats, "today", lambda zone_name="": MONDAY)
    page = " ".join(text(clerk, "/").split())
    assert '<h2>华圣食堂</h2> <p class="figure">2<small>' in page
    assert "<dt>居民自付</dt><dd>25.00</dd>" in page
    assert "<dt>补贴</dt><dd>5.00</dd>" in page
    assert '<h2>富源食堂</h2> <p class="figure">0<small>' in page
    assert page.count("在线") == 2


def test_kiosks_tell_what_is_not_yet_sent(sold, clerk):
    with writing(sold.office.engine) as connection:
        connection.execute(journals.update().where(journals.c.site == HERE).values(claimed_seq=1314))
        connection.execute(devices.update().where(devices.c.site == THERE).values(revoked_at_ms=1))
    page = text(clerk, "/kiosks?lang=en")
    assert 'data-label="Not yet sent">1,312</td>' in page
    assert "kiosk at huasheng" in page
    assert "1312 records wait there though it is in contact" in page
    assert "kiosk at fuyuan" not in page
    assert "kiosk at fuyuan" in text(clerk, "/kiosks?which=revoked")
    assert "kiosk at fuyuan" not in text(clerk, "/")


@pytest.mark.parametrize("path", ["/", "/kiosks"])
def test_a_kiosk_that_is_not_heard_says_since_when_within_a_minute(sold, clerk, monkeypatch, path):
    heard = sold.office.moment()
    with writing(sold.office.engine) as connection:
        for device in (HERE, THERE):
            wanted = devices.c.site == device
            device_id = connection.execute(sa.select(devices.c.device_id).where(wanted)).scalar_one()
            seen(connection, sold.office.region_id, device_id, heard)

    def later(ms: int, wall_step_ms: int = 0) -> None:
        moment = Heard(heard.at_ms + ms + wall_step_ms, heard.boot_id, heard.monotonic_ms + ms)
        monkeypatch.setattr(sold.office, "moment", lambda: moment)

    later(SILENCE_MS - 1, wall_step_ms=3_600_000)
    assert text(clerk, f"{path}?lang=en").count("In contact") == 2, "a clock that is set cuts no cable"
    later(SILENCE_MS)
    page = text(clerk, f"{path}?lang=zh")
    assert page.count(f"{formats.when(heard.at_ms)} 起没有联系") == 2
    unsent = '<td class="num" data-label="待送">–</td>' if path == "/kiosks" else '<td class="num">–</td>'
    assert page.count(unsent) == 2, "what it has not sent is not known"
    later(600_000, wall_step_ms=-600_000)
    assert text(clerk, path).count("起没有联系") == 2, "nor does it mend one"
    later(2 * 86_400_000)
    assert text(clerk, path).count('lamp brick">') == 2


def test_sales_show_what_the_receipt_shows(sold, clerk):
    page = text(clerk, f"/sales?day={MONDAY}")
    receipt = f"2-{sold.journals[HERE][2][:4].hex()}"
    assert f"<code>{receipt}</code>" in page
    assert "12:00:00" in page  # of the site, not of Greenwich
    assert ">陈测试</a>" in page
    assert "<dt>合计（元）</dt><dd>30.00</dd>" in page


def test_guests_are_listed_with_the_days_sales(sold, clerk):
    sold.sell_beside(Line(GUEST_MEAL, 2, 1800), day=MONDAY)
    sold.sell_beside(Line("soup", 1, 300), resident_id=ELDER, day=MONDAY)
    page = text(clerk, f"/sales?lang=en&day={MONDAY}")
    assert ">Cash<" in page
    assert '<td class="num">2</td><td class="num">36.00</td>' in page
    assert "<dt>Guests and extras</dt><dd>39.00</dd>" in page
    assert "<dt>Together, yuan</dt><dd>69.00</dd>" in page
    assert ">39.00</td>" in text(clerk, f"/meals?{DAYS}")


def test_sales_open_on_the_last_day_that_had_any(sold, clerk):
    assert f'value="{TUESDAY}"' in text(clerk, "/sales")
    assert f'value="{MONDAY}"' in text(clerk, f"/sales?site={HERE}")


def test_sales_by_the_page(sold, clerk, monkeypatch):
    monkeypatch.setattr("sync.office.services.canteen.sales.SALES_PER_PAGE", 1)
    monkeypatch.setattr("sync.office.services.canteen.pages.SALES_PER_PAGE", 1)
    first, second = (text(clerk, f"/sales?day={MONDAY}&page={n}&lang=en") for n in (0, 1))
    assert ("Page 1 of 2" in first, "Page 2 of 2" in second) == (True, True)
    assert ("李测试" in first, "陈测试" in first, "陈测试" in second) == (True, False, True)


def test_a_card_that_a_counter_blocked_is_lost_on_every_page(sold, clerk):
    token = "nfc:04000000000001"
    assert text(clerk, "/residents/1").count(">正常<") == 2
    assert sold.write(CARD_LOST, CardReported(token, ELDER)) == []
    key, seq, _hash = sold.journals[HERE]
    with writing(sold.office.engine) as connection:
        alone(connection, key.region_id)
        events.check(connection, SimpleNamespace(key=key, place=(key.region_id, key.journal_id, seq, seq)))
    page = text(clerk, "/residents/1")
    assert (page.count(">正常<"), page.count(">已挂失<")) == (1, 1)
    assert ">已挂失<" in text(clerk, "/residents")
    with writing(sold.office.engine) as connection:
        cards = sold.office.region_id, [Card(token=token, number=1, resident_id=ELDER, level=CardLevel.UID)]
        assert [each.status for each in with_status(connection, *cards)] == [CardStatus.LOST]


def test_a_card_past_its_last_day_is_not_called_good(books, clerk):
    books.import_(
        {
            "cards": [
                {"token": "qr:9", "number": 9, "resident_id": YOUNG, "level": 2, "last_day": "2020-12-31"}
            ]
        }
    )
    assert "2020-12-31 到期" in text(clerk, "/residents/2")


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
    page = text(clerk, f"/cash?lang=en&from={MONDAY}&to={MONDAY}")
    assert "<dt>Expected</dt><dd>900.00</dd>" in page
    assert "<dt>Counted</dt><dd>899.50</dd>" in page
    assert ">\N{MINUS SIGN}0.50</dd>" in page
    assert ">\N{MINUS SIGN}2.00</span>" in page
    assert ">+1.50</span>" in page
    assert "少找了两元" in page
    assert (
        "富源" not in text(clerk, f"/cash?lang=zh&from={MONDAY}&to={MONDAY}&site={HERE}").split("<table>")[1]
    )
    assert "这几天没有交班" in text(clerk, f"/cash?lang=zh&from={TUESDAY}&to={TUESDAY}")
    rows = list(
        csv.reader(io.StringIO(clerk.get(f"/cash.csv?from={MONDAY}&to={MONDAY}").data.decode("utf-8-sig")))
    )
    assert sorted(row[5:9] for row in rows[1:]) == [
        ["100.00", "101.50", "1.50", "'=多一元五"],
        ["300.00", "298.00", "-2.00", "少找了两元"],
        ["500.00", "500.00", "0.00", ""],
    ]


ODD = [
    ("get", "/nowhere", 404),
    ("get", "/residents/9999", 404),
    ("post", "/sales", 405),
    ("post", "/reviews/close", 400),
]


@pytest.mark.parametrize(("method", "path", "code"), ODD)
def test_what_goes_wrong_is_said_on_a_page_of_ours(books, clerk, method, path, code):
    for language, words in (("zh", "回到总览"), ("en", "Back to the overview")):
        clerk.get(f"/?lang={language}")
        answer = clerk.get(path) if method == "get" else clerk.post(path, {"csrf_token": "old"})
        page = answer.get_data(as_text=True)
        assert answer.status_code == code
        assert words in page
        assert f'<html lang="{ {"zh": "zh-CN"}.get(language, language) }">' in page
        assert "console.css" in page
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


def test_a_fault_of_ours_is_said_calmly_and_tells_nothing(books, clerk, monkeypatch):
    def fault(*_: object) -> None:
        raise RuntimeError("secret")

    books.app.config["PROPAGATE_EXCEPTIONS"] = False
    monkeypatch.setattr(people, "resident_page", fault)
    answer = clerk.get("/residents?lang=zh")
    assert answer.status_code == 500
    assert "数据没有丢" in answer.get_data(as_text=True)
    assert "secret" not in answer.get_data(as_text=True)


def test_the_language_stays_when_somebody_logs_in(books):
    books.hire()
    browser = books.browser()
    browser.get("/login?lang=zh", headers={"Accept-Language": "en"})
    browser.log_in()
    assert "总览" in text(browser, "/", **{"Accept-Language": "en"})


def test_a_resident_has_money_cards_and_meals(sold, clerk):
    page = text(clerk, f"/residents/{ELDER}?lang=en")
    assert "80.00<small>yuan of own money" in page
    assert "Authenticated: cannot be copied" in page
    assert "Signed: a copy is possible" in page
    assert page.count("<code>1-") == 2
    assert "Chip number only: easily copied" in text(clerk, f"/residents/{YOUNG}?lang=en")
    assert clerk.get("/residents/99").status_code == 404


def test_a_residents_photo_is_for_clerks_and_kept_by_no_browser(sold, clerk):
    assert clerk.get(f"/residents/{ELDER}/photo").status_code == 404
    with writing(sold.office.engine) as connection:
        publish_photos(connection, sold.office.region_id, {ELDER: Photo(b"a face")})
    answer = clerk.get(f"/residents/{ELDER}/photo")
    assert (answer.data, answer.mimetype, answer.headers["Cache-Control"]) == (
        b"a face",
        "image/webp",
        "no-store",
    )
    assert f'src="/residents/{ELDER}/photo"' in text(clerk, f"/residents/{ELDER}?lang=en")
    assert sold.browser().get(f"/residents/{ELDER}/photo").status_code == 302


def test_names_are_shown_and_not_run(books, clerk):
    person = {"id": 5, "name": "<b>陈</b>", "born": "1950-01-01", "home_site": HERE}
    books.import_({"residents": [person]})
    assert "&lt;b&gt;陈&lt;/b&gt;" in text(clerk, "/residents")


@pytest.mark.parametrize(
    ("search", "found"), [("陈", [ELDER]), ("测试", [ELDER, YOUNG]), ("%", []), ("_", [])]
)
def test_residents_by_any_part_of_the_name(on_both, search, found):
    on_both.import_(small_file())
    with reading(on_both.office.engine) as connection:
        page = people.resident_page(connection, 1, search)
    assert [line.resident.id for line in page.lines] == found


@pytest.mark.parametrize(
    "search",
    [
        *("1", "0001", "ccs", "CC", "6789", "138 0596 6789", "2", "qr:2", "nfc:04000000000001"),
        *("04:00:00:00:00:00:01", "1125899906842625", "281474976710660"),
    ],
)
def test_residents_by_number_initials_telephone_and_card(on_both, search):
    content = small_file()
    content["residents"][0] |= {"phone_tail": "6789", "initials": "ccs"}
    on_both.import_(content)
    with reading(on_both.office.engine) as connection:
        page = people.resident_page(connection, on_both.office.region_id, search)
    assert ELDER in [line.resident.id for line in page.lines]
    assert len(page.lines) == (2 if search == "2" else 1)  # card 2 is the elder's, number 2 the other's


@pytest.mark.parametrize("search", ["67", "c", "9", "0", "cs", "5678901"])
def test_what_nobody_has_finds_nobody(on_both, search):
    content = small_file()
    content["residents"][0] |= {"phone_tail": "6789", "initials": "ccs"}
    on_both.import_(content)
    with reading(on_both.office.engine) as connection:
        assert people.resident_page(connection, on_both.office.region_id, search).lines == []


def test_residents_in_the_order_of_their_numbers(on_both):
    ids = [*range(1, 13), *range(95, 140), 1000]
    everybody = [
        {"id": n, "name": "某", "born": "1950-01-01", "home_site": HERE, "opening_fen": n} for n in ids
    ]
    on_both.import_({"sites": small_file()["sites"], "residents": everybody})
    with reading(on_both.office.engine) as connection:
        first = people.resident_page(connection, 1)
        second = people.resident_page(connection, 1, after=first.next_after)
    lines = [*first.lines, *second.lines]
    assert [line.resident.id for line in lines] == ids
    assert [line.balance_fen for line in lines] == ids
    assert len(first.lines) == people.RESIDENTS_PER_PAGE
    assert second.next_after is None


def test_reviews_say_what_happened(books, clerk):
    books.sell(elders=500)
    key: JournalKey = books.journals[HERE][0]
    with writing(books.office.engine) as connection:
        reviews.put_up(connection, key, [Finding(7, "unbalanced", "FEN 3"), Finding(8, "something_new", "x")])
    page = text(clerk, "/reviews?lang=en")
    assert "postings do not balance" in page
    assert "something_new" in page
    assert "kiosk at huasheng" in page
    assert "Records that somebody should look at: 2" in text(clerk, "/")


def test_the_meals_page_has_total_and_proof(sold, clerk):
    page = " ".join(text(clerk, f"/meals?{DAYS}&lang=en").split())
    assert "Proved: the report agrees with the ledger" in page
    assert '<td class="num">45.00</td>' in page
    assert "Elder meals" in page
    assert '<section class="panel proof leaf">' in page


def test_json(sold, clerk):
    answer = clerk.get(f"/meals.json?{DAYS}")
    assert "meals-2026-11-16-2026-11-18.json" in answer.headers["Content-Disposition"]
    report = json.loads(answer.data)
    assert report["total"]["full_fen"] == 4500
    assert report["proof"]["holds"] is True
    assert [line["site"] for line in report["lines"]] == [HERE, HERE, THERE]


def test_csv(sold, clerk):
    answer = clerk.get(f"/meals.csv?{DAYS}")
    assert answer.data.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert len(rows) == 3
    assert rows[2] == {
        "day": "2026-11-17",
        "site": THERE,
        "meal": "lunch",
        "band": "60+",
        "portions": "1",
        "full_yuan": "15.00",
        "own_yuan": "10.00",
        "subsidy_yuan": "5.00",
        "other_yuan": "0.00",
        "programme_elders_yuan": "4.00",
        "programme_town_yuan": "1.00",
    }


def test_workbook(sold, clerk):
    book = load_workbook(io.BytesIO(clerk.get(f"/meals.xlsx?{DAYS}").data))
    assert book.sheetnames == ["用餐", "访客和加菜", "补贴项目", "核对"]
    rows = list(book["用餐"].values)
    assert rows[0][:5] == ("日期", "站点", "餐次", "年龄", "份数")
    assert rows[1] == ("2026-11-16", "华圣食堂", "午餐", "0-59", 1, 15, 15, 0, 0, 0, 0)
    assert rows[-1] == ("合计", None, None, None, 3, 45, 35, 10, 0, 9, 1)
    assert list(book["补贴项目"].values)[1:] == [
        ("长者助餐", 2, 9),
        ("镇补贴", 1, 1),
        ("合计", None, 10),
    ]
    assert next(book["核对"].values) == ("核对", "一致")


def test_a_kiosk_cannot_smuggle_in_a_formula(sold, clerk):
    sold.sell(day=MONDAY, band="=1+1", elders=500)
    rows = list(csv.DictReader(io.StringIO(clerk.get(f"/meals.csv?{DAYS}").data.decode("utf-8-sig"))))
    assert "'=1+1" in [row["band"] for row in rows]
    sheet = load_workbook(io.BytesIO(clerk.get(f"/meals.xlsx?{DAYS}").data))["用餐"]
    assert [cell.data_type for cell in sheet["D"] if cell.value == "=1+1"] == ["s"]


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/meals?from=2026-11-18&to=2026-11-16", "before the first day"),
        ("/meals.csv?from=yesterday", "yesterday is no day such as 2025-01-31"),
        ("/sales?page=-1", "-1 is no whole number"),
        ("/sales?page=99999999999999999999", "is no whole number"),
        ("/sales?day=<b>", "&lt;b&gt; is no day"),
        ("/residents?after=x", "x is no whole number"),
    ],
)
def test_bad_addresses_are_explained(clerk, path, said):
    clerk.get("/?lang=en")
    answer = clerk.get(path)
    assert answer.status_code == 400
    assert said in answer.get_data(as_text=True)


@pytest.mark.parametrize(
    ("path", "field", "said"),
    [
        ("/meals?from=2026-11-18&to=2026-11-16", "to", "结束日期早于开始日期。"),
        ("/meals?from=&to=2026-11-16", "from", "请填完整的日期。"),
        ("/cash?from=2026-11-18&to=2026-11-16", "to", "结束日期早于开始日期。"),
        ("/cash?to=2026-02-30", "to", "2026-02-30 不是日期，应如 2025-01-31。"),
        ("/sales?day=", "day", "请填完整的日期。"),
        ("/orders?day=morgen", "day", "morgen 不是日期，应如 2025-01-31。"),
    ],
)
def test_a_wrong_day_is_said_at_its_field_and_nothing_is_listed(sold, clerk, path, field, said):
    answer = clerk.get(path)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 400
    assert f'<span class="wrong" id="wrong-{field}" role="alert">{said}</span>' in page
    assert f'aria-describedby="wrong-{field}" autofocus' in page
    assert page.count('class="wrong"') == 1
    assert "<table>" not in page
    assert f'name="{field}"' in page, "the form is still there"


def test_a_last_day_is_not_before_a_first_day_that_nobody_gave(books):
    """The first day that stands in its place, of this month, is none of the clerk's."""
    with books.app.test_request_context():
        query = Query({"from": "", "to": "2026-11-16"})
        query.days(date(2026, 12, 1), date(2026, 12, 31))
    assert list(query.wrong) == ["from"]


@pytest.mark.parametrize("number", ["9" * 16, "9" * 30, "9" * 5000, "٣", "-1"])
def test_no_number_in_an_address_is_a_page_of_nobody(clerk, number):
    assert clerk.get(f"/residents/{number}").status_code == 404


def test_languages(sold, clerk):
    assert 'lang="zh-CN"' in text(clerk, "/")
    assert 'lang="en"' in text(clerk, "/", **{"Accept-Language": "en-GB,en;q=0.9"})
    assert 'lang="zh-CN"' in text(clerk, "/", **{"Accept-Language": "zh-TW"})
    assert 'lang="zh-CN"' in text(clerk, "/", **{"Accept-Language": "fr"})
    assert "Huasheng" in text(clerk, "/?lang=en")
    assert "Huasheng" in text(clerk, "/")  # the choice is kept
    assert "华圣食堂" in text(clerk, "/?lang=zh")
    assert "华圣食堂" in text(clerk, "/?lang=tlh")
    assert 'href="?q=a%26b&amp;lang=en"' in text(clerk, "/residents?q=a%26b&lang=zh"), (
        "what was asked for stays"
    )


@pytest.mark.parametrize(
    ("fen", "shown"), [(0, "0.00"), (5, "0.05"), (123456, "1,234.56"), (-1000, "\N{MINUS SIGN}10.00")]
)
def test_yuan(fen, shown):
    assert formats.yuan(fen) == shown


def test_devices_need_no_login(books):
    client = books.app.test_client()
    assert client.get("/healthz").status_code == 200
    assert client.post("/catalogue", data=b"x").status_code not in (302, 403, 429)


def test_a_meal_served_twice_shows_both_records(sold, clerk):
    here, there = (sold.journals[site][0] for site in (HERE, THERE))
    with writing(sold.office.engine) as connection:
        for key, other in ((here, there), (there, here)):
            detail = f"{other.journal_id.hex()} 1"
            reviews.put_up(connection, key, [Finding(1, "duplicate_meal", detail)])
    page = text(clerk, "/reviews?lang=en")
    assert page.count("Two records side by side") == 1
    assert page.count('<section class="tile">') == 2
    assert "kiosk at huasheng" in page
    assert "<code>programme/elders</code></dt><dd>\N{MINUS SIGN}5.00</dd>" in page


@pytest.mark.parametrize("detail", ["", "x", "00" * 16, "00" * 16 + " x", "card=1 apart_s=3"])
def test_a_review_that_names_no_other_record_is_shown_all_the_same(sold, clerk, detail):
    key = sold.journals[HERE][0]
    codes = ("duplicate_meal", "card_at_two_sites", cash.UNSEEN, "ration_used_up", "cloned_device")
    with writing(sold.office.engine) as connection:
        reviews.put_up(connection, key, [Finding(1, code, detail) for code in codes])
    page = text(clerk, "/reviews?lang=en")
    assert "One subsidised meal was served at two kiosks" in page
    assert "Two records side by side" not in page


def test_the_largest_possible_loss_is_one_figure(sold, clerk):
    page = text(clerk, "/exposure?lang=en")
    assert '<p class="figure">600.00<small>' in page  # two kiosks' pools of courtesy
    assert "kiosk at fuyuan" in page


def test_a_counters_request_is_read_in_words_and_settled(books, clerk):
    wish = CorrectionAsked(ELDER, HERE, Matter.CATEGORY_MISSING, "living_alone")
    assert books.write(CORRECTION_ASKED, wish, operator="li")
    page = text(clerk, "/reviews")
    assert "应是：独居 (li)" in page
    assert f'href="/residents/{ELDER}"' in page
    key: JournalKey = books.journals[HERE][0]
    form = {"journal": key.journal_id.hex(), "seq": "1", "code": "correction_asked"}
    assert clerk.post("/reviews/close", form).status_code == 400, "without the page's token"
    assert "独居" in text(clerk, "/reviews")
    token = page.partition('name="csrf_token" value="')[2].partition('"')[0]
    assert clerk.post("/reviews/close", form | {"csrf_token": token}).location == "/reviews"
    assert "独居" not in text(clerk, "/reviews")
    assert clerk.post("/reviews/close", form | {"csrf_token": token, "seq": "x"}).status_code == 400


def test_a_stranger_settles_nothing(books):
    books.write(CORRECTION_ASKED, CorrectionAsked(ELDER, HERE, Matter.NAME))
    stranger = books.browser()
    form = {"journal": books.journals[HERE][0].journal_id.hex(), "seq": "1", "code": "correction_asked"}
    answer = stranger.post("/reviews/close", form | {"csrf_token": stranger.token()})
    assert answer.location.startswith("/login")
    books.hire()
    assert stranger.log_in().status_code == 302
    assert "名字不对" in text(stranger, "/reviews")


def test_a_clerk_says_that_the_cash_which_was_shown_is_there(books, clerk):
    books.sell(elders=500)
    key: JournalKey = books.journals[HERE][0]
    with writing(books.office.engine) as connection:
        reviews.put_up(connection, key, [Finding(7, cash.UNSEEN, "paid_fen=300000 limit_fen=200000")])
    page = text(clerk, "/reviews?lang=en")
    assert "The cash is there" in page
    assert "3,000.00 yuan not seen, 2,000.00 yuan are believed" in page
    shown_fen = page.partition('name="shown_fen" value="')[2].partition('"')[0]
    token = page.partition('name="csrf_token" value="')[2].partition('"')[0]
    form = {"csrf_token": token, "journal": key.journal_id.hex(), "seq": "7", "code": cash.UNSEEN}
    assert clerk.post("/reviews/seen", form).status_code == 400, "without the sum"
    assert clerk.post("/reviews/seen", form | {"shown_fen": shown_fen}).location == "/reviews"
    assert "The cash is there" not in text(clerk, "/reviews?lang=en")


def test_a_clerk_who_found_no_second_kiosk_ends_what_nobody_writes_any_more(books, clerk):
    books.sell(elders=500)
    lost: JournalKey = books.journals[HERE][0]
    goes_on = JournalKey(lost.region_id, b"\1" * 16)
    with writing(books.office.engine) as connection:
        device_id = heads.lock_head(connection, lost).device_id
        heads.begin_journal(connection, goes_on, device_id, HERE)
        detail = f"also_alive={lost.journal_id.hex()}"
        reviews.put_up(connection, goes_on, [Finding(1, "cloned_device", detail)])
    page = text(clerk, "/reviews?lang=en")
    assert "There is no second kiosk" in page
    token = page.partition('name="csrf_token" value="')[2].partition('"')[0]
    form = {"csrf_token": token, "journal": goes_on.journal_id.hex(), "seq": "1", "code": "cloned_device"}
    assert clerk.post("/reviews/only-one", form).location == "/reviews"
    assert "There is no second kiosk" not in text(clerk, "/reviews?lang=en")
    with reading(books.office.engine) as connection:
        assert heads.open_journals(connection, lost.region_id, device_id) == [goes_on]


def test_what_staff_chose_as_the_reason_is_said_in_the_reader_s_language(books, clerk):
    for number, reason in enumerate(CHOSEN_REASONS, start=1):
        close_out(books, number, 10_000, 9_900, reason)
    address = f"/cash?from={MONDAY}&to={MONDAY}"
    page = text(clerk, f"{address}&lang=zh")
    assert not [each for each in CHOSEN_REASONS if each in page]
    assert all(each in page for each in ("找错钱", "数错了", "拿走过现金", "说不清"))
    assert "the cause is not known" in text(clerk, f"{address}&lang=en")
