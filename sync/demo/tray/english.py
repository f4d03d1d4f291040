"""The tray in English, from its .po file: what stands in the code in Chinese, and what it is called."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from babel.messages.pofile import read_po

from sync.office.console.languages import ENGLISH

SOURCE = Path(__file__).parent / "translations" / ENGLISH / "LC_MESSAGES" / "messages.po"
BETWEEN = " · "  # the parts of a card's note


@cache
def words() -> Mapping[str, str]:
    """English by Chinese."""
    with SOURCE.open("rb") as lines:
        return {
            str(message.id): str(message.string) for message in read_po(lines, locale=ENGLISH) if message.id
        }


def in_language(language: str, chinese: str) -> str:
    """A text of the tray, part by part; a part without English, such as a name or a figure, as it is."""
    if language != ENGLISH:
        return chinese
    return BETWEEN.join(words().get(part, part) for part in chinese.split(BETWEEN))
