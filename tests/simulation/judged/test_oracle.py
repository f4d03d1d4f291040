"""The oracle's own reckoning, where towns hardly ever come to it."""

from __future__ import annotations

import msgspec

from tests.simulation.judged.oracle import PROGRAMME, Fact, Oracle

LUNCH = (1006, "2026-03-08", "lunch")


def served(kiosk: str, wall_ms: int, *, provisional: bool) -> Fact:
    """A portion of 15 yuan, of which the programme pays 5; see `docs/journal-format.md`."""
    number, day, meal = LUNCH
    moved = [["own/1006", -1000, "FEN"], [PROGRAMME, -500, "FEN"], ["revenue/canteen/east", 1500, "FEN"]]
    body = [number, number, "east", day, meal, "", "", 1, 0, provisional]
    raw = msgspec.msgpack.encode([1, "meal", 1, "", wall_ms, 0, "", 0, "", moved, body])
    return Fact(kiosk, kiosk.encode() * 16, 1, raw, b"")


def test_of_a_portion_in_suspense_the_office_bears_nothing() -> None:
    """Town 32 in its tenth day: spent beyond the right, from an old memory card."""
    at_home, elsewhere = served("c", 2, provisional=False), served("b", 1, provisional=True)
    oracle = Oracle()
    oracle.eaten[LUNCH] += [at_home, elsewhere]
    assert oracle.borne_fen({at_home.place, elsewhere.place}) == 500
    assert oracle.borne_fen({at_home.place}) == oracle.borne_fen({elsewhere.place}) == 0
