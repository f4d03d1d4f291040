"""What a visit of a stick came to, told to whoever stands there with it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sync.errors import StickFailing, StickFull, SyncError


def _silent(_text: str) -> None:
    pass


@dataclass(slots=True)
class Report:
    """Counts, and two ways to speak: `tell` what is found, `progress` on the way."""

    tell: Callable[[str], None] = _silent
    progress: Callable[[str], None] = _silent
    read: int = 0  # files of the other side that were of use
    written: int = 0
    left_alone: int = 0  # files for others
    findings: int = 0

    @contextmanager
    def naming(self, name: str) -> Iterator[None]:
        """What is wrong with one file is told with its name, and keeps back nothing else."""
        try:
            yield
        except (StickFull, StickFailing):
            raise
        except SyncError as error:
            self.findings += 1
            self.tell(f"{name}: {error}")

    def note_foreign(self, names: list[str]) -> None:
        for name in names:
            self.tell(f"{name}: not a file of ours, left alone")
