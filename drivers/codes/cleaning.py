"""What a scanner adds to a code, or changes, that cannot be part of it.

Scanners are set to frame a code (STX and ETX, a tab, a blank, a byte order mark), to name its kind before it
(the AIM identifier of ISO/IEC 15424: `]Q1` is a QR code), to write a GS where a separator stood, or to type
in lower case. Codes of ours are in the alphanumeric set of ISO/IEC 18004, which has none of these, and none
of them begins or ends with a blank. A text that holds other characters keeps its case.
"""

from __future__ import annotations

import re

_SEPARATOR = "\x1d"
_FRAMING = "\x00\x02\x03\x04\x1c\x1e\x1f\t \ufeff"
_BEFORE = re.compile(rf"(?:[{_FRAMING}]*\][A-Za-z][0-9A-Za-z])*[{_FRAMING}]*")
_ALPHANUMERIC = re.compile(r"[0-9A-Z $%*+./:-]*")


def clean(text: str) -> str:
    """Return what a scanner has read as it stands on the paper or the phone; empty if that is nothing."""
    text = text.replace(_SEPARATOR, "").rstrip(_FRAMING)
    text = _BEFORE.sub("", text, count=1)
    upper = text.upper()
    return upper if _ALPHANUMERIC.fullmatch(upper) else text
