"""The daily close: each site's day as its kiosks say it and as the office has it."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, request

from sync.office.console import formats
from sync.office.console.door.guard import area
from sync.office.console.languages import current
from sync.office.console.names import load_names
from sync.office.console.queries import Query
from sync.office.office import Office
from sync.office.people.access.needs import needs
from sync.office.people.access.permissions import Permission
from sync.office.services.accounts.closing.closing import site_days
from sync.office.store.database import snapshot


def add_pages(pages: Blueprint, office: Office) -> None:
    """`/closing`."""
    region_id = office.region_id

    @pages.get("/closing")
    @needs(Permission.SEE_MONEY)
    def closing() -> tuple[str, int]:
        query = Query(request.args)
        site, seen = query.site(), area()
        day = query.day("day", formats.today() - timedelta(days=1))
        with snapshot(office.engine) as connection:
            names = load_names(connection, region_id, current())
            sites = [each for each in names.sites if seen.has(each) and site in ("", each)]
            zones = {each: names.time_zones.get(each, "") for each in sites}
            closed = site_days(connection, region_id, zones, day)
        return query.answer("accounts/closing.html", names=names, site=site, day=day, closed=closed)
