"""The demo's tray of cards: click one and it is laid on the simulated reader, or held before the scanner."""

from __future__ import annotations

import base64
import time
from collections.abc import Callable
from typing import Any

import flask

from drivers.sim.paper import read
from drivers.sim.remote import ControlRefused, SimulatedPrinter, SimulatedReader, SimulatedScanner
from sync.demo.population import TrayCard
from sync.demo.relay import Relay
from sync.office.issuing import code_svg

HOLD_MS = 700
SLIPS_SHOWN = 8


def create_tray(
    cards: list[TrayCard],
    reader: SimulatedReader,
    scanner: SimulatedScanner,
    printer: SimulatedPrinter,
    relay: Relay,
    addresses: dict[str, str],
) -> flask.Flask:
    """The page, and one address for each thing a visitor may do. Loopback only."""
    app = flask.Flask("sync.demo")
    app.jinja_env.filters["picture"] = lambda text: base64.b64encode(code_svg(text)).decode()
    acts: dict[str, Callable[[], None]] = {
        "cut": relay.cut,
        "mend": relay.mend,
        "unplug": lambda: reader.fault("unplugged"),
        "plug": reader.recover,
        "noise": scanner.noise,
        "end-paper": lambda: printer.fault("out_of_paper"),
        "new-paper": printer.recover,
    }

    @app.before_request
    def from_this_page_only() -> None:
        host = flask.request.host.rpartition(":")[0]
        local = host in ("127.0.0.1", "localhost")
        if not local or (flask.request.method == "POST" and not flask.request.is_json):
            flask.abort(403)

    @app.get("/")
    def page() -> str:
        return flask.render_template("tray.html", cards=cards, addresses=addresses)

    @app.get("/state")
    def state() -> dict[str, Any]:
        return {
            "whole": relay.whole,
            "fault": reader.status()["fault"],
            "paper": printer.status()["fault"] is None,
        }

    @app.get("/paper")
    def paper() -> str:
        """What the printer printed, the last first."""
        slips = [read(slip) for slip in printer.printed()[: -SLIPS_SHOWN - 1 : -1]]
        return flask.render_template("paper.html", slips=slips)

    @app.get("/cards/<int:number>.svg")
    def picture(number: int) -> flask.Response:
        if number >= len(cards) or cards[number].spec is not None:
            flask.abort(404)
        drawn = code_svg(cards[number].code_at(int(time.time())))
        return flask.Response(drawn, mimetype="image/svg+xml", headers={"Cache-Control": "no-store"})

    @app.post("/cards/<int:number>")
    def lay_down(number: int) -> dict[str, bool]:
        if number >= len(cards):
            flask.abort(404)
        card = cards[number]
        if card.spec is not None:
            reader.tap(card.spec, HOLD_MS)
        else:
            scanner.scan(card.code_at(int(time.time())))
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
