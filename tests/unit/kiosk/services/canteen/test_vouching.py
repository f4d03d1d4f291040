"""A card does not speak for its owner, and it is known whose it is: staff look at the face."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
from msgspec.structs import replace

from drivers.contracts import Authentication, CardFamily, CardTap, CodeScan
from kiosk.app import Kiosk, create_app
from kiosk.catalogue.items import Kind
from kiosk.common.outcomes import Outcome
from kiosk.people.cards import Block, CardLevel, CardStatus, IssuerKey, qr_token
from kiosk.people.codes import Certificate, qr_text, sign
from kiosk.people.errors import ResidentClosed
from kiosk.people.residents import ResidentStatus
from kiosk.services.canteen.actions import Canteen
from kiosk.services.canteen.records import VOUCHED_BY_STAFF, MealServed, decode_meal
from kiosk.services.canteen.rules import VOUCHED_FOR
from tests.factories import World, card, resident, uid_of
from tests.unit.kiosk.people.test_identify import ISSUER

OWN = "own/1001"


@pytest.fixture
def kiosk(world: World) -> Iterator[Kiosk]:
    made = create_app(world.settings(), lambda *_: [], world.time.source())
    made.look()
    yield made
    made.taps.start()
    made._looker.start()
    made.stop()


def lay_down(kiosk: Kiosk, event: CardTap | CodeScan | None = None) -> Outcome:
    chip = CardTap(uid_of(1001), CardFamily.TYPE2, Authentication.NOT_OFFERED, None, 0)
    kiosk.taps.handle(event or chip)
    return kiosk.board.recent[0]


def last_meal(kiosk: Kiosk) -> MealServed:
    with kiosk.counter().journal.writing() as writing:
        record = writing.last_record()
    assert record is not None
    return decode_meal(record.body)


def past_use(world: World, how: str) -> None:
    token = card().token
    world.add(resident(), fen=10_000)
    if how == "card_expired":
        world.publish(Kind.CARD, {token: card(last_day=date(2026, 1, 1))})
    else:
        status = {"card_blocked": "lost", "card_replaced": "replaced", "card_closed": "closed"}[how]
        world.publish(Kind.BLOCK, {token: Block(token=token, status=CardStatus(status))})


@pytest.mark.parametrize("how", ["card_blocked", "card_replaced", "card_closed", "card_expired"])
def test_whoever_holds_a_card_past_use_is_fed_after_a_look_at_the_face(
    world: World, kiosk: Kiosk, how: str
) -> None:
    past_use(world, how)
    refused = lay_down(kiosk)
    assert (refused.code, refused.person and refused.person.resident_id) == (how, 1001)
    assert refused.code in VOUCHED_FOR
    served = kiosk.counter()[Canteen].serve_known(1001, "r" * 16, how)
    assert (served.code, served.result.own_fen, served.result.balance_fen) == ("served", 1000, 9000)
    meal = last_meal(kiosk)
    assert (meal.level, meal.card_number, meal.vouched_for) == (VOUCHED_BY_STAFF, 0, how)
    world.time.advance(seconds=30)
    assert lay_down(kiosk).code == how, "the card itself stays what it is"


def test_a_lost_code_on_paper_says_whose_it_was(world: World, kiosk: Kiosk) -> None:
    world.add(resident(), fen=10_000)
    paper = replace(card(1001, CardLevel.SIGNED), token=qr_token(5), number=5)
    world.publish(Kind.CARD, {paper.token: paper})
    world.publish(Kind.ISSUER_KEY, {"1": IssuerKey(id=1, public_key=ISSUER.public_key().public_bytes_raw())})
    world.publish(Kind.BLOCK, {paper.token: Block(token=paper.token, status=CardStatus.LOST)})
    refused = lay_down(kiosk, CodeScan(qr_text(sign(Certificate(1, 5, 1, b""), ISSUER)), 0))
    assert (refused.code, refused.person and refused.person.resident_id) == ("card_blocked", 1001)


def test_who_has_left_is_not_vouched_for_whatever_the_card(world: World, kiosk: Kiosk) -> None:
    past_use(world, "card_blocked")
    world.publish(Kind.RESIDENT, {"1001": replace(resident(), status=ResidentStatus.CLOSED)})
    assert lay_down(kiosk).code == "resident_closed"
    assert "resident_closed" not in VOUCHED_FOR
    with pytest.raises(ResidentClosed):
        kiosk.counter()[Canteen].serve_known(1001, "r" * 16, "card_blocked")


def test_without_a_card_there_is_nothing_to_name(world: World, kiosk: Kiosk) -> None:
    world.add(resident(), fen=10_000)
    kiosk.counter()[Canteen].serve_known(1001, "r" * 16)
    assert last_meal(kiosk).vouched_for == ""
