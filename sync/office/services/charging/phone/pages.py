"""`/c/SITE/SOCKET`: the page behind the code on a socket. Public: its state is for everybody.

Without JavaScript, without a name, and without a list of anything that could be gone through: a socket's
label is printed on it. Whoever has joined their phone to a card starts and stops with one button.
"""

from __future__ import annotations

from dataclasses import replace

import sqlalchemy as sa
import structlog
from flask import Blueprint, Response, abort, make_response, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as Redirect

from kiosk.plain.numbers import whole_number
from kiosk.plain.qr import code_svg
from kiosk.plain.refusals import Refusal
from kiosk.services.charging.codes import HelperCode, StartCode, expires_s, scanned_text, typed_digits
from kiosk.services.charging.items import CHARGING_KEY, CHARGING_SITE
from kiosk.services.charging.phone.page import STATIC, TEMPLATES, Fault
from sync.office.catalogue.publishing import shown
from sync.office.console import formats
from sync.office.office import Office
from sync.office.people.access.needs import Open, needs
from sync.office.people.login_tries import TooSoon
from sync.office.services.charging.phone import joined, joining, keys, reporting
from sync.office.services.charging.phone.asking import ByPhone
from sync.office.services.charging.phone.linking import links
from sync.office.services.charging.phone.protecting import protect
from sync.office.services.charging.phone.viewing import SocketSeen, seen
from sync.office.store.database import reading, writing

_log = structlog.get_logger()


def blueprint(office: Office) -> Blueprint:
    """All of `/c`."""
    pages = Blueprint(
        "phone",
        __name__,
        url_prefix=joined.PATH,
        template_folder=str(TEMPLATES),
        static_folder=str(STATIC),
        static_url_path="/static",
    )
    protect(pages)
    server = _Phones(office)
    pages.add_url_rule("", "scanned", server.scanned)
    pages.add_url_rule("/<site>/join", "to_join", server.to_join)
    pages.add_url_rule("/<site>/join", "join", server.join, methods=["POST"])
    pages.add_url_rule("/<site>/<label>", "socket", server.socket)
    pages.add_url_rule("/<site>/<label>/report", "to_report", server.to_report)
    for verb in ("start", "help", "stop", "report", "leave"):
        pages.add_url_rule(f"/<site>/<label>/{verb}", verb, getattr(server, verb), methods=["POST"])
    return pages


