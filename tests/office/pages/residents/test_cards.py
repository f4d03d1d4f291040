"""Cards are given out, blocked and found again in the browser, and kiosks heed it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import msgspec
import pytest
import zxingcpp
from PIL import Image
from pypdfium2 import PdfDocument

from kiosk.catalogue.items import Kind
from kiosk.people.cards import Card, CardLevel, CardStatus, nfc_token, qr_token
from kiosk.people.errors import CardBlocked, CardUnknown
from kiosk.people.identify import Chip, Identifier
from kiosk.people.staff import Role as StaffRole
from kiosk.people.staff import Staff
from kiosk.services.cards.records import CARD_LOST, CardReported
from kiosk.services.cards.tables import ISSUED, LOST, REPLACED
from sync.office.catalogue.publishing import publish, shown
from sync.office.console.reporting import paper
from sync.office.people import card_numbers
from sync.office.people.access import audit
from sync.office.people.access.areas import EVERYWHERE, Division, Level, hang
from sync.office.people.access.areas import keep as keep_division
from sync.office.people.access.permissions import Role
from sync.office.people.access.posts import Post
from sync.office.services.cards.desk import listing
from sync.office.services.cards.desk.deeds import CardDesk, DoneBy
from sync.office.services.cards.desk.history import card_deeds_of
from sync.office.services.cards.desk.listing import (
    CardsAsked,
    CardsShown,
    card_page,
    paper_cards,
    without_card,
)
from sync.office.services.cards.desk.reach import reach_of
from sync.office.services.cards.events import block
from sync.office.store.database import reading, writing
from tests.office.access.walking import walker
from tests.office.books import ELDER, HERE, PASSWORD, THERE, YOUNG, Books, Browser, small_file
from tests.sync.world import Kiosk, OfficeWorld, served

UID = bytes.fromhex("04A1B2C3D4E5F6")
CHIP, OLD = nfc_token(UID), "nfc:04000000000001"
TODAY = date(2026, 11, 23)
FIRST_CARD = f"/residents/{ELDER}/cards"


def do(browser: Browser, what: str, *, resident_id: int = ELDER, status: int = 302, **form: object) -> str:
    """The page that follows, as a clerk sees it."""
    where = f"/residents/{resident_id}/cards"
    answer = browser.post(f"{where}/{what}", {**walker(browser).form, **form})
    assert answer.status_code == status, answer.get_data(as_text=True)
    shown_ = browser.get(f"{where}?lang=en") if status == 302 else answer
    return " ".join(shown_.get_data(as_text=True).split())


def give(browser: Browser, typed: str, **form: object) -> str:
    return do(browser, "issue", chip=typed, medium="chip", **{"reader": "hex", **form})


def in_catalogue(books: Books, token: str) -> tuple[Card | None, CardStatus | None]:
    with reading(books.office.engine) as connection:
        block = shown(connection, books.office.region_id, Kind.BLOCK, token)
        return shown(connection, books.office.region_id, Kind.CARD, token), block.status if block else None


@pytest.fixture
def kiosk(books: Books, tmp_path: Path) -> Iterator[Kiosk]:
    """One that is enrolled at the elder's home, over real HTTP."""
    with served(books.app) as url:
        made = Kiosk(tmp_path / "kiosk", OfficeWorld(books.office, url), site=HERE)
        yield made
        made.close()


def test_a_chip_that_a_reader_types_is_given_out_and_speaks_for_its_owner(
    books: Books, clerk: Browser, kiosk: Kiosk
) -> None:
    page = give(clerk, "04a1b2c3d4e5f6", replaces=[OLD])
    assert "Given out" in page and "Replaced by another" in page
    kiosk.pull_all()
    people = Identifier(kiosk.catalogue)
    assert people.chip(Chip(UID), TODAY).resident.id == ELDER
    with pytest.raises(Exception, match="replaced"):
        people.chip(Chip(bytes.fromhex("04000000000001")), TODAY)
    card, blocked = in_catalogue(books, CHIP)
    assert (card.number, card.level, blocked) == (4, CardLevel.UID, None)
    assert kiosk.catalogue.personalisation(CHIP) is not None, (
        "its home may write the office's signature on it"
    )


