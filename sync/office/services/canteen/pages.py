"""The canteen's pages: every sale, the meals report and its files; and its parts of other pages."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import sqlalchemy as sa
from flask import Blueprint, Response, request
from flask_babel import gettext

from sync.office.console import files, formats
from sync.office.console.door.guard import area
from sync.office.console.languages import current
from sync.office.console.marking import _
from sync.office.console.names import Names, load_names
from sync.office.console.queries import Query
from sync.office.console.residents.found import people_shown
from sync.office.console.shown import Link, Panel, Shown
from sync.office.office import Office
from sync.office.people.access.needs import needs
from sync.office.people.access.permissions import Permission
from sync.office.services.canteen import exports
from sync.office.services.canteen import sales as canteen_sales
from sync.office.services.canteen.checks.deciding import OUTCOMES
from sync.office.services.canteen.checks.pairs import pairs
from sync.office.services.canteen.checks.review_words import REVIEWS
from sync.office.services.canteen.menus import pages as menus
from sync.office.services.canteen.patterns import pages as board
from sync.office.services.canteen.patterns.pictures import PICTURES
from sync.office.services.canteen.prices import pages as prices
from sync.office.services.canteen.reports import MealsReport, in_order, meals_report
from sync.office.services.canteen.sales import SALES_PER_PAGE, SalesFilter
from sync.office.services.canteen.settlement import pages as settlement
from sync.office.store.database import reading

SALES_OF_RESIDENT = 20  # the latest, on the resident's own page


def blueprint(office: Office) -> Blueprint:
    pages = Blueprint("canteen", __name__, template_folder="templates")
    region_id = office.region_id

    @pages.get("/sales")
    @needs(Permission.SEE_SALES)
    def sales() -> tuple[str, int]:
        query = Query(request.args)
        page = query.number("page")
        with reading(office.engine) as connection:
            names = load_names(connection, region_id, current())
            site = query.site()
            last_day = canteen_sales.last_day(connection, region_id, site, formats.today())
            wanted = SalesFilter(site=site, day=query.day("day", last_day))
            found = canteen_sales.sales(connection, region_id, wanted, page)
            total = canteen_sales.sales_total(connection, region_id, wanted)
            beside = canteen_sales.extras(connection, region_id, wanted)
            buyers = {each.resident_id for each in found} | {each.resident_id for each in beside}
            residents = people_shown(connection, region_id, buyers)
        return query.answer(
            "canteen/sales.html",
            names=names,
            wanted=wanted,
            sales=found,
            extras=beside,
            total=total,
            residents=residents,
            page=page,
            pages=-(-total.portions // SALES_PER_PAGE),
        )

    @pages.get("/meals")
    @needs(Permission.SEE_MONEY, everywhere=True)
    def meals() -> tuple[str, int]:
        query = Query(request.args)
        names, report = _report(office, query)
        figures = exports.proof_figures(report, gettext)
        return query.answer(
            "canteen/meals.html",
            names=names,
            report=report,
            lines=in_order(report.lines, names),
            proof_figures=figures,
        )

    @pages.get("/meals.<any(json, csv, xlsx):file_format>")
    @needs(Permission.SEE_MONEY, everywhere=True)
    def meals_file(file_format: str) -> Response:
        query = Query(request.args)
        names, report = _report(office, query)
        query.insist()
        name = exports.file_name(report, file_format)
        return files.attached(exports.export(report, file_format, names, gettext), name)

    board.add_pages(pages, office)
    menus.add_pages(pages, office)
    prices.add_pages(pages, office)
    settlement.add_pages(pages, office)
    return pages


def _report(office: Office, query: Query) -> tuple[Names, MealsReport]:
    today = formats.today()
    first_day, last_day = query.days(today.replace(day=1), today)
    with reading(office.engine) as connection:
        names = load_names(connection, office.region_id, current())
        return names, meals_report(connection, office.region_id, first_day, last_day)


def _today_by_site(names: Names) -> dict[str, date]:
    seen = area(Permission.SEE_SALES)
    zones = sorted(names.time_zones.items())
    return {site: formats.today(zone_name) for site, zone_name in zones if seen.has(site)}


def _tiles(connection: sa.Connection, region_id: int, names: Names) -> Mapping[str, object]:
    return {"days": canteen_sales.site_days(connection, region_id, _today_by_site(names))}


def _latest(connection: sa.Connection, region_id: int, resident_id: int) -> Mapping[str, object]:
    found = canteen_sales.sales(connection, region_id, SalesFilter(resident_id=resident_id))
    return {"sales": found[:SALES_OF_RESIDENT]}


def _doubled(connection: sa.Connection, region_id: int, _names: Names) -> Mapping[str, object]:
    found, seen = pairs(connection, region_id), area()
    return {"pairs": [each for each in found if all(seen.has(side.site) for side in each.sides)]}


SHOWN = Shown(
    pages=(blueprint,),
    links=(
        Link(20, "canteen.sales", _("Sales")),
        Link(31, "canteen.menus", _("Menus")),
        Link(50, "canteen.meals", _("Meals report")),
    ),
    prices=(Link(10, "canteen.prices", _("Meals")),),
    overview=(Panel("canteen/tiles.html", _tiles, Permission.SEE_SALES),),
    of_resident=(Panel("canteen/latest.html", _latest, Permission.SEE_SALES),),
    beside_reviews=(Panel("canteen/pairs.html", _doubled, Permission.SEE_REVIEWS),),
    kinds={
        "meal": _("A meal"),
        "sale": _("Guests and extras"),
        "taken_away": _("Taken away"),
        "volunteer_meal": _("Volunteer's meal"),
        "duplicate_meal": _("Meal subsidised twice"),
    },
    reviews=REVIEWS,
    pictures=PICTURES,
    outcomes=OUTCOMES,
    acts={
        "canteen.claim_file": _("Took a claim along"),
        "canteen.file_claim": _("Proposed to file a claim"),
        "canteen.filed_claim": _("Looked at a claim"),
        "canteen.next_claim": _("Looked at the next claim"),
        "canteen.keep_menus": _("Published menus"),
        "canteen.take_menus_back": _("Took menus back"),
        "canteen.meals_file": _("Took the meals report along"),
        "canteen.propose_prices": _("Proposed prices of meals"),
        "canteen.proposed_prices": _("Looked at who would pay what"),
        "canteen.board_paper": _("Took a sheet to hang up along"),
        "canteen.sales": _("Looked at sales"),
        "canteen.take_prices_back": _("Looked at what taking prices back would do"),
        "canteen.try_prices": _("Tried prices on"),
    },
    translations=(Path(__file__).parent / "translations",),
)
