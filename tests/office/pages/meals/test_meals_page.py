"""The meals report: on its page, and as the files that a clerk or a program takes."""

from __future__ import annotations

import csv
import io
import json

from openpyxl import load_workbook

from tests.office.books import HERE, MONDAY, THERE

DAYS = "from=2026-11-16&to=2026-11-18"


def test_the_meals_page_has_total_and_proof(sold, clerk):
    page = " ".join(clerk.text(f"/meals?{DAYS}&lang=en").split())
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
