"""`office report claim`: a filed claim as a file; `office report claims`: all of them made again."""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path

import click

from sync.office.books import filings
from sync.office.commands.opening import FINDING, Invocation, pass_invocation
from sync.office.commands.outputs import OUTPUT, hand_over, require_printable
from sync.office.console import languages
from sync.office.services.canteen.settlement import exports, filing
from sync.office.store.database import snapshot


@click.command("claim")
@click.argument("programme")
@click.argument("number", type=click.IntRange(min=1))
@click.option("--format", "file_format", type=click.Choice(["json", "csv", "xlsx"]), default="json")
@click.option("--lang", type=click.Choice(["zh", "en"]), default="zh", help="Language of the workbook.")
@OUTPUT
@pass_invocation
def claim_report(
    invocation: Invocation, programme: str, number: int, file_format: str, lang: str, output: Path | None
) -> None:
    """The claim NUMBER that was filed for PROGRAMME, made again from the journals."""
    require_printable(file_format, output)
    office = invocation.office
    with snapshot(office.engine) as connection:
        count = len(filings.filed(connection, office.region_id, programme))
        if number > count:
            raise click.UsageError(f"{programme} {number}: 1 to {count} were filed")
        made = filing.made_again(connection, office.region_id, programme, number)
    words = languages.translations(lang, (Path(__file__).parent.parent / "translations",))
    content = exports.export(made, file_format, words.gettext)
    hand_over(content, output)


@click.command("claims")
@pass_invocation
def check_claims(invocation: Invocation) -> None:
    """Make every claim again from the journals, and compare it with what was filed."""
    office, differ = invocation.office, 0
    with snapshot(office.engine) as connection:
        for standing in filing.standings(connection, office.region_id):
            for each in standing.filed:
                it = each.filing
                made = filing.made_again(connection, office.region_id, it.programme, it.number)
                same = hashlib.sha256(filing.as_bytes(made)).hexdigest() == it.sha256
                differ += not same
                words = "the same" if same else "differs from what was filed"
                click.echo(f"{it.programme} {it.number}: {it.first_day} to {it.last_day}: {words}")
    if differ:
        sys.exit(FINDING)
