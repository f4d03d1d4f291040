"""The pages of the office itself: reviews, which a clerk settles; and the largest possible loss."""

from __future__ import annotations

import structlog
from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response as Redirect

from kiosk.ledger.posting import JournalKey
from kiosk.plain.numbers import whole_number
from sync.office.books import reviews as review_queue
from sync.office.books.exposure import exposure as measure
from sync.office.console.door.acting import acting
from sync.office.console.door.guard import area
from sync.office.console.languages import current
from sync.office.console.marking import _
from sync.office.console.names import load_names
from sync.office.console.reporting import lists
from sync.office.console.residents.found import people_shown
from sync.office.console.shown import Link, Shown, filled
from sync.office.console.suspense import deciding
from sync.office.office import Office
from sync.office.people.access.needs import needs
from sync.office.people.access.permissions import Permission
from sync.office.store.database import reading, snapshot

LINKS = (
    Link(10, "overview", _("Overview")),
    Link(40, "residents", _("Residents")),
    Link(70, "kiosks", _("Kiosks")),
    Link(52, "picture_kiosks", _("Pictures")),
    Link(80, "reviews", _("Reviews")),
)

_log = structlog.get_logger()


def add_pages(console: Blueprint, office: Office, shown: Shown) -> None:
    """Put the office's own pages but the login on the blueprint, with what services show on them."""
    region_id = office.settings.region_id

    @console.get("/reviews")
    @needs(Permission.SEE_REVIEWS)
    def reviews() -> str:
        with reading(office.engine) as connection:
            found = lists.open_reviews(connection, region_id, area())
            count = lists.open_review_count(connection, region_id, area())
            names = load_names(connection, region_id, current())
            panels = filled(shown.beside_reviews, connection, region_id, names)
            waiting = deciding.waiting(connection, region_id)
            explained = {
                place: each
                for explain in shown.explains
                for place, each in explain(connection, region_id).items()
            }
            about = {each.resident_id for each in found} | {each.resident_id for each in explained.values()}
            residents = people_shown(connection, region_id, about)
        return render_template(
            "console/reviews.html",
            names=names,
            reviews=found,
            count=count,
            explained=explained,
            waiting=waiting,
            residents=residents,
            panels=panels,
        )

    @console.post("/reviews/close")
    @needs(Permission.SETTLE_REVIEWS)
    def close_review() -> Redirect:
        journal_id, seq, code = _review_asked()
        with acting(office, journal=journal_id.hex(), seq=seq, review=code) as doing:
            key = JournalKey(region_id, journal_id)
            review_queue.close(doing.connection, key, seq, code, office.now_ms())
            doing.before["state"], doing.after["state"] = "open", "closed"
        _log.info("review_closed", clerk=current_user.username, journal=journal_id.hex(), seq=seq, code=code)
        return redirect(url_for("console.reviews"))

    @console.get("/exposure")
    @needs(Permission.SEE_MONEY, everywhere=True)
    def exposure() -> str:
        with snapshot(office.engine) as connection:
            names = load_names(connection, region_id, current())
            found = measure(connection, region_id, office.now_ms(), office.settings.ration)
        return render_template("console/exposure.html", names=names, found=found)


def _review_asked() -> tuple[bytes, int, str]:
    """Journal, record and code of the review that a form is about."""
    try:
        return bytes.fromhex(request.form["journal"]), whole_number(request.form["seq"]), request.form["code"]
    except ValueError:
        abort(400)