class _Phones:
    """What each address answers."""

    def __init__(self, office: Office) -> None:
        self._office = office

    @needs(Open.EVERYBODY)
    def scanned(self) -> Redirect:
        """The address on a socket's label or on a kiosk's display: with `site`, and `socket` or `code`."""
        site, label = request.args.get("site", ""), request.args.get("socket", "")
        if not site or not (label or request.args.get("code")):
            abort(404)
        if label:
            return redirect(url_for("phone.socket", site=site, label=label))
        return redirect(url_for("phone.to_join", site=site, code=request.args["code"]))

    @needs(Open.EVERYBODY)
    def socket(self, site: str, label: str) -> str:
        return _socket_page(self._seen(site, label))

    @needs(Open.EVERYBODY)
    def start(self, site: str, label: str) -> Redirect | str:
        """Of a kiosk in contact: it is told, and the page says what comes of it. Else: a code."""
        found, cap_fen = self._seen(site, label), _number("cap_fen")
        if found.phone is None:
            return _again(site, label)
        try:
            if found.silent_since_ms is not None:
                return self._code(found, cap_fen)
            with writing(self._office.engine) as connection:
                order = self._asking(connection, found).start(cap_fen)
            self._office.news.look_soon()
            _log.info("charging_asked", order=order, site=site, socket=label)
        except Refusal as refusal:
            return _socket_page(found, refusal.code)
        return _again(site, label)

    @needs(Open.EVERYBODY)
    def help(self, site: str, label: str) -> Redirect | str:
        """For somebody else: a code that says who starts it, for where that person's card is tapped."""
        found, cap_fen = self._seen(site, label), _number("cap_fen")
        if found.phone is None:
            return _again(site, label)
        try:
            with reading(self._office.engine) as connection:
                made = self._asking(connection, found).helper_code(cap_fen)
        except Refusal as refusal:
            return _socket_page(found, refusal.code)
        return self._code_page(found, made)

    @needs(Open.EVERYBODY)
    def stop(self, site: str, label: str) -> Redirect:
        """Whatever of theirs runs there."""
        found = self._seen(site, label)
        if found.phone is not None and found.page.is_mine:
            with writing(self._office.engine) as connection:
                self._asking(connection, found).stop(found.page.order)
            self._office.news.look_soon()
            _log.info("charging_stop_asked", order=found.page.order, site=site, socket=label)
        return _again(site, label)

    @needs(Open.EVERYBODY)
    def to_report(self, site: str, label: str) -> str:
        found = self._seen(site, label)
        return render_template(
            "phone/report.html",
            site=found.page.site,
            label=found.page.label,
            faults=[each.value for each in Fault],
            links=links(found),
        )

    @needs(Open.EVERYBODY)
    def report(self, site: str, label: str) -> str:
        found = self._seen(site, label)
        fault = {each.value: each for each in Fault}.get(request.form.get("fault", "")) or abort(400)
        socket = (found.site.site, found.place.box, found.place.number)
        with writing(self._office.engine) as connection:
            reporting.report(
                connection, self._office.region_id, socket, found.place.label, fault, self._office.now_ms()
            )
        return _socket_page(replace(found, page=replace(found.page, is_reported=True)))

    @needs(Open.EVERYBODY)
    def leave(self, site: str, label: str) -> Redirect:
        answer = _again(site, label)
        joined.leave(answer)
        return answer

    @needs(Open.EVERYBODY)
    def to_join(self, site: str) -> str:
        """From the code on the display: only a touch joins, not whatever looks at an address."""
        return self._join_page(site, request.args.get("code", "")[:9])

    @needs(Open.EVERYBODY)
    def join(self, site: str) -> Redirect | str | Response:
        digits = "".join(each for each in request.form.get("code", "") if each.isdecimal())
        label = request.args.get("socket", "")
        try:
            resident_id, numbers = joining.join(
                self._office, site, digits, request.remote_addr or "", formats.today()
            )
        except TooSoon as error:
            minutes = -(-error.wait_ms // 60_000)
            said = gettext("Too many were wrong. Please wait %(minutes)s minutes.", minutes=minutes)
            return make_response(self._join_page(site, wrong=said), 429)
        except Refusal:
            said = gettext("These digits join no card. Please tap the card again.")
            return make_response(self._join_page(site, wrong=said), 400)
        answer = redirect(self._after_joining(site, label), 303)
        joined.join(answer, self._office.region_id, resident_id, numbers)
        return answer

    def _after_joining(self, site: str, label: str) -> str:
        return (
            url_for("phone.socket", site=site, label=label) if label else url_for("phone.to_join", site=site)
        )

    def _join_page(self, site: str, code: str = "", wrong: str = "") -> str:
        with reading(self._office.engine) as connection:
            known = shown(connection, self._office.region_id, CHARGING_SITE, site)
            today = formats.today()
            phone = joined.joined(connection, self._office.region_id, today)
        if known is None:
            abort(404)
        labels = [each.label for each in known.sockets] if phone else []
        return render_template(
            "charging/phone_join.html",
            site=site,
            code=code,
            wrong=wrong,
            labels=labels,
            links=links(),
            phone=phone,
        )

    def _code(self, found: SocketSeen, cap_fen: int) -> str:
        with writing(self._office.engine) as connection:
            made = self._asking(connection, found).code(cap_fen)
        return self._code_page(found, made)

    def _code_page(self, found: SocketSeen, made: StartCode) -> str:
        office = self._office
        with reading(office.engine) as connection:
            key = shown(connection, office.region_id, CHARGING_KEY, found.site.site) or abort(404)
            secret = keys.signing(connection, office.region_id, key)
        _log.info("charging_code_made", site=found.site.site, socket=found.place.label)
        return render_template(
            "phone/code.html",
            site=found.page.site,
            label=found.page.label,
            code=code_svg(scanned_text(made, secret)),
            digits=typed_digits(made, secret),
            until=formats.local(expires_s(made) * 1000, found.zone).strftime("%H:%M"),
            cap_fen=made.cap_fen,
            is_helper=isinstance(made, HelperCode),
            links=links(found),
        )

    def _asking(self, connection: sa.Connection, found: SocketSeen) -> ByPhone:
        office, phone = self._office, found.phone
        assert phone is not None, "whoever asks has been looked at"
        return ByPhone(
            connection, office.region_id, found.site, found.place, phone.resident_id, office.now_ms()
        )

    def _seen(self, site: str, label: str) -> SocketSeen:
        with reading(self._office.engine) as connection:
            found = seen(connection, self._office, site, label)
        return found or abort(404)


def _socket_page(found: SocketSeen, reason: str = "") -> str:
    page = replace(found.page, reason=reason) if reason else found.page
    heard = formats.when(found.silent_since_ms, found.zone) if found.silent_since_ms else ""
    return render_template(
        "charging/phone_socket.html",
        page=page,
        links=links(found),
        is_silent=found.silent_since_ms is not None,
        heard=heard,
    )


def _again(site: str, label: str) -> Redirect:
    return redirect(url_for("phone.socket", site=site, label=label), 303)


def _number(name: str) -> int:
    try:
        return whole_number(request.form.get(name, ""))
    except ValueError:
        abort(400)
