"""`office report trial-balance` and `office report beancount`."""

from __future__ import annotations

import sys
from datetime import date, timedelta
from pathlib import Path

import click

from sync.office.commands.days import Day, today
from sync.office.commands.opening import FINDING, Invocation, pass_invocation
from sync.office.commands.outputs import OUTPUT, hand_over, require_order, require_printable
from sync.office.console import languages, names
from sync.office.console.reporting.sheets import export
from sync.office.services.accounts.ledger import beancount as text
from sync.office.services.accounts.ledger.trial import as_sheet
from sync.office.services.accounts.ledger.trial import trial_balance as trial_of
from sync.office.services.accounts.pages import SHOWN
from sync.office.store.database import snapshot


@click.command("trial-balance")
@click.option("--day", type=Day(), help="At the end of this day; yesterday unless given.")
@click.option("--format", "file_format", type=click.Choice(["json", "csv", "xlsx"]), default="json")
@click.option("--lang", type=click.Choice(["zh", "en"]), default="zh", help="Language of the workbook.")
@OUTPUT
@pass_invocation
def trial_balance(
    invocation: Invocation, day: date | None, file_format: str, lang: str, output: Path | None
) -> None:
    """What each sort of account came to; ends with 1 where all together are not zero."""
    require_printable(file_format, output)
    office = invocation.office
    with snapshot(office.engine) as connection:
        found = trial_of(connection, office.region_id, day or today() - timedelta(days=1))
        titles = names.load_names(connection, office.region_id, lang)
    words = languages.translations(lang, tuple(SHOWN.translations))
    hand_over(export(as_sheet(found), file_format, titles, words.gettext), output)
    if not found.is_zero:
        sys.exit(FINDING)


@click.command("beancount")
@click.option("--from", "first_day", type=Day(), help="First day; the first of this month unless given.")
@click.option("--to", "last_day", type=Day(), help="Last day, included; yesterday unless given.")
@OUTPUT
@pass_invocation
def beancount(
    invocation: Invocation, first_day: date | None, last_day: date | None, output: Path | None
) -> None:
    """Every record of some days as Beancount's text, with the balances that `bean-check` holds it to."""
    last_day = last_day or today() - timedelta(days=1)
    first_day = first_day or last_day.replace(day=1)
    require_order(first_day, last_day)
    office = invocation.office
    with snapshot(office.engine) as connection:
        lines = [*text.beancount(connection, office.region_id, first_day, last_day), ""]
    hand_over("\n".join(lines).encode(), output)
