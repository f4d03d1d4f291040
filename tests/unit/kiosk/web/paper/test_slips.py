"""What stands on receipts and on the shift report, read back from the bytes that a printer is sent."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
import zxingcpp
from msgspec.structs import replace

from drivers.printers.layout import commands
from drivers.sim.printing.paper import lines, squares
from drivers.slip import Slip
from kiosk.common.outcomes import Outcome
from kiosk.counter import Counter
from kiosk.front.printing.receipts import receipt_of
from kiosk.ledger.errors import ReceiptUnknown
from kiosk.services.canteen.saying.results import Served
from kiosk.services.till.shift.slip import shift_slip
from kiosk.web.paper.slips import receipt_slip, receipt_text
from tests.factories import World, resident
from tests.printing.paper import draw
from tests.printing.samples import acts, app, counter, report, tap


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Counter]:
    with counter(tmp_path_factory.mktemp("kiosk")) as made, app().app_context():
        yield made


@pytest.fixture(scope="module")
def done(opened: Counter) -> dict[str, Outcome]:
    return acts(opened)


def figures(slip: Slip) -> dict[str, str]:
    """The lines with a word at the left and a figure at the right."""
    found = (line.split("  ", 1) for line in lines(commands(slip, 32)) if "  " in line)
    return {word: figure.strip() for word, figure in found}


def test_a_meal_says_who_paid_what(opened: Counter, done: dict[str, Outcome]) -> None:
    meal = done["meal"]
    slip = receipt_slip(receipt_of(opened, meal))
    paper = lines(commands(slip, 32))
    assert paper[:2] == ["华圣澜山长者食堂", "用餐小票"]
    assert "陈桂英 奶奶" in paper
    assert figures(slip) == {
        "2026-11-23 11:42": "王秀珍",
        "午餐": "15 元",
        "补贴": "5 元",
        "您付": "10 元",
        "余额": "85 元",
        "凭条号": meal.receipt,
    }
    assert squares(commands(slip, 32)) == [meal.receipt]


@pytest.mark.parametrize(
    ("act", "wanted"),
    [
        ("second-portion", {"午餐 第 2 份": "15 元", "您付": "15 元", "余额": "70 元"}),
        ("extra", {"加汤 × 2": "2 元", "加荤菜 × 1": "4 元", "您付": "6 元", "余额": "64 元"}),
        ("guests", {"访客餐 × 12": "180 元", "加汤 × 3": "3 元", "收现金": "183 元"}),
        ("top-up", {"收现金": "50 元", "余额": "114 元"}),
        ("refund", {"原记录号": "4", "退回卡里": "3.5 元", "余额": "117.5 元"}),
        ("undo", {"原记录号": "4", "退回卡里": "6.5 元", "退回补贴": "5 元", "余额": "124 元"}),
        ("cash-back", {"原记录号": "7", "退现金": "50 元"}),
    ],
)
def test_the_other_acts(opened: Counter, done: dict[str, Outcome], act: str, wanted: dict[str, str]) -> None:
    found = figures(receipt_slip(receipt_of(opened, done[act])))
    assert found == {"2026-11-23 11:42": "王秀珍", **wanted, "凭条号": done[act].receipt}


def test_courtesy_is_told(opened: Counter, done: dict[str, Outcome]) -> None:
    served = done["meal"].result
    assert isinstance(served, Served)
    with_courtesy = replace(served, own_fen=350, courtesy_fen=650, balance_fen=-650)
    outcome = replace(done["meal"], result=with_courtesy)
    found = figures(receipt_slip(receipt_of(opened, outcome)))
    assert (found["先记下"], found["您付"], found["还欠"]) == ("6.5 元", "3.5 元", "6.5 元")


def test_a_receipt_as_text_names_nobody(opened: Counter, done: dict[str, Outcome]) -> None:
    told = receipt_text(receipt_of(opened, done["meal"]))
    assert told.splitlines() == [
        "华圣澜山长者食堂",
        "2026-11-23 11:42",
        "午餐 15 元",
        "补贴 5 元",
        "您付 10 元",
        "余额 85 元",
        f"凭条号 {done['meal'].receipt}",
    ]


def test_the_page_of_staff_may_be_english_the_receipt_is_not(
    opened: Counter, done: dict[str, Outcome]
) -> None:
    with app().test_request_context("/?lang=en"):
        assert "您付" in figures(receipt_slip(receipt_of(opened, done["meal"])))


def test_a_receipt_that_is_not_in_the_books(opened: Counter, done: dict[str, Outcome]) -> None:
    forged = msgspec.structs.replace(done["meal"], receipt="4-00000000")
    with pytest.raises(ReceiptUnknown):
        receipt_of(opened, forged)


def test_the_report_of_a_shift(opened: Counter, done: dict[str, Outcome]) -> None:
    slip = shift_slip(report(opened), opened)
    assert figures(slip) == {
        "开班": "2026-11-23 11:42 王秀珍",
        "交班": "2026-11-23 11:42 王秀珍",
        "补贴餐（份）": "1",
        "加餐（份）": "1",
        "撤销（份）": "1",
        "带走（份）": "0",
        "志工餐（份）": "0",
        "本人付（元）": "15",
        "补贴（元）": "0",
        "现金充值（元）": "50",
        "现金售出（元）": "183",
        "退出现金（元）": "-50",
        "开班时钱箱": "200 元",
        "100 元 × 3": "300 元",
        "50 元 × 1": "50 元",
        "10 元 × 2": "20 元",
        "1 元 × 8": "8 元",
        "实点": "378 元",
        "账上应有": "383 元",
        "相差": "-5 元",
        "原因": "找错钱",
        "记录号": "3-12",
        "账本": opened.journal.key.journal_id.hex()[:8],
        "凭条号": report(opened).closing.receipt,
    }


def test_a_receipt_outlives_its_journal(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.add(resident(1001, name="陈桂英"))
    before = world.open()
    meal = tap(before)
    before.leave("history_lost")
    after = world.open()
    with app().app_context():
        assert figures(receipt_slip(receipt_of(after, meal)))["凭条号"] == meal.receipt
    after.close()


def test_the_drawn_code_can_be_read(opened: Counter, done: dict[str, Outcome]) -> None:
    slip = commands(receipt_slip(receipt_of(opened, done["meal"])), 32)
    (found,) = zxingcpp.read_barcodes(draw(slip, 32))
    assert found.text == done["meal"].receipt
