"""The demo's trays: a day to play, levers to pull, and cards to lay on a simulated reader or hold up."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import flask
from jinja2 import pass_context
from jinja2.runtime import Context

from drivers.sim.printing.paper import read
from drivers.sim.remote import ControlRefused, SimulatedPrinter
from kiosk.common.clock import DEFAULT_TIME_ZONE, local_time, unix_ms
from kiosk.plain.qr import code_svg
from sync.demo.population import TrayCard
from sync.demo.tray.day import Situation
from sync.demo.tray.english import in_language
from sync.office.console.languages import CHINESE, LANGUAGES

SLIPS_SHOWN = 8
PHONE = "手机"  # opens in a window of a phone's size


class LeversOf(Protocol):
    """What can be done at one kiosk of the demo."""

    def acts(self) -> dict[str, Callable[[], None]]: ...

    def state(self) -> dict[str, str]: ...

    def lay(self, card: TrayCard) -> None: ...

    def sockets(self) -> list[dict[str, Any]]: ...


@dataclass(frozen=True, slots=True)
class Tray:
    """One kiosk's page: at `path` of the tray's address; `screens` are addresses by what is there."""

    path: str
    title: str
    day: Sequence[Situation]
    cards: Sequence[TrayCard]
    levers: LeversOf
    screens: dict[str, str]


def create_tray(trays: Sequence[Tray], portraits: Path, printer: SimulatedPrinter) -> flask.Flask:
    """The pages, and one address for each thing a visitor may do. Loopback only."""
    app = flask.Flask("sync.demo.tray")
    app.jinja_env.filters["code"] = code_svg
    app.jinja_env.filters["said"] = _said
    app.context_processor(lambda: {"language": _language(), "trays": trays, "phone": PHONE})
    for tray in trays:
        app.register_blueprint(_pages(tray), url_prefix=tray.path or None)

    @app.before_request
    def from_this_page_only() -> None:
        host = flask.request.host.rpartition(":")[0]
        local = host in ("127.0.0.1", "localhost")
        if not local or (flask.request.method == "POST" and not flask.request.is_json):
            flask.abort(403)

    @app.get("/paper")
    def paper() -> str:
        """What the printer printed, the last first."""
        slips = [read(slip) for slip in printer.printed()[: -SLIPS_SHOWN - 1 : -1]]
        return flask.render_template("paper.html", slips=slips)

    @app.get("/portraits/<int:resident_id>")
    def portrait(resident_id: int) -> flask.Response:
        return flask.send_from_directory(portraits, f"{resident_id}.png")

    @app.errorhandler(ControlRefused)
    @app.errorhandler(OSError)
    def simulator_refused(error: Exception) -> tuple[dict[str, str], int]:
        return {"error": str(error)}, 502

    return app


def _pages(tray: Tray) -> flask.Blueprint:
    """Addresses on a page are relative to it, so that each does what its own kiosk is about."""
    pages = flask.Blueprint(tray.path.strip("/") or "canteen", __name__)
    acts = tray.levers.acts()
    by_key = {each.key: each for each in tray.cards}

    @pages.get("/")
    def page() -> str:
        clock = {
            "now_ms": unix_ms(),
            "now": local_time(unix_ms()),
            "zone": DEFAULT_TIME_ZONE,
        }
        return flask.render_template("tray.html", tray=tray, **clock)

    @pages.get("/state")
    def state() -> dict[str, str]:
        return tray.levers.state()

    @pages.get("/sockets")
    def sockets() -> list[dict[str, Any]]:
        return tray.levers.sockets()

    @pages.get("/cards/<key>.svg")
    def picture(key: str) -> flask.Response:
        if key not in by_key or by_key[key].spec is not None:
            flask.abort(404)
        drawn = code_svg(by_key[key].code_at(unix_ms() // 1000))
        return flask.Response(drawn, mimetype="image/svg+xml", headers={"Cache-Control": "no-store"})

    @pages.post("/cards/<key>")
    def lay_down(key: str) -> dict[str, bool]:
        if key not in by_key:
            flask.abort(404)
        tray.levers.lay(by_key[key])
        return {"done": True}

    @pages.post("/acts/<name>")
    def act(name: str) -> dict[str, bool]:
        if name not in acts:
            flask.abort(404)
        acts[name]()
        return {"done": True}

    return pages


@pass_context  # or Jinja would say a constant once, in the language of whoever came first
def _said(_context: Context, chinese: str) -> str:
    return in_language(_language(), chinese)


def _language() -> str:
    """The one asked for, then the browser's, then Chinese."""
    asked = flask.request.args.get("lang")
    return asked if asked in LANGUAGES else flask.request.accept_languages.best_match(LANGUAGES) or CHINESE
