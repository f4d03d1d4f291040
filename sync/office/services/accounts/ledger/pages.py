"""The page of the trial balance, its files, and Beancount's text."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, Response, request
from flask_babel import gettext

from sync.office.books.arrivals import missing
from sync.office.console import files, formats
from sync.office.console.languages import current
from sync.office.console.names import load_names
from sync.office.console.queries import Query
from sync.office.console.reporting.sheets import export
from sync.office.office import Office
from sync.office.people.access.needs import needs
from sync.office.people.access.permissions import Permission
from sync.office.services.accounts.ledger.beancount import beancount
from sync.office.services.accounts.ledger.trial import as_sheet, trial_balance
from sync.office.store.database import snapshot


def add_pages(pages: Blueprint, office: Office) -> None:
    """For whoever answers for the whole region: the books have no parts that balance by themselves."""
    region_id = office.region_id

    @pages.get("/trial-balance", endpoint="trial-balance")
    @needs(Permission.SEE_MONEY, everywhere=True)
    def trial() -> tuple[str, int]:
        query = Query(request.args)
        day = query.day("day", formats.today() - timedelta(days=1))
        with snapshot(office.engine) as connection:
            names = load_names(connection, region_id, current())
            found = trial_balance(connection, region_id, day)
            late = missing(connection, region_id, formats.midnight_ms(day + timedelta(days=1)))
        sheet = as_sheet(found)
        return query.answer(
            "accounts/trial.html", names=names, sheet=sheet, found=found, missing=late, residents={}
        )

    @pages.get("/trial-balance.<any(json, csv, xlsx):file_format>")
    @needs(Permission.SEE_MONEY, everywhere=True)
    def trial_file(file_format: str) -> Response:
        query = Query(request.args)
        day = query.day("day", formats.today() - timedelta(days=1))
        query.insist()
        with snapshot(office.engine) as connection:
            names = load_names(connection, region_id, current())
            sheet = as_sheet(trial_balance(connection, region_id, day))
        name = f"trial-balance-{day}.{file_format}"
        return files.attached(export(sheet, file_format, names, gettext), name)

    @pages.get("/books.beancount")
    @needs(Permission.SEE_MONEY, everywhere=True)
    def books_as_beancount() -> Response:
        """Residents are in it by their numbers."""
        query = Query(request.args)
        yesterday = formats.today() - timedelta(days=1)
        first_day, last_day = query.days(yesterday.replace(day=1), yesterday)
        query.insist()
        with snapshot(office.engine) as connection:
            text = "\n".join([*beancount(connection, region_id, first_day, last_day), ""])
        name = f"books-{first_day}-{last_day}.beancount"
        return files.attached(text, name)
