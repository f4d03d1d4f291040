"""Draw a slip of each kind: `python -m tests.printing FOLDER [--width 48] [--language en]`."""

from __future__ import annotations

import tempfile
from pathlib import Path

import click

from drivers.printers.layout import commands
from tests.printing.paper import draw
from tests.printing.samples import slips


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--width", default=32, show_default=True, help="Columns of the paper.")
@click.option("--language", default="zh", show_default=True, help="Of the site.")
def main(folder: Path, width: int, language: str) -> None:
    """Draw a slip of each kind, as it comes out of a printer."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as kiosk:
        for name, slip in slips(Path(kiosk), language).items():
            draw(commands(slip, width), width).convert("1").save(folder / f"{name}.png", optimize=True)


if __name__ == "__main__":
    main(prog_name="python -m tests.printing")
