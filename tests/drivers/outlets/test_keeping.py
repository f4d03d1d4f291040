"""Which sockets may conduct: the safety of every make of box, without a wire."""

from __future__ import annotations

import pytest

from drivers.outlets.alarms import LASTS_MS, Alarms
from drivers.outlets.contracts import Alarm, AlarmKind, Limits, SocketId
from drivers.outlets.keeping import Keeping, Start
from tests.drivers.outlets.hands import Hands

LIMITS = Limits(longest_s=28_800, most_dw=6_000)


@pytest.fixture
def hands() -> Hands:
    return Hands()


@pytest.fixture
def keeping(hands: Hands) -> Keeping:
    keeping = Keeping(2, hands, lambda: None)
    keeping.begin()
    for number in (1, 2):
        keeping.seen(number, False, 0)
    return keeping


def charging(keeping: Keeping, number: int = 1, order: str = "a1") -> None:
    keeping.switch_on(number, order, LIMITS)
    assert keeping.next_start() == Start(number, order, LIMITS)
    keeping.seen(number, True, 1800)


def test_what_conducts_at_the_start_is_opened_and_only_then_the_box_is_seen(hands: Hands) -> None:
    keeping = Keeping(2, hands, lambda: None)
    keeping.begin()
    keeping.seen(1, True, 1800)
    keeping.seen(2, False, 0)
    assert not keeping.all_seen
    assert keeping.to_open() == [(1, "")]
    keeping.told_to_open(1)
    assert keeping.to_open() == []
    hands.turn(1)
    assert keeping.to_open() == [(1, "")], "told again until it is seen open"
    keeping.seen(1, False, 0)
    assert keeping.to_open() == []
    assert keeping.all_seen


def test_a_socket_that_is_opened_keeps_no_other_from_its_start(keeping: Keeping) -> None:
    charging(keeping, 1)
    keeping.switch_off(1, "a1")
    keeping.told_to_open(1)
    keeping.seen(1, True, 1800)
    assert keeping.all_seen
    charging(keeping, 2, "b2")
    keeping.begin()
    assert not keeping.all_seen, "a line that was lost is looked at anew"


def test_an_order_is_told_once_and_only_to_a_socket_that_was_seen_open(hands: Hands) -> None:
    keeping = Keeping(1, hands, lambda: None)
    keeping.begin()
    keeping.switch_on(1, "a1", LIMITS)
    assert keeping.next_start() is None
    keeping.seen(1, None, 0)
    assert keeping.next_start() is None, "a box that cannot tell has not been seen"
    keeping.seen(1, False, 0)
    assert keeping.next_start() == Start(1, "a1", LIMITS)
    keeping.switch_on(1, "a1", LIMITS)
    assert keeping.next_start() is None


def test_a_socket_that_nobody_keeps_on_is_opened_and_cannot_be_kept_any_more(
    keeping: Keeping, hands: Hands
) -> None:
    charging(keeping)
    for _ in range(5):
        hands.turn(9)
        keeping.keep_on(1, "a1")
        assert keeping.to_open() == []
    hands.turn(10.5)
    assert keeping.to_open() == [(1, "a1")]
    keeping.keep_on(1, "a1")
    assert keeping.to_open() == [(1, "a1")]


def test_another_order_does_not_keep_a_socket_on(keeping: Keeping, hands: Hands) -> None:
    charging(keeping)
    hands.turn(9)
    keeping.keep_on(1, "b2")
    hands.turn(2)
    assert keeping.to_open() == [(1, "a1")]


def test_a_line_that_was_lost_and_came_back_keeps_what_is_kept_and_opens_the_rest(
    keeping: Keeping, hands: Hands
) -> None:
    charging(keeping, 1, "a1")
    charging(keeping, 2, "b2")
    hands.turn(60)
    keeping.keep_on(1, "a1")
    assert keeping.begin() == []
    keeping.seen(1, True, 1800)
    keeping.seen(2, True, 1800)
    assert keeping.to_open() == [(2, "b2")]


def test_a_start_that_nobody_was_told_of_is_dropped_when_the_line_comes_back(keeping: Keeping) -> None:
    keeping.switch_on(1, "a1", LIMITS)
    assert keeping.begin() == [(1, "a1")]
    keeping.seen(1, False, 0)
    assert keeping.next_start() is None


