"""The staff's jobs at a real counter: cards on the reader, fingers on the screen, and the books."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Browser, Locator, Page, expect

from drivers.sim.cards.spec import CardKind, CardSpec
from kiosk.people.cards import nfc_token
from kiosk.services.canteen.actions import VOUCHED_BY_STAFF, Canteen
from kiosk.services.canteen.records import decode_meal
from kiosk.services.till.shifts import Shifts
from sync.demo.people import uid_of
from tests.browser.hands import (
    cash_at_office,
    find,
    forgot_the_card,
    in_books,
    on_keys,
    open_shift,
    pick,
    press,
)
from tests.browser.looking import SCREENS, Size, look, look_closely
from tests.browser.real import Place, open_staff, place
from tests.stories.town import OPENING_FEN, until

pytestmark = SCREENS

# Over how many lines a part of a button's text runs.
LINES_JS = """(button, part) => {
  const texts = document.createTreeWalker(button, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const from = texts.currentNode.data.indexOf(part);
    if (from < 0) continue;
    const range = new Range();
    range.setStart(texts.currentNode, from);
    range.setEnd(texts.currentNode, from + part.length);
    return new Set([...range.getClientRects()].map((box) => box.top)).size;
  }
}"""


def test_a_tap_is_on_the_screen_and_in_the_books(canteen: Place, page: Page) -> None:
    open_staff(page, canteen)
    canteen.tap(canteen.card(1003))
    expect(page.locator(".verdict")).to_be_visible()
    assert in_books(canteen, 1003) == OPENING_FEN - 1000


def test_whoever_forgot_the_card_is_found_and_fed(canteen: Place, page: Page) -> None:
    name = find(page, canteen, 1006)
    expect(page.locator(".about h2")).to_contain_text(name)
    shown = canteen.kiosk.board.recent[0]
    counter = canteen.kiosk.counter()
    with counter.journal.writing() as writing:
        record = writing.last_record()
    assert record is not None
    assert decode_meal(record.body).level == VOUCHED_BY_STAFF
    assert in_books(canteen, 1006) == OPENING_FEN - shown.result.own_fen


def test_beyond_what_a_plain_card_is_good_for_a_look_at_the_face_serves(canteen: Place, page: Page) -> None:
    counter = canteen.kiosk.counter()
    for n in range(4):  # staff knew them, and sold 60 yuan's worth already
        counter[Canteen].second_portion(1001, f"portion-{n:08}")
    before_fen = in_books(canteen, 1001)
    open_staff(page, canteen)
    canteen.tap(canteen.card(1001))
    assert canteen.kiosk.board.recent[0].code == "needs_photo"
    assert in_books(canteen, 1001) == before_fen
    vouch = page.get_by_role("button", name="是本人，给餐")
    assert vouch.evaluate(LINES_JS, "给餐") == 1, "a line ends at the comma, not in the word"
    vouch.click()
    expect(page.locator(".verdict")).to_be_visible()
    with counter.journal.writing() as writing:
        record = writing.last_record()
    assert record is not None
    assert decode_meal(record.body).level == VOUCHED_BY_STAFF
    assert in_books(canteen, 1001) == before_fen - 1000


def test_the_card_laid_down_after_all_is_not_charged_again(canteen: Place, page: Page) -> None:
    find(page, canteen, 1009)
    expect(page.locator("[data-panel]")).to_be_hidden()
    before_fen = in_books(canteen, 1009)
    canteen.tap(canteen.card(1009))
    assert canteen.kiosk.board.recent[0].code == "already_served"
    assert in_books(canteen, 1009) == before_fen


def test_whoever_is_refused_without_a_card_is_shown_with_what_can_be_done(canteen: Place, page: Page) -> None:
    canteen.present(1018)
    canteen.present(1027)
    before_fen = in_books(canteen, 1018)
    name = find(page, canteen, 1018)
    expect(page.locator(".about h2")).to_contain_text(name)
    expect(page.get_by_role("button", name="充值", exact=True)).to_be_visible()
    assert canteen.kiosk.board.recent[0].code == "already_served"
    assert in_books(canteen, 1018) == before_fen


def test_nobody_is_shown_before_two_keys(canteen: Place, page: Page) -> None:
    forgot_the_card(page, canteen)
    with page.expect_response("**/find/serve/found?**"):
        press(page, "2")
    expect(page.locator(".found")).to_have_count(0)
    with page.expect_response("**/find/serve/found?**"):
        press(page, "4")
    assert page.locator(".found").count() <= 5


# The head of an answer comes in time, and its body late.
SLOW_BODY = """
const text = Response.prototype.text;
Response.prototype.text = async function () {
  const said = await text.call(this);
  if (!this.url.endsWith("typed=2")) return said;
  await new Promise((resolve) => setTimeout(resolve, 1500));
  setTimeout(() => document.body.dataset.late = "read");
  return said;
};
"""


def test_a_late_answer_to_the_first_key_takes_nobody_from_the_list(canteen: Place, page: Page) -> None:
    page.add_init_script(SLOW_BODY)
    forgot_the_card(page, canteen)
    with page.expect_response("**/find/serve/found?*typed=2"):
        press(page, "2")
    press(page, "4")
    expect(page.locator(".found").first).to_be_visible()
    found = page.locator(".found").all_inner_texts()
    expect(page.locator("body[data-late=read]")).to_be_attached()
    assert page.locator(".found").all_inner_texts() == found


def test_after_a_reload_those_are_found_who_were_found_by_the_last_key(canteen: Place, page: Page) -> None:
    forgot_the_card(page, canteen)
    press(page, "24")
    expect(page.locator(".found").first).to_be_visible()
    found = page.locator(".found").all_text_contents()
    page.reload()
    expect(page.locator(".found")).to_have_text(found)


def test_whoever_was_locked_out_while_typing_signs_in_and_goes_on_finding(canteen: Place, page: Page) -> None:
    forgot_the_card(page, canteen)
    with page.expect_response("**/find/serve/found?*typed=2"):
        press(page, "2")  # answered before the lock, or else the next key would go to the PIN
    canteen.kiosk.duty.lock()
    expect(page.locator("[data-panel]")).to_be_hidden()
    page.get_by_role("button", name="登录").click()
    page.get_by_label("李阿姨").check()
    on_keys(page, "pin", "135702")
    page.locator(".panel").get_by_role("button", name="登录").click()
    page.get_by_role("heading", name="没带卡").wait_for()
    expect(page.locator("[name=typed]")).to_have_value("2")
    press(page, "4")
    expect(page.locator(".found").first).to_be_visible()


def test_finding_somebody_can_be_read_and_touched(canteen: Place, page: Page) -> None:
    forgot_the_card(page, canteen)
    with page.expect_response("**/find/serve/found?*typed=24*"):
        press(page, "24")
    faults = look_closely(page, "found")
    assert not faults, "\n".join(faults)


def test_a_top_up_in_cash_with_change_and_taken_back_with_one_touch(canteen: Place, page: Page) -> None:
    open_staff(page, canteen)
    open_shift(page, canteen, "200")
    canteen.tap(canteen.card(1012))
    before_fen = in_books(canteen, 1012)
    page.get_by_role("button", name="充值", exact=True).click()
    page.get_by_role("button", name="50", exact=True).click()
    on_keys(page, "given", "100")
    expect(page.locator("[data-difference]")).to_have_text("50")
    page.get_by_role("button", name="收钱，充值").click()
    expect(page.locator(".headline")).to_contain_text("50")
    assert in_books(canteen, 1012) == before_fen + 5000
    page.get_by_role("button", name="撤销这笔").click()
    until("taken back", lambda: canteen.kiosk.board.recent[0].code == "topup_undone")
    assert in_books(canteen, 1012) == before_fen


def test_without_a_shift_the_screen_says_what_to_do(tmp_path: Path, page: Page) -> None:
    with place(tmp_path) as canteen:
        open_staff(page, canteen)
        canteen.tap(canteen.card(1003))
        page.get_by_role("button", name="充值", exact=True).click()
        page.get_by_role("button", name="20", exact=True).click()
        page.get_by_role("button", name="收钱，充值").click()
        expect(page.locator(".notice")).to_contain_text("先开班")
        assert in_books(canteen, 1003) == OPENING_FEN - 1000


def touch_while_somebody_taps(page: Page, canteen: Place, row: Locator, number: int) -> None:
    """The list moves on while the finger is down."""
    row.hover()
    page.mouse.down()
    expect(page.locator(".about h2")).to_contain_text(canteen.tap(canteen.card(number)).person.name)
    page.mouse.up()


def test_part_of_an_earlier_meal_is_given_back_from_the_list(canteen: Place, page: Page) -> None:
    open_staff(page, canteen, "chen")
    name = canteen.tap(canteen.card(1015)).person.name
    before_fen = in_books(canteen, 1015)
    touch_while_somebody_taps(page, canteen, page.locator("aside .row", has_text=name).first, 1024)
    on_keys(page, "yuan", "3.5")
    page.get_by_role("button", name="退这部分").click()
    until("given back", lambda: canteen.kiosk.board.recent[0].code == "refunded")
    assert in_books(canteen, 1015) == before_fen + 350


def test_a_guest_pays_in_cash_and_gets_a_soup(canteen: Place, page: Page) -> None:
    open_staff(page, canteen)
    open_shift(page, canteen, "200")
    before_fen = canteen.kiosk.counter()[Shifts].expected_fen()
    page.locator(".jobs").get_by_role("button", name="访客").click()
    page.get_by_role("button", name="访客餐").click()
    page.get_by_role("button", name="加汤").click()
    expect(page.locator("[data-sum]")).to_have_text("16")
    page.get_by_role("button", name="清空").click()
    page.get_by_role("button", name="访客餐").click()
    page.get_by_role("button", name="钱已收").click()
    expect(page.locator("aside .row b").first).to_have_text("15")
    assert canteen.kiosk.counter()[Shifts].expected_fen() == before_fen + 1500
    page.get_by_role("button", name="撤销这笔").click()
    expect(page.locator(".notice")).to_contain_text("退还现金 15 元")
    assert canteen.kiosk.counter()[Shifts].expected_fen() == before_fen


def test_what_is_sold_is_read_in_whole_words(canteen: Place, page: Page) -> None:
    open_staff(page, canteen)
    page.set_viewport_size({"width": 1024, "height": 600})
    page.goto(canteen.url("/staff?lang=en"))
    page.locator("body[data-live]").wait_for()
    page.locator(".jobs").get_by_role("button", name="Guest").click()
    meal, dish = (page.locator(".product", has_text=name) for name in ("Guest's meal", "Vegetable dish"))
    meal.click()
    assert (meal.evaluate(LINES_JS, "Guest's"), dish.evaluate(LINES_JS, "Vegetable")) == (1, 1)


def test_a_guest_reads_what_it_comes_to_before_it_is_sold(
    browser: Browser, canteen: Place, page: Page, size: Size
) -> None:
    """And the elder who taps meanwhile is answered; a panel that was closed leaves nothing standing there."""
    display = browser.new_page(viewport=size.viewport)
    display.goto(canteen.url("/display"))
    screen = display.locator("[data-part=screen]")
    expect(screen).to_contain_text("请刷卡")
    open_staff(page, canteen)
    open_shift(page, canteen, "200")
    jobs = page.locator(".jobs")
    jobs.get_by_role("button", name="访客").click()
    for _ in range(2):
        page.get_by_role("button", name="访客餐").click()
    expect(display.locator("[data-digits]")).to_have_text("30")
    page.get_by_role("button", name="+50").click()
    expect(screen).to_contain_text("找零20")
    faults = look(display, "due", display=True) + look(page, "chosen for a guest")
    assert not faults, "\n".join(faults)
    assert canteen.tap(canteen.card(1031)).code == "served"
    expect(screen).to_contain_text("请慢用")
    expect(screen).to_contain_text("请付现金")
    page.locator("[data-close]").click()
    expect(screen).to_contain_text("请刷卡")
    display.close()


def test_something_extra_is_paid_from_the_card(canteen: Place, page: Page) -> None:
    open_staff(page, canteen)
    canteen.tap(canteen.card(1030))
    before_fen = in_books(canteen, 1030)
    page.locator(".actions").get_by_role("button", name="加菜").click()
    page.get_by_role("button", name="加荤菜").click()
    page.get_by_role("button", name="从卡里扣").click()
    until("sold", lambda: canteen.kiosk.board.recent[0].code == "sold")
    assert in_books(canteen, 1030) == before_fen - 400


def test_a_shift_is_counted_and_closed_with_what_is_missing(canteen: Place, page: Page) -> None:
    open_staff(page, canteen)
    open_shift(page, canteen, "200")
    box_fen = canteen.kiosk.counter()[Shifts].expected_fen()
    before = cash_at_office(canteen)
    page.get_by_role("button", name="交班").click()
    page.get_by_role("button", name="数钱交班").click()
    hundreds, rest_fen = divmod(box_fen, 10_000)
    assert rest_fen == 0, "stories before this one leave whole hundreds"
    on_keys(page, "of10000", str(hundreds - 1))
    on_keys(page, "of5000", "1")
    expect(page.locator("[data-sum]")).to_have_text(str(hundreds * 100 - 50))
    page.get_by_role("button", name="数好了").click()
    expect(page.locator(".takings")).to_contain_text("少了")
    page.get_by_label("找错钱").check()
    page.locator(".panel").get_by_role("button", name="交班").click()
    expect(page.get_by_role("heading", name="已交班")).to_be_visible()
    after = cash_at_office(canteen)
    assert after == (before[0] + box_fen, before[1] - box_fen + 5000, before[2] - 5000)
    assert ("cash_difference", f"shift=1 counted_fen={box_fen - 5000} expected_fen={box_fen}") in (
        canteen.office.reviews()
    )


def test_the_till_can_be_read_and_touched(canteen: Place, page: Page) -> None:
    open_staff(page, canteen)
    canteen.tap(canteen.card(1021))
    faults = []
    if not canteen.kiosk.counter()[Shifts].last().is_open:
        page.get_by_role("button", name="交班").click()
        faults += look_closely(page, "open shift")
        page.locator("[data-close]").click()
    open_shift(page, canteen, "100")
    faults += look_closely(page, "actions")
    page.get_by_role("button", name="充值", exact=True).click()
    faults += look_closely(page, "top up")
    page.locator("[data-close]").click()
    page.locator("aside .row").first.click()
    faults += look_closely(page, "record")
    page.locator("[data-close]").click()
    page.locator(".actions").get_by_role("button", name="加菜").click()
    page.get_by_role("button", name="加汤").click()
    faults += look_closely(page, "extra")
    page.locator("[data-close]").click()
    page.locator(".jobs").get_by_role("button", name="访客").click()
    faults += look_closely(page, "guest")
    page.locator("[data-close]").click()
    page.get_by_role("button", name="交班").click()
    faults += look_closely(page, "shift")
    page.get_by_role("button", name="数钱交班").click()
    faults += look_closely(page, "count")
    on_keys(page, "of1000", "3")
    page.get_by_role("button", name="数好了").click()
    page.locator(".takings").wait_for()
    faults += look_closely(page, "check")
    assert not faults, "\n".join(faults)


def test_a_server_gives_no_part_back_without_the_supervisor(canteen: Place, page: Page) -> None:
    open_staff(page, canteen, "li")
    canteen.tap(canteen.card(1033))
    before_fen = in_books(canteen, 1033)
    page.locator("aside .row").first.click()
    on_keys(page, "yuan", "2")
    page.get_by_role("button", name="退这部分").click()
    expect(page.locator(".panel .supervisor")).to_contain_text("站长")
    assert in_books(canteen, 1033) == before_fen


def operator_of_last(canteen: Place) -> str:
    with canteen.kiosk.counter().journal.writing() as writing:
        record = writing.last_record()
    assert record is not None
    return record.operator


def test_each_act_carries_who_was_on_duty(canteen: Place, page: Page) -> None:
    open_staff(page, canteen, "li")
    canteen.tap(canteen.card(1036))
    assert operator_of_last(canteen) == "li"


def test_locked_the_screen_shows_nobody_and_cards_are_served(canteen: Place, page: Page) -> None:
    open_staff(page, canteen)
    page.get_by_role("button", name="换人").click()
    page.get_by_role("button", name="锁屏", exact=True).click()
    expect(page.get_by_role("heading", name="还没有人登录")).to_be_visible()
    canteen.tap(canteen.card(1039))
    assert canteen.kiosk.board.recent[0].code == "served"
    expect(page.locator("aside .row")).to_have_count(0)
    page.locator(".jobs").get_by_role("button", name="访客").click()
    expect(page.get_by_role("heading", name="谁当班")).to_be_visible()
    page.get_by_label("李阿姨").check()
    on_keys(page, "pin", "111111")
    page.locator(".panel").get_by_role("button", name="登录").click()
    expect(page.get_by_text("密码不对")).to_be_visible()
    on_keys(page, "pin", "135702")
    page.locator(".panel").get_by_role("button", name="登录").click()
    expect(page.get_by_role("heading", name="访客，收现金")).to_be_visible()
    canteen.tap(canteen.card(1051))
    assert operator_of_last(canteen) == "li"


def test_signing_in_can_be_read_and_touched(canteen: Place, page: Page) -> None:
    open_staff(page, canteen)
    page.get_by_role("button", name="换人").click()
    faults = look_closely(page, "sign in")
    assert not faults, "\n".join(faults)


def test_a_dismissed_member_is_signed_out_by_the_catalogue(tmp_path: Path, page: Page) -> None:
    with place(tmp_path) as canteen:
        open_staff(page, canteen, "li")
        canteen.office.command("staff", "dismiss", "li")
        canteen.sync()
        expect(page.get_by_role("heading", name="还没有人登录")).to_be_visible()


def test_a_lost_card_is_dead_at_once_and_a_new_one_good_at_once(canteen: Place, page: Page) -> None:
    open_staff(page, canteen)
    before_fen = in_books(canteen, 1042)
    page.get_by_role("button", name="卡片").click()
    pick(page, canteen, 1042)
    page.get_by_role("button", name="挂失").click()
    expect(page.locator(".headline")).to_contain_text("卡已挂失")
    canteen.tap(canteen.card(1042))
    assert canteen.kiosk.board.recent[0].code == "card_blocked"
    empty = CardSpec(CardKind.NTAG215, bytes.fromhex("04AB0000000001"))
    canteen.tap(empty)
    page.get_by_role("button", name="把这张卡发给居民").click()
    pick(page, canteen, 1042)
    page.get_by_role("button", name="是本人，发卡").click()
    expect(page.locator(".headline")).to_contain_text("新卡好了")
    canteen.tap(empty)
    assert canteen.kiosk.board.recent[0].code == "served"
    paid_fen = canteen.kiosk.board.recent[0].result.own_fen
    assert in_books(canteen, 1042) == before_fen - paid_fen
    catalogue = canteen.kiosk.counter().catalogue
    token = nfc_token(uid_of(1042))
    until("published", lambda: (canteen.sync(), catalogue.block(token))[1])
    published = catalogue.card(nfc_token(bytes.fromhex("04AB0000000001")))
    assert published is not None and published.resident_id == 1042
    assert [code for code, _ in canteen.office.reviews() if code.startswith("card_")] == []


def test_cards_can_be_read_and_touched(canteen: Place, page: Page) -> None:
    open_staff(page, canteen)
    page.get_by_role("button", name="卡片").click()
    pick(page, canteen, 1045)
    page.get_by_role("heading", name="就餐卡").wait_for()
    faults = look_closely(page, "cards")
    page.locator("[data-close]").click()
    canteen.tap(CardSpec(CardKind.NTAG215, bytes.fromhex("04AB0000000002")))
    page.get_by_role("button", name="把这张卡发给居民").click()
    pick(page, canteen, 1045)
    page.get_by_role("button", name="是本人，发卡").wait_for()
    faults += look_closely(page, "give")
    assert not faults, "\n".join(faults)
