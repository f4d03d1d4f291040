"""The page of close-outs and its file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path

from flask import Blueprint, Response, request
from flask_babel import gettext

from sync.office.console import files, formats
from sync.office.console.door.guard import area
from sync.office.console.languages import current
from sync.office.console.marking import _
from sync.office.console.names import Names, load_names, staff_names
from sync.office.console.queries import Query
from sync.office.console.reporting.sheets import export
from sync.office.console.shown import Link, Shown
from sync.office.office import Office
from sync.office.people.access.needs import needs
from sync.office.people.access.permissions import Permission
from sync.office.services.till.banking import pages as banking
from sync.office.services.till.banking.listed import in_safes_fen
from sync.office.services.till.banking.paying_in import KINDS as BANKING_KINDS
from sync.office.services.till.close_outs import Asked, CloseOut, as_sheet, close_outs, total_of
from sync.office.services.till.reasons import REASONS
from sync.office.services.till.review_words import REVIEWS
from sync.office.store.database import reading


def blueprint(office: Office) -> Blueprint:
    """`/cash` and its file."""
    pages = Blueprint("till", __name__, template_folder="templates")
    banking.add_pages(pages, office)

    def found(query: Query) -> tuple[Asked, Names, Mapping[str, str], Sequence[CloseOut]]:
        asked = _asked(query)
        with reading(office.engine) as connection:
            names = load_names(connection, office.region_id, current())
            staff = staff_names(connection, office.region_id)
            zone = names.time_zones.get(asked.site, "")
            return asked, names, staff, close_outs(connection, office.region_id, asked, zone)

    @pages.get("/cash")
    @needs(Permission.SEE_MONEY)
    def cash() -> tuple[str, int]:
        query = Query(request.args)
        asked, names, staff, listed = found(query)
        sites = [each for each in names.sites if area().has(each) and asked.site in ("", each)]
        with reading(office.engine) as connection:
            in_safes = in_safes_fen(connection, office.region_id, sites)
        return query.answer(
            "till/cash.html",
            in_safes=in_safes,
            asked=asked,
            names=names,
            staff=staff,
            listed=listed,
            total=total_of(listed),
            reasons=REASONS,
        )

    @pages.get("/cash.<any(json, csv, xlsx):file_format>")
    @needs(Permission.SEE_MONEY)
    def cash_file(file_format: str) -> Response:
        query = Query(request.args)
        asked, names, staff, listed = found(query)
        query.insist()
        name = f"cash-{asked.first_day}-{asked.last_day}.{file_format}"
        return files.attached(export(as_sheet(listed, staff), file_format, names, gettext), name)

    return pages


def _asked(query: Query) -> Asked:
    """Seven days unless it is said otherwise."""
    today = formats.today()
    return Asked(query.site(), *query.days(today - timedelta(days=6), today))


SHOWN = Shown(
    pages=(blueprint,),
    links=(Link(60, "till.cash", _("Cash")),),
    kinds={
        "topup": _("Top-up"),
        "shift_open": _("Shift begun"),
        "shift_close": _("Close-out"),
        **BANKING_KINDS,
    },
    reviews=REVIEWS,
    acts={
        "till.banked_file": _("Took the list of banked cash along"),
        "till.cash_file": _("Took the close-outs along"),
        "till.enter_banked": _("Entered cash as banked"),
        "till.undo_banked": _("Undid an entry of banked cash"),
    },
    translations=(Path(__file__).parent / "translations",),
)
