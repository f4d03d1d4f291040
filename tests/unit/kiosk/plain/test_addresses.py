"""Whose an address is."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kiosk.plain.addresses import is_in_the_clear, is_loopback, is_ours, is_web_address

TRICKS = st.text(alphabet="/\\\t\n\r .:@?#%a0\x00\x85\u2028\u3000\ud800中", max_size=12)


def where_a_browser_goes(address: str) -> str:
    """`here` or `elsewhere`, by the URL standard's rules for http(s) pages."""
    address = address.strip("".join(map(chr, range(0x21))))
    address = address.translate({ord(each): None for each in "\t\n\r"}).replace("\\", "/")
    return "elsewhere" if address.startswith("//") or not address.startswith("/") else "here"


@given(st.one_of(TRICKS, TRICKS.map(lambda text: "/" + text), st.text(max_size=20)))
@example("/\t/evil.example")
@example("/\n")
@example("\t//evil.example")
@example("/\\evil.example")
def test_ours_is_where_a_browser_stays_and_what_a_header_takes(address: str) -> None:
    if is_ours(address):
        assert where_a_browser_goes(address) == "here"
        assert not [each for each in address if ord(each) < 0x20 or 0x7F <= ord(each) < 0xA0]
        address.encode()


@pytest.mark.parametrize("address", ["/", "/sales?site=fuyuan&day=2026-11-23", "/residents?q=张", "/a//b"])
def test_our_pages_are_ours(address: str) -> None:
    assert is_ours(address)


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.8.8.8", "::1", "[::1]"])
def test_this_machine(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize("host", ["", "10.0.0.1", "office.example", "localhost.example", "::2"])
def test_other_machines(host: str) -> None:
    assert not is_loopback(host)


def test_what_can_be_read_on_the_way() -> None:
    assert is_in_the_clear("http://office.example:8470")
    assert is_in_the_clear("HTTP://10.0.0.1")
    assert not is_in_the_clear("https://office.example")
    assert not is_in_the_clear("http://127.0.0.1:8470")
    assert not is_in_the_clear("http://[::1]:8470/")


@pytest.mark.parametrize("url", ["http://office", "HTTPS://office.example:8470/", "http://[::1]:8470"])
def test_addresses_of_offices(url: str) -> None:
    assert is_web_address(url)


@pytest.mark.parametrize(
    "url", ["", "office", "office.example:8470", "ftp://office", "http://", "http://[::1", "http://o:99999"]
)
def test_what_is_none(url: str) -> None:
    assert not is_web_address(url)
