"""Cards at a real counter: lost and given anew in one go, written, printed; and wrong entries."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import Page, expect

from drivers.sim.cards.spec import CardKind, CardSpec
from kiosk.people.cards import CardLevel, CardStatus, nfc_token
from kiosk.people.finding import DIGITS
from kiosk.services.canteen.records import MEAL_SERVED, MealServed, decode_meal
from kiosk.services.cards.actions import Cards
from sync.demo.people import uid_of, villagers
from sync.demo.portraits import draw_all
from sync.office.importing.photos import WIDTH
from tests.browser.hands import in_books, pick, press
from tests.browser.looking import SCREENS, look_closely
from tests.browser.real import Place, open_staff
from tests.stories.town import BIN, process, today, until
from tests.waiting import PATIENCE_S

pytestmark = SCREENS


@contextmanager
def online(canteen: Place) -> Iterator[None]:
    """The sync process as it runs all day."""
    log = canteen.station.folder / "sync.log"
    with process(BIN / "kiosk-sync", "--config", canteen.station.config, "run", log=log):
        yield


def last_code(canteen: Place) -> str:
    return canteen.kiosk.board.recent[0].code


def open_cards(page: Page, canteen: Place, resident_id: int) -> None:
    open_staff(page, canteen)
    page.locator(".jobs").get_by_role("button", name="卡片").click()
    pick(page, canteen, resident_id)


def report_lost(page: Page, canteen: Place, resident_id: int) -> None:
    open_cards(page, canteen, resident_id)
    page.get_by_role("button", name="挂失", exact=True).click()
    expect(page.locator(".headline")).to_contain_text("卡已挂失")


def give(page: Page, canteen: Place, resident_id: int, chip: CardSpec) -> None:
    """Lay an empty card down, and touch the name of who has just lost one. It stays on the reader."""
    resident = canteen.kiosk.counter().catalogue.resident(resident_id)
    assert resident is not None
    canteen.hardware.reader.place(chip)
    page.get_by_role("button", name=f"把这张卡发给 {resident.name}").click()
    page.get_by_role("button", name="是本人，发卡").click()
    expect(page.locator(".headline")).to_contain_text("新卡好了")


def lift(canteen: Place) -> None:
    """Take the card away, and wait until the reader has noticed."""
    reader = canteen.hardware.reader
    reader.lift()
    looked = reader.status()["searches"]
    until("lifted", lambda: reader.status()["searches"] >= looked + SEARCHES_TO_NOTICE)


def level_registered(canteen: Place, chip: CardSpec) -> CardLevel | None:
    """The card's level in the office's register, as far as this kiosk has heard of it."""
    card = canteen.kiosk.counter().catalogue.card(nfc_token(chip.uid))
    return card.level if card else None


def last_meal(canteen: Place) -> MealServed:
    with canteen.kiosk.counter().journal.writing() as writing:
        record = writing.last_record()
    assert record is not None
    return decode_meal(record.body)


def level_served(canteen: Place) -> int:
    """How hard the card that paid the last meal was to copy, by the journal."""
    with canteen.kiosk.counter().journal.writing() as writing:
        record = writing.last_record()
    assert record is not None and (record.kind, record.version) == MEAL_SERVED
    return decode_meal(record.body).level


SEARCHES_TO_NOTICE = 8  # three in vain are enough for a card to count as lifted
CHIPS = [
    (1049, CardSpec(CardKind.NTAG213, bytes.fromhex("04AB0000000011")), CardLevel.SIGNED),
    (1051, CardSpec(CardKind.NTAG424, bytes.fromhex("04AB0000000012")), CardLevel.AUTHENTICATED),
]


@pytest.mark.parametrize(("resident_id", "chip", "level"), CHIPS)
def test_a_lost_card_is_replaced_in_one_go_and_written_while_it_lies_there(
    canteen: Place, page: Page, resident_id: int, chip: CardSpec, level: CardLevel
) -> None:
    before_fen = in_books(canteen, resident_id)
    with online(canteen):
        report_lost(page, canteen, resident_id)
        give(page, canteen, resident_id, chip)
        expect(page.locator(".headline")).to_contain_text("新卡写好了")
        until("level raised", lambda: level_registered(canteen, chip) is level)
    lift(canteen)
    assert in_books(canteen, resident_id) == before_fen, "a card costs nothing"
    canteen.tap(chip)
    assert (last_code(canteen), level_served(canteen)) == ("served", level)
    canteen.tap(canteen.card(resident_id))
    assert last_code(canteen) == "card_blocked"
    paid_fen = canteen.kiosk.board.recent[1].result.own_fen
    assert in_books(canteen, resident_id) == before_fen - paid_fen
    block = canteen.kiosk.counter().catalogue.block(nfc_token(uid_of(resident_id)))
    assert block is not None and block.status is CardStatus.LOST
    assert [code for code, _ in canteen.office.reviews() if code.startswith("card_")] == []


def test_a_copy_of_the_number_alone_is_refused_once_the_card_is_written(canteen: Place, page: Page) -> None:
    chip = CardSpec(CardKind.NTAG215, bytes.fromhex("04AB0000000013"))
    with online(canteen):
        report_lost(page, canteen, 1054)
        give(page, canteen, 1054, chip)
        until("level raised", lambda: level_registered(canteen, chip) is CardLevel.SIGNED)
    lift(canteen)
    canteen.tap(CardSpec(CardKind.NTAG216, chip.uid))
    assert last_code(canteen) == "card_copied"


def test_without_a_network_the_card_is_good_at_once_and_written_at_a_later_tap(
    canteen: Place, page: Page
) -> None:
    chip = CardSpec(CardKind.NTAG215, bytes.fromhex("04AB0000000014"))
    before_fen = in_books(canteen, 1059)
    report_lost(page, canteen, 1059)
    give(page, canteen, 1059, chip)
    lift(canteen)
    canteen.tap(chip)
    assert (last_code(canteen), level_served(canteen)) == ("served", CardLevel.UID)
    paid_fen = canteen.kiosk.board.recent[0].result.own_fen
    canteen.sync()
    assert canteen.kiosk.personalisation(chip.uid) is not None
    canteen.hardware.reader.place(chip)
    until("written", lambda: canteen.kiosk.personalisation(chip.uid) is None)
    lift(canteen)
    assert last_code(canteen) in ("served", "already_served"), "the answer stays where it is"
    assert in_books(canteen, 1059) == before_fen - paid_fen
    assert level_registered(canteen, chip) is CardLevel.SIGNED
    canteen.tap(chip)
    assert last_code(canteen) in ("served", "already_served"), "it shows the signature that is expected now"


def test_a_card_taken_away_too_soon_is_laid_down_again_for_nothing(canteen: Place, page: Page) -> None:
    chip = CardSpec(CardKind.NTAG215, bytes.fromhex("04AB0000000015"))
    before_fen = in_books(canteen, 1060)
    report_lost(page, canteen, 1060)
    give(page, canteen, 1060, chip)
    lift(canteen)
    canteen.sync()
    canteen.hardware.reader.place(chip)
    expect(page.locator(".headline")).to_contain_text("新卡写好了")
    lift(canteen)
    assert [each.code for each in canteen.kiosk.board.recent[:2]] == ["card_written", "card_being_written"]
    assert in_books(canteen, 1060) == before_fen
    assert level_registered(canteen, chip) is CardLevel.SIGNED


def test_a_card_on_paper_is_signed_shown_and_pays(canteen: Place, page: Page) -> None:
    before_fen = in_books(canteen, 1063)
    open_cards(page, canteen, 1063)
    page.locator(".panel").get_by_role("button", name="印一张纸卡").click()
    page.get_by_role("button", name="是本人，做纸卡").click()
    expect(page.locator(".panel .said")).to_contain_text("签")
    canteen.sync()
    code = page.locator(".panel .paper img")
    expect(code).to_be_visible()
    (found,) = zxingcpp.read_barcodes(Image.open(io.BytesIO(code.screenshot())))
    canteen.tap(canteen.card(1063))
    assert last_code(canteen) == "card_replaced"
    with canteen.kiosk.board.watching() as news:
        canteen.hardware.scanner.scan(found.text)
        until("answer", lambda: news.get(timeout=PATIENCE_S).outcome)
    assert (last_code(canteen), level_served(canteen)) == ("served", CardLevel.SIGNED)
    paid_fen = canteen.kiosk.board.recent[0].result.own_fen
    assert in_books(canteen, 1063) == before_fen - paid_fen
    page.locator("[data-close]").click()
    open_cards(page, canteen, 1063)
    page.locator(".panel").get_by_role("button", name="印一张纸卡").click()
    expect(code).to_be_visible()


def test_what_is_wrong_about_somebody_is_asked_of_the_office(canteen: Place, page: Page) -> None:
    open_staff(page, canteen, "li")
    canteen.tap(canteen.card(1066))
    action = page.locator(".actions").get_by_role("button", name="资料不对")
    if not action.is_visible():  # a small screen has no room for it there
        page.locator(".jobs").get_by_role("button", name="卡片").click()
        pick(page, canteen, 1066)
        action = page.locator(".panel").get_by_role("button", name="资料不对")
    action.click()
    page.get_by_role("button", name="应是志愿者").click()
    expect(page.locator(".headline")).to_contain_text("已经记下了")
    canteen.sync()
    reviews = canteen.office.reviews()
    assert (
        "correction_asked",
        "resident=1066 site=huasheng matter=category_missing category=volunteer",
    ) in reviews


def test_cards_and_corrections_can_be_read_and_touched(canteen: Place, page: Page) -> None:
    chip = CardSpec(CardKind.NTAG215, bytes.fromhex("04AB0000000016"))
    open_cards(page, canteen, 1069)
    page.get_by_role("heading", name="就餐卡").wait_for()
    faults = look_closely(page, "cards of somebody")
    page.get_by_role("button", name="挂失", exact=True).click()
    expect(page.locator(".headline")).to_contain_text("卡已挂失")
    faults += look_closely(page, "lost")
    canteen.tap(chip)
    page.get_by_role("button", name="把这张卡发给居民").wait_for()
    faults += look_closely(page, "empty card")
    page.locator(".jobs").get_by_role("button", name="卡片").click()
    pick(page, canteen, 1069)
    page.locator(".panel").get_by_role("button", name="印一张纸卡").click()
    page.get_by_role("button", name="是本人，做纸卡").wait_for()
    faults += look_closely(page, "paper asked")
    page.get_by_role("button", name="是本人，做纸卡").click()
    page.locator(".panel .said").wait_for()
    faults += look_closely(page, "paper awaited")
    canteen.sync()
    page.locator(".panel .paper img").wait_for()
    faults += look_closely(page, "paper")
    page.locator("[data-close]").click()
    open_cards(page, canteen, 1069)
    page.locator(".panel").get_by_role("button", name="资料不对").click()
    page.get_by_role("button", name="名字不对").wait_for()
    faults += look_closely(page, "correction")
    assert not faults, "\n".join(faults)


COUNT_TOUCHES = """() => {
  window.touches = 0;
  addEventListener("click", (event) => (window.touches += event.isTrusted), true);
}"""


def test_whoever_forgot_the_card_eats_after_four_touches(canteen: Place, page: Page) -> None:
    before_fen = in_books(canteen, 1034)
    resident = canteen.kiosk.counter().catalogue.resident(1034)
    assert resident is not None
    open_staff(page, canteen)
    page.evaluate(COUNT_TOUCHES)
    page.get_by_role("button", name="没带卡").click()
    press(page, resident.initials[:2].translate(DIGITS))
    page.locator(".found", has_text=resident.name).filter(has_text=resident.building).click()
    expect(page.locator(".about h2")).to_contain_text(resident.name)
    assert page.evaluate("window.touches") == 4
    paid_fen = canteen.kiosk.board.recent[0].result.own_fen
    assert (in_books(canteen, 1034), last_meal(canteen).vouched_for) == (before_fen - paid_fen, "")
    page.get_by_role("button", name="撤销这笔").click()
    until("taken back", lambda: last_code(canteen) == "undone")
    assert in_books(canteen, 1034) == before_fen, "a face that was touched by mistake is one touch to undo"


def test_whoever_holds_a_lost_card_is_fed_with_one_touch_and_given_another(
    canteen: Place, page: Page
) -> None:
    before_fen = in_books(canteen, 1022)
    report_lost(page, canteen, 1022)
    canteen.kiosk.duty.lock()
    canteen.tap(canteen.card(1022))
    expect(page.get_by_role("button", name="登录")).to_be_visible()
    expect(page.get_by_role("button", name="是本人，给餐")).to_have_count(0)
    open_staff(page, canteen)
    faults = look_closely(page, "past use")
    page.get_by_role("button", name="是本人，给餐").click()
    until("served", lambda: last_code(canteen) == "served")
    assert last_meal(canteen).vouched_for == "card_blocked"
    paid_fen = canteen.kiosk.board.recent[0].result.own_fen
    assert in_books(canteen, 1022) == before_fen - paid_fen
    assert "card_vouched_for" in {code for code, _ in canteen.office.reviews()}

    canteen.tap(canteen.card(1022))
    assert last_code(canteen) == "card_blocked"
    page.get_by_role("button", name="补新卡").click()
    page.get_by_text("把一张空白卡放到读卡器上").wait_for()
    faults += look_closely(page, "replace")
    blank = CardSpec(CardKind.NTAG215, bytes.fromhex("04AB0000000022"))
    canteen.tap(blank)
    page.get_by_role("button", name="是本人，发卡").click()
    until("issued", lambda: last_code(canteen).startswith("card_issued"))
    catalogue, cards = canteen.kiosk.counter().catalogue, canteen.kiosk.counter()[Cards]
    assert catalogue.card(nfc_token(blank.uid)) is not None or cards.card(nfc_token(blank.uid)) is not None
    block = cards.block(nfc_token(canteen.card(1022).uid))
    assert block is not None and block.status in (CardStatus.LOST, CardStatus.REPLACED)
    assert not faults, "\n".join(faults)


def test_the_face_is_shown_where_it_is_looked_for_and_to_nobody_else(canteen: Place, page: Page) -> None:
    faces, number = canteen.station.folder / "faces", 1058
    draw_all(faces, [each for each in villagers(today()) if each.resident.id == number], today())
    canteen.office.command("import", str(faces))
    canteen.sync()
    resident = canteen.kiosk.counter().catalogue.resident(number)
    assert resident is not None
    open_staff(page, canteen)
    page.get_by_role("button", name="没带卡").click()
    press(page, resident.phone_tail)
    assert width_of(page, ".found img.face") == WIDTH
    faults = look_closely(page, "found face")
    page.locator(".found").click()
    expect(page.locator(".about h2")).to_contain_text(resident.name)
    assert width_of(page, ".person img.face") == WIDTH
    faults += look_closely(page, "face")
    canteen.kiosk.duty.lock()
    expect(page.locator("img.face")).to_have_count(0)
    assert page.request.get(canteen.url(f"/photo/{number}")).status == 401
    page.goto(canteen.url("/display"))
    expect(page.locator("body[data-live]")).to_be_attached()
    expect(page.locator("img[src*=photo]")).to_have_count(0)
    assert not faults, "\n".join(faults)


def width_of(page: Page, image: str) -> int:
    """In pixels of its own, once it has come."""
    return int(page.locator(image).evaluate("(image) => image.decode().then(() => image.naturalWidth)"))
