"""What a card may take in a day by itself, and staff who look at the face and go on."""

from __future__ import annotations

from datetime import date

import msgspec
import pytest

from kiosk.catalogue.items import Kind
from kiosk.common.outcomes import Outcome
from kiosk.counter import Counter
from kiosk.ledger.accounts import own_money
from kiosk.people.cards import CardLevel
from kiosk.people.identify import Chip
from kiosk.services.canteen.actions import Canteen
from kiosk.services.canteen.errors import NeedsPhoto
from kiosk.services.canteen.records import VOUCHED_BY_STAFF, decode_meal
from kiosk.services.till.actions import Till
from tests.factories import SITE, World, card, resident, site, uid_of
from tests.unit.kiosk.services.canteen.test_canteen import balance

OWN = own_money(1001)


def lay_down(counter: Counter, **proof: bool) -> Outcome:
    at = counter.clock.now()
    who = counter.identifier.chip(Chip(uid_of(1001), **proof), counter.day_of(at))
    return counter[Canteen].answer(who, at)


def limit(world: World, **fen: int | None) -> None:
    world.publish(Kind.SITE, {SITE: site(**fen)})


def test_a_plain_card_is_good_for_lunch_and_dinner_as_ever(world: World, counter: Counter) -> None:
    world.add(resident(born=date(1990, 1, 1)))
    lay_down(counter)
    world.time.advance(hours=6)
    assert lay_down(counter).code == "served"


def test_beyond_its_limit_staff_look_at_the_face_and_go_on(world: World, counter: Counter) -> None:
    limit(world, uid_day_fen=2000)
    world.add(resident(), fen=10_000)
    assert lay_down(counter).result.own_fen == 1000
    world.time.advance(hours=6)
    with pytest.raises(NeedsPhoto) as refusal:
        lay_down(counter)
    assert vars(refusal.value) == {"limit_fen": 2000, "had_fen": 1500, "price_fen": 800, "photo": 0}
    assert balance(counter, OWN) == -1000
    assert counter[Canteen].serve_known(1001, "r" * 16).code == "served"
    assert balance(counter, OWN) == -1300
    with counter.journal.writing() as writing:
        record = writing.last_record()
    assert record is not None and decode_meal(record.body).level == VOUCHED_BY_STAFF


def test_the_next_day_it_is_good_again_and_what_was_taken_back_does_not_count(
    world: World, counter: Counter
) -> None:
    limit(world, uid_day_fen=1500)
    world.add(resident(), fen=10_000)
    first = lay_down(counter)
    counter[Till].undo(first.receipt, "u" * 16)
    assert lay_down(counter).code == "served"
    world.time.advance(hours=24)
    assert lay_down(counter).code == "served"


@pytest.mark.parametrize(
    ("level", "proof", "setting"),
    [
        (CardLevel.UID, {}, "uid_day_fen"),
        (CardLevel.AUTHENTICATED, {"challenged": True, "proved": True}, "authenticated_day_fen"),
        (CardLevel.AUTHENTICATED, {"keyless": True}, "unproved_day_fen"),
    ],
)
def test_each_level_has_its_own_limit(
    world: World, counter: Counter, level: CardLevel, proof: dict[str, bool], setting: str
) -> None:
    world.add(resident(), card(level=level))
    others = ("uid_day_fen", "signed_day_fen", "authenticated_day_fen", "unproved_day_fen")
    limit(world, **{**dict.fromkeys(others), setting: 0})
    with pytest.raises(NeedsPhoto):
        lay_down(counter, **proof)
    limit(world, **{**dict.fromkeys(others, 0), setting: None})
    assert lay_down(counter, **proof).code == "served"


def test_a_kiosk_with_an_older_catalogue_has_the_usual_limits() -> None:
    old = msgspec.to_builtins(site())
    for name in [each for each in old if each.endswith("_day_fen")]:
        del old[name]
    assert msgspec.convert(old, type(site())) == site()
