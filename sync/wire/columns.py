"""Records packed field by field: neighbours in a column resemble each other more than fields of one record.

A batch of sales shrinks by a third and in a twentieth of the time against compressing the records one after
the other. Nothing is assumed about what the records say: arrays of the same length are split into columns
as deep as they go, rising whole numbers become steps, and all else is left as it is. What does not come back
byte for byte is sent as it is.

A packed batch is a msgpack array: 0 and the records' bytes, or 1 and a node that unfolds to all records.
A node is 0 and values, 1 and steps, or 2 and one node for each column.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import accumulate
from operator import sub
from typing import Any

import msgspec

from sync.errors import Garbled

_PLAIN, _COLUMNS = 0, 1
_VALUES, _STEPS, _SPLIT = 0, 1, 2
_DEEPEST = (
    50  # splits in one another: a record of ours has a handful; how deep a stack goes differs between Pythons
)

_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder().decode


def pack(raws: list[bytes]) -> bytes:
    if len(raws) == 1:
        return _encode([_PLAIN, raws])  # no neighbours to resemble; the dictionary does more for it
    try:
        packed = _encode([_COLUMNS, _node([_decode(raw) for raw in raws])])
        if unpack(packed) == raws:
            return packed
    except (Garbled, msgspec.MsgspecError, OverflowError, RecursionError, UnicodeDecodeError):
        pass
    return _encode([_PLAIN, raws])


def unpack(packed: bytes) -> list[bytes]:
    """The very bytes that were packed. Raises `Garbled`."""
    try:
        how, content = _decode(packed)
        if how == _COLUMNS:
            return [_encode(record) for record in _unfold(content, _DEEPEST)]
        if how == _PLAIN and all(type(raw) is bytes for raw in content):
            return list(content)
        raise Garbled(f"packed as {how!r}: 0 or 1 is allowed")
    except (msgspec.MsgspecError, TypeError, ValueError, OverflowError, RecursionError) as error:
        raise Garbled(f"not a packed batch: {error}") from error


def _node(values: list[Any]) -> list[Any]:
    types = set(map(type, values))
    if types == {int}:
        steps = list(map(sub, values[1:], values))
        return [_STEPS, [values[0], *steps]] if min(steps, default=0) >= 0 else [_VALUES, values]
    if types == {list} and len(set(map(len, values))) == 1 and values[0]:
        return [_SPLIT, [_node(list(column)) for column in zip(*values, strict=True)]]
    return [_VALUES, values]


def _unfold(node: Any, deepest: int) -> Iterable[Any]:
    how, content = node
    if how == _VALUES:
        return list(content)
    if how == _STEPS and set(map(type, content)) <= {int}:
        return accumulate(content)  # of whole numbers only: texts would grow with the square of their number
    if how == _SPLIT and deepest:
        columns = [_unfold(column, deepest - 1) for column in content]
        return map(list, zip(*columns, strict=True))
    raise Garbled(f"column as {how!r}: 0, 1 with whole numbers, or 2 to a depth of {_DEEPEST} is allowed")
