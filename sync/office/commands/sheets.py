"""`office import SHEET`: lists of residents too large for a browser, by the same way."""

from __future__ import annotations

from collections.abc import Callable

import click

from kiosk.plain.refusals import Refusal
from sync.office.commands.days import today
from sync.office.commands.opening import Invocation
from sync.office.console.residents.sheets import where_of
from sync.office.console.residents.words import in_english
from sync.office.importing.sheets.sheet import preview
from sync.office.importing.sheets.storing import store
from sync.office.people.access.areas import EVERYWHERE
from sync.office.people.register.keeping import By
from sync.office.store.database import writing

LINES = 50


def import_sheet(
    invocation: Invocation, name: str, content: bytes, site: str, progress: Callable[[int], None]
) -> str:
    """All of it or nothing, in one transaction; what to say of it. Raises `click.ClickException`."""
    office = invocation.office
    with writing(office.engine) as connection:
        where = where_of(connection, office, site, EVERYWHERE)
        try:
            found = preview(connection, office.region_id, content, where, progress)
        except Refusal as refusal:
            raise click.ClickException(f"{name}: {in_english(refusal)}") from refusal
        for each in found.problems[:LINES]:
            click.echo(f"{name}: {each.column}{each.row}: {each.given}: {in_english(each.refusal)}", err=True)
        if found.problem_count:
            raise click.ClickException(f"{name}: {found.problem_count} cells to mend; nothing was imported")
        by = By(who="terminal", at_ms=office.now_ms(), today=today())
        store(connection, office.region_id, found, by, office.identities)
        new, changed = len(found.new), len(found.changed)
        invocation.note(connection, "import", file=name, added=new, changed=changed)
    return f"{found.rows} rows: {new} new, {changed} changed, {found.unchanged} as before"
