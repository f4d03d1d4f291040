"""What was stated for two kiosks, added up, holds for whoever has the keys of both."""

from __future__ import annotations

import pytest

from tests.simulation.thief.two_keys import rob_with_two


def _assert_within(seeds: range) -> None:
    robbed = [rob_with_two(seed) for seed in seeds]
    faults = [f"seed {each.seed}: {fault}" for each in robbed for fault in each.faults]
    assert not faults, "\n".join(faults)
    assert any(each.harm.loss_fen for each in robbed)


def test_in_a_town_two_keys_take_no_more_than_was_stated_for_both() -> None:
    _assert_within(range(2))


@pytest.mark.deep
def test_in_ten_towns_two_keys_take_no_more_than_was_stated_for_both() -> None:
    _assert_within(range(2, 12))
