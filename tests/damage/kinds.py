"""What can become of a file: each kind damages some bytes of it, as chance has it."""

from __future__ import annotations

import random
from collections.abc import Callable

PAGE = 4096
Damage = Callable[[bytearray, random.Random], None]


def a_bit(content: bytearray, chance: random.Random) -> None:
    content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)


def a_byte_0x80(content: bytearray, chance: random.Random) -> None:
    content[chance.randrange(len(content))] = 0x80


def a_burst(content: bytearray, chance: random.Random) -> None:
    size = chance.randrange(4, 200)
    at = chance.randrange(max(1, len(content) - size))
    content[at : at + size] = chance.randbytes(len(content[at : at + size]))


def the_header(content: bytearray, chance: random.Random) -> None:
    content[chance.randrange(min(100, len(content)))] ^= 1 << chance.randrange(8)


def the_schema(content: bytearray, chance: random.Random) -> None:
    content[chance.randrange(min(PAGE, len(content)))] = chance.choice((0x80, 0xFF, 0, chance.randrange(256)))


def pages_swapped(content: bytearray, chance: random.Random) -> None:
    one, other = _place(content, chance), _place(content, chance)
    content[one : one + PAGE], content[other : other + PAGE] = (
        content[other : other + PAGE],
        content[one : one + PAGE],
    )


def a_page_zeroed(content: bytearray, chance: random.Random) -> None:
    at = _place(content, chance)
    content[at : at + PAGE] = bytes(len(content[at : at + PAGE]))


def a_page_doubled(content: bytearray, chance: random.Random) -> None:
    one, other = _place(content, chance), _place(content, chance)
    content[one : one + PAGE] = content[other : other + PAGE]


def cut_off(content: bytearray, chance: random.Random) -> None:
    del content[chance.choice((0, _place(content, chance), chance.randrange(len(content)))) :]


def _place(content: bytearray, chance: random.Random) -> int:
    return chance.randrange(max(1, len(content) // PAGE)) * PAGE


OF_ANY_FILE: dict[str, Damage] = {
    each.__name__.replace("_", " "): each
    for each in (a_bit, a_byte_0x80, a_burst, pages_swapped, a_page_zeroed, a_page_doubled, cut_off)
}
OF_A_DATABASE = {**OF_ANY_FILE, "the header": the_header, "the schema": the_schema}
