"""Nothing on a screen is left in English by mistake, and nothing is translated that no screen says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir

import kiosk
from kiosk.web.words.languages import TRANSLATIONS, catalog_of, translations

ROOT = Path(kiosk.__file__).parent
METHODS = [("**.py", "python"), ("**/templates/**.html", "jinja2")]
PLACEHOLDER = re.compile(r"%\(\w+\)[ds]")


@pytest.fixture(scope="module")
def chinese() -> Catalog:
    return catalog_of("zh")


def said() -> set[str]:
    found = extract_from_dir(ROOT, METHODS)
    return {message if isinstance(message, str) else message[0] for _, _, message, _, _ in found}


def test_everything_said_is_translated(chinese: Catalog) -> None:
    written = {
        message.id if isinstance(message.id, str) else message.id[0] for message in chinese if message.id
    }
    assert said() - written == set(), "not in the Chinese catalogue"
    assert written - said() == set(), "in the Chinese catalogue, but said nowhere"


def test_every_translation_is_there_and_keeps_its_figures(chinese: Catalog) -> None:
    for message in chinese:
        if not message.id:
            continue
        original = message.id if isinstance(message.id, str) else message.id[0]
        chosen = message.string if isinstance(message.string, str) else message.string[0]
        assert chosen, f"untranslated: {original}"
        assert sorted(PLACEHOLDER.findall(original)) == sorted(PLACEHOLDER.findall(chosen)), original
        assert not message.fuzzy, original


def test_chinese_sentences_use_chinese_punctuation(chinese: Catalog) -> None:
    wrong = re.compile(r"[\u4e00-\u9fff][,;:?!.]")
    texts = [message.string for message in chinese if isinstance(message.string, str) and message.id]
    assert [text for text in texts if wrong.search(text)] == []


def test_the_catalogue_is_read_without_a_compiled_file() -> None:
    assert not list(TRANSLATIONS.rglob("*.mo"))
    assert translations("zh").gettext("Tap your card") == "请刷卡"
    assert translations("en").gettext("Tap your card") == "Tap your card"
