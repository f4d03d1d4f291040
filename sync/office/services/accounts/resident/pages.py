"""The page of a resident's whole account, its files, and the statement for the resident."""

from __future__ import annotations

from flask import Blueprint, Response, abort, render_template, request
from flask_babel import gettext

from kiosk.people.residents import Resident
from sync.office.console import files, formats
from sync.office.console.door.acting import looked_at
from sync.office.console.languages import current
from sync.office.console.names import load_names, staff_names
from sync.office.console.queries import Query
from sync.office.console.reporting.sheets import export
from sync.office.console.residents.found import people_shown
from sync.office.office import Office
from sync.office.people.access.needs import needs
from sync.office.people.access.permissions import Permission
from sync.office.services.accounts.resident.files import sheet_of
from sync.office.services.accounts.resident.movements import PURSES, account_of
from sync.office.services.accounts.resident.statement import NoMonth, month_in, statement
from sync.office.services.accounts.words import PURSE_NAMES
from sync.office.store.database import reading


def add_pages(pages: Blueprint, office: Office) -> None:
    """Under `/residents/…`, and the file."""
    region_id = office.region_id

    @pages.get("/residents/<int:resident_id>/account")
    @needs(Permission.SEE_SALES)
    def account(resident_id: int) -> str:
        query = Query(request.args)
        purse, before = query.text("purse"), query.text("before")
        with reading(office.engine) as connection:
            names = load_names(connection, region_id, current())
            staff = staff_names(connection, region_id)
            who = people_shown(connection, region_id, [resident_id]).get(resident_id) or abort(404)
            page = account_of(connection, region_id, resident_id).page(
                connection, region_id, purse if purse in PURSES else "", before
            )
        return render_template(
            "accounts/account.html",
            names=names,
            staff=staff,
            who=who,
            page=page,
            purse=purse,
            purses=PURSE_NAMES,
            before=before,
        )

    @pages.get("/account.<any(json, csv):file_format>")
    @needs(Permission.SEE_SALES)
    def account_file(file_format: str) -> Response:
        resident_id = Query(request.args).number("resident_id")
        with reading(office.engine) as connection:
            names = load_names(connection, region_id, current())
            found = account_of(connection, region_id, resident_id)
            told = found.told(connection, region_id, found.movements)
        looked_at([resident_id])
        return files.attached(
            export(sheet_of(told), file_format, names, gettext), f"account-{resident_id}.{file_format}"
        )

    @pages.get("/residents/<int:resident_id>/statement")
    @needs(Permission.SEE_SALES)
    def resident_statement(resident_id: int) -> tuple[str, int]:
        query = Query(request.args)
        with reading(office.engine) as connection:
            names = load_names(connection, region_id, current())
            who = people_shown(connection, region_id, [resident_id]).get(resident_id) or abort(404)
            zone = names.time_zones.get(who.home_site, "")
            try:
                month = month_in(query.text("month"), formats.today(zone))
            except NoMonth as refusal:
                month = month_in("", formats.today(zone))
                query.wrong["month"] = gettext(
                    "%(given)s is no month that has begun, such as 2025-01.", given=refusal.given
                )
            found = account_of(connection, region_id, resident_id)
            made = statement(connection, region_id, found, month, zone)
        return query.answer(
            "accounts/statement.html",
            names=names,
            who=who,
            made=made,
            has_next=month.next.first_day <= formats.today(zone),
            in_full=_in_full(who),
        )


def _in_full(who: Resident) -> str:
    return f"{who.name} {who.honorific}".strip()