def test_a_lost_card_is_refused_at_the_kiosk_once_it_has_heard_and_the_page_says_when(
    books: Books, clerk: Browser, kiosk: Kiosk
) -> None:
    give(clerk, UID.hex())
    kiosk.pull_all()
    page = do(clerk, "block", card=CHIP)
    assert "Card 4 is blocked. 0 kiosks know" in page
    kiosk.pull_all()
    with pytest.raises(CardBlocked):
        Identifier(kiosk.catalogue).chip(Chip(UID), TODAY)
    kiosk.pull_all()  # asks for what comes after
    assert "Card 4 is blocked, and all 1 kiosks know it." in do(clerk, "block", card=OLD)
    do(clerk, "unblock", card=CHIP)
    kiosk.pull_all()
    assert Identifier(kiosk.catalogue).chip(Chip(UID), TODAY).resident.id == ELDER


def test_what_a_lost_card_can_still_take_is_what_kiosks_may_spend_that_have_not_heard(
    books: Books, clerk: Browser, kiosk: Kiosk
) -> None:
    kiosk.office.lend(kiosk.journal_id, f"own/{ELDER}", 12_345)
    page = do(clerk, "block", card=OLD)
    assert "at these it could still take 123.45 yuan of own money" in page


def test_a_code_on_paper_gets_the_next_short_number_and_is_signed_at_once(
    books: Books, clerk: Browser, kiosk: Kiosk
) -> None:
    do(clerk, "issue", medium="paper")
    kiosk.pull_all()
    token = qr_token(4)
    assert in_catalogue(books, token)[0].level is CardLevel.SIGNED
    assert kiosk.catalogue.personalisation(token) is not None
    assert in_catalogue(books, OLD)[1] is None, "nothing was to be replaced"


def test_what_a_counter_said_stands_in_the_history_beside_what_the_office_did(
    books: Books, clerk: Browser
) -> None:
    books.write(CARD_LOST, CardReported(OLD, ELDER), operator="chen")
    page = do(clerk, "block", card="qr:2")
    rows = page.partition("What was done with these cards")[2].split("<tr>")[2:]
    assert [(("wang" in row), (OLD in row)) for row in rows] == [(True, False), (False, True)]
    assert "kiosk at huasheng" in rows[1] and "chen" in rows[1]
    with reading(books.office.engine) as connection:
        *_, blocked, _looked = [each.deed for each in audit.kept(connection, books.office.region_id)]
    assert (blocked.who, blocked.what, blocked.residents) == ("wang", "cards.block", (ELDER,))


@pytest.mark.parametrize(
    ("typed", "reader", "says"),
    [
        ("", "hex", "no chip number"),
        ("04A1B2C", "hex", "no chip number"),
        ("0077705923", "hex", "no chip number"),
        ("08A1B2C3", "hex", "another number each time"),
        ("00000000", "hex", "can be nobody"),
        ("04000003", "hex", "card 3 of resident 2"),
        ("3000000004", "hex_reversed", "no chip number"),
        ("04C0FFEE", "hex", "badge of 陈站长"),
    ],
)
def test_what_can_be_nobodys_card_is_said_at_the_field(
    books: Books, clerk: Browser, typed: str, reader: str, says: str
) -> None:
    with writing(books.office.engine) as connection:
        chen = Staff(
            id="chen", name="陈站长", site=HERE, roles=(StaffRole.SUPERVISOR,), badges=("nfc:04C0FFEE",)
        )
        publish(connection, books.office.region_id, Kind.STAFF, chen.id, chen)
    clerk.get("/?lang=en")
    page = do(clerk, "issue", chip=typed, reader=reader, medium="chip", replaces=[OLD], status=409)
    assert says in page.partition('id="wrong-chip"')[2].partition("</span>")[0]
    assert in_catalogue(books, OLD)[1] is None, "nothing half done"


