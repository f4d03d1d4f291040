"""The demo's tray: a day to play, levers to pull, and cards to lay on the simulated reader or hold up."""

from __future__ import annotations

from pathlib import Path

import flask
from jinja2 import pass_context
from jinja2.runtime import Context

from drivers.sim.printing.paper import read
from drivers.sim.remote import ControlRefused
from kiosk.common.clock import DEFAULT_TIME_ZONE, local_time, unix_ms
from kiosk.plain.qr import code_svg
from sync.demo.day import DAY
from sync.demo.english import in_language
from sync.demo.levers import Levers
from sync.demo.population import TrayCard
from sync.office.console.languages import CHINESE, LANGUAGES

HOLD_MS = 700
SLIPS_SHOWN = 8


def create_tray(
    cards: list[TrayCard], portraits: Path, levers: Levers, addresses: dict[str, str]
) -> flask.Flask:
    """The page, and one address for each thing a visitor may do. Loopback only."""
    app = flask.Flask("sync.demo")
    app.jinja_env.filters["code"] = code_svg
    app.jinja_env.filters["said"] = _said
    app.context_processor(lambda: {"language": _language()})
    acts = levers.acts()
    by_key = {each.key: each for each in cards}

    @app.before_request
    def from_this_page_only() -> None:
        host = flask.request.host.rpartition(":")[0]
        local = host in ("127.0.0.1", "localhost")
        if not local or (flask.request.method == "POST" and not flask.request.is_json):
            flask.abort(403)

    @app.get("/")
    def page() -> str:
        clock = {
            "now_ms": unix_ms(),
            "now": local_time(unix_ms()),
            "zone": DEFAULT_TIME_ZONE,
        }
        return flask.render_template("tray.html", cards=cards, day=DAY, addresses=addresses, **clock)

    @app.get("/state")
    def state() -> dict[str, str]:
        return levers.state()

    @app.get("/paper")
    def paper() -> str:
        """What the printer printed, the last first."""
        slips = [read(slip) for slip in levers.printer.printed()[: -SLIPS_SHOWN - 1 : -1]]
        return flask.render_template("paper.html", slips=slips)

    @app.get("/cards/<key>.svg")
    def picture(key: str) -> flask.Response:
        if key not in by_key or by_key[key].spec is not None:
            flask.abort(404)
        drawn = code_svg(by_key[key].code_at(unix_ms() // 1000))
        return flask.Response(drawn, mimetype="image/svg+xml", headers={"Cache-Control": "no-store"})

    @app.get("/portraits/<int:resident_id>")
    def portrait(resident_id: int) -> flask.Response:
        return flask.send_from_directory(portraits, f"{resident_id}.png")

    @app.post("/cards/<key>")
    def lay_down(key: str) -> dict[str, bool]:
        if key not in by_key:
            flask.abort(404)
        card = by_key[key]
        if card.spec is not None:
            levers.reader.tap(card.spec, HOLD_MS)
        else:
            levers.scanner.scan(card.code_at(unix_ms() // 1000))
        return {"done": True}

    @app.post("/acts/<name>")
    def act(name: str) -> dict[str, bool]:
        if name not in acts:
            flask.abort(404)
        acts[name]()
        return {"done": True}

    @app.errorhandler(ControlRefused)
    @app.errorhandler(OSError)
    def simulator_refused(error: Exception) -> tuple[dict[str, str], int]:
        return {"error": str(error)}, 502

    return app


@pass_context  # or Jinja would say a constant once, in the language of whoever came first
def _said(_context: Context, chinese: str) -> str:
    return in_language(_language(), chinese)


def _language() -> str:
    """The one asked for, then the browser's, then Chinese."""
    asked = flask.request.args.get("lang")
    return asked if asked in LANGUAGES else flask.request.accept_languages.best_match(LANGUAGES) or CHINESE
