"""Bytes made slightly wrong, the same ones for the same seed."""

from __future__ import annotations

import random
from collections.abc import Iterator

# What tends to hurt: ends of ranges, heads that claim much, bytes that begin nothing.
_SPITEFUL = (
    b"",
    b"\x00" * 9,
    b"\xc1",
    b"\xff" * 9,
    b"\xdd\xff\xff\xff\xff",
    b"\xdf\xff\xff\xff\xff",
    b"\xc6\xff\xff\xff\xff",
    b"\xcf" + b"\xff" * 8,
    b"\xd3\x80" + b"\x00" * 7,
    b"\xcb\x7f\xf8" + b"\x00" * 6,
    b"\x91" * 3000,
    b"\xa2\xff\xfe",
)


def mutations(data: bytes, count: int, seed: int) -> Iterator[bytes]:
    """`count` variants, each with one to four changes; every one differs from `data`."""
    chance = random.Random(seed)
    while count:
        changed = data
        for _ in range(chance.randint(1, 4)):
            changed = _change(changed, chance)
        if changed != data:
            count -= 1
            yield changed


def _change(data: bytes, chance: random.Random) -> bytes:
    here = chance.randrange(len(data) + 1)
    there = min(len(data), here + chance.choice((1, 1, 2, 8, 64)))
    way = chance.randrange(7)
    if way == 0 and here < len(data):
        return data[:here] + bytes([data[here] ^ 1 << chance.randrange(8)]) + data[here + 1 :]
    if way == 1:
        return data[:here] + data[there:]
    if way == 2:
        return data[:here] + data[here:there] + data[here:]
    if way == 3:
        return data[:here]
    if way == 4:
        return data[:here] + chance.choice(_SPITEFUL) + data[there:]
    if way == 5:
        return data[:here] + chance.randbytes(there - here) + data[there:]
    return data[there:] + data[here:there] + data[:here]
