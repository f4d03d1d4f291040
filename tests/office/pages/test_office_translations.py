"""English is what the code says; Chinese is complete, nothing is left over, and it lies with its users."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from sync.office import console, services
from sync.office.console.languages import TRANSLATIONS, translations
from sync.office.console.shown import together
from sync.office.services.listed import SERVICES

CONSOLE = Path(console.__file__).parent
FOLDERS = [CONSOLE, *(Path(services.__file__).parent / each.name for each in SERVICES)]
METHODS = [("**.py", "python"), ("templates/**.html", "jinja2")]
EVERY = tuple(together(each.shown for each in SERVICES).translations)


@cache
def in_code(folder: Path) -> set[str]:
    """Every message that the code and the pages of a folder use; of plurals the singular."""
    found = extract_from_dir(folder, method_map=METHODS)
    return {message[0] if isinstance(message, tuple) else message for _, _, message, _, _ in found}


@cache
def in_chinese(folder: Path) -> set[str]:
    source = folder / "translations" / "zh" / "LC_MESSAGES" / "messages.po"
    if not source.exists():
        return set()
    with source.open("rb") as lines:
        catalogue = read_po(lines, locale="zh", abort_invalid=True)
    messages = [message for message in catalogue if message.id]
    assert not [each.id for each in messages if each.fuzzy or list(each.check())]
    assert not [each.id for each in messages if not each.string or not all(each.string)]
    return {message.id[0] if message.pluralizable else message.id for message in messages}


def test_there_is_something_to_translate():
    assert len(in_code(CONSOLE)) > 100


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_every_message_has_its_chinese(folder):
    assert in_code(folder) - in_chinese(folder) - in_chinese(CONSOLE) == set()


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_nothing_is_left_over_and_what_only_one_says_lies_with_it(folder):
    users = {
        message: [each for each in FOLDERS if message in in_code(each)] for message in in_chinese(folder)
    }
    alone = {message for message, who in users.items() if who == [folder]}
    shared = {message for message, who in users.items() if CONSOLE in who or len(who) > 1}
    assert in_chinese(folder) - alone == (shared - alone if folder == CONSOLE else set())


def test_every_service_with_words_brings_them():
    brought = {folder / "translations" for folder in FOLDERS if in_chinese(folder)}
    ours = {each for each in (TRANSLATIONS, *EVERY) if each.is_relative_to(CONSOLE.parent)}
    assert brought == ours, "a kiosk's own words are looked after where they lie"


def test_the_catalogue_is_read_as_it_stands():
    chinese = translations("zh", EVERY)
    assert chinese.gettext("Total") == "合计"
    assert chinese.ngettext("portion", "portions", 2) == "份"
    assert chinese.gettext("Latest meals") == "最近用餐"
    assert translations("en", EVERY).gettext("Total") == "Total"
