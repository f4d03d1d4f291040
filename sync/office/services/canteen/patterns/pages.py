"""The page on which a month's sheet for everybody is chosen, and the sheet."""

from __future__ import annotations

from datetime import date, timedelta

from flask import Blueprint, Response, abort, render_template, request
from flask_babel import gettext

from sync.office.console import files, formats
from sync.office.console.languages import current
from sync.office.console.names import Names, load_names
from sync.office.console.queries import Query
from sync.office.console.reporting.paper import FontMissing
from sync.office.office import Office
from sync.office.people.access.needs import needs
from sync.office.people.access.permissions import Permission
from sync.office.services.canteen.patterns.board import PAPERS, Board, as_pdf, board_of, said_of
from sync.office.store.database import snapshot


def add_pages(pages: Blueprint, office: Office) -> None:
    @pages.get("/board")
    @needs(Permission.SEE_MONEY)
    def board() -> str:
        names, shown = _asked()
        months = _months(formats.today())
        return render_template(
            "canteen/board.html", names=names, board=shown, said=said_of(shown), months=months, papers=PAPERS
        )

    @pages.get("/board.pdf")
    @needs(Permission.SEE_MONEY)
    def board_paper() -> Response | tuple[str, int]:
        names, shown = _asked()
        size = request.args.get("paper", "A4")
        if size not in PAPERS:
            abort(400)
        try:
            content = as_pdf(shown, names, size)
        except FontMissing as missing:
            words = gettext("The office's machine lacks a font: have %(package)s installed.")
            return render_template("console/message.html", message=words % {"package": missing.package}), 503
        return files.attached(content, f"board-{shown.site}-{shown.first_day:%Y-%m}-{size}.pdf")

    def _asked() -> tuple[Names, Board]:
        query = Query(request.args)
        month = query.day("month", _months(formats.today())[1])
        query.insist()
        with snapshot(office.engine) as connection:
            names = load_names(connection, office.region_id, current())
            site = query.site() or next(iter(names.sites), "")
            return names, board_of(connection, office.region_id, site, month, names)


def _months(today: date) -> list[date]:
    """The first days of this month and of the year before it, the latest first."""
    found = [today.replace(day=1)]
    while len(found) <= 12:
        found.append((found[-1] - timedelta(days=1)).replace(day=1))
    return found