def test_a_reader_is_remembered_and_ten_digits_are_a_chip(books: Books, clerk: Browser) -> None:
    page = give(clerk, "0077705923", reader="decimal")
    assert '<option value="decimal" selected>' in page
    assert in_catalogue(books, "nfc:04A1B2C3")[0] is not None


def test_nobody_touches_a_card_by_the_page_of_somebody_else(books: Books, clerk: Browser) -> None:
    clerk.get("/?lang=en")
    assert "has no such card" in do(clerk, "block", resident_id=YOUNG, card=OLD, status=409)
    assert "stands so already" in do(clerk, "unblock", card=OLD, status=409)
    assert in_catalogue(books, OLD)[1] is None


def test_a_file_of_before_brings_no_blocked_card_back(books: Books, clerk: Browser) -> None:
    do(clerk, "block", card=OLD)
    books.import_(small_file())
    assert in_catalogue(books, OLD)[1] is CardStatus.LOST
    anew = small_file()
    anew["cards"][0]["generation"] = 2
    books.import_(anew)
    assert in_catalogue(books, OLD)[1] is None


def test_no_number_is_given_twice_whoever_gave_out_the_first(books: Books) -> None:
    region_id = books.office.region_id
    books.import_({"cards": [{"token": "nfc:04000077", "number": 77, "resident_id": ELDER, "level": 1}]})
    with writing(books.office.engine) as connection:
        assert card_numbers.take(connection, region_id) == 78
        connection.exec_driver_sql("DELETE FROM counters WHERE name = 'card'")  # as before this release
        assert card_numbers.take(connection, region_id, 2) == 78
        assert card_numbers.take(connection, region_id) == 80


