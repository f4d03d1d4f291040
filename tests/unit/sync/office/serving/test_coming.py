"""Where a request ends, however it comes in."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.office.serving.coming import MAX_HEAD_BYTES, Coming, Unwanted
from sync.wire.messages import MAX_BODY_BYTES

BODY = b"\x00\r\n\r\nwhatever stands in it"
POST = b"POST /v1/held HTTP/1.1\r\nHost: office\r\ncontent-LENGTH: %d \r\n\r\n" % len(BODY) + BODY
GET = b"GET /login HTTP/1.1\r\nHost: office\r\n\r\n"


@given(st.sampled_from([POST, GET]), st.lists(st.integers(1, len(POST)), max_size=20))
def test_it_is_whole_with_its_last_byte(request: bytes, cuts: list[int]) -> None:
    coming, edges = Coming(0.0), sorted({0, *(cut for cut in cuts if cut < len(request)), len(request)})
    pieces = [request[start:end] for start, end in pairwise(edges)]
    assert [coming.add(each) for each in pieces] == [False] * (len(pieces) - 1) + [True]
    assert bytes(coming.received) == request


def test_what_follows_comes_along() -> None:
    coming = Coming(0.0)
    assert coming.add(GET + b"GET /")
    assert bytes(coming.received) == GET + b"GET /"


@pytest.mark.parametrize(
    ("head", "status"),
    [
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n", "411"),
        (b"POST / HTTP/1.1\r\nContent-Length: %d\r\n\r\n" % (MAX_BODY_BYTES + 1), "413"),
        (b"GET / HTTP/1.1\r\nCookie: " + b"x" * MAX_HEAD_BYTES, "431"),
        (b"GET / HTTP/1.1\r\nCookie: " + b"x" * MAX_HEAD_BYTES + b"\r\n\r\n", "431"),
    ],
)
def test_what_is_not_taken(head: bytes, status: str) -> None:
    with pytest.raises(Unwanted, match=status):
        Coming(0.0).add(head)
