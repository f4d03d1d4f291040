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


@pytest.mark.parametrize("line", sorted(set(typed_lines())))
def test_a_command_in_the_documents_exists(line: str) -> None:
    name, *words = shlex.split(line)
    if name == "make":
        subprocess.run(["make", "--dry-run", *words], cwd=ROOT, check=True, capture_output=True)
        return
    command = COMMANDS[name]
    while isinstance(command, click.Group):
        command = command.commands[words.pop(0)]
    command.make_parser(click.Context(command)).parse_args([word for word in words if word != "--config"])


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
