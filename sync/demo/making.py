"""What is made once and kept for the next start, and what is said while it is made."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path

import click

OFFICE_MADE = "office.made"
VOICE_MADE = "voice.made"


class Made:
    """Whether something was made of this by this version, as a file remembers."""

    def __init__(self, path: Path, of: str = "") -> None:
        self._path = path
        self._of = hashlib.sha256(f"{version('neighbourhood-card')}\n{of}".encode()).hexdigest()

    @property
    def done(self) -> bool:
        return self._path.exists() and self._path.read_text() == self._of

    def remember(self) -> None:
        self._path.write_text(self._of)


@contextmanager
def stage(what: str) -> Iterator[None]:
    """Say what is done, and how long it took."""
    began_s = time.monotonic()
    click.echo(f"{what} ... ", nl=False)
    yield
    click.echo(f"{time.monotonic() - began_s:.1f} s")
