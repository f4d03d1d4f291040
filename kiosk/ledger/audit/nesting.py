"""How deep MessagePack nests, told without recursion.

A decoder gives up where the interpreter's stack ends, and that is elsewhere in every caller: the same bytes
would be a record when they come in and none when the books are proved.
"""

from __future__ import annotations

MAX_DEPTH = 512

# By first byte: bytes of a length that follows it, bytes beside that length, values for each unit of it.
_Layout = tuple[int, int, int]


def _layout(head: int) -> _Layout:
    if 0xC4 <= head <= 0xC9:  # bytes; an extension has a type byte too
        return 1 << (head - 0xC4) % 3, int(head > 0xC6), 0
    if 0xCA <= head <= 0xD3:  # numbers
        return 0, (4, 8, 1, 2, 4, 8, 1, 2, 4, 8)[head - 0xCA], 0
    if 0xD4 <= head <= 0xD8:
        return 0, 1 + (1 << (head - 0xD4)), 0
    if 0xD9 <= head <= 0xDB:  # text
        return 1 << (head - 0xD9), 0, 0
    if 0xDC <= head <= 0xDF:  # arrays and maps
        return 2 << (head & 1), 0, 1 + (head > 0xDD)
    return 0, head & 0x1F if 0xA0 <= head <= 0xBF else 0, 0


_LAYOUTS = [_layout(head) for head in range(256)]


def nests_too_deep(data: bytes) -> bool:
    """Whether a value holds arrays or maps more than `MAX_DEPTH` within each other.

    Bytes that are cut short or malformed are not followed: whoever decodes them says what is wrong.
    """
    if len(data) <= MAX_DEPTH:
        return False
    at, left = 0, [1]  # for each open array or map, how many values are still to come
    while left and at < len(data) and len(left) <= MAX_DEPTH + 1:
        if not left[-1]:
            left.pop()
            continue
        left[-1] -= 1
        head = data[at]
        length_bytes, beside, values = _LAYOUTS[head]
        length = int.from_bytes(data[at + 1 : at + 1 + length_bytes], "big")
        at += 1 + length_bytes + beside
        if values:
            left.append(length * values)
        elif 0x80 <= head <= 0x9F:
            left.append((head & 0x0F) * (2 if head < 0x90 else 1))
        else:
            at += length
    return len(left) > MAX_DEPTH + 1
