"""Readers and scanners that type: the same answers as from a driver, and no way around any check."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest

from drivers.contracts import CardTap, CodeScan
from kiosk.app import Kiosk, create_app
from kiosk.catalogue.items import Kind
from kiosk.common.board import Badge
from kiosk.common.outcomes import Outcome
from kiosk.people.cards import CardLevel, CardStatus, nfc_token
from kiosk.people.records import CARD_REFUSED
from kiosk.people.staff import Role, Staff
from kiosk.plain.wedge import CardNumbers, event_of
from kiosk.settings import WedgeSection
from tests.factories import SITE, World, card, resident, uid_of
from tests.unit.kiosk.test_tap import last_record
from tests.waiting import PATIENCE_S, first_told

UID = bytes.fromhex("04A1B2C3")


@pytest.mark.parametrize(
    ("numbers", "typed", "uid"),
    [
        (CardNumbers.HEX, "04a1b2c3", UID),
        (CardNumbers.HEX, "04A1B2C3D4E5F6", bytes.fromhex("04A1B2C3D4E5F6")),
        (CardNumbers.HEX_REVERSED, "C3B2A104", UID),
        (CardNumbers.DECIMAL, "0077705923", UID),
        (CardNumbers.DECIMAL_REVERSED, "3283263748", UID),
    ],
)
def test_readers_write_a_number_in_their_own_ways(numbers: CardNumbers, typed: str, uid: bytes) -> None:
    event = event_of(typed, numbers, 7)
    assert isinstance(event, CardTap)
    assert (event.uid, event.typed, event.monotonic_ms) == (uid, True, 7)


@pytest.mark.parametrize(
    ("numbers", "typed"),
    [
        (CardNumbers.NONE, "04A1B2C3"),
        (CardNumbers.NONE, "0077705923"),
        (CardNumbers.HEX, "04A1B2C"),
        (CardNumbers.HEX, "R1234567ABCDEFGHIJ"),
        (CardNumbers.DECIMAL, "9999999999"),  # more than four bytes
        (CardNumbers.DECIMAL, "٠٠٧٧٧٠٥٩٢٣"),  # digits, but no reader's
        (CardNumbers.DECIMAL, "04A1B2C3"),
    ],
)
def test_whatever_is_no_number_is_a_code(numbers: CardNumbers, typed: str) -> None:
    assert event_of(typed, numbers, 7) == CodeScan(typed, 7)


@pytest.fixture
def begin(world: World) -> Iterator[Callable[[str], Kiosk]]:
    made = []

    def begin(numbers: str = "hex") -> Kiosk:
        kiosk = create_app(
            world.settings(wedge=WedgeSection(card=numbers)), lambda *_: [], world.time.source()
        )
        kiosk.look()
        kiosk.taps.start()
        made.append(kiosk)
        return kiosk

    yield begin
    for kiosk in made:
        kiosk._looker.start()
        kiosk.stop()


def post(kiosk: Kiosk, text: str, request_id: str = "0123456789abcdef", *, forged: bool = False) -> int:
    client = kiosk.web.test_client()
    page = client.get("/display").get_data(as_text=True)
    found = re.search(r'name="csrf-token" content="([^"]+)"', page)
    assert found
    headers = {} if forged else {"X-CSRFToken": found[1]}
    body = {"text": text, "request_id": request_id}
    return client.post("/wedge", data=body, headers=headers).status_code


def answer(kiosk: Kiosk, text: str, request_id: str = "0123456789abcdef") -> Outcome:
    with kiosk.board.watching() as news:
        assert post(kiosk, text, request_id) == 204
        return first_told(news, lambda told: told.outcome)


def typed_uid(number: int = 1001) -> str:
    return uid_of(number).hex()


def test_a_plain_card_is_served_by_its_typed_number(world: World, begin: Callable[..., Kiosk]) -> None:
    world.add(resident())
    assert answer(begin(), typed_uid()).code == "served"


def test_a_counter_with_a_typing_reader_alone_asks_for_cards(
    world: World, begin: Callable[..., Kiosk]
) -> None:
    assert begin().board.standing.reader_ready
    assert begin("none").board.standing.reader_ready is None


def test_without_the_setting_a_number_is_no_card(world: World, begin: Callable[..., Kiosk]) -> None:
    world.add(resident())
    kiosk = begin("none")
    before = kiosk.counter().journal.head.seq
    assert answer(kiosk, typed_uid()).code == "code_unreadable"
    assert kiosk.counter().journal.head.seq == before


@pytest.mark.parametrize("level", [CardLevel.SIGNED, CardLevel.AUTHENTICATED])
def test_a_card_that_can_prove_itself_must_and_is_not_called_a_copy(
    world: World, begin: Callable[..., Kiosk], level: CardLevel
) -> None:
    world.add(resident(), card(level=level))
    kiosk = begin()
    told = answer(kiosk, typed_uid())
    assert (told.code, told.person is not None) == ("card_unproved", True)
    assert last_record(kiosk).kind != CARD_REFUSED[0]


@pytest.mark.parametrize("level", CardLevel)
def test_a_lost_card_is_lost_however_it_is_read(
    world: World, begin: Callable[..., Kiosk], level: CardLevel
) -> None:
    world.add(resident(), card(status=CardStatus.LOST, level=level))
    assert answer(begin(), typed_uid()).code == "card_blocked"


def test_the_number_of_a_badge_that_is_typed_only_chooses_the_name(
    world: World, begin: Callable[..., Kiosk]
) -> None:
    badge = nfc_token(uid_of(9003))
    chief = Staff(id="chen", name="陈站长", site=SITE, roles=(Role.SUPERVISOR,), badges=(badge,))
    world.publish(Kind.STAFF, {chief.id: chief})
    kiosk = begin()
    with kiosk.board.watching() as news:
        kiosk.taps.handle(event_of(typed_uid(9003), CardNumbers.HEX, 7))
        assert news.get(timeout=PATIENCE_S).badge == Badge("chen")
    assert (kiosk.duty.operator, kiosk.board.recent) == ("", [])


def test_a_post_that_is_repeated_is_one_tap(world: World, begin: Callable[..., Kiosk]) -> None:
    world.add(resident())
    kiosk = begin()
    answer(kiosk, typed_uid())
    assert post(kiosk, typed_uid()) == 204
    answer(kiosk, "NC1:OTHER", "fedcba9876543210")  # answered after it, had it been a tap
    assert [each.code for each in kiosk.board.recent] == ["code_mangled", "served"]


@pytest.mark.parametrize("text", ["", "x" * 513, "NC1:\x00", "04A1\nB2C3"])
def test_what_no_device_types_is_refused(begin: Callable[..., Kiosk], text: str) -> None:
    kiosk = begin()
    assert post(kiosk, text) == 400
    assert kiosk.board.recent == []


def test_another_page_cannot_hand_over_a_code(begin: Callable[..., Kiosk]) -> None:
    kiosk = begin()
    assert post(kiosk, "NC1:CODE", forged=True) == 400
    assert post(kiosk, "NC1:CODE", request_id="short") == 400
    assert kiosk.board.recent == []
