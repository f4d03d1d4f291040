"""`office report meals` and `office report province`: what was served, and who pays."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click
import msgspec

from sync.office.commands.days import Day, today
from sync.office.commands.opening import Invocation, pass_invocation
from sync.office.commands.outputs import OUTPUT, hand_over, require_order, require_printable
from sync.office.console import languages, names
from sync.office.services.canteen import exports
from sync.office.services.canteen.pages import SHOWN
from sync.office.services.canteen.reports import meals_report
from sync.office.services.canteen.settlement.province import provinces_meals
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


@click.command()
@click.option("--from", "first_day", type=Day(), help="First day; the first of this month unless given.")
@click.option("--to", "last_day", type=Day(), help="Last day, included; today unless given.")
@OUTPUT
@pass_invocation
def province(
    invocation: Invocation, first_day: date | None, last_day: date | None, output: Path | None
) -> None:
    """Meals and money of every region in the file of regions, as JSON; whoever does not answer is named."""
    first_day = first_day or today().replace(day=1)
    last_day = last_day or max(first_day, today())
    require_order(first_day, last_day)
    invocation.enter()
    made = provinces_meals(invocation.region_map.all(), first_day, last_day)
    hand_over(msgspec.json.format(msgspec.json.encode(made), indent=2) + b"\n", output)
    if made.missing:
        absent = ", ".join(f"{each.id} {each.name} ({each.reason})" for each in made.missing)
        raise click.ClickException(f"not in the total: {absent}")
    if wrong := [each.name for each in made.regions if not each.holds]:
        raise click.ClickException(
            f"{', '.join(wrong)}: does not agree with its ledger; run `office verify` there"
        )
