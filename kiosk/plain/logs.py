"""Where the log goes: to standard error, for standard output is what a command was asked for.

The last lines are kept in memory as well, so that the process can show them to somebody who is not there.
"""

from __future__ import annotations

import re
import sys
from collections import deque

import structlog

LINES_KEPT, LONGEST_LINE = 400, 400
_COLOURS = re.compile(r"\x1b\[[0-9;]*m")
_latest: deque[str] = deque(maxlen=LINES_KEPT)


class _Kept(structlog.PrintLogger):
    """Prints, and remembers."""

    def msg(self, message: str) -> None:
        # Of an error the first line alone: what it happened amid may name somebody.
        _latest.append(_COLOURS.sub("", message.partition("\n")[0])[:LONGEST_LINE])
        super().msg(message)

    log = debug = info = warn = warning = msg
    fatal = failure = err = error = critical = exception = msg


def log_beside_output() -> None:
    """From now on, in this process; wherever standard error is at the time of each line."""
    structlog.configure(logger_factory=lambda *_: _Kept(sys.stderr))


def latest() -> list[str]:
    """What was said last, in order."""
    return list(_latest)
