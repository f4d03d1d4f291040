"""What may become of answers on a bad line: the same for the same seed."""

from __future__ import annotations

import random
from collections.abc import Callable

from drivers.sim.outlets.rs485.wire import Said

LATEST_S = 3.0  # an answer may come while others are asked, and while the same one is asked again


def lost(_: Said, dice: random.Random) -> list[Said]:
    return []


def late(said: Said, dice: random.Random) -> list[Said]:
    return [Said(dice.uniform(0.2, LATEST_S), said.data)]


def doubled(said: Said, dice: random.Random) -> list[Said]:
    return [said, Said(dice.uniform(0.0, LATEST_S), said.data)]


def garbled(said: Said, dice: random.Random) -> list[Said]:
    """One bit: all that the sum of DL/T 645 finds for certain."""
    at = dice.randrange(len(said.data) * 8)
    data = bytearray(said.data)
    data[at // 8] ^= 1 << at % 8
    return [Said(said.after_s, bytes(data))]


def cut(said: Said, dice: random.Random) -> list[Said]:
    return [Said(said.after_s, said.data[: dice.randrange(len(said.data))])]


def noisy(said: Said, dice: random.Random) -> list[Said]:
    """Something that is no frame, before the answer or between its bytes."""
    at = dice.randrange(len(said.data))
    return [Said(said.after_s, said.data[:at] + bytes([dice.randrange(256)]) + said.data[at:])]


MISHAPS: list[Callable[[Said, random.Random], list[Said]]] = [lost, late, doubled, garbled, cut, noisy]


def bad_line(dice: random.Random, share: float) -> Callable[[list[Said]], list[Said]]:
    """Something happens to this share of the answers."""

    def carry(answers: list[Said]) -> list[Said]:
        arrived = []
        for each in answers:
            is_spared = dice.random() >= share
            arrived += [each] if is_spared else dice.choice(MISHAPS)(each, dice)
        return arrived

    return carry
