"""Lists of residents as offices have them: every mistake is named by its cell, nothing is half imported."""

from __future__ import annotations

import html
import io
import re
from datetime import date
from typing import Any

import pytest
from openpyxl import Workbook

from sync.office.importing.sheets import cells
from sync.office.importing.sheets.columns import OF_REGISTER, NoHead, RegisterColumn, head_of, letter
from sync.office.store.database import reading
from sync.office.store.tables import sheets
from tests.office.books import ELDER, HERE, THERE, YOUNG, Books, Browser
from tests.office.pages.residents.form import entries, id_number

CELL = re.compile(
    r"<td><b>([A-Z]*\d+)</b></td><td class=\"prose\">([^<]*)</td><td class=\"prose\">([^<]*)</td>"
)
HEAD = [
    "序号",
    "姓 名",
    "身份证号码",
    "出生年月",
    "联系电话（必填）",
    "助餐点",
    "家庭住址",
    "人员类别",
    "备注",
]
GOOD = id_number(date(1950, 2, 3), 12)
LOST = 320507195002030121  # typed as a number
OTHER = id_number(date(1948, 7, 1), 34)


def workbook(*rows: list[Any], merged: tuple[str, ...] = ()) -> bytes:
    """With two rows of titles above the head, as such sheets have them."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["2026 年社区长者助餐登记表"])
    sheet.merge_cells("A1:I1")
    sheet.append(["填表人：测试", None, None, "2026-11-28"])
    for row in rows:
        sheet.append(row)
    for each in merged:
        sheet.merge_cells(each)
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()


def send(browser: Browser, content: bytes, name: str = "名单.xlsx", site: str = "") -> Any:
    page = browser.get("/residents/sheets").get_data(as_text=True)
    token = page.partition('name="csrf_token" value="')[2].partition('"')[0]
    form: dict[str, Any] = {"csrf_token": token, "home_site": site, "sheet": (io.BytesIO(content), name)}
    return browser.post("/residents/sheets", form, content_type="multipart/form-data")


def touch(browser: Browser, path: str, what: str) -> Any:
    page = browser.get(path).get_data(as_text=True)
    token = page.partition('name="csrf_token" value="')[2].partition('"')[0]
    return browser.post(f"{path}/{what}", {"csrf_token": token})


def counts(browser: Browser, path: str) -> list[int]:
    """Rows, new, changed, as before, cells to mend."""
    page = browser.get(path).get_data(as_text=True)
    return [int(each) for each in re.findall(r"<dd[^>]*>(\d+)</dd>", page)]


def mistaken_rows() -> list[list[Any]]:
    """A dozen kinds of mistakes, a cell each, and one row without."""
    return [
        HEAD,
        [1, "", GOOD, None, None, "华圣食堂", None, None, None],
        [2, "赵一", GOOD[:17] + ("0" if GOOD[17] != "0" else "1"), None, None, HERE, None, None, None],
        [3, "赵二", GOOD[:16], None, None, HERE, None, None, None],
        [4, "赵三", LOST, None, None, HERE, None, None, None],
        [5, "赵四", OTHER, "1950-02-03", None, HERE, None, None, None],
        [6, "赵五", None, "1956年3月", None, HERE, None, None, None],
        [7, "赵六", None, "1956-02-30", None, HERE, None, None, None],
        [8, "赵七", None, "2056-02-03", None, HERE, None, None, None],
        [9, "赵八", None, None, None, HERE, None, None, None],
        [10, "赵九", None, "1956-02-03", "找女儿", HERE, None, None, None],
        [11, "赵十", None, "1956-02-03", None, "别处食堂", None, None, None],
        [12, "钱一", GOOD, None, None, HERE, None, None, None],
        [13, "钱二", GOOD, None, None, HERE, None, None, None],
        [14, "孙好", None, "1956-02-03", None, HERE, None, None, None],
    ]


def test_twelve_kinds_of_mistakes_are_each_named_by_cell_value_and_what_is_right(
    books: Books, clerk: Browser
) -> None:
    rows = mistaken_rows()
    path = send(clerk, workbook(*rows)).location
    page = clerk.get(path).get_data(as_text=True)
    assert {cell: (html.unescape(given), html.unescape(why)) for cell, given, why in CELL.findall(page)} == {
        "B4": ("–", "请填写这一项。"),
        "C5": (rows[2][2], f"有一位写错了：按其他各位，最后一位应是 {GOOD[17]}。"),
        "C6": (GOOD[:16], "身份证号应为 18 位，旧号 15 位。"),
        "C7": (
            str(int(float(f"{LOST:.16g}"))),
            "Excel 已丢失末几位数字。请把这一列设为文本格式，重新输入号码。",
        ),
        "D8": ("1950-02-03", "身份证号上的出生日期是 1948-07-01。"),
        "D9": ("1956年3月", "缺少“日”：1956年3月几日？"),
        "D10": ("1956-02-30", "这不是日期。请写成 1956-03-05 或 1956年3月5日。"),
        "D11": ("2056-02-03", "出生日期应在 1880 年到今天之间。"),
        "D12": ("–", "请填写这一项。"),
        "E13": ("找女儿", "这不是电话号码：应为 7 到 15 位数字。"),
        "F14": ("别处食堂", "请从中选一个：Fuyuan、Huasheng、fuyuan、huasheng、华圣食堂、富源食堂"),
        "C15": (GOOD, "与第 4 行是同一个人。"),
        "C16": (GOOD, "与第 4 行是同一个人。"),
    }
    assert "没有用到的列：序号、备注" in page
    assert touch(clerk, path, "import").status_code == 302
    assert entries(books, 3) == {}, "with one problem nothing is imported"
    assert counts(clerk, path)[-1] == 13
    with reading(books.office.engine) as connection:
        kept = b"".join(bytes(row.sealed) for row in connection.execute(sheets.select()))
    assert b"PK" not in kept[:4], "what waits is encrypted"


def good_rows() -> list[list[Any]]:
    return [
        HEAD,
        [1, "赵 新", GOOD, "1950年2月", 13900001234, "华圣食堂", "3 号楼", "独居、高龄", "备注"],
        [2, "钱新", None, date(1948, 7, 1), "0512-65500000", HERE, None, None, None],
        [3, "孙新", "320507480701034", 17715, None, "Fuyuan", "5 号楼", None, None],
        [4, "陈测试", None, "1944.5.6", "13911112222", None, None, None, None],
    ]


def test_a_good_list_is_imported_once_and_taken_back_whole(books: Books, clerk: Browser) -> None:
    before = {number: entries(books, number) for number in (ELDER, YOUNG)}
    path = send(clerk, workbook(*good_rows(), merged=("G4:G5",))).location
    assert counts(clerk, path) == [4, 3, 1, 0, 0]
    assert entries(books, 3) == {}, "a look changes nothing"
    touch(clerk, path, "import")
    first, second, third = (next(iter(entries(books, number).items())) for number in (3, 4, 5))
    assert (first[0], first[1].name, first[1].born) == (f"site:{HERE}", "赵新", date(1950, 2, 3))
    assert first[1].categories == ("living_alone", "advanced_age")
    assert (second[1].building, second[1].phone_tail) == ("3 号楼", "0000"), "the cell spans both rows"
    assert (third[0], third[1].born) == (f"site:{THERE}", date(1948, 7, 1))
    assert entries(books, ELDER)[f"site:{HERE}"].phone_tail == "2222"

    again = send(clerk, workbook(*good_rows(), merged=("G4:G5",))).location
    assert counts(clerk, again) == [4, 0, 0, 4, 0]
    touch(clerk, again, "import")
    assert entries(books, 6) == {}

    assert touch(clerk, path, "take-back").status_code == 302
    assert {number: entries(books, number) for number in (ELDER, YOUNG)} == before
    assert [entries(books, number) for number in (3, 4, 5)] == [{}, {}, {}]
    with reading(books.office.engine) as connection:
        assert [row.state for row in connection.execute(sheets.select())] == ["taken_back", "imported"]


def test_what_is_used_by_now_keeps_the_whole_list(books: Books, clerk: Browser) -> None:
    path = send(clerk, workbook(*good_rows())).location
    touch(clerk, path, "import")
    books.sell(4, elders=500)
    answer = touch(clerk, path, "take-back")
    assert answer.status_code == 409
    assert "编号 4 的居民已经有卡或有账" in answer.get_data(as_text=True)
    assert all(entries(books, number) for number in (3, 4, 5))


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8", "utf-8-sig"])
def test_csv_in_each_way_that_windows_writes_it(books: Books, clerk: Browser, encoding: str) -> None:
    text = f"登记表,,\r\n姓名,身份证号,站点\r\n赵新,{GOOD},\r\n"
    path = send(clerk, text.encode(encoding), "名单.csv", site=HERE).location
    assert counts(clerk, path) == [1, 1, 0, 0, 0]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "请先选一个文件"),
        (b"PK\x03\x04 broken", "这不是 Excel 或 CSV 文件"),
        (b"\x89PNG\0\0", "这不是 Excel 或 CSV 文件"),
        ("甲,乙\n丙,丁\n".encode(), "前二十行里没有表头"),
        ("姓名,电话,手机\n".encode(), "B 列和 C 列意思相同"),
    ],
)
def test_what_is_no_list_is_said_at_the_file(clerk: Browser, content: bytes, said: str) -> None:
    answer = send(clerk, content)
    assert answer.status_code == 400
    assert said in answer.get_data(as_text=True)


def test_nobody_opens_anothers_list(books: Books, clerk: Browser) -> None:
    path = send(clerk, workbook(*good_rows())).location
    books.hire("other")
    browser = books.browser()
    browser.log_in("other")
    assert browser.get(path).status_code == 404


def test_columns_are_called_as_excel_calls_them() -> None:
    assert [letter(each) for each in (0, 25, 26, 51, 52, 701, 702)] == [
        "A",
        "Z",
        "AA",
        "AZ",
        "BA",
        "ZZ",
        "AAA",
    ]
    head = head_of([["名单"], ["＊姓名", "身份证", "不认识"]], OF_REGISTER)
    assert (head.row, head.places, head.left_out) == (
        2,
        {RegisterColumn.NAME: 0, RegisterColumn.ID_NUMBER: 1},
        ("不认识",),
    )
    with pytest.raises(NoHead):
        head_of([["身份证", "电话"]], OF_REGISTER)


def test_a_number_of_many_digits_is_never_mended() -> None:
    assert cells.as_text(13900001234.0) == "13900001234"
    assert cells.as_text(320507195002030120.0).startswith(cells.LOST)
    assert cells.as_text(12.5) == "12.5"
