"""Where a report goes: into a file of whoever typed the command, or to where the command prints."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path

import click

from kiosk.store.users import as_caller

OUTPUT = click.option(
    "--output", type=click.Path(path_type=Path, dir_okay=False), help="A file; else it is printed."
)


def require_order(first_day: date, last_day: date) -> None:
    """Raises `click.UsageError` where the last day comes before the first."""
    if last_day < first_day:
        raise click.UsageError(f"--to {last_day}: {first_day} (--from) or later is allowed")


def require_printable(file_format: str, output: Path | None) -> None:
    """Raises `click.UsageError` of a workbook that would be printed on a terminal."""
    if file_format == "xlsx" and output is None and sys.stdout.isatty():
        raise click.UsageError("a workbook cannot be shown on a terminal; --output FILE is needed")


def hand_over(content: bytes, output: Path | None) -> None:
    """`output`: the file; None: printed."""
    if output is None:
        sys.stdout.buffer.write(content)
        return
    with as_caller():
        output.write_bytes(content)
