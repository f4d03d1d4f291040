"""The pages of the office: overview, kiosks, sales, residents, meals; and reviews, which a clerk settles."""

from __future__ import annotations

from datetime import date

import structlog
from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.wrappers import Response
from flask_babel import gettext
from flask_login import current_user
from werkzeug.wrappers import Response as Redirect

from kiosk.ledger.posting import JournalKey
from kiosk.numbers import whole_number
from sync.office.books import reviews as review_queue
from sync.office.books.exposure import exposure as measure
from sync.office.catalogue.published import residents_by_id
from sync.office.console import corrections, exports, formats, lists, pairs, people
from sync.office.console.languages import current
from sync.office.console.lists import SALES_PER_PAGE, SalesFilter
from sync.office.console.names import Names, load_names
from sync.office.console.queries import Query
from sync.office.office import Office
from sync.office.services.canteen.reports import MealsReport, meals_report
from sync.office.store.database import reading, snapshot, writing

_log = structlog.get_logger()

SALES_OF_RESIDENT = 20  # the latest, on the resident's own page


def add_pages(console: Blueprint, office: Office) -> None:
    """Put all pages but the login on the blueprint."""
    region_id = office.settings.region_id

    @console.get("/")
    def overview() -> str:
        with reading(office.engine) as connection:
            names = load_names(connection, region_id, current())
            days = lists.site_days(connection, region_id, _today_by_site(names))
            kiosks = lists.kiosk_lines(connection, region_id, office.moment())
            review_count = lists.open_review_count(connection, region_id)
        kiosks = [kiosk for kiosk in kiosks if kiosk.works]
        return render_template(
            "console/overview.html", names=names, days=days, kiosks=kiosks, review_count=review_count
        )

    @console.get("/kiosks")
    def kiosks() -> str:
        with reading(office.engine) as connection:
            names = load_names(connection, region_id, current())
            found = lists.kiosk_lines(connection, region_id, office.moment())
        return render_template("console/kiosks.html", names=names, kiosks=found)

    @console.get("/sales")
    def sales() -> tuple[str, int]:
        query = Query(request.args)
        page = query.number("page")
        with reading(office.engine) as connection:
            names = load_names(connection, region_id, current())
            site = query.text("site")
            last_day = lists.last_day(connection, region_id, site) or formats.today()
            wanted = SalesFilter(site=site, day=query.day("day", last_day))
            found = lists.sales(connection, region_id, wanted, page)
            total = lists.sales_total(connection, region_id, wanted)
            beside = lists.extras(connection, region_id, wanted)
            buyers = {each.resident_id for each in found} | {each.resident_id for each in beside}
            residents = residents_by_id(connection, region_id, buyers)
        return query.answer(
            "console/sales.html",
            names=names,
            wanted=wanted,
            sales=found,
            extras=beside,
            total=total,
            residents=residents,
            page=page,
            pages=-(-total.portions // SALES_PER_PAGE),
        )

    @console.get("/residents")
    def residents() -> str:
        query = Query(request.args)
        search, after = query.text("q"), query.number("after")
        with reading(office.engine) as connection:
            names = load_names(connection, region_id, current())
            page = people.resident_page(connection, region_id, search, after)
        return render_template("console/residents.html", names=names, page=page, search=search, after=after)

    @console.get("/residents/<int:resident_id>")
    def resident(resident_id: int) -> str:
        with reading(office.engine) as connection:
            names = load_names(connection, region_id, current())
            line = people.resident_line(connection, region_id, resident_id)
            found = lists.sales(connection, region_id, SalesFilter(resident_id=resident_id))
        if line is None:
            abort(404)
        return render_template(
            "console/resident.html", names=names, line=line, sales=found[:SALES_OF_RESIDENT]
        )

    @console.get("/meals")
    def meals() -> tuple[str, int]:
        query = Query(request.args)
        names, report = _report(office, query)
        figures = exports.proof_figures(report, gettext)
        return query.answer("console/meals.html", names=names, report=report, proof_figures=figures)

    @console.get("/meals.<any(json, csv, xlsx):file_format>")
    def meals_file(file_format: str) -> Response:
        query = Query(request.args)
        names, report = _report(office, query)
        query.insist()
        name = exports.file_name(report, file_format)
        return Response(
            exports.export(report, file_format, names, gettext),
            content_type=exports.MEDIA_TYPES[file_format],
            headers={"Content-Disposition": f"attachment; filename={name}"},
        )

    @console.get("/reviews")
    def reviews() -> str:
        with reading(office.engine) as connection:
            found = lists.open_reviews(connection, region_id)
            count = lists.open_review_count(connection, region_id)
            names = load_names(connection, region_id, current())
            doubled = pairs.pairs(connection, region_id)
            asked = corrections.requests(connection, region_id)
            about = {each.resident_id for each in found} | {each.resident_id for each in asked.values()}
            people = residents_by_id(connection, region_id, about - {0})
        shown = {"reviews": found, "count": count, "pairs": doubled, "asked": asked, "residents": people}
        return render_template("console/reviews.html", names=names, **shown)

    @console.post("/reviews/close")
    def close_review() -> Redirect:
        journal_id, seq, code = _review_asked()
        with writing(office.engine) as connection:
            review_queue.close(connection, JournalKey(region_id, journal_id), seq, code, office.now_ms())
        _log.info("review_closed", clerk=current_user.username, journal=journal_id.hex(), seq=seq, code=code)
        return redirect(url_for("console.reviews"))

    @console.get("/exposure")
    def exposure() -> str:
        with snapshot(office.engine) as connection:
            names = load_names(connection, region_id, current())
            found = measure(connection, region_id, office.now_ms())
        return render_template("console/exposure.html", names=names, found=found)


def _review_asked() -> tuple[bytes, int, str]:
    """Journal, record and code of the review that a form is about."""
    try:
        return bytes.fromhex(request.form["journal"]), whole_number(request.form["seq"]), request.form["code"]
    except ValueError:
        abort(400)


def _report(office: Office, query: Query) -> tuple[Names, MealsReport]:
    today = formats.today()
    first_day, last_day = query.days(today.replace(day=1), today)
    with reading(office.engine) as connection:
        names = load_names(connection, office.settings.region_id, current())
        return names, meals_report(connection, office.settings.region_id, first_day, last_day)


def _today_by_site(names: Names) -> dict[str, date]:
    return {site: formats.today(zone_name) for site, zone_name in sorted(names.time_zones.items())}