def test_after_a_restart_of_the_kiosk_an_order_that_is_kept_goes_on(hands: Hands) -> None:
    keeping = Keeping(1, hands, lambda: None)
    keeping.begin()
    keeping.keep_on(1, "a1")
    keeping.seen(1, True, 1800)
    assert (keeping.to_open(), keeping.order(1)) == ([], "a1")


def test_a_relay_that_still_draws_is_welded_within_one_poll(keeping: Keeping, hands: Hands) -> None:
    charging(keeping)
    keeping.switch_off(1)
    assert keeping.to_open() == [(1, "a1")]
    keeping.told_to_open(1)
    hands.turn(0.1)
    assert not keeping.seen(1, False, 1800), "the box measured before"
    hands.turn(0.9)
    assert keeping.seen(1, False, 1800)
    assert keeping.all_seen, "the others can be used all the same"
    assert keeping.to_open() == [(1, "a1")], "and it is told to open for ever"
    assert not keeping.seen(1, False, 0)


def test_a_socket_that_conducts_by_itself_is_opened(keeping: Keeping) -> None:
    keeping.seen(2, False, 40)
    assert keeping.to_open() == [(2, "")]


def test_everything_is_opened_at_once_and_a_start_that_waits_is_gone(keeping: Keeping) -> None:
    charging(keeping)
    keeping.switch_on(2, "b2", LIMITS)
    keeping.all_off()
    assert keeping.to_open() == [(1, "a1"), (2, "b2")]
    assert keeping.next_start() is None


def test_the_next_order_waits_until_the_socket_was_seen_open(keeping: Keeping) -> None:
    charging(keeping)
    keeping.switch_off(1, "a1")
    keeping.switch_on(1, "b2", LIMITS)
    assert (keeping.to_open(), keeping.next_start()) == ([(1, "a1")], None)
    keeping.told_to_open(1)
    keeping.seen(1, False, 0)
    assert keeping.next_start() == Start(1, "b2", LIMITS)


def test_an_order_on_top_of_another_opens_the_socket_first(keeping: Keeping) -> None:
    charging(keeping)
    keeping.switch_on(1, "b2", LIMITS)
    assert (keeping.to_open(), keeping.next_start()) == ([(1, "a1")], None)


def test_what_the_box_refused_is_over_and_opened_where_it_may_conduct_all_the_same(keeping: Keeping) -> None:
    charging(keeping)
    keeping.over(1, "other")
    assert keeping.order(1) == "a1"
    keeping.over(1, "a1")
    assert (keeping.order(1), keeping.to_open()) == ("", [])
    charging(keeping, 2, "b2")
    keeping.over(2, "b2", may_conduct=True)
    assert keeping.to_open() == [(2, "b2")]


def test_sockets_and_orders_that_cannot_be_are_named(keeping: Keeping) -> None:
    with pytest.raises(ValueError, match="socket = 3: 1 to 2"):
        keeping.switch_on(3, "a1", LIMITS)
    with pytest.raises(ValueError, match="order = ''"):
        keeping.switch_on(1, "", LIMITS)


def test_an_alarm_is_said_when_it_begins_and_when_it_ends(hands: Hands) -> None:
    said: list[Alarm] = []
    alarms = Alarms("east", said.append, hands)  # type: ignore[arg-type]
    for is_on in (False, True, True, False, False):
        alarms.stands(AlarmKind.RELAY_WELDED, 3, is_on)
    assert [(each.socket, each.is_on) for each in said] == [
        (SocketId("east", 3), True),
        (SocketId("east", 3), False),
    ]
    said.clear()
    alarms.happened(AlarmKind.SMOKE, None)
    hands.ms += LASTS_MS - 1
    alarms.happened(AlarmKind.SMOKE, None)
    alarms.stands(AlarmKind.SMOKE, None, False)
    hands.ms += LASTS_MS - 1
    alarms.step()
    assert [each.is_on for each in said] == [True]
    hands.turn(1)
    alarms.step()
    assert [(each.socket, each.is_on) for each in said] == [(None, True), (None, False)]
