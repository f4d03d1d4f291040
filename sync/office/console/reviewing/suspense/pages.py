"""What the office does not believe, as a clerk sees and settles it: suspense, rations, quarantine."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress

import sqlalchemy as sa
import structlog
from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_login import current_user
from werkzeug.wrappers import Response as Redirect

from kiosk.ledger.posting import JournalKey
from kiosk.plain.numbers import whole_number
from sync.office.books import heads, reviews
from sync.office.books.bank.sums import AccountShort
from sync.office.books.reviews import Decision
from sync.office.books.verdicts import DECISIONS, Verdict
from sync.office.console import formats
from sync.office.console.door.acting import acting
from sync.office.console.marking import _
from sync.office.console.reviewing.listed import LONGEST_REASON, back_to_list
from sync.office.console.reviewing.suspense import deciding
from sync.office.console.shown import Said
from sync.office.intake import succession
from sync.office.intake.judging import quarantine
from sync.office.office import Office
from sync.office.people.access.needs import needs
from sync.office.people.access.permissions import Permission
from sync.office.rights import rationing

SAID: Mapping[str, Said] = {
    "beyond_caps": Said(
        _("More was lent beyond money than this kiosk may lend; it moved no money"),
        (_("%(lent_fen)s yuan lent, %(left_fen)s yuan were left to lend"),),
        advice=_(
            "Ask the counter whether the meals were had."
            " If they were, book it as said; if nobody knows of them, do not book it."
        ),
    ),
    "beyond_right": Said(
        _("More of somebody's money was taken than this kiosk was granted; it moved no money"),
        (_("%(missing_fen)s yuan more"),),
        advice=_(
            "Ask the resident whether they bought it."
            " If so, book it as said; else do not book it, and look at the kiosk."
        ),
    ),
    "cash_unseen": Said(
        _(
            "A kiosk took in more for people's accounts than is believed before somebody has seen the cash;"
            " until then the rest buys at that kiosk alone"
        ),
        (_("%(paid_fen)s yuan not seen, %(limit_fen)s yuan are believed"),),
        advice=_(
            "Have the cash counted, or enter what was banked. If it is there, say so; else leave it open."
        ),
    ),
    "grants_claimed": Said(
        _("A kiosk said that it holds rights which nobody gave it; it gets none of them"),
        (_("%(more_fen)s yuan more in all: %(accounts)s"),),
        advice=_(
            "Nothing was given, so this can be settled."
            " Twice from one kiosk: look whether somebody has its key."
        ),
    ),
    "not_as_set": Said(
        _("Not what the office's prices and rules give; it moved no money"),
        advice=_("Look which prices the kiosk had. If it had old ones and people ate, book it as said."),
    ),
    "not_its_site": Said(
        _("It names a site where this kiosk does not stand; it moved no money"),
        advice=_("A kiosk that was moved: book it as said. Else do not book it."),
    ),
    "not_its_to_move": Said(
        _("A record of this kind never moves that; it moved no money"),
        advice=_("No honest kiosk writes that: do not book it, and look at the kiosk."),
    ),
    "not_yet": Said(
        _("By the office's clock, it says, at a time that the office has not told; it moved no money"),
        advice=_("Ask whether it happened. If it did, book it as said; the kiosk's clock wants a look."),
    ),
    "nothing_to_follow": Said(
        _("It gives back or settles what is not there, or was already; it moved no money"),
        advice=_("Do not book it, unless the counter can show the first receipt."),
    ),
    "quarantined": Said(
        _(
            "A kiosk was not believed three times, somebody may have its key: it gets nothing more until"
            " somebody has looked"
        ),
        advice=_(
            "Look at the kiosk where it stands. If it is ours and whole, believe it again under Kiosks."
        ),
    ),
    "ration_used_up": Said(
        _(
            "A kiosk asked for more of visitors' money than its ration; it gets no more until"
            " somebody allows it"
        ),
        (_("%(short_fen)s yuan more were asked for"),),
        advice=_("Many visitors that day? Then allow as much again. Else ask the site first."),
    ),
    "recovered_otherwise": Said(
        _("A recovered record moves something else than what it was; it moved no money"),
        advice=_("The first record stands: do not book this one."),
    ),
    "recovered_unbelieved": Said(
        _("A recovered record that was not believed before; it moved no money"),
        advice=_("Decide as the first time: it is the same record."),
    ),
}


def add_pages(console: Blueprint, office: Office) -> None:
    region_id, log = office.settings.region_id, structlog.get_logger()

    @console.post("/reviews/decide")
    @needs(Permission.MOVE_MONEY)
    def decide() -> Redirect:
        key, seq, _code = _asked(region_id)
        word, because = request.form.get("verdict", ""), _because()
        verdict = {each.value: each for each in DECISIONS}.get(word) or abort(400)
        place = {"journal": key.journal_id.hex(), "seq": seq}
        with suppress(deciding.NotSuspended), acting(office, **place) as doing:
            deciding.decide(doing.connection, office, key, seq, verdict, current_user.username, because)
            doing.before["verdict"], doing.after["verdict"] = Verdict.SUSPENDED, verdict
        log.info("suspense_decided", clerk=current_user.username, verdict=word, **place)
        return back_to_list()

    @console.post("/reviews/undecide")
    @needs(Permission.MOVE_MONEY)
    def undecide() -> Redirect | tuple[str, int]:
        key, seq, _code = _asked(region_id)
        because = _because() or abort(400, description=gettext("Please say why the decision is taken back."))
        place = {"journal": key.journal_id.hex(), "seq": seq}
        try:
            with acting(office, **place, reason=because) as doing:
                deciding.take_back(doing.connection, office, key, seq, current_user.username, because)
                doing.after["verdict"] = "taken back"
        except AccountShort as short:
            missing = formats.yuan(short.missing_fen)
            message = gettext("The account lacks %(missing)s yuan for it.", missing=missing)
            return render_template("console/message.html", message=message), 409
        except deciding.NotSuspended:
            pass  # a second touch
        log.info("decision_taken_back", clerk=current_user.username, **place)
        return back_to_list()

    @console.post("/reviews/allow")
    @needs(Permission.TRUST_KIOSKS)
    def allow_visitors() -> Redirect:
        key, seq, code = _asked(region_id)
        with acting(office, journal=key.journal_id.hex(), seq=seq) as doing:
            head = heads.lock_head(doing.connection, key)
            if head is not None and head.device_id is not None:
                rationing.allow(doing.connection, region_id, head.device_id)
                _close(doing.connection, key, seq, code, "allowed", office.now_ms())
                doing.after["allowed"] = head.device_id.hex()
        log.info("ration_allowed", clerk=current_user.username, journal=key.journal_id.hex())
        return back_to_list()

    @console.post("/reviews/only-one")
    @needs(Permission.MOVE_MONEY, anew=True)
    def only_one() -> Redirect:
        key, seq, code = _asked(region_id)
        with acting(office, journal=key.journal_id.hex(), seq=seq) as doing:
            head, now_ms = heads.lock_head(doing.connection, key), office.now_ms()
            if head is not None and head.device_id is not None:
                clerk = str(current_user.username)
                fen = succession.end_others(doing.connection, key, head.device_id, clerk=clerk, at_ms=now_ms)
                _close(doing.connection, key, seq, code, "only_one", now_ms)
                doing.after["set_aside_fen"] = str(fen)
        log.info("copies_ended", clerk=current_user.username, journal=key.journal_id.hex())
        return back_to_list()

    @console.post("/reviews/seen")
    @needs(Permission.MOVE_MONEY)
    def cash_seen() -> Redirect:
        key, seq, code = _asked(region_id)
        shown_fen = _number("shown_fen")  # what the clerk read, and no more than that
        with acting(office, journal=key.journal_id.hex(), seq=seq) as doing:
            head = heads.lock_head(doing.connection, key)
            if head is not None and head.device_id is not None:
                _close(doing.connection, key, seq, code, "cash_seen", office.now_ms())
                deciding.see_cash(doing.connection, region_id, head.device_id, shown_fen, office.now_ms())
                doing.after["seen_fen"] = str(shown_fen)
        log.info("cash_seen", clerk=current_user.username, journal=key.journal_id.hex())
        return back_to_list()

    @console.post("/kiosks/lift")
    @needs(Permission.TRUST_KIOSKS)
    def lift_quarantine() -> Redirect:
        device_id = _bytes("device")
        with acting(office, device=device_id.hex()) as doing:
            try:
                quarantine.lift(doing.connection, region_id, device_id)
            except sa.exc.NoResultFound:
                abort(404)
            doing.before["state"], doing.after["state"] = "quarantined", "believed"
        log.info("quarantine_lifted", clerk=current_user.username, device=device_id.hex())
        return redirect(url_for("console.kiosks"))


def _close(connection: sa.Connection, key: JournalKey, seq: int, code: str, outcome: str, at_ms: int) -> None:
    reviews.close(
        connection, key, seq, code, at_ms, Decision(outcome, str(current_user.username), _because())
    )


def _because() -> str:
    return request.form.get("because", "").strip()[:LONGEST_REASON]


def _asked(region_id: int) -> tuple[JournalKey, int, str]:
    """Journal, record and word of a form about a review."""
    return JournalKey(region_id, _bytes("journal")), _number("seq"), request.form["code"]


def _number(name: str) -> int:
    try:
        return whole_number(request.form[name])
    except ValueError:
        abort(400)


def _bytes(name: str) -> bytes:
    try:
        return bytes.fromhex(request.form[name])
    except ValueError:
        abort(400)
