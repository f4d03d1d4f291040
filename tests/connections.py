"""Whoever opens an SQLite file closes it: on every Python, and with the lines that opened it.

Python 3.13 says by itself that a connection was left to its collector, but not whose it was. Any Python
says so here, as an error of the test that runs when it is collected.
"""

from __future__ import annotations

import sqlite3
import sys
import warnings
from pathlib import Path
from types import FrameType
from typing import Any

_CHECKOUT = str(Path(__file__).parents[1])
_INSTALLED = f"{_CHECKOUT}/.venv"
_connect = sqlite3.connect


class Watched(sqlite3.Connection):
    """A connection that knows where it was opened."""

    _opened = _closed = False

    def __init__(self, *args: Any, **options: Any) -> None:
        self._lines = _our_lines(sys._getframe(1))
        super().__init__(*args, **options)
        self._opened = True

    def close(self) -> None:
        self._closed = True
        super().close()

    def __del__(self) -> None:
        if self._opened and not self._closed:
            self.close()  # or Python 3.13 would say it once more, with less
            warnings.warn(f"never closed: opened by {' < '.join(self._lines)}", ResourceWarning, stacklevel=1)


def watch() -> None:
    """Connections of this process are watched from now on."""

    def connect(*args: Any, **options: Any) -> sqlite3.Connection:
        return _connect(*args, **{"factory": Watched, **options})

    sqlite3.connect = sqlite3.dbapi2.connect = connect  # the second is SQLAlchemy's


def _our_lines(frame: FrameType | None) -> list[str]:
    """The nearest first."""
    lines = []
    while frame is not None:
        file = frame.f_code.co_filename
        if file.startswith(_CHECKOUT) and not file.startswith(_INSTALLED) and file != __file__:
            lines.append(f"{file[len(_CHECKOUT) + 1 :]}:{frame.f_lineno}")
        frame = frame.f_back
    return lines
