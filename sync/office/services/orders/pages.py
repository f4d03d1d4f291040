"""The page of orders: what each kitchen is to cook on a day, what became of it, and whom to call."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from flask import Blueprint, request
from flask_babel import gettext

from kiosk.services.orders.rules import WAYS, Fate
from sync.office.console import formats
from sync.office.console.door.acting import looked_at
from sync.office.console.door.guard import area
from sync.office.console.languages import current
from sync.office.console.marking import _
from sync.office.console.names import load_names
from sync.office.console.queries import Query
from sync.office.console.residents.terms import term
from sync.office.console.shown import Link, Shown
from sync.office.office import Office
from sync.office.people.access.needs import needs
from sync.office.people.access.permissions import Permission
from sync.office.services.orders.headcount import headcount
from sync.office.store.database import reading

# Stable words that arrive in records; others are shown as they were written.
WORDS = {
    "eat_in": _("Eat in"),
    "take_away": _("Take away"),
    "delivery": _("Home delivery"),
    "nobody home": _("nobody home"),
    "did not want it": _("did not want it"),
    "brought back": _("brought back"),
}


def word(stable: str) -> str:
    return gettext(WORDS[stable]) if stable in WORDS else term(stable)


def blueprint(office: Office) -> Blueprint:
    pages = Blueprint("orders", __name__, template_folder="templates")
    pages.app_template_filter("word")(word)

    @pages.get("/orders")
    @needs(Permission.SEE_SALES)
    def orders() -> tuple[str, int]:
        today = formats.today()
        query = Query(request.args)
        day = query.day("day", today)
        with reading(office.engine) as connection:
            names = load_names(connection, office.region_id, current())
            every = headcount(connection, office.region_id, day, office.now_ms())
        found = [each for each in every if area().has(each.site)]
        looked_at(portion.resident.id for each in found for portion in each.orders.portions)
        near = {"today": today, "tomorrow": today + timedelta(days=1)}
        shown = {"day": day, "meals": found, "ways": WAYS, "fates": Fate, **near}
        return query.answer("orders/orders.html", names=names, **shown)

    return pages


SHOWN = Shown(
    pages=(blueprint,),
    acts={"orders.orders": _("Looked at orders")},
    links=(Link(30, "orders.orders", _("Orders")),),
    translations=(Path(__file__).parent / "translations",),
)
