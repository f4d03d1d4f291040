"""When a card is read, and when nobody needs to hear of it again."""

from __future__ import annotations

import pytest
from nfc.clf import RemoteTarget

from drivers.cards.presence import MEMORY_MS, Presence, Verdict
from drivers.cards.sensing import Sighting

LIFTED = 3


def card(uid: str, technology: str = "106A") -> Sighting:
    return Sighting(RemoteTarget(technology), bytes.fromhex(uid))


ONE, TWO, THREE = card("04a1"), card("04a2"), card("04a3")


@pytest.fixture
def presence() -> Presence:
    return Presence(LIFTED)


def lay_down(presence: Presence, sighted: Sighting) -> None:
    assert presence.saw(sighted) is Verdict.READ
    presence.settle()


def test_a_card_that_was_answered_is_left_alone(presence: Presence) -> None:
    lay_down(presence, ONE)
    assert presence.saw(ONE) is Verdict.ANSWERED


def test_a_card_that_drops_out_for_a_moment_has_not_left(presence: Presence) -> None:
    lay_down(presence, ONE)
    for _ in range(LIFTED - 1):
        assert presence.missed() is None
    assert presence.saw(ONE) is Verdict.ANSWERED


def test_a_lifted_card_that_comes_back_is_new(presence: Presence) -> None:
    lay_down(presence, ONE)
    for _ in range(LIFTED):
        assert presence.missed() is None
    assert presence.card is None
    assert presence.saw(ONE) is Verdict.READ


def test_a_card_is_remembered_while_a_reader_stumbles(presence: Presence) -> None:
    presence.begin_round(1000)
    lay_down(presence, ONE)
    presence.begin_round(1000 + MEMORY_MS)
    assert presence.saw(ONE) is Verdict.ANSWERED
    presence.begin_round(1001 + 2 * MEMORY_MS)
    assert presence.saw(ONE) is Verdict.READ


def test_another_card_is_new_when_it_is_seen_twice_running(presence: Presence) -> None:
    lay_down(presence, ONE)
    assert [presence.saw(TWO), presence.saw(TWO)] == [Verdict.LEAVE, Verdict.READ]
    presence.settle()
    assert presence.saw(TWO) is Verdict.ANSWERED


def test_another_card_is_new_at_once_when_the_first_was_seen_to_leave(presence: Presence) -> None:
    lay_down(presence, ONE)
    for _ in range(LIFTED):
        presence.missed()
    assert presence.saw(TWO) is Verdict.READ


@pytest.mark.parametrize(
    "seen",
    [
        (ONE, TWO, ONE),
        (ONE, ONE, ONE, TWO, ONE),
        (ONE, TWO, THREE, ONE),
        (ONE, TWO, TWO, ONE),
        (ONE, TWO, TWO, THREE, THREE, TWO),
        (ONE, card("08010203"), ONE),
    ],
)
def test_cards_that_answer_by_turns_are_told_once(presence: Presence, seen: tuple[Sighting, ...]) -> None:
    looks = []
    for sighted in (*seen, *seen):
        looks.append(presence.saw(sighted))
        if looks[-1] is Verdict.READ:
            presence.settle()
    assert looks.index(Verdict.CROWDED) == len(seen) - 1
    assert set(looks[len(seen) :]) == {Verdict.LEAVE}
    for _ in range(LIFTED):
        assert presence.missed() is None
    assert presence.saw(TWO) is Verdict.READ


def test_a_phone_that_changes_its_number_is_one_phone(presence: Presence) -> None:
    lay_down(presence, card("08010203"))
    assert presence.saw(card("08aabbcc")) is Verdict.ANSWERED


def test_an_identity_card_that_changes_its_number_is_one_card(presence: Presence) -> None:
    lay_down(presence, card("01020304", "106B"))
    assert presence.saw(card("05060708", "106B")) is Verdict.ANSWERED


def test_a_card_that_leaves_unread_was_lifted(presence: Presence) -> None:
    assert presence.saw(ONE) is Verdict.READ
    assert presence.is_unsettled
    assert [presence.missed() for _ in range(LIFTED + 1)] == [None, None, ONE.uid, None]
