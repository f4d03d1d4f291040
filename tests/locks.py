"""What the locks name."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCKS = {path.stem: path.read_text() for path in sorted((ROOT / ".ci" / "locks").glob("*.txt"))}


def requirements(lock: str) -> list[str]:
    """Each requirement of a lock with all that belongs to it, in one line."""
    text = re.sub(r"^\s*#.*\n?", "", LOCKS[lock], flags=re.MULTILINE)
    return text.replace("\\\n", "").splitlines()


def versions(lock: str) -> dict[str, str]:
    """Package to version. Raises `ValueError` for a requirement that is not pinned."""
    return dict(each.split()[0].split("==") for each in requirements(lock))


def on_debian(lock: str) -> set[str]:
    """The packages that are installed where the program runs."""
    elsewhere = "sys_platform == 'win32'"
    return {each.split("==")[0] for each in requirements(lock) if elsewhere not in each}
