"""`python -m tests.licences` writes the list in `docs/licences.md` from the locks and what is installed."""

from __future__ import annotations

import re
from importlib.metadata import PackageNotFoundError, distribution

from .locks import LOCKS, ROOT, on_debian, versions

LIST = ROOT / "docs" / "licences.md"
HEAD = "| Package | Licence | Kiosk | Office |\n|---|---|---|---|\n"

# What packages say that do not name their licence as SPDX does.
SPDX = {
    "Apache Software License": "Apache-2.0",
    "Apache 2.0": "Apache-2.0",
    "BSD License": "BSD",
    "EUPL": "EUPL-1.1",
    "GNU Lesser General Public License v2 or later (LGPLv2+)": "LGPL-2.1-or-later",
    "ISC License (ISCL)": "ISC",
    "MIT License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "PSFL": "PSF-2.0",
    "ZPL 2.1": "ZPL-2.1",
}
ONLY_IN_A_FILE = {"axe-playwright-python": "MIT", "pypdfium2": "Apache-2.0 AND BSD-3-Clause"}


def licence_of(package: str) -> str:
    """By the metadata of the installed package. Raises `PackageNotFoundError`."""
    metadata = distribution(package).metadata
    if expression := metadata.get("License-Expression"):
        return str(expression)
    classified = [
        each.rpartition(":: ")[2] for each in metadata.get_all("Classifier", []) if "License ::" in each
    ]
    free_text = metadata.get("License") or ""
    said = [free_text] if 0 < len(free_text) < 30 else classified
    return " AND ".join(SPDX.get(each, each) for each in said) or ONLY_IN_A_FILE[package]


def is_installed(package: str, version: str) -> bool:
    try:
        return distribution(package).version == version
    except PackageNotFoundError:
        return False


def packages() -> dict[str, str]:
    """Every package of every lock, with its version."""
    return {
        name: version for lock in LOCKS for name, version in versions(lock).items() if name in on_debian(lock)
    }


def rows() -> list[tuple[str, str, str, str]]:
    """As they stand in the list: package, licence, and whether a kiosk and an office need it."""
    table = LIST.read_text().partition(HEAD)[2]
    return re.findall(r"^\| (.+?) \| (.+?) \| (.*?) ?\| (.*?) ?\|$", table, re.MULTILINE)


def needed_by(package: str) -> tuple[str, str]:
    kiosk, office = ("yes" if package in on_debian(role) else "" for role in ("kiosk", "office"))
    return kiosk, office


def main() -> None:
    text = LIST.read_text().partition(HEAD)[0] + HEAD
    for name in sorted(packages()):
        text += f"| {name} | {licence_of(name)} | {' | '.join(needed_by(name))} |\n"
    LIST.write_text(text)


if __name__ == "__main__":
    main()
