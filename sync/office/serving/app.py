"""The office's composition root: one Flask application with the kiosks' API and the clerks' console."""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from datetime import date
from functools import cache

from flask import Flask, Request, Response, jsonify, request
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import IntegerConverter

from kiosk.plain.addresses import is_loopback
from kiosk.plain.numbers import DIGITS
from sync.office import console
from sync.office.api import metrics, routes
from sync.office.api.health import Health
from sync.office.api.openapi import Download, describe
from sync.office.console.prices.pages import shown_of
from sync.office.console.reporting.pictures.pages import all_pictures
from sync.office.console.reporting.sheets import SheetFile
from sync.office.office import Office
from sync.office.people.access.needs import Open, needs
from sync.office.services.contract import OfficeService, every, offered
from sync.office.services.listed import SERVICES
from sync.office.settings import OfficeSettings


class _PageSessions(SecureCookieSessionInterface):
    """Cookies are for people and their pages; kiosks sign, and are spared the headers."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        return None if request.path.startswith(routes.PREFIX) else super().open_session(app, request)


class _Number(IntegerConverter):
    regex = DIGITS


_REVIEWS = Download(
    "/reviews.json",
    "What a rule or the judge objected to, and what was decided about it",
    SheetFile,
    {"state": str, "site": str, "what": str, "sort": str},
)


def create_office(settings: OfficeSettings, services: Sequence[OfficeService] = SERVICES) -> Flask:
    """The application; its `Office` is in `app.extensions["office"]`, to be closed when the process ends."""
    office = Office(settings, offered(services))
    app = Flask("sync.office")
    app.url_map.converters["int"] = _Number
    app.session_interface = _PageSessions()
    if settings.trusted_proxies:
        proxies = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=proxies, x_proto=proxies)  # type: ignore[method-assign]
    app.extensions["office"] = office
    registry = CollectorRegistry()
    registry.register(metrics.Standing(office, every(services, lambda each: each.figures)))
    routes.register(app, office, metrics.Counters(registry))
    downloads = [_REVIEWS, *every(services, lambda each: each.downloads), *_drawn(services)]
    _add_watch(app, office, registry, downloads)
    prices = shown_of(every(services, lambda each: each.prices))
    console.register(app, office, [*(each.shown for each in services), prices], routes.PREFIX)
    for page in every(services, lambda each: each.public):
        app.register_blueprint(page(office))
    return app


def _drawn(services: Sequence[OfficeService]) -> list[Download]:
    """The tables behind all pictures, as programs fetch them."""
    asks = {"from": date, "to": date, "site": str}
    return [
        Download(f"/pictures/{each.code}.json", f"What is drawn: {each.title}", SheetFile, asks)
        for each in all_pictures(every(services, lambda each: each.shown.pictures))
    ]


def _add_watch(
    app: Flask, office: Office, registry: CollectorRegistry, downloads: Sequence[Download]
) -> None:
    """What whoever runs the office looks at."""

    health = Health(office)
    description = cache(lambda: describe(downloads))

    @app.get("/healthz")
    @needs(Open.EVERYBODY)
    def healthz() -> tuple[Response, int]:
        wrong = health.wrong
        return jsonify(status=wrong or "ok"), 503 if wrong else 200

    @app.get("/metrics")
    @needs(Open.EVERYBODY)
    def figures() -> Response:
        if not _may_watch(office.settings):
            return Response(METRICS_REFUSED, 401, {"WWW-Authenticate": "Bearer"}, content_type="text/plain")
        return Response(metrics.expose(registry), content_type=CONTENT_TYPE_LATEST)

    @app.get("/openapi.json")
    @needs(Open.EVERYBODY)
    def openapi() -> Response:
        return jsonify(description())


METRICS_REFUSED = "metrics: the token that `metrics_token` names; or this machine, if `proxies = 0` is set\n"


def _may_watch(settings: OfficeSettings) -> bool:
    """Behind a web server everybody seems to be this machine, so it counts only where there is none."""
    shown = request.authorization
    if settings.metrics_token and shown is not None and shown.type == "bearer":
        return hmac.compare_digest((shown.token or "").encode(), settings.metrics_token.encode())
    return not settings.trusted_proxies and is_loopback(request.remote_addr or "")
