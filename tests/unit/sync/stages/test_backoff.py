"""Waiting after failures: by chance, longer each time, never less than the office asked."""

from __future__ import annotations

import random

from sync.errors import OfficeBusy, OfficeSilent
from sync.stages.backoff import LONGEST_S, Backoff


def test_the_span_doubles_up_to_the_longest_and_starts_again() -> None:
    class Most(random.Random):
        def uniform(self, a: float, b: float) -> float:
            return b

    backoff = Backoff(Most())
    waited = [backoff.failed(OfficeSilent()) for _ in range(9)]
    assert waited == [1, 2, 4, 8, 16, 32, LONGEST_S, LONGEST_S, LONGEST_S]
    backoff.succeeded()
    assert backoff.failed(OfficeSilent()) == 1


def test_the_whole_span_is_drawn_from() -> None:
    drawn = [Backoff(random.Random(seed)).failed(OfficeSilent()) for seed in range(200)]
    assert min(drawn) < 0.05
    assert max(drawn) > 0.95


def test_what_the_office_asks_is_kept() -> None:
    assert all(Backoff(random.Random(seed)).failed(OfficeBusy(3000)) >= 3 for seed in range(50))
