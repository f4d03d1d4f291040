"""The pages of prices: the calendar, the form, trying on, proposing, taking back."""

from __future__ import annotations

from datetime import date, timedelta

import msgspec
from flask import Blueprint, abort, make_response, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from kiosk.catalogue.items import Kind
from sync.office.catalogue.published import current_values
from sync.office.console import formats
from sync.office.console.access.proposing import put_forward
from sync.office.console.door.acting import looked_at
from sync.office.console.languages import current
from sync.office.console.names import load_names
from sync.office.console.prices.reach import reach
from sync.office.console.queries import Query
from sync.office.office import Office
from sync.office.people.access import proposals
from sync.office.people.access.needs import needs
from sync.office.people.access.permissions import Permission
from sync.office.people.access.proposals import NoSuchProposal, Proposal, State
from sync.office.services.canteen.prices import changes
from sync.office.services.canteen.prices.calendar import rows_of
from sync.office.services.canteen.prices.changes import PRICES, RULES, PriceChange
from sync.office.services.canteen.prices.form import PriceForm, paid
from sync.office.services.canteen.prices.trying import try_on
from sync.office.store.database import reading

PUBLISHED_SHOWN_MS = 366 * 24 * 3600_000


def add_pages(pages: Blueprint, office: Office) -> None:
    """`/prices` and what lies below it. A price may hold at all sites, so all of it is for all of them."""
    region_id = office.region_id
    kinds = {PRICES.name: PRICES}

    @pages.get("/prices", endpoint="prices")
    @needs(Permission.SEE_MONEY, everywhere=True)
    def calendar() -> str:
        now_ms = office.now_ms()
        with reading(office.engine) as connection:
            names = load_names(connection, region_id, current())
            rows = rows_of(current_values(connection, region_id, Kind.TARIFF), formats.today())
            waiting = proposals.waiting(connection, region_id, kinds, now_ms)
            since_ms = now_ms - PUBLISHED_SHOWN_MS
            decided = proposals.decided_since(connection, region_id, kinds, since_ms)
            reached = reach(connection, region_id, Kind.TARIFF)
        published = [each for each in decided if each.state is State.APPROVED]
        return render_template(
            "canteen/prices.html",
            names=names,
            rows=rows,
            waiting=waiting,
            published=published,
            reached=reached,
        )

    @pages.get("/prices/change")
    @needs(Permission.CHANGE_PRICES, everywhere=True)
    def change_prices() -> Response:
        day = Query(request.args).day("first_day", formats.today() + timedelta(days=1))
        return _form_of({"first_day": str(day)})

    @pages.post("/prices/try")
    @needs(Permission.CHANGE_PRICES, everywhere=True)
    def try_prices() -> Response:
        return _form_of(request.form, typed=True)

    @pages.get("/prices/proposed/<proposal>")
    @needs(Permission.SEE_MONEY, everywhere=True)
    def proposed_prices(proposal: str) -> Response:
        found = _found(proposal)
        return _tried(found.payload, proposed=found)

    @pages.get("/prices/proposed/<proposal>/back")
    @needs(Permission.CHANGE_PRICES, everywhere=True)
    def take_prices_back(proposal: str) -> Response:
        return _tried(RULES.taken_back(_found(proposal).payload))

    @pages.post("/prices/propose")
    @needs(Permission.CHANGE_PRICES, everywhere=True)
    def propose_prices() -> Response:
        change = _typed_change()
        if not change.is_any:
            return redirect(url_for("console.canteen.prices"))
        put_forward(
            office, PRICES, change, effect=RULES.effect(change), reason=request.form.get("reason", "")
        )
        return redirect(url_for("console.canteen.prices"))

    def _form_of(given: dict[str, str], *, typed: bool = False) -> Response:
        """The form; once it was typed into and nothing is wrong, what it would come to."""
        today = formats.today()
        with reading(office.engine) as connection:
            names = load_names(connection, region_id, current())
            rules = changes.rules_now(connection, region_id)
        rows = rows_of(rules.values(), today)
        form = PriceForm(given, names, rows, today)
        change = form.change() if typed else PriceChange()
        if change.is_any and not form.wrong:
            return _tried(change)
        message = gettext("Nothing was changed yet.") if typed and not form.wrong else ""
        page = render_template(
            "canteen/price_form.html",
            names=names,
            rows=rows,
            form=form,
            paid=paid,
            given=given,
            wrong=form.wrong if typed else {},
            message=message,
        )
        return make_response(page, 400 if typed else 200)

    def _tried(asked: PriceChange, proposed: Proposal | None = None) -> Response:
        with reading(office.engine) as connection:
            names = load_names(connection, region_id, current())
            change = RULES.on(asked, changes.rules_now(connection, region_id))
            first_day = changes.first_day(change) if change.is_any else formats.today()
            day = _day(max(first_day, formats.today()))
            tried = try_on(connection, region_id, change, day)
        looked_at(each.resident.id for each in tried.differences)
        page = render_template(
            "canteen/price_tried.html",
            names=names,
            change=change,
            tried=tried,
            proposed=proposed,
            packed=msgspec.json.encode(change).decode(),
        )
        return make_response(page)

    def _typed_change() -> PriceChange:
        """What the page that was tried on carries, held against the rules as they are now."""
        try:
            asked = msgspec.json.decode(request.form.get("change", ""), type=PriceChange)
        except msgspec.MsgspecError:
            abort(400)
        with reading(office.engine) as connection:
            return RULES.on(asked, changes.rules_now(connection, region_id))

    def _found(proposal: str) -> Proposal:
        try:
            with reading(office.engine) as connection:
                return proposals.find(connection, region_id, kinds, proposal)
        except NoSuchProposal:
            abort(404)


def _day(default: date) -> date:
    """Which day to try it on for; a day that is none is the default."""
    return Query(request.args).day("day", default)
