"""Arrays are the bytes that PostgreSQL's own format says: psycopg reads them back as the values."""

from __future__ import annotations

from typing import Any

import pytest
from psycopg import adapters
from psycopg.adapt import Transformer
from psycopg.pq import Format

from sync.office.store.arrays import array


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        ("int2", [3, -3]),
        ("int4", [2**31 - 1, -(2**31)]),
        ("int8", [1, None, -5, 2**63 - 1]),
        ("bool", [True, None, False]),
        ("bytea", [b"", b"\x00\xff", b"x" * 300]),
        ("text", ["own/7", "居民", "", None, "x" * 300]),
        ("text", []),
    ],
)
def test_values_come_back(kind: str, values: list[Any]) -> None:
    loader = Transformer().get_loader(adapters.types[kind].array_oid, Format.BINARY)
    assert loader.load(array(kind, values)) == values


@pytest.mark.parametrize(("kind", "value"), [("int8", 2**63), ("int2", 40_000), ("text", "\ud800")])
def test_what_no_database_can_hold_is_a_fault_of_the_row(kind: str, value: Any) -> None:
    with pytest.raises((OverflowError, ValueError)):
        array(kind, [value])
