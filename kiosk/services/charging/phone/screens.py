"""Pages for phones that the kiosk serves itself, on a network of its own: no account to look, a card to pay.

They have an address of their own, since staff's screens are for this machine alone: a phone finds nothing
there but sockets. A phone is joined to the card that was tapped, and only as long as that card is good.
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Flask, abort, redirect, render_template, request, session, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from drivers.contracts import Emit
from kiosk.common.here import Here
from kiosk.people.cards import CardStatus, status_of
from kiosk.people.identify import active_resident
from kiosk.people.residents import Resident
from kiosk.plain.numbers import whole_number
from kiosk.plain.refusals import Refusal
from kiosk.services.charging.actions import Charging
from kiosk.services.charging.errors import NoSuchSocket
from kiosk.services.charging.phone.coming import Coming
from kiosk.services.charging.phone.page import STATIC, TEMPLATES, Fault, Links, SocketPage
from kiosk.services.charging.phone.reporting import FaultReported
from kiosk.services.charging.picture import picture_of, tile
from kiosk.services.charging.records import Means
from kiosk.services.charging.running.sockets import SocketView
from kiosk.services.charging.saying.prices import price_lines
from kiosk.services.charging.words import WORDS
from kiosk.settings import Settings
from kiosk.store.files import read_or_make_secret
from kiosk.web.page.asked import REQUEST_ID
from kiosk.web.security import headers
from kiosk.web.serving import Server
from kiosk.web.words import current, languages, together
from kiosk.web.words.kit import KIT

KEY_FILE, KEY_BYTES = "phone.key", 32
PREFIX = "/s"


@dataclass(frozen=True, slots=True)
class OnPhones:
    """What the pages show and do, once the counter is open."""

    here: Here
    charging: Charging
    coming: Coming


class PhonePages:
    """Started and stopped with the kiosk, as a device is. `attach` gives it each counter that opens."""

    def __init__(self, listen: str, settings: Settings, emit: Emit) -> None:
        self._opened: OnPhones | None = None
        host, _, port = listen.rpartition(":")
        self.app = phone_app(
            lambda: self._opened,
            emit,
            secret_key=read_or_make_secret(settings.store.folder / KEY_FILE, KEY_BYTES),
            language=settings.kiosk.language,
            host=host,
        )
        self._server = Server(self.app, host, int(port))
        self.port = self._server.port
        self._thread = threading.Thread(target=self._server.run, name="phones", daemon=True)

    def attach(self, opened: OnPhones) -> None:
        self._opened = opened

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        if self._thread.is_alive():
            self._server.close()
            self._thread.join()


def phone_app(
    opened: Callable[[], OnPhones | None], emit: Emit, *, secret_key: bytes, language: str, host: str
) -> Flask:
    """The application behind them."""
    app = Flask("kiosk.services.charging.phone", static_folder=None)
    app.config.update(SECRET_KEY=secret_key)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    current.install(app, together([KIT, WORDS]))
    languages.install(app, language)
    headers.install(app, (host, *headers.LOOPBACK))
    app.config.update(SESSION_COOKIE_NAME="phone")
    app.extensions["streams"] = _NoStreams()
    app.register_error_handler(Refusal, lambda refusal: (refusal.code, 503))
    app.register_blueprint(_pages(opened, emit))
    return app


class _NoStreams:
    """A page for a phone asks again by itself; none stays open."""

    def close(self) -> None:
        pass


def _pages(opened: Callable[[], OnPhones | None], emit: Emit) -> Blueprint:
    pages = Blueprint("phone", __name__, template_folder=str(TEMPLATES), static_folder=str(STATIC))

    def now() -> OnPhones:
        return opened() or abort(503)

    def asked_view(label: str) -> SocketView:
        try:
            return now().charging.socket(label)
        except NoSuchSocket:
            abort(404)

    @pages.get("/")
    def sockets() -> str:
        site = now().here.site_now()
        shown = picture_of(now().charging).sockets
        return render_template("phone/sockets.html", site=_title(site.title), sockets=shown, links=_links(""))

    @pages.get(f"{PREFIX}/<label>")
    def socket(label: str) -> str:
        view, who = asked_view(label), _whose(now().here)
        return render_template("phone/socket.html", page=_page(now(), view, who), links=_links(label))

    @pages.post(f"{PREFIX}/<label>/start")
    def start(label: str) -> Response:
        view, payer = asked_view(label), _whose(now().here) or abort(403)
        request_id = request.form.get("request_id", "")
        return _done(
            label,
            lambda: now().charging.start(
                payer,
                view.place.label,
                means=Means.KIOSK_PAGE,
                at=now().here.clock.now(),
                cap_fen=_asked_fen(),
                request_id=request_id if REQUEST_ID.fullmatch(request_id) else None,
            ),
        )

    @pages.post(f"{PREFIX}/<label>/help")
    def help_(label: str) -> Response:
        """Who holds the phone starts it; who pays taps their own card at the machine."""
        view, helper = asked_view(label), _whose(now().here) or abort(403)
        return _done(
            label,
            lambda: now().charging.await_payer(
                helper, view.place.label, means=Means.KIOSK_PAGE, cap_fen=_asked_fen()
            ),
        )

    @pages.post(f"{PREFIX}/<label>/stop")
    def stop(label: str) -> Response:
        view, who = asked_view(label), _whose(now().here) or abort(403)
        at = now().here.clock.now()
        return _done(label, lambda: now().charging.stop(view.place.label, by=who.id, at=at))

    @pages.post(f"{PREFIX}/<label>/join")
    def join(label: str) -> Response:
        """Digits as they are typed, with or without the gap between them."""
        asked_view(label)
        digits = "".join(request.form.get("code", "").split())

        def joined() -> None:
            resident_id, token = now().coming.joined(digits)
            session.permanent = True
            session.update(resident_id=resident_id, token=token)

        return _done(label, joined)

    @pages.post(f"{PREFIX}/<label>/leave")
    def leave(label: str) -> Response:
        asked_view(label)
        session.clear()
        return _back(label)

    @pages.get(f"{PREFIX}/<label>/report")
    def report(label: str) -> str:
        asked_view(label)
        site = _title(now().here.site_now().title)
        return render_template(
            "phone/report.html", site=site, label=label, faults=list(Fault), links=_links(label)
        )

    @pages.post(f"{PREFIX}/<label>/report")
    def reported(label: str) -> Response:
        fault = request.form.get("fault", "")
        if fault not in list(Fault):
            abort(400)
        emit(FaultReported(asked_view(label).place.label, fault))
        return _back(label, reported=1)

    return pages


def _page(opened: OnPhones, view: SocketView, who: Resident | None) -> SocketPage:
    shown, site = tile(view), opened.charging.site
    is_mine = who is not None and who.id in (view.resident_id, view.started_by)
    chosen = opened.charging.chosen
    return SocketPage(
        site=_title(opened.here.site_now().title),
        label=view.place.label,
        look=shown.look,
        who=who.name[:1] + who.honorific if who is not None else "",
        is_mine=is_mine,
        order=view.order if is_mine else "",
        power_w=shown.power_w,
        charged_min=shown.charged_min,
        left_min=shown.left_min,
        energy_wh=view.energy_wh,
        cost_fen=view.paid_fen,
        caps_fen=site.caps_fen if site is not None else (),
        prices=_prices(opened, view, who),
        reason=request.args.get("reason", "") or (str(view.reason) if view.reason is not None else ""),
        waits_for_payer=chosen is not None and chosen.label == view.place.label and chosen.helper == who,
        is_reported="reported" in request.args,
        request_id=secrets.token_hex(16),
    )


def _prices(opened: OnPhones, view: SocketView, who: Resident | None) -> list[str]:
    try:
        return price_lines(opened.charging.tariff_for(who, view.id, opened.here.clock.now()))
    except Refusal:
        return []


def _links(label: str) -> Links:
    def of(page: str) -> str:
        return url_for(f"phone.{page}", label=label) if label else ""

    return Links(
        language=languages.HTML_LANGUAGES[languages.current()],
        style=url_for("phone.static", filename="phone.css"),
        script=url_for("phone.static", filename="phone.js"),
        page=of("socket") or url_for("phone.sockets"),
        start=of("start"),
        help=of("help_"),
        stop=of("stop"),
        report=of("report"),
        join=of("join"),
        leave=of("leave"),
    )


def _whose(here: Here) -> Resident | None:
    """Whose phone it is, while the card that was tapped for it is good; None: it is joined to none."""
    token = str(session.get("token", ""))
    card = here.catalogue.card(token) if token else None
    if card is None or card.resident_id != session.get("resident_id"):
        return None
    if status_of(card, here.catalogue.block(token)) is not CardStatus.ACTIVE:
        return None
    try:
        return active_resident(here.catalogue, card.resident_id)
    except Refusal:
        return None


def _done(label: str, act: Callable[[], object]) -> Response:
    """Back to the socket's page, with the reason if it was refused."""
    try:
        act()
    except Refusal as refusal:
        return _back(label, reason=refusal.code)
    return _back(label)


def _back(label: str, **also: Any) -> Response:
    return redirect(url_for("phone.socket", label=label, **also), 303)


def _asked_fen() -> int | None:
    typed = request.form.get("cap_fen", "")
    try:
        return whole_number(typed) if typed else None
    except ValueError:
        abort(400)


def _title(title: Mapping[str, str]) -> str:
    return languages.by_language(title) or str(gettext("Sockets"))