def test_the_list_shows_a_page_at_a_time_of_what_is_asked_for(
    on_both: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    on_both.import_(small_file())
    monkeypatch.setattr(listing, "CARDS_PER_PAGE", 2)
    region_id = on_both.office.region_id
    on_both.write(CARD_LOST, CardReported("qr:2", ELDER))

    def listed(**asked: object) -> tuple[list[int], str]:
        with reading(on_both.office.engine) as connection:
            page = card_page(connection, region_id, CardsAsked(**asked), EVERYWHERE)  # type: ignore[arg-type]
        return [line.known.card.number for line in page.lines], page.next_after

    assert listed() == ([1, 3], "nfc:04000003")
    assert listed(after="nfc:04000003") == ([2], "")
    assert listed(site=THERE) == ([3], "")
    assert listed(search="陈测试") == ([1, 2], "")
    assert listed(search="04000003") == ([3], "")
    with writing(on_both.office.engine) as connection:
        block(connection, region_id, "qr:2", CardStatus.LOST)
    assert listed(standing=CardsShown.BLOCKED) == ([2], "")
    assert listed(standing=CardsShown.IN_USE) == ([1, 3], "")


def test_either_database_tells_what_was_done_and_who_has_not_heard(on_both: Books) -> None:
    on_both.import_(small_file())
    office, region_id = on_both.office, on_both.office.region_id
    on_both.write(CARD_LOST, CardReported(OLD, ELDER), operator="chen")
    with writing(office.engine) as connection:
        elder = shown(connection, region_id, Kind.RESIDENT, str(ELDER))
        assert elder is not None
        desk = CardDesk(connection, region_id, office.issuer, DoneBy("wang", office.now_ms()))
        card = desk.issue(elder, UID, [OLD])
        desk.end(elder, CHIP, LOST)
        assert [each.id for each in without_card(connection, region_id, CardsAsked(), EVERYWHERE, 9)] == []
        papers = paper_cards(connection, region_id, CardsAsked(), EVERYWHERE, 9, TODAY)
        assert [each.number for each, _ in papers] == [2]
        expired = msgspec.structs.replace(papers[0][0], last_day=TODAY - timedelta(days=1))
        publish(connection, region_id, Kind.CARD, expired.token, expired, label=str(ELDER))
        assert paper_cards(connection, region_id, CardsAsked(), EVERYWHERE, 9, TODAY) == []
        publish(connection, region_id, Kind.CARD, expired.token, papers[0][0], label=str(ELDER))
        deeds = card_deeds_of(connection, region_id, ELDER)
        reached = reach_of(connection, region_id, ELDER, [CHIP, OLD, "qr:2"])
    assert [(each.what, each.token, each.who) for each in deeds] == [
        (LOST, card.token, "wang"),
        (ISSUED, card.token, "wang"),
        (REPLACED, OLD, "wang"),
        (LOST, OLD, "chen"),
    ]
    assert {token: [each.kiosk for each in found.unaware] for token, found in reached.items()} == {
        CHIP: ["kiosk at huasheng"],
        OLD: ["kiosk at huasheng"],
    }


def test_a_clerk_of_one_place_sees_and_touches_the_cards_of_that_place_alone(books: Books) -> None:
    with writing(books.office.engine) as connection:
        keep_division(connection, books.office.region_id, Division("east", Level.COMMUNITY, "东社区"))
        hang(connection, books.office.region_id, THERE, "east")
    books.hire("east", PASSWORD, [Post(Role.CLERK, "east")])
    browser = books.browser()
    browser.log_in("east")
    page = browser.get("/cards").get_data(as_text=True)
    assert "李测试" in page and "陈测试" not in page
    assert browser.get(FIRST_CARD).status_code == 404
    assert browser.post(f"{FIRST_CARD}/block", {**walker(browser).form, "card": OLD}).status_code == 404
    assert in_catalogue(books, OLD)[1] is None


def test_an_unknown_chip_is_nobodys(kiosk: Kiosk) -> None:
    kiosk.pull_all()
    with pytest.raises(CardUnknown):
        Identifier(kiosk.catalogue).chip(Chip(UID), TODAY)


def pages_of(pdf: bytes) -> list[Image.Image]:
    return [page.render(scale=200 / 72).to_pil() for page in PdfDocument(pdf)]


def read_back(pdf: bytes) -> list[str]:
    """What a scanner reads on each page of a sheet."""
    return [each.text for page in pages_of(pdf) for each in zxingcpp.read_barcodes(page)]


def printed(browser: Browser, status: int = 200, **form: str) -> bytes:
    answer = browser.post("/cards/sheets", {**walker(browser).form, **form})
    assert answer.status_code == status
    return bytes(answer.get_data())


def test_printed_sheets_are_read_back_and_each_code_speaks_for_its_owner(
    books: Books, clerk: Browser, kiosk: Kiosk
) -> None:
    pdf = printed(clerk, missing="yes", q="测试")
    kiosk.pull_all()
    people = Identifier(kiosk.catalogue)
    codes = read_back(pdf)
    assert [people.code(each, TODAY, 0).resident.id for each in codes] == [ELDER], "the other has a chip"
    text = PdfDocument(pdf)[0].get_textpage().get_text_range()
    assert "陈测试" in text and "No. 2" in text and "华圣食堂" in text
    with reading(books.office.engine) as connection:
        *_, last = [each.deed for each in audit.kept(connection, books.office.region_id)]
    assert (last.what, last.residents) == ("cards.print_sheets", (ELDER,))


def test_who_has_no_card_is_given_a_code_and_eleven_are_two_sheets(books: Books, clerk: Browser) -> None:
    people = [
        {"id": 100 + n, "name": f"新人{n}", "born": "1950-01-01", "home_site": HERE, "opening_fen": 0}
        for n in range(10)
    ]
    books.import_({"residents": people})
    pdf = printed(clerk, site=HERE, missing="yes")
    assert len(pages_of(pdf)) == 2
    assert len(set(read_back(pdf))) == 11
    assert set(read_back(printed(clerk, site=HERE, missing="yes"))) == set(read_back(pdf)), "nobody gets two"


def test_nothing_to_print_is_said_and_nobody_is_given_a_card(
    books: Books, clerk: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    clerk.get("/?lang=en")
    assert b"Between one and 300 codes" in printed(clerk, site=THERE, status=409)
    monkeypatch.setattr(paper, "FONT", Path("/nowhere"))
    assert b"fonts-noto-cjk" in printed(clerk, status=503)
