"""What processes of a test log, shown if it fails: one failure is to be enough to find its cause."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

LINES = 60
_written: dict[Path, None] = {}


def shown_on_failure(path: Path) -> Path:
    """The same path. A process is going to log there."""
    _written[path] = None
    return path


def written_since(at_s: float) -> Iterator[tuple[str, str]]:
    """A headline and the last lines of each log to which something was added since then (Unix time)."""
    for path in list(_written):
        with suppress(FileNotFoundError):
            if path.stat().st_mtime >= at_s:
                lines = path.read_text(errors="replace").splitlines()
                yield f"{path.name} of {path.parent.name}", "\n".join(lines[-LINES:])
            continue
        del _written[path]
