"""What holds of every office page: refused to strangers, calm about faults, in both languages."""

from __future__ import annotations

from datetime import date

import pytest

from sync.office.console import formats
from sync.office.console.queries import Query
from sync.office.console.residents import found as people
from sync.office.people.access.permissions import Role
from sync.office.people.access.posts import Post
from tests.office.books import open_books

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
ODD = [
    ("get", "/nowhere", 404),
    ("get", "/residents/9999", 404),
    ("post", "/sales", 405),
    ("post", "/reviews/close", 400),
]


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


def test_strangers_are_sent_to_the_login(books):
    for path in (*PAGES, *FILES):
        answer = books.browser().get(path)
        assert answer.status_code == 302, path
        assert answer.location.startswith("/login?next="), path
        assert "测试" not in answer.get_data(as_text=True), path


def test_no_page_may_run_or_load_anything_foreign(sold, clerk):
    for path in (*PAGES, "/login", "/nothing-here"):
        answer = clerk.get(path)
        if path != "/nothing-here":
            policy = answer.headers["Content-Security-Policy"]
            assert "default-src 'none'" in policy, path
            assert "script" not in policy, path
            assert "unsafe" not in policy, path
            assert answer.headers["Cache-Control"] == "no-store", path
        page = answer.get_data(as_text=True)
        found = [each for each in ("<script", "http://", "https://", " style=", " onclick=") if each in page]
        assert not found, path


def test_an_empty_office_has_pages_too(tmp_path):
    with open_books(tmp_path / "empty") as empty:
        empty.hire(as_=[Post(Role.MANAGER)])
        browser = empty.browser()
        browser.log_in()
        for path in (*PAGES, *FILES):
            assert browser.get(path).status_code == (404 if path == "/residents/1" else 200), path


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
    assert "总览" in browser.text("/", **{"Accept-Language": "en"})


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
    assert 'lang="zh-CN"' in clerk.text("/")
    assert 'lang="en"' in clerk.text("/", **{"Accept-Language": "en-GB,en;q=0.9"})
    assert 'lang="zh-CN"' in clerk.text("/", **{"Accept-Language": "zh-TW"})
    assert 'lang="zh-CN"' in clerk.text("/", **{"Accept-Language": "fr"})
    assert "Huasheng" in clerk.text("/?lang=en")
    assert "Huasheng" in clerk.text("/")  # the choice is kept
    assert "华圣食堂" in clerk.text("/?lang=zh")
    assert "华圣食堂" in clerk.text("/?lang=tlh")
    assert 'href="?q=a%26b&amp;lang=en"' in clerk.text("/residents?q=a%26b&lang=zh"), (
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
