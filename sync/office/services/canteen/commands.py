"""`office report meals`: what was served, and who pays."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path

import click

from kiosk.store.users import as_caller
from sync.office.commands.days import Day, today
from sync.office.commands.opening import Invocation, pass_invocation
from sync.office.console import languages, names
from sync.office.services.canteen import exports
from sync.office.services.canteen.pages import SHOWN
from sync.office.services.canteen.reports import meals_report
from sync.office.store.database import reading


@click.command()
@click.option("--format", "file_format", type=click.Choice(["json", "csv", "xlsx"]), default="json")
@click.option("--from", "first_day", type=Day(), help="First day; the first of this month unless given.")
@click.option("--to", "last_day", type=Day(), help="Last day, included; today unless given.")
@click.option("--lang", type=click.Choice(["zh", "en"]), default="zh", help="Language of the workbook.")
@click.option("--output", type=click.Path(path_type=Path, dir_okay=False), help="A file; else it is printed.")
@pass_invocation
def meals(
    invocation: Invocation,
    file_format: str,
    first_day: date | None,
    last_day: date | None,
    lang: str,
    output: Path | None,
) -> None:
    """Portions and money by day, site, meal and age, with the proof that they agree with the ledger."""
    first_day = first_day or today().replace(day=1)
    last_day = last_day or max(first_day, today())
    if last_day < first_day:
        raise click.UsageError(f"--to {last_day}: {first_day} (--from) or later is allowed")
    if file_format == "xlsx" and output is None and sys.stdout.isatty():
        raise click.UsageError("a workbook cannot be shown on a terminal; --output FILE is needed")
    with reading(invocation.office.engine) as connection:
        made = meals_report(connection, invocation.office.region_id, first_day, last_day)
        titles = names.load_names(connection, invocation.office.region_id, lang)
    words = languages.translations(lang, tuple(SHOWN.translations))
    content = exports.export(made, file_format, titles, words.gettext)
    if output is not None:
        with as_caller():
            output.write_bytes(content)
    else:
        sys.stdout.buffer.write(content)
    if not made.proof.holds:
        raise click.ClickException("the report does not agree with the ledger; run `office verify`")
