"""The pages of one table of prices: its entries, the form, trying on, proposing, taking back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from flask import Blueprint, abort, make_response, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from sync.office.console import formats
from sync.office.console.access.proposing import put_forward
from sync.office.console.door.acting import looked_at
from sync.office.console.languages import current
from sync.office.console.marking import _
from sync.office.console.names import load_names
from sync.office.console.prices.changes import TableChange
from sync.office.console.prices.form import Typed
from sync.office.console.prices.reach import reach
from sync.office.console.prices.tables import PriceTable, Trial
from sync.office.console.residents.found import people_shown
from sync.office.console.shown import Link, Shown
from sync.office.office import Office
from sync.office.people.access import proposals
from sync.office.people.access.needs import needs
from sync.office.people.access.permissions import Permission
from sync.office.people.access.proposals import NoSuchProposal, Proposal, State
from sync.office.store.database import reading

PUBLISHED_SHOWN_MS = 366 * 24 * 3600_000
ACTS: Mapping[str, str] = {
    "propose": _("Proposed prices"),
    "proposed": _("Looked at what other prices would come to"),
    "take_back": _("Looked at what taking prices back would do"),
    "try_on": _("Tried prices on"),
}


def shown_of(tables: Iterable[PriceTable[Any]]) -> Shown:
    """What clerks see of these tables."""
    tables = list(tables)
    return Shown(
        pages=[_Pages(each).blueprint for each in tables],
        prices=[Link(each.place, f"{each.name}.table", each.title) for each in tables],
        acts={f"{each.name}.{page}": words for each in tables for page, words in ACTS.items()},
    )


class _Pages:
    """Of one table. A price may hold at all sites, so all of it is for those who see all of them."""

    def __init__(self, table: PriceTable[Any]) -> None:
        self._table = table
        self._kinds = {table.name: table.proposal}

    def blueprint(self, office: Office) -> Blueprint:
        pages = Blueprint(self._table.name, __name__, url_prefix=f"/price-tables/{self._table.name}")

        @pages.get("", endpoint="table")
        @needs(Permission.SEE_MONEY, everywhere=True)
        def show() -> str:
            return self._list(office)

        @pages.get("/change")
        @needs(Permission.CHANGE_PRICES, everywhere=True)
        def change() -> Response:
            return self._form(office, request.args.get("key", ""))

        @pages.post("/try")
        @needs(Permission.CHANGE_PRICES, everywhere=True)
        def try_on() -> Response:
            return self._typed(office)

        @pages.post("/propose")
        @needs(Permission.CHANGE_PRICES, everywhere=True)
        def propose() -> Response:
            return self._propose(office)

        @pages.get("/proposed/<proposal>")
        @needs(Permission.SEE_MONEY, everywhere=True)
        def proposed(proposal: str) -> Response:
            found = self._found(office, proposal)
            return self._tried(office, found.payload, proposed=found)

        @pages.get("/proposed/<proposal>/back")
        @needs(Permission.CHANGE_PRICES, everywhere=True)
        def take_back(proposal: str) -> Response:
            change = self._table.entries.taken_back(self._found(office, proposal).payload)
            return self._tried(office, change, carried={"back": proposal})

        return pages

    def _list(self, office: Office) -> str:
        table, region_id, now_ms, today = self._table, office.region_id, office.now_ms(), formats.today()
        with reading(office.engine) as connection:
            names = load_names(connection, region_id, current())
            now = table.entries.now(connection, region_id)
            waiting = proposals.waiting(connection, region_id, self._kinds, now_ms)
            decided = proposals.decided_since(connection, region_id, self._kinds, now_ms - PUBLISHED_SHOWN_MS)
            reached = reach(connection, region_id, table.entries.kind)
        current_entries = [each for each in now.values() if table.days(each)[1] >= today]
        return render_template(
            "console/prices/table.html",
            table=table,
            names=names,
            keys=[table.entries.key(each) for each in current_entries],
            sheet=table.sheet(current_entries, names),
            coming={table.entries.key(each) for each in current_entries if table.days(each)[0] > today},
            waiting=waiting,
            published=[each for each in decided if each.state is State.APPROVED],
            reached=reached,
        )

    def _form(self, office: Office, key: str, typed: Typed | None = None, message: str = "") -> Response:
        table = self._table
        with reading(office.engine) as connection:
            names = load_names(connection, office.region_id, current())
            old = table.entries.now(connection, office.region_id).get(key)
        if old is None and (key or not table.can_add):
            abort(404)
        given = typed.given if typed else table.given(old, formats.today())
        chosen = request.form.getlist("sites") if typed else table.sites(old) if old else ()
        page = render_template(
            "console/prices/entry.html",
            table=table,
            names=names,
            key=key,
            given=given,
            chosen=chosen,
            wrong=typed.wrong if typed else {},
            message=message,
        )
        return make_response(page, 400 if typed else 200)

    def _typed(self, office: Office) -> Response:
        """What was typed would come to this; or the form again, with what is wrong with it."""
        key, typed, change = self._read(office)
        if typed.wrong or not change.is_any:
            return self._form(office, key, typed, "" if typed.wrong else gettext("Nothing was changed yet."))
        return self._tried(office, change, carried={"key": key, **typed.given})

    def _read(self, office: Office) -> tuple[str, Typed, TableChange[Any]]:
        """The key it is about, what was typed, and the change that this is."""
        table, key = self._table, request.form.get("key", "")
        with reading(office.engine) as connection:
            names = load_names(connection, office.region_id, current())
            now = table.entries.now(connection, office.region_id)
        if (key and key not in now) or not (key or table.can_add):
            abort(404)
        fields = {field.name for group in table.groups for field in group.fields}
        given = {name: value for name, value in request.form.items() if name in fields}
        typed = Typed(given, table.groups, names, tuple(request.form.getlist("sites")))
        entries = table.read(typed, now.get(key), formats.today())
        if not key:
            for each in entries:
                if table.entries.key(each) in now:
                    typed.fault(table.groups[0].fields[0].name, gettext("There is one of this name already."))
        change = TableChange(entries=() if typed.wrong else tuple(entries))
        return key, typed, table.entries.on(change, now)

    def _tried(
        self,
        office: Office,
        asked: TableChange[Any],
        *,
        carried: Mapping[str, str] | None = None,
        proposed: Proposal | None = None,
    ) -> Response:
        """What it would come to. `carried`: what a form to propose it sends again; it is read anew then."""
        table, region_id = self._table, office.region_id
        with reading(office.engine) as connection:
            names = load_names(connection, region_id, current())
            now = table.entries.now(connection, region_id)
            change = table.entries.on(asked, now)
            after = table.entries.after(change, now)
            trial = Trial(connection, region_id, names, list(now.values()), after, change, formats.today())
            tried = table.try_on(trial)
            about = tried.differences.residents if tried.differences else set()
            residents = people_shown(connection, region_id, about)
        looked_at(about)
        page = render_template(
            "console/prices/tried.html",
            table=table,
            names=names,
            change=change,
            effect=table.entries.effect(change),
            tried=tried,
            residents=residents,
            proposed=proposed,
            carried=carried or {},
            sites=request.form.getlist("sites"),
        )
        return make_response(page)

    def _propose(self, office: Office) -> Response:
        table, back = self._table, request.form.get("back", "")
        if back:
            asked = table.entries.taken_back(self._found(office, back).payload)
            with reading(office.engine) as connection:
                change = table.entries.on(asked, table.entries.now(connection, office.region_id))
        else:
            key, typed, change = self._read(office)
            if typed.wrong:
                return self._form(office, key, typed)
        if change.is_any:
            effect, reason = table.entries.effect(change), request.form.get("reason", "")
            put_forward(office, table.proposal, change, effect=effect, reason=reason)
        return redirect(url_for(f"console.{table.name}.table"))

    def _found(self, office: Office, proposal: str) -> Proposal:
        try:
            with reading(office.engine) as connection:
                return proposals.find(connection, office.region_id, self._kinds, proposal)
        except NoSuchProposal:
            abort(404)
