"""Do what a document says, on a machine in a container, as root with `sudo` before it."""

from __future__ import annotations

import re
from collections.abc import Mapping

from tests.container import documents
from tests.container.machine import Machine
from tests.container.packages import Packages

INSTALLING = "docs/installing.md"
CLERK_PASSWORD = "an invented password"
# What a person types when a command asks: yes to what apt would install, a new password twice.
_ANSWERS = {"apt": "y\n", "clerk": f"{CLERK_PASSWORD}\n" * 2, "staff": "314159\n" * 2}


def follow(
    machine: Machine,
    heading: str,
    values: Mapping[str, str] | None = None,
    *,
    document: str = INSTALLING,
    only: str = "",
) -> str:
    """Type each command below the heading, with `values` for words such as CODE; `only` those that match.

    Returns what the last one printed. Raises Failed with the first that fails.
    """
    printed = ""
    chosen = [each for each in documents.commands(document, heading) if re.search(only, each)]
    assert chosen, f"{document}, {heading}: nothing like {only!r}"
    for command in chosen:
        for word, value in (values or {}).items():
            command = re.sub(rf"(?<!\w){re.escape(word)}(?!\w)", value, command)
        answers = [typed for word, typed in _ANSWERS.items() if f" {word} " in f" {command} "]
        printed = machine.run(f"cd /root && {_ours(command)}", typed="".join(answers))
    return printed


def bring(machine: Machine, packages: Packages) -> None:
    """Put both packages where they are installed from."""
    for deb in packages.both:
        machine.put(f"/root/{deb.name}", deb.read_bytes())


def _ours(command: str) -> str:
    """The package of this version and machine, where the document names another."""
    return re.sub(r"(\./neighbourhood-\w+)_\S+\.deb", r"\1_*.deb", command)
