"""Very many sessions with faults at random: no current for nobody, nothing billed that did not flow, no hold
forgotten, no fen made or lost. `make soak` runs ten thousand of them.
"""

from __future__ import annotations

from pathlib import Path

from tests.charging.storms import storms_at_one_point
from tests.tiers import in_both

FAST, DEEP = 100, 200


@in_both("seed", fast=[0], deep=[1, 2, 3])
def test_random_sessions_with_random_faults(seed: int, tmp_path: Path) -> None:
    sessions = DEEP if seed else FAST
    assert storms_at_one_point(tmp_path, seed, sessions) >= sessions
