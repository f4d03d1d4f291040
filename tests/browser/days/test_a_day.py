"""One day of a canteen from the first touch to the last: a loose cable, no paper, a count.

Told in the order of a real day, in the deep tier with 78 eaters. What should be in the box and in the books
is reckoned here from prices alone, not from what the kiosk said.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Page, expect

from drivers.sim.cards.spec import CardSpec
from drivers.sim.printing.paper import lines, squares
from drivers.supervision import Reason
from kiosk.ledger.accounts import cash_box, own_money, programme, revenue, safe
from kiosk.services.canteen.extras.selling import SERVICE as EXTRAS
from sync.demo.people import ELDERS, HERE, YOUNGER
from sync.demo.relay import Relay
from sync.office.services.canteen.invented.village import SUBSIDY
from sync.stages.backoff import LONGEST_S
from tests.browser.hands import find, on_keys, open_shift, pick
from tests.browser.real import Place, open_staff, running
from tests.stories.town import BIN, OPENING_FEN, PATIENCE_S, Station, devices, employed_office, process, until
from tests.tiers import in_both

FLOAT_FEN = 20_000
ELDER_FEN, SUBSIDY_FEN, YOUNGER_FEN, GUEST_FEN = 1000, 500, 1500, 1500
EVERYBODY = (*range(1001, 1001 + ELDERS), *range(1101, 1101 + YOUNGER))
FORGETFUL = (1004, 1014, 1024, 1034, 1044, 1054)
TOP_UPS = {1002: 5000, 1003: 10_000, 1006: 2000, 1009: 5000}
PART_BACK, ALL_BACK, LOSER = 1012, 1021, 1030
PART_FEN = 350
SOMEBODY = (1001, 1005, 1101)  # with nothing to tell
FEW = tuple(sorted((*FORGETFUL, *TOP_UPS, LOSER, PART_BACK, ALL_BACK, *SOMEBODY)))
GUESTS = 3


@contextmanager
def canteen_with_a_cable(folder: Path) -> Iterator[tuple[Place, Relay]]:
    """A counter whose sync process runs as on any day, with a cable between it and the office."""
    with devices(folder) as hardware:
        office = employed_office(folder)
        with office.open():
            cable = Relay(office.port)
            station = Station(folder / "front", office, hardware, f"http://127.0.0.1:{cable.port}")
            station.sync("once")
            sync = process(BIN / "kiosk-sync", "--config", station.config, "run", log=folder / "sync.log")
            with sync, running(office, station, hardware) as place:
                yield place, cable
            cable.close()


@in_both("eaters", fast=[FEW], deep=[EVERYBODY], ids=lambda eaters: str(len(eaters)))
def test_a_day_at_the_counter_agrees_to_the_fen(tmp_path: Path, page: Page, eaters: tuple[int, ...]) -> None:
    early, late = the_queue(eaters)
    with canteen_with_a_cable(tmp_path) as (canteen, cable):
        morning(canteen, page)
        until_the_cable_comes_loose(canteen, page, early)
        cable.cut()
        noon_without_network_or_paper(canteen, page, late)
        counted_fen = close_the_shift(canteen, page)
        cable.mend()
        the_books_agree(canteen, eaters, counted_fen)


def morning(canteen: Place, page: Page) -> None:
    """The box is counted, and four people bring money."""
    open_staff(page, canteen)
    open_shift(page, canteen, str(FLOAT_FEN // 100))
    for number, fen in TOP_UPS.items():
        assert canteen.present(number).code == "served"
        page.get_by_role("button", name="充值", exact=True).click()
        on_keys(page, "yuan", str(fen // 100))
        page.get_by_role("button", name="收钱，充值").click()
        until("topped up", lambda: canteen.kiosk.board.recent[0].code == "topped_up")


def until_the_cable_comes_loose(canteen: Place, page: Page, early: list[int]) -> None:
    """The queue's first half, one card lost and one replaced, a guest."""
    serve(canteen, early)
    lose_and_replace(canteen, page)
    sell_to_guests(canteen, page, 1)


