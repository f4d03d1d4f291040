"""Every word of the screens 30 % longer, as another language or a kinder translation would have it."""

from __future__ import annotations

import io
import math
import re
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from functools import cache
from pathlib import Path
from unittest.mock import patch

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.support import Translations

from kiosk.web.words import languages

PART = 0.3
PLACEHOLDER = re.compile(r"%\(\w+\)[ds]")
ENDING = re.compile(r"[。.?!：:]*$")
FILLING = {languages.CHINESE: "再长一些", languages.ENGLISH: "and some more "}


def lengthen(text: str, language: str) -> str:
    """The words made longer by `PART`, before the full stop; figures stay as they are."""
    words = len(PLACEHOLDER.sub("", text))
    more = math.ceil(words * PART)
    filling = FILLING[language] * (more // len(FILLING[language]) + 1)
    joint = " " if language == languages.ENGLISH and more > 1 else ""
    end = ENDING.search(text)
    assert end is not None, "it may be empty"
    return text[: end.start()] + joint + filling[: more - len(joint)].rstrip() + end[0]


@cache
def longer_translations(language: str, folders: tuple[Path, ...]) -> Translations:
    longer = Catalog(locale=language)
    for message in languages.catalog_of(languages.CHINESE, folders):
        if not message.id:
            continue
        if isinstance(message.id, str):
            plain = message.id if language == languages.ENGLISH else message.string
            longer.add(message.id, lengthen(str(plain), language))
        else:
            plural = message.id if language == languages.ENGLISH else message.string
            longer.add(message.id, tuple(lengthen(each, language) for each in plural))
    compiled = io.BytesIO()
    write_mo(compiled, longer)
    compiled.seek(0)
    return Translations(compiled)


@contextmanager
def longer_words() -> Iterator[None]:
    """Whatever a page of this process says meanwhile is longer."""
    with patch.object(languages, "translations", longer_translations):
        yield


# By name: the words of a language as they are, and longer.
WORDS = {"zh": nullcontext, "en": nullcontext, "zh-longer": longer_words, "en-longer": longer_words}
