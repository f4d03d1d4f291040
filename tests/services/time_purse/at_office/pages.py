"""The page of time purses."""

from __future__ import annotations

from flask import Blueprint, render_template

from sync.office.console.shown import Link, Shown
from sync.office.office import Office
from sync.office.people.access.needs import needs
from sync.office.people.access.permissions import Permission
from sync.office.store.database import reading
from tests.services.time_purse.at_office.purses import purses


def blueprint(office: Office) -> Blueprint:
    time = Blueprint("time", __name__, template_folder="templates")

    @time.get("/minutes")
    @needs(Permission.SEE_SALES)
    def minutes() -> str:
        with reading(office.engine) as connection:
            return render_template("time/minutes.html", purses=purses(connection, office.region_id))

    return time


SHOWN = Shown(pages=(blueprint,), links=(Link(66, "time.minutes", "Minutes"),))
