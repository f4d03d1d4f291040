"""When a card is read, and when nobody needs to hear of it again."""

from __future__ import annotations

import pytest
from nfc.clf import RemoteTarget

from drivers.cards.presence import MEMORY_MS, READS_UNTIL_UNREADABLE, Presence
from drivers.cards.sensing import Sighting
from drivers.contracts import Trouble

LIFTED = 3


def card(uid: str) -> Sighting:
    return Sighting(RemoteTarget("106A"), bytes.fromhex(uid))


@pytest.fixture
def presence() -> Presence:
    return Presence(LIFTED)


def test_a_card_that_was_read_is_left_alone(presence: Presence) -> None:
    assert presence.saw(card("04a1"))
    presence.read()
    assert not presence.saw(card("04a1"))


def test_a_card_that_drops_out_for_a_moment_has_not_left(presence: Presence) -> None:
    presence.saw(card("04a1"))
    presence.read()
    for _ in range(LIFTED - 1):
        assert presence.missed() is None
    assert not presence.saw(card("04a1"))


def test_a_lifted_card_that_comes_back_is_new(presence: Presence) -> None:
    presence.saw(card("04a1"))
    presence.read()
    for _ in range(LIFTED):
        assert presence.missed() is None
    assert presence.card is None
    assert presence.saw(card("04a1"))


def test_a_card_is_remembered_while_a_reader_stumbles(presence: Presence) -> None:
    presence.begin_round(1000)
    presence.saw(card("04a1"))
    presence.read()
    presence.begin_round(1000 + MEMORY_MS)
    assert not presence.saw(card("04a1"))
    presence.begin_round(1001 + 2 * MEMORY_MS)
    assert presence.saw(card("04a1"))


def test_another_card_is_new_at_once(presence: Presence) -> None:
    presence.saw(card("04a1"))
    presence.read()
    assert presence.saw(card("04a2"))


def test_a_phone_that_changes_its_number_is_one_phone(presence: Presence) -> None:
    presence.saw(card("08010203"))
    presence.read()
    assert not presence.saw(card("08aabbcc"))


def test_a_failed_read_is_tried_again_before_it_is_told(presence: Presence) -> None:
    told = []
    for _ in range(READS_UNTIL_UNREADABLE):
        assert presence.saw(card("04a1"))
        told.append(presence.failed())
    assert told == [None] * (READS_UNTIL_UNREADABLE - 1) + [Trouble.UNREADABLE]
    assert not presence.saw(card("04a1"))


def test_a_card_that_leaves_unread_was_lifted(presence: Presence) -> None:
    presence.saw(card("04a1"))
    presence.failed()
    assert [presence.missed() for _ in range(LIFTED + 1)] == [
        None,
        None,
        (Trouble.LIFTED, bytes.fromhex("04a1")),
        None,
    ]