def noon_without_network_or_paper(canteen: Place, page: Page, late: list[int]) -> None:
    """The other half, those without their cards, guests, and two who give something back."""
    canteen.hardware.printer.fault("out_of_paper")
    until("no paper", lambda: canteen.kiosk.board.standing.printer_reason == Reason.OUT_OF_PAPER)
    for number in FORGETFUL:
        name = find(page, canteen, number)
        expect(page.locator(".about h2")).to_contain_text(name)
    serve(canteen, late)
    receipt = ask_for_a_receipt(canteen, page)
    sell_to_guests(canteen, page, 2)
    give_back(canteen, page)
    assert canteen.hardware.printer.printed() == []
    canteen.hardware.printer.recover()
    (slip,) = until("the receipt that waited", canteen.hardware.printer.printed)
    assert squares(slip) == [receipt]


def ask_for_a_receipt(canteen: Place, page: Page) -> str:
    """Of the newest meal; it waits for paper and is in nobody's way."""
    receipt = canteen.kiosk.board.recent[0].receipt
    page.locator("aside .row").first.click()
    page.get_by_role("button", name="打印小票").click()
    page.get_by_role("button", name="知道了").click()
    return receipt


def the_queue(eaters: tuple[int, ...]) -> tuple[list[int], list[int]]:
    """Who comes with something to show, before and after the cable comes loose; who gives back comes last."""
    apart = (*FORGETFUL, *TOP_UPS, LOSER, PART_BACK, ALL_BACK)
    rest = [each for each in eaters if each not in apart]
    half = len(rest) // 2
    return rest[:half], [*rest[half:], PART_BACK, ALL_BACK]


def serve(canteen: Place, numbers: list[int]) -> None:
    assert {canteen.present(number).code for number in numbers} == {"served"}


def lose_and_replace(canteen: Place, page: Page) -> None:
    """A card is reported lost, refused at the counter, and another one given that is good at once."""
    page.get_by_role("button", name="卡片").click()
    pick(page, canteen, LOSER)
    page.get_by_role("button", name="挂失").click()
    expect(page.locator(".headline")).to_contain_text("卡已挂失")
    assert canteen.present(LOSER).code == "card_blocked"
    blank = CardSpec(canteen.card(LOSER).kind, bytes.fromhex("04AB0000000007"))
    assert canteen.tap(blank).code == "card_unknown"
    page.get_by_role("button", name="把这张卡发给居民").click()
    pick(page, canteen, LOSER)
    page.get_by_role("button", name="是本人，发卡").click()
    expect(page.locator(".headline")).to_contain_text("新卡好了")
    if (answer := canteen.tap(blank).code) == "card_being_written":  # the office was quick: it goes first
        canteen.hardware.reader.place(blank)
        until("written", lambda: canteen.kiosk.board.recent[0].code == "card_written")
        canteen.hardware.reader.lift()
        answer = canteen.tap(blank).code
    assert answer == "served"


def sell_to_guests(canteen: Place, page: Page, guests: int) -> None:
    page.locator(".jobs").get_by_role("button", name="访客").click()
    for _ in range(guests):
        page.get_by_role("button", name="访客餐").click()
    page.get_by_role("button", name="钱已收").click()
    until("sold", lambda: canteen.kiosk.board.recent[0].code == "sold_for_cash")


def give_back(canteen: Place, page: Page) -> None:
    """All of one meal by whoever is there, a part of another by the supervisor. Their rows are in sight."""
    touch_the_row_of(canteen, page, ALL_BACK)
    page.get_by_role("button", name="整笔撤销").click()
    until("undone", lambda: canteen.kiosk.board.recent[0].code == "undone")
    open_staff(page, canteen, "chen")
    touch_the_row_of(canteen, page, PART_BACK)
    on_keys(page, "yuan", str(PART_FEN / 100))
    page.get_by_role("button", name="退这部分").click()
    until("given back", lambda: canteen.kiosk.board.recent[0].code == "refunded")


