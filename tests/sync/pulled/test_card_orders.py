"""Cards that a counter gave out: the office signs for them, and believes a kiosk that they were written."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from drivers.cards.ntag424 import FACTORY_KEY
from kiosk.catalogue.items import Kind
from kiosk.ledger.posting import JournalKey
from kiosk.people import codes
from kiosk.people.cards import CardLevel, CardPersonalisation, qr_token
from kiosk.people.errors import CardCopied, CardReplaced
from kiosk.people.identify import Chip, Identifier
from kiosk.people.staff import Role, Staff
from kiosk.services.cards.records import CARD_ISSUED, CARD_WRITTEN, CardIssued, CardWritten
from sync.office.books import reviews
from sync.office.console.residents import found as people
from sync.office.services.cards import unwritten
from sync.office.store.database import reading, writing
from tests.sync.world import Kiosk, OfficeWorld

TODAY = date(2026, 3, 2)
UID = bytes.fromhex("04AB0000000001")
CHIP, NUMBER = "nfc:04AB0000000001", 2**56 + 1
PAPER = qr_token(NUMBER)


@pytest.fixture
def front(office: OfficeWorld, make_kiosk: Callable[..., Kiosk]) -> Kiosk:
    office.resident(1)
    return make_kiosk("front")


def issue(kiosk: Kiosk, token: str, *replaced: str, number: int = NUMBER) -> None:
    kiosk.write(*CARD_ISSUED, CardIssued(token, number, 1, replaced))
    sync(kiosk)


def report_written(kiosk: Kiosk, level: CardLevel) -> None:
    kiosk.write(*CARD_WRITTEN, CardWritten(CHIP, 1, level))
    sync(kiosk)


def sync(kiosk: Kiosk) -> None:
    kiosk.push_all()
    kiosk.pull_all()


def order_at(kiosk: Kiosk, token: str) -> CardPersonalisation | None:
    return kiosk.catalogue.personalisation(token)


def test_a_chip_that_was_given_out_is_signed_for_and_the_copy_of_it_is_refused_once_it_is_written(
    front: Kiosk,
) -> None:
    issue(front, CHIP)
    order = order_at(front, CHIP)
    assert order is not None
    assert Identifier(front.catalogue).chip(Chip(UID), TODAY).level is CardLevel.UID
    report_written(front, CardLevel.SIGNED)
    assert order_at(front, CHIP) is None
    people = Identifier(front.catalogue)
    assert people.chip(Chip(UID, order.record), TODAY).level is CardLevel.SIGNED
    with pytest.raises(CardCopied):
        people.chip(Chip(UID, complete_reads=2), TODAY)


def test_no_chip_with_the_number_of_a_badge_is_signed_for_as_somebodys_card(
    office: OfficeWorld, front: Kiosk
) -> None:
    """Its record would be the proof that the number alone is not, and sign in as the supervisor."""
    chen = Staff(id="chen", name="陈站长", site=front.site, roles=(Role.SUPERVISOR,), badges=(CHIP,))
    office.publish(Kind.STAFF, chen.id, chen)
    issue(front, CHIP)
    assert order_at(front, CHIP) is None
    assert front.catalogue.card(CHIP) is None
    assert [each.code for each in office.reviews()] == ["card_taken"]


def test_a_phone_that_an_older_kiosk_gave_out_is_nobodys_card_and_a_person_hears_of_it(
    office: OfficeWorld, front: Kiosk
) -> None:
    issue(front, "nfc:08A1B2C3")
    assert order_at(front, "nfc:08A1B2C3") is None
    assert front.catalogue.card("nfc:08A1B2C3") is None
    assert [(each.code, each.detail) for each in office.reviews()] == [
        ("card_unfit", "token=nfc:08A1B2C3 resident=1 reason=chip_number_changes")
    ]


def test_keys_come_from_a_master_that_stays_and_go_home_once_the_chip_has_them(
    office: OfficeWorld, make_kiosk: Callable[..., Kiosk]
) -> None:
    office.resident(1)
    home, visited = make_kiosk("home"), make_kiosk("visited", site="fuyuan")
    issue(visited, CHIP)
    order = order_at(visited, CHIP)
    assert order is not None
    assert len({order.master_key, order.kiosk_key, FACTORY_KEY}) == 3
    sync(home)
    assert order_at(home, CHIP) is None, "only where the card was given out"
    assert home.catalogue.card_key(CHIP) is None, "it would take the card for a copy"
    report_written(visited, CardLevel.AUTHENTICATED)
    sync(home)
    key, card = home.catalogue.card_key(CHIP), home.catalogue.card(CHIP)
    assert key is not None and key.key == order.kiosk_key
    assert card is not None and card.level is CardLevel.AUTHENTICATED
    assert visited.catalogue.card_key(CHIP) is None


def test_a_code_on_paper_is_signed_and_stays_for_printing_again_until_it_is_replaced(front: Kiosk) -> None:
    issue(front, PAPER)
    order = order_at(front, PAPER)
    assert order is not None
    text = codes.qr_text(order.record)
    who = Identifier(front.catalogue).code(text, TODAY, 0)
    assert (who.resident.id, who.level, who.card.number) == (1, CardLevel.SIGNED, NUMBER)
    issue(front, qr_token(NUMBER + 1), PAPER, number=NUMBER + 1)
    assert order_at(front, PAPER) is None
    with pytest.raises(CardReplaced):
        Identifier(front.catalogue).code(text, TODAY, 0)


def test_what_is_said_twice_counts_once(front: Kiosk) -> None:
    issue(front, CHIP)
    report_written(front, CardLevel.SIGNED)
    report_written(front, CardLevel.SIGNED)
    assert order_at(front, CHIP) is None
    card = front.catalogue.card(CHIP)
    assert card is not None and card.level is CardLevel.SIGNED


def test_a_card_nobody_knows_is_not_signed_for_and_is_looked_at(front: Kiosk, office: OfficeWorld) -> None:
    report_written(front, CardLevel.SIGNED)
    assert order_at(front, CHIP) is None
    assert [each.code for each in office.reviews()] == ["card_not_registered"]


def test_a_chip_that_is_somebodys_already_is_not_signed_for_again(front: Kiosk, office: OfficeWorld) -> None:
    issue(front, CHIP)
    report_written(front, CardLevel.SIGNED)
    front.write(*CARD_ISSUED, CardIssued(CHIP, NUMBER + 9, 1, ()))
    sync(front)
    assert order_at(front, CHIP) is None
    assert [each.code for each in office.reviews()] == ["card_taken"]


def test_a_batch_that_comes_again_brings_no_order_back(front: Kiosk, office: OfficeWorld) -> None:
    issue(front, CHIP)
    issue(front, PAPER, CHIP, number=NUMBER + 1)
    assert order_at(front, CHIP) is None
    with writing(office.office.engine) as connection:
        key = JournalKey(office.office.region_id, front.journal_id)
        unwritten.place(connection, office.office.issuer, key, first_seq=1)
    sync(front)
    assert order_at(front, CHIP) is None


def test_a_card_that_cannot_be_written_is_good_and_nothing_is_ordered(front: Kiosk) -> None:
    issue(front, "nfc:DEADBEEF")
    assert order_at(front, "nfc:DEADBEEF") is None
    assert Identifier(front.catalogue).chip(Chip(bytes.fromhex("DEADBEEF")), TODAY).resident.id == 1


def test_the_office_finds_the_card_with_its_owner(front: Kiosk, office: OfficeWorld) -> None:
    issue(front, CHIP)
    report_written(front, CardLevel.SIGNED)
    with reading(office.office.engine) as connection:
        line = people.resident_line(connection, office.office.region_id, 1)
    assert line is not None
    assert [(each.card.token, each.card.level) for each in line.cards] == [(CHIP, CardLevel.SIGNED)]


def test_cards_for_people_at_home_elsewhere_are_good_until_there_are_more_than_somebody_looked_at(
    office: OfficeWorld, front: Kiosk
) -> None:
    """A stolen kiosk would spend everybody's money by cards of its own."""
    office.resident(1, site="fuyuan")
    chips = [f"nfc:04AB00000000{n:02X}" for n in range(10, 15)]
    for n, chip in enumerate(chips[:4]):
        front.write(*CARD_ISSUED, CardIssued(chip, NUMBER + n, 1, ()))
    sync(front)
    assert [front.catalogue.card(chip) is not None for chip in chips[:4]] == [True, True, True, False]
    assert [each.code for each in office.reviews()] == [*["card_given_away"] * 3, "card_waits"]
    with writing(office.office.engine) as connection:
        for seq in range(1, 4):
            key = JournalKey(1, front.journal_id)
            reviews.close(connection, key, seq, "card_given_away", office.office.now_ms())
    front.write(*CARD_ISSUED, CardIssued(chips[4], NUMBER + 4, 1, ()))
    sync(front)
    assert front.catalogue.card(chips[4]) is not None
