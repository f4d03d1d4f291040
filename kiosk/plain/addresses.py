"""Whose an address is: of a page a browser is to be sent to, of a machine that is to be trusted."""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import urlsplit


def is_ours(address: str) -> bool:
    """Whether it is the path of a page on this very server, as a browser reads it.

    Browsers leave tabs and line ends out and take a backslash for a slash, so with these a path that looks
    like one of ours leads elsewhere; and none of them may stand in a header.
    """
    starts_here = address.startswith("/") and not address.startswith("//")
    return starts_here and address.isprintable() and not set(address) & {"\\", " "}


def is_loopback(host: str) -> bool:
    """Whether this is the very machine, by name or number."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def is_web_address(url: str) -> bool:
    """Whether it is http or https, with a host."""
    try:
        parsed = urlsplit(url)
        return parsed.scheme in {"http", "https"} and bool(parsed.hostname) and parsed.port != 0
    except ValueError:
        return False


def is_in_the_clear(url: str) -> bool:
    """Whether what is sent there can be read on the way: without TLS, and not to this very machine."""
    parsed = urlsplit(url)
    return parsed.scheme != "https" and not is_loopback(parsed.hostname or "")


def is_address(text: str) -> bool:
    """Whether this is HOST:PORT, where port 0 is any that is free."""
    found = re.fullmatch(r"[^:\s]+:([0-9]{1,5})", text)
    return found is not None and int(found[1]) < 65536
