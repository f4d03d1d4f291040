"""The figures of a finding, `shift=3 counted_fen=4500 reason="torn note"`: readable, and read by pages.

A page picks the sentence and says the figures in its own language, so nothing here is a sentence. Units are
in the names.
"""

from __future__ import annotations

import json
import re

PLAIN = re.compile(r"[^\s\"=]+")
# What is cut off at the end of a long text may lack its closing mark.
EACH = re.compile(r'(?<!\S)([a-z_]+)=(?:"((?:[^"\\]|\\.)*)"?|(\S+))')


def figures(**named: int | str) -> str:
    """For a finding's `detail`."""
    return " ".join(f"{name}={_written(str(value))}" for name, value in named.items())


def figures_in(detail: str) -> dict[str, str]:
    """By name, as they were given; what else stands there is left out."""
    return {name: _read(quoted) if quoted else plain for name, quoted, plain in EACH.findall(detail)}


def _written(value: str) -> str:
    return value if PLAIN.fullmatch(value) else json.dumps(value, ensure_ascii=False)


def _read(quoted: str) -> str:
    try:
        return str(json.loads(f'"{quoted}"'))
    except ValueError:
        return quoted
