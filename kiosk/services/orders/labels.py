"""The code on a delivery label: which meal it is and whose, vouched for by the counter that printed it.

It keeps to the alphanumeric set of ISO/IEC 18004, so that it is a small code and any pocket scanner keeps
dozens. The same meal has the same text, however often its label is printed: it is booked once.
"""

from __future__ import annotations

import base64
import hmac
import re
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from kiosk.services.orders.errors import LabelForeign
from kiosk.store.files import read_or_make_secret

PREFIX = "ND1:"
KEY_FILE = "labels.key"
KEY_BYTES = 16
_TEXT = re.compile(r"ND1:(\d{6}):([A-Z0-9_-]{1,40}):([1-9]\d{0,15}):([A-Z2-7]{10})")


@dataclass(frozen=True, slots=True)
class Label:
    """One meal for one resident."""

    day: date
    meal: str
    resident_id: int

    @property
    def request_id(self) -> str:
        """Under which it is booked, once."""
        return f"delivery {self.day} {self.meal} {self.resident_id}"


def is_label(text: str) -> bool:
    """Whether a scanned text wants to be a delivery label."""
    return text.startswith(PREFIX)


def label_text(label: Label, key: bytes) -> str:
    """What the label's code says: about 30 characters, a version 2-M code of 25 x 25 modules."""
    named = f"{PREFIX}{label.day:%y%m%d}:{label.meal.upper()}:{label.resident_id}"
    return f"{named}:{_mac(named, key)}"


def read_label(text: str, key: bytes) -> Label:
    """Raises `LabelForeign`."""
    found = _TEXT.fullmatch(text)
    if found is None or not hmac.compare_digest(_mac(text.rpartition(":")[0], key), found[4]):
        raise LabelForeign
    try:
        day = datetime.strptime(found[1], "%y%m%d").date()  # noqa: DTZ007  (a day of the site's calendar)
    except ValueError:
        raise LabelForeign from None
    return Label(day, found[2].lower(), int(found[3]))


def label_key(folder: Path) -> bytes:
    """This counter's own key: made once, and lost with the store, when open deliveries are ticked by hand."""
    return read_or_make_secret(folder / KEY_FILE, KEY_BYTES)


def _mac(named: str, key: bytes) -> str:
    """50 bits: nobody guesses one while a queue looks on."""
    return base64.b32encode(hmac.digest(key, named.encode(), "sha256"))[:10].decode("ascii")
