"""A list of values as PostgreSQL's own bytes for an array: psycopg would call a function for each value.

A number beyond its type is an `OverflowError`, a text that is none a `ValueError`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import psycopg
from psycopg.adapt import Dumper
from psycopg.pq import Format

_ONE_DIMENSION, _FIRST = (1).to_bytes(4, "big"), (1).to_bytes(4, "big")
_NULL = b"\xff\xff\xff\xff"
_NO_NULLS, _SOME_NULLS = bytes(4), (1).to_bytes(4, "big")
_LENGTHS = [length.to_bytes(4, "big") for length in range(256)]  # of nearly everything


def _length(value: bytes) -> bytes:
    return _LENGTHS[len(value)] if len(value) < len(_LENGTHS) else len(value).to_bytes(4, "big")


def _of_bytes(values: Iterable[bytes]) -> list[bytes]:
    return [_length(value) + value for value in values]


def _of_text(values: Iterable[str]) -> list[bytes]:
    return _of_bytes([value.encode() for value in values])


def _of_whole(size: int) -> Callable[[Iterable[int]], list[bytes]]:
    length = _LENGTHS[size]
    return lambda values: [length + value.to_bytes(size, "big", signed=True) for value in values]


def _of_yes_or_no(values: Iterable[object]) -> list[bytes]:
    return [b"\x00\x00\x00\x01\x01" if value else b"\x00\x00\x00\x01\x00" for value in values]


# By the name of the type: what PostgreSQL knows it by, and its values as bytes.
_ELEMENTS: dict[str, tuple[int, Callable[[Iterable[Any]], list[bytes]]]] = {
    "int2": (21, _of_whole(2)),
    "int4": (23, _of_whole(4)),
    "int8": (20, _of_whole(8)),
    "bool": (16, _of_yes_or_no),
    "bytea": (17, _of_bytes),
    "text": (25, _of_text),
}


class Array(bytes):
    """What is sent for a parameter `%b::TYPE[]`."""


def array(kind: str, values: Iterable[Any]) -> Array:
    """`kind`: `int2`, `int4`, `int8`, `bool`, `bytea` or `text`."""
    number, packed = _ELEMENTS[kind]
    values = list(values)
    has_null = None in values
    given = packed(each for each in values if each is not None) if has_null else packed(values)
    if not values:
        return Array(bytes(8) + number.to_bytes(4, "big"))
    head = _ONE_DIMENSION + (_SOME_NULLS if has_null else _NO_NULLS) + number.to_bytes(4, "big")
    if has_null:
        in_turn = iter(given)
        given = [_NULL if each is None else next(in_turn) for each in values]
    return Array(b"".join([head, len(values).to_bytes(4, "big"), _FIRST, *given]))


class _ArrayDumper(Dumper):
    """As it is; the statement names its type."""

    format = Format.BINARY

    def dump(self, obj: Array) -> bytes:
        return obj


psycopg.adapters.register_dumper(Array, _ArrayDumper)
