"""What the documents tell people to type exists, and what they show of configuration is accepted."""

from __future__ import annotations

import re
import shlex
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path

import click
import msgspec
import pytest

from kiosk.cli import main as kiosk
from kiosk.settings import Settings, read
from sync.cli import main as kiosk_sync
from sync.office import settings as office_settings
from sync.office.cli import main as office

ROOT = Path(__file__).resolve().parent.parent
DOCUMENTS = [ROOT / "README.md", ROOT / "UPGRADING.md", *sorted((ROOT / "docs").glob("*.md"))]
COMMANDS: dict[str, click.Command] = {"kiosk": kiosk, "kiosk-sync": kiosk_sync, "office": office}


def typed_lines() -> Iterator[str]:
    """Indented lines of the documents that begin with a command of ours, without their remarks."""
    for document in DOCUMENTS:
        for line in document.read_text().splitlines():
            found = re.match(r"    (?:sudo )?((make|kiosk|kiosk-sync|office) .+)", line)
            if found:
                yield found[1].split("  #")[0].strip()


def toml_blocks() -> Iterator[str]:
    for document in DOCUMENTS:
        yield from re.findall(r"```toml\n(.*?)```", document.read_text(), re.DOTALL)


def mentions() -> Iterator[tuple[Path, str]]:
    """Files of ours that the documents point to."""
    for document in DOCUMENTS:
        for target in re.findall(r"\]\(([^)#:]+)\)", document.read_text()):
            yield document, target


def inline(*documents: Path) -> set[str]:
    """Commands of ours that stand between backticks in a sentence."""
    text = "\n".join(document.read_text() for document in documents)
    return {line for _, line, _ in re.findall(r"`(sudo )?((kiosk|kiosk-sync|office) [a-z][^`]*)`", text)}


def command_of(line: str) -> tuple[click.Command, list[str]]:
    """The command of a line, and the words that are its own."""
    name, *words = shlex.split(line)
    command = COMMANDS[name]
    while isinstance(command, click.Group):
        command = command.commands[words.pop(0)]
    return command, words


@pytest.mark.parametrize("line", sorted({*typed_lines(), *inline(ROOT / "UPGRADING.md")}))
def test_a_command_to_type_is_accepted(line: str) -> None:
    if line.startswith("make "):
        subprocess.run(["make", "--dry-run", *line.split()[1:]], cwd=ROOT, check=True, capture_output=True)
        return
    command, words = command_of(line)
    try:
        command.make_context(line, words)
    except click.BadParameter as error:  # a file that is not here, or a NAME to be filled in
        assert not isinstance(error, click.MissingParameter), error.format_message()


@pytest.mark.parametrize("line", sorted(inline(*DOCUMENTS)))
def test_a_command_that_is_spoken_of_exists(line: str) -> None:
    command, words = command_of(line)
    known = {option for parameter in command.params for option in parameter.opts}
    assert {word for word in words if word.startswith("--")} <= known


@pytest.mark.parametrize("text", list(toml_blocks()))
def test_a_configuration_in_the_documents_is_accepted(text: str, tmp_path: Path) -> None:
    path = tmp_path / "shown.toml"
    path.write_text(text)
    if "office" in tomllib.loads(text):
        assert isinstance(office_settings.load(path, {}), msgspec.Struct)
    else:
        assert read(path, Settings).kiosk.name


def test_what_the_documents_point_to_is_there() -> None:
    assert [(str(doc), to) for doc, to in mentions() if not (doc.parent / to).exists()] == []
