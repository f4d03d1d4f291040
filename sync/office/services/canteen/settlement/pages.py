"""The pages of claims: how each programme stands, the next period tried on, and what was filed."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable
from datetime import date, timedelta
from itertools import islice

import sqlalchemy as sa
from flask import Blueprint, Response, abort, redirect, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as Redirect

from sync.office.books import filings
from sync.office.books.arrivals import missing
from sync.office.books.filings import Filed
from sync.office.console import files, formats
from sync.office.console.access.proposing import put_forward
from sync.office.console.door.acting import looked_at
from sync.office.console.languages import current
from sync.office.console.names import load_names
from sync.office.console.queries import Query
from sync.office.console.residents.found import people_shown
from sync.office.office import Office
from sync.office.people.access.needs import needs
from sync.office.people.access.permissions import Permission
from sync.office.people.access.proposals import Effect
from sync.office.services.canteen.settlement import exports, filing
from sync.office.services.canteen.settlement.claims import ClaimLine, PeriodClaim, Sum, claim
from sync.office.services.canteen.settlement.filing import FILE_CLAIM, NextPeriod, NothingToClaim
from sync.office.store.database import reading, snapshot

ADJUSTMENTS_SHOWN = 200


def add_pages(pages: Blueprint, office: Office) -> None:
    """`/claims`: for whoever answers for the whole region, as a programme does."""
    region_id = office.region_id

    @pages.get("/claims")
    @needs(Permission.SEE_MONEY, everywhere=True)
    def claims() -> tuple[str, int]:
        with reading(office.engine) as connection:
            names = load_names(connection, region_id, current())
            standings = filing.standings(connection, region_id)
        return Query(request.args).answer("canteen/claims.html", names=names, standings=standings)

    @pages.get("/claims/<programme>/next")
    @needs(Permission.SEE_MONEY, everywhere=True)
    def next_claim(programme: str) -> tuple[str, int]:
        return _next(programme)

    @pages.post("/claims/<programme>/next")
    @needs(Permission.MOVE_MONEY, everywhere=True)
    def file_claim(programme: str) -> tuple[str, int] | Redirect:
        try:
            last_day = date.fromisoformat(request.form["to"])
        except ValueError:
            abort(400)
        if last_day >= formats.today():
            return _next(programme, gettext("%(day)s is not over yet.", day=last_day))
        with snapshot(office.engine) as connection:
            period = _period(connection, programme, last_day)
            made = claim(connection, region_id, filing.asked_now(connection, region_id, period))
        told = {
            gettext("Portions"): str(made.total.portions),
            gettext("Amount, yuan"): formats.yuan(made.total.fen),
        }
        done = put_forward(office, FILE_CLAIM, period, effect=Effect(after=told))
        return redirect(url_for("console.canteen.claims" if done else "console.proposals"))

    @pages.get("/claims/<programme>/<int:number>")
    @needs(Permission.SEE_MONEY, everywhere=True)
    def filed_claim(programme: str, number: int) -> tuple[str, int]:
        with snapshot(office.engine) as connection:
            filed = _filed(connection, programme, number)
            made = filing.made_again(connection, region_id, programme, number)
        holds = hashlib.sha256(filing.as_bytes(made)).hexdigest() == filed.filing.sha256
        return _shown(made, filed=filed, holds=holds)

    @pages.get("/claim.<any(json, csv, xlsx):file_format>")
    @needs(Permission.SEE_MONEY, everywhere=True)
    def claim_file(file_format: str) -> Response:
        query = Query(request.args)
        programme, number = query.text("programme"), query.text("number")
        with snapshot(office.engine) as connection:
            filed = _filed(connection, programme, int(number) if number.isdecimal() else 0)
            content = filing.as_filed(connection, region_id, filed.filing)
            if content is None:
                content = filing.as_bytes(
                    filing.made_again(connection, region_id, programme, filed.filing.number)
                )
        made = exports.claim_in(content)
        looked_at({line.resident for line in (*made.period, *made.adjustments)} - {0})
        return files.attached(
            content if file_format == "json" else exports.export(made, file_format, gettext),
            exports.file_name(made, file_format),
        )

    def _next(programme: str, wrong: str = "") -> tuple[str, int]:
        query = Query(request.args)
        try:
            with snapshot(office.engine) as connection:
                first_day = filing.next_first_day(connection, region_id, programme)
                usual = min(filing.end_of_month(first_day), formats.today() - timedelta(days=1))
                last_day = query.day("to", usual)
                period = _period(connection, programme, last_day)
                made = claim(connection, region_id, filing.asked_now(connection, region_id, period))
                end_ms = formats.midnight_ms(period.last_day + timedelta(days=1))
                late = missing(connection, region_id, end_ms)
        except NothingToClaim:
            abort(404)
        if wrong:
            query.wrong["to"] = wrong
        is_over = period.last_day < formats.today()
        return _shown(made, query=query, missing=late, is_over=is_over)

    def _period(connection: sa.Connection, programme: str, last_day: date) -> NextPeriod:
        try:
            return filing.next_period(connection, region_id, programme, last_day)
        except NothingToClaim:
            abort(404)

    def _filed(connection: sa.Connection, programme: str, number: int) -> Filed:
        found = filings.filed(connection, region_id, programme)
        if not 0 < number <= len(found):
            abort(404)
        return found[number - 1]

    def _shown(made: PeriodClaim, query: Query | None = None, **more: object) -> tuple[str, int]:
        shown = list(islice(made.adjustments, ADJUSTMENTS_SHOWN))
        with reading(office.engine) as connection:
            names = load_names(connection, region_id, current())
            residents = people_shown(connection, region_id, {line.resident for line in shown})
        looked_at(residents)
        return (query or Query({})).answer(
            "canteen/claim.html",
            names=names,
            made=made,
            by_site=_by_site(made.period),
            adjustments=shown,
            residents=residents,
            **more,
        )


def _by_site(lines: Iterable[ClaimLine]) -> list[tuple[str, str, str, Sum]]:
    """By site, meal and price rule."""
    portions: Counter[tuple[str, str, str]] = Counter()
    fen: Counter[tuple[str, str, str]] = Counter()
    for line in lines:
        place = line.site, line.meal, line.rule or line.why
        portions[place] += line.served
        fen[place] += line.fen
    return [(*place, Sum(portions[place], fen[place])) for place in sorted(fen)]
