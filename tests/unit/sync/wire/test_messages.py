"""Messages come back as they were sent; everything else is refused with what is allowed."""

from __future__ import annotations

import msgspec
import pytest

from sync.errors import Garbled
from sync.wire import messages
from sync.wire.messages import (
    Ack,
    Answer,
    Busy,
    Enrol,
    Enrolled,
    Fork,
    Gap,
    History,
    Item,
    KioskState,
    Page,
    Pull,
    Push,
    Records,
    Refusal,
    StaleCounter,
)

ANSWERS: list[Answer] = [
    Ack(7, b"", 1, 2),
    Gap(3),
    Fork(4),
    Ack(9, b"", 1234, sealed=True),
    Busy(500),
    StaleCounter(12),
    Page(b"epoch", True, False, (1, 2), 3, b"items"),
    Enrolled(1, "kiosk", "site", bytes(16), (bytes(32),), 5),
    Enrolled(1, "kiosk", "site", bytes(16), (bytes(32),), 5, (bytes(16),)),
    Records(5, bytes(32), bytes(32), 9, 1, b"records"),
    Refusal("revoked"),
]


@pytest.mark.parametrize("answer", ANSWERS, ids=lambda answer: type(answer).__name__)
def test_answers_come_back(answer: Answer) -> None:
    assert messages.decode_answer(messages.encode(answer)) == answer


@pytest.mark.parametrize(
    "request_",
    [
        Push(1, bytes(8), bytes(32), 4, 1, b"records"),
        Pull(1, b"", (0, 5), True, 25_000),
        KioskState(1, "0.4.0", 900, ("printer_out_of_paper",)),
        History(1, bytes(16), 7),
        Enrol("code", bytes(32), bytes(16)),
    ],
)
def test_requests_come_back(request_: msgspec.Struct) -> None:
    assert messages.decode_request(messages.encode(request_), type(request_)) == request_


@pytest.mark.parametrize(
    ("request_", "place"),
    [
        (Push(0, bytes(8), bytes(32), 4, 1, b""), "$[0]"),
        (Push(1, bytes(9), bytes(32), 4, 1, b""), "$[1]"),
        (Push(1, bytes(8), bytes(31), 4, 1, b""), "$[2]"),
        (Push(1, bytes(8), bytes(32), -1, 1, b""), "$[3]"),
        (Pull(2**60, b"", (0, 0)), "$[0]"),
        (Pull(1, b"", (0, -1)), "$[2][1]"),
        (Pull(1, b"", (0, 0), False, 25_001), "$[4]"),
        (Enrol("x" * 65, bytes(32), bytes(16)), "$[0]"),
        (Enrol("x", bytes(31), bytes(16)), "$[1]"),
        (Enrol("x", bytes(32), bytes(15)), "$[2]"),
    ],
)
def test_a_value_that_is_not_allowed_is_named(request_: msgspec.Struct, place: str) -> None:
    with pytest.raises(Garbled) as refusal:
        messages.decode_request(messages.encode(request_), type(request_))
    assert refusal.value.detail.endswith(f"`{place}`")


def test_an_older_reader_ignores_what_was_added_at_the_end() -> None:
    longer = msgspec.msgpack.encode([*msgspec.msgpack.decode(messages.encode(Gap(3))), "new"])
    assert messages.decode_answer(longer) == Gap(3)


def test_items_come_back_in_order() -> None:
    items = [Item("menu", "m", 1, None), Item("menu", "m", 2, b"x")]
    assert messages.decode_items(messages.encode(items)) == items
    with pytest.raises(Garbled):
        messages.decode_items(b"\x91\x00")


@pytest.mark.parametrize("data", [b"", b"\xc1", b"\x92\x63\x00", b"\x92\x00\xa1\xff"])
def test_what_is_no_answer_is_refused(data: bytes) -> None:
    with pytest.raises(Garbled):
        messages.decode_answer(data)
