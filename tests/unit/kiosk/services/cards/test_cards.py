"""Lost, found and issued at one counter, before the office knows."""

from __future__ import annotations

import pytest

from kiosk.catalogue.items import Kind
from kiosk.counter import Counter
from kiosk.ledger.accounts import own_money
from kiosk.people.cards import Block, CardLevel, CardPersonalisation, CardStatus, nfc_token
from kiosk.people.errors import CardBlocked, CardReplaced, CardUnknown
from kiosk.plain.refusals import Refusal
from kiosk.services.cards.actions import Cards
from kiosk.services.cards.errors import CardTaken, NotLostHere
from tests.factories import World, resident, uid_of
from tests.unit.kiosk.front.test_clock_question import hear_the_office
from tests.unit.kiosk.services.canteen.test_canteen import balance, tap

CARD = nfc_token(uid_of(1001))
EMPTY = nfc_token(bytes.fromhex("04AB0000000001"))
OWN = own_money(1001)


def test_a_lost_card_serves_nobody_from_the_same_second_and_the_money_stays(
    world: World, counter: Counter
) -> None:
    world.add(resident(), fen=10_000)
    first = counter[Cards].report_lost(CARD, "request")
    assert counter[Cards].report_lost(CARD, "request") == first
    with pytest.raises(CardBlocked):
        tap(counter)
    assert balance(counter, OWN) == 0
    counter[Cards].found(CARD, "found")
    assert tap(counter).result.balance_fen == 9000


def test_it_is_still_lost_after_a_restart(world: World) -> None:
    world.add(resident(), fen=10_000)
    before = world.open()
    before[Cards].report_lost(CARD, "request")
    before.close()
    after = world.open()
    with pytest.raises(CardBlocked):
        tap(after)
    after.close()


def test_once_the_office_has_it_the_offices_word_counts(world: World, counter: Counter) -> None:
    world.add(resident(), fen=10_000)
    counter[Cards].report_lost(CARD, "request")
    world.publish(Kind.BLOCK, {CARD: Block(token=CARD, status=CardStatus.LOST)})
    with pytest.raises(CardBlocked):
        tap(counter)
    world.withdraw(Kind.BLOCK, CARD)
    assert tap(counter).code == "served"


def test_a_new_card_is_good_at_once_and_the_old_one_no_longer(world: World, counter: Counter) -> None:
    world.add(resident(), fen=10_000)
    issued = counter[Cards].issue(EMPTY, 1001, "request")
    assert counter[Cards].issue(EMPTY, 1001, "request") == issued
    with pytest.raises(CardReplaced):
        tap(counter)
    card = counter[Cards].card(EMPTY)
    assert card is not None and card.resident_id == 1001
    assert [status for _, status in counter[Cards].of(1001)] == [CardStatus.ACTIVE, CardStatus.REPLACED]


def test_what_makes_no_sense_is_refused(world: World, counter: Counter) -> None:
    world.add(resident(), fen=10_000)
    with pytest.raises(CardTaken):
        counter[Cards].issue(CARD, 1001, "1")
    with pytest.raises(CardUnknown):
        counter[Cards].issue(EMPTY, 4711, "2")
    with pytest.raises(CardUnknown):
        counter[Cards].report_lost(EMPTY, "3")
    with pytest.raises(NotLostHere):
        counter[Cards].found(CARD, "4")


@pytest.mark.parametrize(
    ("uid", "code"),
    [
        ("08A1B2C3", "chip_number_changes"),  # a phone
        ("012E4CD2A1B3C4D5", "chip_number_unusable"),  # FeliCa
        ("00000000", "chip_number_unusable"),
        ("FFFFFFFFFFFFFF", "chip_number_unusable"),
        ("0102", "chip_number_unusable"),
    ],
)
def test_what_can_be_nobodys_card_cancels_nobodys_card(
    world: World, counter: Counter, uid: str, code: str
) -> None:
    world.add(resident(), fen=10_000)
    with pytest.raises(Refusal) as refusal:
        counter[Cards].issue(f"nfc:{uid}", 1001, "request")
    assert refusal.value.code == code
    assert [status for _, status in counter[Cards].of(1001)] == [CardStatus.ACTIVE]
    assert tap(counter).result.balance_fen == 9000


