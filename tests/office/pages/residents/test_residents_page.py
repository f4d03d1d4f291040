"""Residents are found, and shown with their money, cards, meals and face."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from kiosk.people.cards import Card, CardLevel, CardStatus
from kiosk.people.photos import Photo
from kiosk.services.cards.records import CARD_LOST, CardReported
from sync.office.console.residents import found as people
from sync.office.people.card_states import with_status
from sync.office.people.photos import publish_photos
from sync.office.services.cards import events
from sync.office.store.database import reading, writing
from sync.office.store.turns import alone
from tests.office.books import ELDER, HERE, YOUNG, small_file


def test_a_card_that_a_counter_blocked_is_lost_on_every_page(sold, clerk):
    token = "nfc:04000000000001"
    assert clerk.text("/residents/1").count(">正常<") == 2
    assert sold.write(CARD_LOST, CardReported(token, ELDER)) == []
    key, seq, _hash = sold.journals[HERE]
    with writing(sold.office.engine) as connection:
        alone(connection, key.region_id)
        events.check(connection, SimpleNamespace(key=key, place=(key.region_id, key.journal_id, seq, seq)))
    page = clerk.text("/residents/1")
    assert (page.count(">正常<"), page.count(">已挂失<")) == (1, 1)
    assert ">已挂失<" in clerk.text("/residents")
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
    assert "2020-12-31 到期" in clerk.text("/residents/2")


def test_a_resident_has_money_cards_and_meals(sold, clerk):
    page = clerk.text(f"/residents/{ELDER}?lang=en")
    assert "80.00<small>yuan of own money" in page
    assert "Authenticated: cannot be copied" in page
    assert "Signed: a copy is possible" in page
    assert page.count("<code>1-") == 2
    assert "Chip number only: easily copied" in clerk.text(f"/residents/{YOUNG}?lang=en")
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
    assert f'src="/residents/{ELDER}/photo"' in clerk.text(f"/residents/{ELDER}?lang=en")
    assert sold.browser().get(f"/residents/{ELDER}/photo").status_code == 302


def test_names_are_shown_and_not_run(books, clerk):
    person = {"id": 5, "name": "<b>陈</b>", "born": "1950-01-01", "home_site": HERE}
    books.import_({"residents": [person]})
    assert "&lt;b&gt;陈&lt;/b&gt;" in clerk.text("/residents")


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
