"""Where the log goes: to standard error, for standard output is what a command was asked for."""

from __future__ import annotations

import sys

import structlog


def log_beside_output() -> None:
    """From now on, in this process; wherever standard error is at the time of each line."""
    structlog.configure(logger_factory=lambda *_: structlog.PrintLogger(sys.stderr))
