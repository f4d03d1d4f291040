"""The queue as a page: what happened, what to do about it, and one touch that does it; with its files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec
import sqlalchemy as sa
import structlog
from flask import Blueprint, Response, abort, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_login import current_user
from werkzeug.wrappers import Response as Redirect

from kiosk.plain.numbers import whole_number
from kiosk.plain.refusals import Refusal
from sync.office.books.reviews import REOPENED, SETTLED
from sync.office.console import files, formats
from sync.office.console.access.proposing import put_forward
from sync.office.console.door.acting import acting
from sync.office.console.door.guard import area, may_open
from sync.office.console.languages import current
from sync.office.console.names import load_names
from sync.office.console.queries import Query
from sync.office.console.reporting.sheets import export
from sync.office.console.residents.found import people_shown
from sync.office.console.reviewing import listed, settling
from sync.office.console.reviewing.listed import (
    LONGEST_REASON,
    AskedReviews,
    Order,
    Review,
    ReviewState,
    back_to_list,
    kept,
)
from sync.office.console.reviewing.outcomes import FINAL, IN_SUSPENSE, Offer, Outcomes
from sync.office.console.reviewing.settling import DECIDE_REVIEW, ReviewDecision
from sync.office.console.reviewing.suspense import deciding
from sync.office.console.reviewing.suspense.review_words import ReviewWords
from sync.office.console.shown import Shown, filled
from sync.office.office import Office
from sync.office.people.access.needs import needs
from sync.office.people.access.permissions import Permission
from sync.office.people.access.proposals import Effect
from sync.office.store.database import reading

_log = structlog.get_logger()


def add_pages(console: Blueprint, office: Office, shown: Shown, words: ReviewWords) -> None:
    """`/reviews`, its files, and what decides."""
    region_id, outcomes = office.region_id, Outcomes(shown.outcomes)

    @console.get("/reviews")
    @needs(Permission.SEE_REVIEWS)
    def reviews() -> tuple[str, int]:
        query = Query(request.args)
        asked, seen = _asked(query), area()
        with reading(office.engine) as connection:
            names = load_names(connection, region_id, current())
            found = listed.found(connection, region_id, seen, asked)
            count = listed.count(connection, region_id, seen, asked)
            explained = {
                place: each
                for explain in shown.explains
                for place, each in explain(connection, region_id).items()
            }
            about = {each.resident_id for each in found} | {each.resident_id for each in explained.values()}
            page = {
                "panels": filled(shown.beside_reviews, connection, region_id, names),
                "waiting": deciding.waiting(connection, region_id),
                "offers": _offers(connection, found) if may_open("console.put_right") else {},
                "residents": people_shown(connection, region_id, about),
                "codes": {each: words.in_words(each) for each in listed.codes(connection, region_id)},
            }
        return query.answer(
            "console/reviews.html",
            names=names,
            reviews=found,
            count=count,
            pages=-(-count // listed.REVIEWS_PER_PAGE),
            asked=asked,
            explained=explained,
            done=outcomes.done,
            final=FINAL,
            in_suspense=IN_SUSPENSE,
            kept=kept(),
            **page,
        )

    def _offers(
        connection: sa.Connection, found: Sequence[Review]
    ) -> Mapping[tuple[str, int, str], Sequence[Offer]]:
        return {
            (each.journal, each.seq, each.code): outcomes.offered(
                connection, each.key(region_id), each.seq, each.code, each.detail
            )
            for each in found
            if each.closed_at_ms is None
        }

    @console.get("/reviews.<any(json, csv, xlsx):file_format>")
    @needs(Permission.SEE_REVIEWS)
    def reviews_file(file_format: str) -> Response:
        asked = _asked(Query(request.args))
        with reading(office.engine) as connection:
            names = load_names(connection, region_id, current())
            found = listed.all_of(connection, region_id, area(), asked)
            people_shown(connection, region_id, {each.resident_id for each in found})
        meanings = {code: said.words for code, said in words.said.items()} | dict(outcomes.done)
        sheet = listed.as_sheet(found, meanings, lambda code, detail: words.details(code, detail, names))
        name = f"reviews-{asked.state}-{formats.today()}.{file_format}"
        return files.attached(export(sheet, file_format, names, gettext), name)

    @console.post("/reviews/close")
    @needs(Permission.SETTLE_REVIEWS)
    def close_review() -> Redirect | tuple[str, int]:
        return _carry_out(_decision(SETTLED))

    @console.post("/reviews/put-right")
    @needs(Permission.MOVE_MONEY)
    def put_right() -> Redirect | tuple[str, int]:
        """What is offered by now under that name, and never more than was shown."""
        asked = _decision(request.args.get("outcome", ""))
        with reading(office.engine) as connection:
            review = _there(connection, asked)
            offers = outcomes.offered(
                connection, asked.key(region_id), asked.seq, asked.review, review.detail
            )
        offer = next((each for each in offers if each.outcome.name == asked.outcome), None) or abort(400)
        return _carry_out(msgspec.structs.replace(asked, moves=offer.moves))

    @console.post("/reviews/reopen")
    @needs(Permission.SETTLE_REVIEWS)
    def reopen_review() -> Redirect | tuple[str, int]:
        """Of a decision that moved nothing."""
        asked = _decision(REOPENED)
        with reading(office.engine) as connection:
            said = _there(connection, asked).decision
        if said is not None and (said.request_id or said.outcome in FINAL | IN_SUSPENSE):
            abort(409, description=gettext("This decision cannot be taken back here."))
        return _carry_out(asked, insist=True)

    @console.post("/reviews/take-back")
    @needs(Permission.MOVE_MONEY)
    def take_back_decision() -> Redirect | tuple[str, int]:
        """Of one that moved money: its counter-entry."""
        asked = _decision(REOPENED)
        with reading(office.engine) as connection:
            said = _there(connection, asked).decision
            moves = settling.counter_moves(connection, region_id, said) if said is not None else ()
        if not moves:
            abort(409, description=gettext("This decision cannot be taken back here."))
        return _carry_out(msgspec.structs.replace(asked, moves=moves), insist=True)

    def _there(connection: sa.Connection, asked: ReviewDecision) -> Review:
        key = asked.key(region_id)
        return listed.one(connection, region_id, key.journal_id, asked.seq, asked.review) or abort(404)

    def _carry_out(asked: ReviewDecision, *, insist: bool = False) -> Redirect | tuple[str, int]:
        if insist and not asked.because:
            abort(400, description=gettext("Please say why the decision is taken back."))
        about = {"journal": asked.journal, "seq": asked.seq, "review": asked.review, "reason": asked.because}
        if settling.moved_fen(asked.moves) > office.settings.decides_alone_fen:
            effect = Effect(
                after={gettext("Own money"): formats.yuan(asked.own_fen)}, residents=(asked.resident_id,)
            )
            with reading(office.engine) as connection:
                site = _there(connection, asked).site
            waits = not put_forward(
                office, DECIDE_REVIEW, asked, site=site, effect=effect, reason=asked.because
            )
            return redirect(url_for("console.proposals")) if waits else back_to_list()
        by, at_ms = current_user.username, office.now_ms()
        try:
            with acting(office, **about) as doing:
                settling.carry_out(doing.connection, region_id, asked, by=by, at_ms=at_ms)
                doing.before["state"], doing.after["state"] = (
                    ("closed", "open") if asked.outcome == REOPENED else ("open", "closed")
                )
                doing.after["outcome"] = asked.outcome
                if asked.moves:
                    doing.after["own"] = formats.yuan(asked.own_fen)
                    doing.residents.append(asked.resident_id)
        except settling.DecidedAlready:
            return back_to_list()  # a second touch
        except Refusal as refused:
            message = gettext(DECIDE_REVIEW.refusals[refused.code])
            return render_template("console/message.html", message=message), 409
        place = {"journal": asked.journal, "seq": asked.seq, "code": asked.review}
        _log.info("review_decided", clerk=by, outcome=asked.outcome, **place)
        return back_to_list()


def _asked(query: Query) -> AskedReviews:
    given = {name: query.text(name) for name in ("state", "sort")}
    return AskedReviews(
        state=ReviewState(given["state"]) if given["state"] in set(ReviewState) else ReviewState.OPEN,
        site=query.text("site"),
        code=query.text("what"),
        order=Order(given["sort"]) if given["sort"] in set(Order) else Order.PLACE,
        page=query.number("page"),
    )


def _decision(outcome: str) -> ReviewDecision:
    """What a form asks about a review, before anybody knows what it moves."""
    form = request.form
    try:
        journal, seq = bytes.fromhex(form["journal"]).hex(), whole_number(form["seq"])
    except ValueError:
        abort(400)
    because = form.get("because", "").strip()[:LONGEST_REASON]
    return ReviewDecision(journal=journal, seq=seq, review=form["code"], outcome=outcome, because=because)
