"""Nothing on a screen is left in English by mistake, nothing is translated that no screen says, and each
translation lies in the folder of whoever says it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir

import kiosk
from kiosk.web.words.languages import catalog_of, po_files, translations
from tests.factories import WORDS

ROOT = Path(kiosk.__file__).parent
METHODS = [("**.py", "python"), ("**/templates/**.html", "jinja2")]
PLACEHOLDER = re.compile(r"%\(\w+\)[ds]")
KIT = "kit"

Owners = Mapping[str, set[str]]  # who says a message, or has its translation


@pytest.fixture(scope="module")
def chinese() -> Catalog:
    return catalog_of("zh", WORDS.translations.values())


def owner(file_name: str) -> str:
    """The service in whose folder a file of the kiosk lies, or else the kit."""
    parts = Path(file_name).parts
    return parts[1] if parts[0] == "services" and len(parts) > 2 else KIT


def by_owner(found: Iterable[tuple[str, str]]) -> dict[str, set[str]]:
    owners: dict[str, set[str]] = {}
    for who, message in found:
        owners.setdefault(message, set()).add(who)
    return owners


@pytest.fixture(scope="module")
def said() -> Owners:
    found = extract_from_dir(ROOT, METHODS)
    return by_owner((owner(name), _singular(message)) for name, _, message, _, _ in found)


@pytest.fixture(scope="module")
def written() -> Owners:
    return by_owner(
        (who, _singular(message.id))
        for who, folder in WORDS.translations.items()
        for message in catalog_of("zh", [folder])
        if message.id
    )


def _singular(message: str | tuple[str, ...] | list[str]) -> str:
    return message if isinstance(message, str) else message[0]


def misplaced(said: Owners, written: Owners) -> list[str]:
    """What only one service says is translated there; what several say, by the kit, once."""
    homes = {message: who if len(who) == 1 else {KIT} for message, who in said.items()}
    return [message for message, where in written.items() if message in homes and where != homes[message]]


def test_everything_said_is_translated(said: Owners, written: Owners) -> None:
    assert said.keys() - written.keys() == set(), "not in the Chinese catalogue"
    assert written.keys() - said.keys() == set(), "in the Chinese catalogue, but said nowhere"


def test_a_translation_lies_with_whoever_says_it(said: Owners, written: Owners) -> None:
    assert misplaced(said, written) == []


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ({"Lent": {"lending"}}, {"Lent": {KIT}}),
        ({"Lent": {"lending"}}, {"Lent": {"canteen"}}),
        ({"Lent": {"lending"}}, {"Lent": {"lending", KIT}}),
        ({"Close": {"lending", "canteen"}}, {"Close": {"lending"}}),
        ({"Close": {"lending", KIT}}, {"Close": {"lending"}}),
    ],
)
def test_a_translation_in_the_wrong_folder_is_found(said: Owners, written: Owners) -> None:
    assert misplaced(said, written)


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
    folders = tuple(WORDS.translations.values())
    assert not [found for folder in folders for found in folder.rglob("*.mo")]
    assert translations("zh", folders).gettext("Tap your card") == "请刷卡"
    assert translations("en", folders).gettext("Tap your card") == "Tap your card"


def test_no_message_is_translated_twice() -> None:
    """Else one of them holds without anybody having said which."""
    sources = [each for folder in WORDS.translations.values() for each in po_files(folder, "zh")]
    found = [line for each in sources for line in each.read_text().splitlines() if line.startswith("msgid ")]
    twice = {line for line in found if found.count(line) > 1}
    assert twice - {'msgid ""'} == set()
