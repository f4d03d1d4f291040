"""The commands and files that the documents tell people to type, read out of the documents."""

from __future__ import annotations

import re
from itertools import takewhile
from pathlib import Path

ROOT = Path(__file__).parents[2]


class NotThere(AssertionError):
    """The document has no such heading, or nothing to type below it."""


def commands(document: str, heading: str) -> list[str]:
    """The lines to type below the heading, up to the next one; without the remarks beside them."""
    lines = [line[4:] for line in _section(document, heading) if line.startswith("    ") and line.strip()]
    joined = re.sub(r"\\\n\s*", "", "\n".join(lines)).splitlines()
    found = [re.sub(r"(^|\s\s+)#.*$", "", line).strip() for line in joined]
    if not any(found):
        raise NotThere(f"{document}: nothing to type below {heading!r}")
    return [command for command in found if command]


def packages(document: str) -> list[str]:
    """Every Debian package that the document installs by name."""
    text = _text(document)
    found = re.findall(r"apt(?:-get)? install ([^#&|`\n]*)", text)
    names = {word for words in found for word in words.split() if re.fullmatch(r"[a-z0-9][a-z0-9.+-]+", word)}
    return sorted(names)


def _section(document: str, heading: str) -> list[str]:
    text = re.sub(r"```.*?```", "", _text(document), flags=re.DOTALL)  # files, not commands
    lines = text.splitlines()
    titles = [number for number, line in enumerate(lines) if re.fullmatch(rf"#+ {re.escape(heading)}", line)]
    if not titles:
        raise NotThere(f"{document}: no heading {heading!r}")
    return list(takewhile(lambda line: not re.match("#+ ", line), lines[titles[0] + 1 :]))


def _text(document: str) -> str:
    return (ROOT / document).read_text()
