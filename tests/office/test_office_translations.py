"""English is what the code says; Chinese is complete, and no message is left over."""

from __future__ import annotations

from pathlib import Path

from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from sync.office import console
from sync.office.console.languages import TRANSLATIONS, translations

FOLDER = Path(console.__file__).parent
METHODS = [("**.py", "python"), ("templates/**.html", "jinja2")]


def in_code() -> set[str]:
    """Every message that the code and the pages use; of plurals the singular."""
    found = extract_from_dir(FOLDER, method_map=METHODS)
    return {message[0] if isinstance(message, tuple) else message for _, _, message, _, _ in found}


def in_chinese() -> dict[str, object]:
    with (TRANSLATIONS / "zh" / "LC_MESSAGES" / "messages.po").open("rb") as lines:
        catalogue = read_po(lines, locale="zh", abort_invalid=True)
    assert not [
        message.id for message in catalogue if message.id and (message.fuzzy or list(message.check()))
    ]
    singular = {message.id[0] if message.pluralizable else message.id: message for message in catalogue}
    return {name: message.string for name, message in singular.items() if name}


def test_there_is_something_to_translate():
    assert len(in_code()) > 100


def test_every_message_has_its_chinese():
    chinese = in_chinese()
    assert in_code() - {name for name, text in chinese.items() if text and all(text)} == set()


def test_nothing_is_left_over():
    assert in_chinese().keys() - in_code() == set()


def test_the_catalogue_is_read_as_it_stands():
    assert translations("zh").gettext("Total") == "合计"
    assert translations("zh").ngettext("portion", "portions", 2) == "份"
    assert translations("en").gettext("Total") == "Total"