def touch_the_row_of(canteen: Place, page: Page, resident_id: int) -> None:
    resident = canteen.kiosk.counter().catalogue.resident(resident_id)
    assert resident is not None
    page.locator("aside .row", has_text=resident.name).first.click()


def close_the_shift(canteen: Place, page: Page) -> int:
    """Count what must be there: the float, what was brought and what guests paid. Nothing is missing."""
    counted_fen = FLOAT_FEN + sum(TOP_UPS.values()) + GUESTS * GUEST_FEN
    hundreds, rest_fen = divmod(counted_fen, 10_000)
    page.get_by_role("button", name="交班").click()
    page.get_by_role("button", name="数钱交班").click()
    on_keys(page, "of10000", str(hundreds))
    on_keys(page, "of500", str(rest_fen // 500))
    page.get_by_role("button", name="数好了").click()
    expect(page.locator(".takings")).not_to_contain_text("少了")
    page.locator(".panel").get_by_role("button", name="交班").click()
    expect(page.get_by_role("heading", name="已交班")).to_be_visible()
    page.locator(".panel").get_by_role("button", name="打印").click()
    (report,) = until("the report", lambda: canteen.hardware.printer.printed()[1:])
    assert any(f"{counted_fen // 100}" in line for line in lines(report))
    return counted_fen


def the_books_agree(canteen: Place, eaters: tuple[int, ...], counted_fen: int) -> None:
    """Everybody's money, the subsidy, the takings and the cash, at the counter and at the office."""
    expected = what_should_be_there(eaters, counted_fen)
    journal = sums_of_the_journal(canteen)
    for account, fen in expected.items():
        before_fen = OPENING_FEN if account.startswith("own/") else 0
        assert (account, journal.get(account, 0)) == (account, fen - before_fen)
    until("all sent", lambda: canteen.kiosk.board.standing.unsent == 0, LONGEST_S + PATIENCE_S)
    assert {account: canteen.office.balance_fen(account) for account in expected} == expected
    total = canteen.office.meals()["total"]
    assert total["portions"] == len(eaters) - 1
    canteen.office.command("verify")
    assert canteen.station.kiosk("journal", "verify")


def what_should_be_there(eaters: tuple[int, ...], counted_fen: int) -> dict[str, int]:
    """By account, reckoned from prices. Cash and what programmes owe are below zero where there is some."""
    own = {each: OPENING_FEN - (YOUNGER_FEN if each > 1100 else ELDER_FEN) for each in eaters}
    for number, fen in (*TOP_UPS.items(), (PART_BACK, PART_FEN), (ALL_BACK, ELDER_FEN)):
        own[number] += fen
    elders = sum(each < 1100 for each in eaters)
    eaten_fen = elders * (ELDER_FEN + SUBSIDY_FEN) + (len(eaters) - elders) * YOUNGER_FEN
    given_back_fen = PART_FEN + ELDER_FEN + SUBSIDY_FEN
    return {
        **{own_money(number): fen for number, fen in own.items()},
        programme(SUBSIDY): -SUBSIDY_FEN * (elders - 1),
        revenue("canteen", HERE): eaten_fen - given_back_fen,
        revenue(EXTRAS, HERE): GUESTS * GUEST_FEN,
        cash_box(HERE): 0,
        safe(HERE): FLOAT_FEN - counted_fen,
    }


def sums_of_the_journal(canteen: Place) -> dict[str, int]:
    """By account, from what the kiosk exports."""
    sums: dict[str, int] = {}
    for line in canteen.station.kiosk("journal", "export").splitlines():
        for each in json.loads(line)["postings"]:
            sums[each["account"]] = sums.get(each["account"], 0) + each["quantity"]
    return sums
