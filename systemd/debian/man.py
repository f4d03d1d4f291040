"""The man page of a command, made from its own help: `python man.py COMMAND FOLDER`."""

from __future__ import annotations

import gzip
import os
import sys
import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any

import click

SOURCE = Path(__file__).resolve().parents[2]
SECTION = 8  # commands for whoever runs the machine


def main(command: str, folder: Path) -> None:
    changed = datetime.fromtimestamp(int(os.environ.get("SOURCE_DATE_EPOCH", "0")), UTC)
    text = page(command, changed.date().isoformat())
    path = folder / f"{command}.{SECTION}.gz"
    path.write_bytes(gzip.compress(text.encode(), mtime=0))


def page(command: str, changed: str) -> str:
    """In roff. `changed`: an ISO date."""
    project = tomllib.loads((SOURCE / "pyproject.toml").read_text())["project"]
    module, function = project["scripts"][command].split(":")
    group = getattr(import_module(module), function)
    whole = click.Context(group, info_name=command).to_info_dict()["command"]
    about = _words(whole["help"])
    lines = [
        f'.TH "{command.upper()}" {SECTION} {changed} "{project["version"]}" "{project["name"]}"',
        ".SH NAME",
        f"{command} \\- {_escaped(about[0].partition('.')[0])}",
        ".SH SYNOPSIS",
        _escaped(_usage(command, whole)),
        ".SH DESCRIPTION",
        *_paragraphs(about),
        ".SH OPTIONS",
        *_options(whole),
        ".SH COMMANDS",
        *_commands(command, whole),
    ]
    return "\n".join(lines) + "\n"


def _commands(path: str, group: dict[str, Any]) -> Iterator[str]:
    """Each that can be typed, with those above it."""
    for name, each in group["commands"].items():
        yield f'.SS "{_escaped(_usage(f"{path} {name}", each))}"'
        yield from _paragraphs(_words(each["help"]))
        yield from _options(each)
        if "commands" in each:
            yield from _commands(f"{path} {name}", each)


def _usage(path: str, command: dict[str, Any]) -> str:
    arguments = [each for each in command["params"] if each["param_type_name"] == "argument"]
    named = [each["name"].upper() + ("..." if each["nargs"] == -1 else "") for each in arguments]
    optional = ["[OPTIONS]"] if list(_named_options(command)) else []
    return " ".join([path, *optional, *named, *(["COMMAND"] if "commands" in command else [])])


def _options(command: dict[str, Any]) -> Iterator[str]:
    for each in _named_options(command):
        value = "" if each["is_flag"] else f" {each['name'].upper()}"
        yield ".TP"
        yield f".B {_escaped(', '.join(each['opts']) + value)}"
        yield _escaped(each["help"] or "")


def _named_options(command: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for each in command["params"]:
        if each["param_type_name"] == "option" and each["opts"] != ["--help"]:
            yield each


def _words(text: str | None) -> list[str]:
    """Paragraphs, each in one line."""
    return [" ".join(part.split()) for part in (text or "").replace("\b", "").split("\n\n") if part.strip()]


def _paragraphs(paragraphs: list[str]) -> Iterator[str]:
    for each in paragraphs:
        yield ".PP"
        yield _escaped(each)


def _escaped(text: str) -> str:
    text = text.replace("\\", "\\e").replace("-", "\\-").replace('"', "\\(dq").replace("`", "\\(ga")
    return f"\\&{text}" if text[:1] in (".", "'") else text


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
