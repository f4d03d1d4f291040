"""`office report meals`: what was served, and who pays."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from sync.office.commands.days import Day, today
from sync.office.commands.opening import Invocation, pass_invocation
from sync.office.commands.outputs import OUTPUT, hand_over, require_order, require_printable
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
@OUTPUT
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
    require_order(first_day, last_day)
    require_printable(file_format, output)
    with reading(invocation.office.engine) as connection:
        made = meals_report(connection, invocation.office.region_id, first_day, last_day)
        titles = names.load_names(connection, invocation.office.region_id, lang)
    words = languages.translations(lang, tuple(SHOWN.translations))
    content = exports.export(made, file_format, titles, words.gettext)
    hand_over(content, output)
    if not made.proof.holds:
        raise click.ClickException("the report does not agree with the ledger; run `office verify`")
