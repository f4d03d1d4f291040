"""`office print-codes`: cards on paper."""

from __future__ import annotations

from pathlib import Path

import click

from kiosk.store.users import as_caller
from sync.office.commands.opening import Invocation, pass_invocation
from sync.office.store.database import writing


@click.command("print-codes")
@click.option("--output", type=click.Path(path_type=Path, file_okay=False), required=True, help="A folder.")
@pass_invocation
def print_codes(invocation: Invocation, output: Path) -> None:
    """Draw the QR code of every card on paper, one SVG file for each."""
    from kiosk.plain.qr import code_svg
    from sync.office.services.cards.issuing import printed_codes

    with writing(invocation.office.engine) as connection:
        drawn = {card.number: code_svg(text) for card, text in printed_codes(connection, invocation.office)}
        with as_caller():
            output.mkdir(parents=True, exist_ok=True)
            for number, svg in drawn.items():
                (output / f"{number}.svg").write_text(svg, encoding="utf-8")
        invocation.note(connection, "print-codes", drawn=len(drawn))
    click.echo(f"{len(drawn)} codes drawn in {output}")