@pytest.mark.parametrize("uid", ["A1B2C3D4", "04AB0000000001", "08AB0000000001", "04AB0000000000000001"])
def test_chips_that_keep_their_number_can_be_cards(world: World, counter: Counter, uid: str) -> None:
    world.add(resident(), fen=10_000)
    assert counter[Cards].issue(f"nfc:{uid}", 1001, "request").code == "card_issued"


def order(world: World, token: str = EMPTY) -> CardPersonalisation:
    """The office signs for a card that was given out here."""
    placed = CardPersonalisation(token=token, record=b"signed", master_key=b"m" * 16, kiosk_key=b"k" * 16)
    world.publish(Kind.PERSONALISATION, {token: placed})
    return placed


def test_an_order_stands_until_the_card_was_written_even_after_a_restart(world: World) -> None:
    world.add(resident(), fen=10_000)
    before = world.open()
    assert before[Cards].personalisation(EMPTY) is None
    before[Cards].issue(EMPTY, 1001, "request")
    placed = order(world)
    assert before[Cards].personalisation(EMPTY) == placed
    written = before[Cards].wrote(EMPTY, CardLevel.SIGNED)
    assert (written.code, written.person and written.person.resident_id) == ("card_written", 1001)
    assert before[Cards].personalisation(EMPTY) is None
    before.close()
    after = world.open()
    assert after[Cards].personalisation(EMPTY) is None
    after.close()


def test_nothing_is_put_on_a_lost_card(world: World, counter: Counter) -> None:
    world.add(resident(), fen=10_000)
    counter[Cards].issue(EMPTY, 1001, "request")
    order(world)
    counter[Cards].report_lost(EMPTY, "lost")
    assert counter[Cards].personalisation(EMPTY) is None


def test_a_code_for_paper_replaces_the_card_and_waits_for_the_offices_signature(
    world: World, counter: Counter
) -> None:
    world.add(resident(), fen=10_000)
    assert counter[Cards].paper_of(1001) is None
    first = counter[Cards].issue(None, 1001, "request")
    assert (first.code, counter[Cards].issue(None, 1001, "request")) == ("paper_card_issued", first)
    with pytest.raises(CardReplaced):
        tap(counter)
    paper = counter[Cards].paper_of(1001)
    assert paper is not None and paper[1] is None
    assert (paper[0].level, paper[0].token) == (CardLevel.SIGNED, f"qr:{paper[0].number}")
    placed = order(world, paper[0].token)
    assert counter[Cards].paper_of(1001) == (paper[0], placed)
    counter[Cards].issue(None, 1001, "another")
    another = counter[Cards].paper_of(1001)
    assert another is not None and another[0].number != paper[0].number


def test_a_card_given_just_now_and_laid_down_to_be_written_pays_for_nothing(
    world: World, counter: Counter
) -> None:
    world.add(resident(), fen=10_000)
    given = counter[Cards].issue(EMPTY, 1001, "request")
    assert counter[Cards].laid_down_again(EMPTY, given) is None, "there is nothing to write yet"
    order(world)
    again = counter[Cards].laid_down_again(EMPTY, given)
    assert again is not None and again.code == "card_being_written"
    assert counter[Cards].laid_down_again(EMPTY, again) == again
    assert counter[Cards].laid_down_again(EMPTY, None) is None
    assert counter[Cards].laid_down_again(CARD, given) is None
    written = counter[Cards].wrote(EMPTY, CardLevel.SIGNED)
    assert counter[Cards].laid_down_again(EMPTY, written) is None, "now it pays"


@pytest.mark.parametrize(
    ("chip", "in_touch", "code"),
    [
        (EMPTY, True, "card_issued_to_write"),
        (EMPTY, False, "card_issued"),
        ("nfc:DEADBEEF", True, "card_issued"),
    ],
)
def test_staff_wait_for_the_reader_only_where_it_will_write(
    world: World, counter: Counter, chip: str, in_touch: bool, code: str
) -> None:
    world.add(resident(), fen=10_000)
    if in_touch:
        hear_the_office(world, world.time.wall_ms)
    assert counter[Cards].issue(chip, 1001, "request").code == code
