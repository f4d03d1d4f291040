"""The largest possible loss, as a page; and which pages of the house stand in the line of all."""

from __future__ import annotations

from flask import Blueprint, render_template

from sync.office.books.exposure import exposure as measure
from sync.office.console.languages import current
from sync.office.console.marking import _
from sync.office.console.names import load_names
from sync.office.console.shown import Link
from sync.office.office import Office
from sync.office.people.access.needs import needs
from sync.office.people.access.permissions import Permission
from sync.office.store.database import snapshot

LINKS = (
    Link(10, "overview", _("Overview")),
    Link(40, "residents", _("Residents")),
    Link(70, "kiosks", _("Kiosks")),
    Link(52, "picture_kiosks", _("Pictures")),
    Link(80, "reviews", _("Reviews")),
)


def add_pages(console: Blueprint, office: Office) -> None:
    """`/exposure`."""
    region_id = office.settings.region_id

    @console.get("/exposure")
    @needs(Permission.SEE_MONEY, everywhere=True)
    def exposure() -> str:
        with snapshot(office.engine) as connection:
            names = load_names(connection, region_id, current())
            found = measure(connection, region_id, office.now_ms(), office.settings.ration)
        return render_template("console/exposure.html", names=names, found=found)
