"""The addresses that a phone page's buttons lead to."""

from __future__ import annotations

from flask import request, url_for

from kiosk.services.charging.phone.page import Links
from sync.office.console.languages import CHINESE, current
from sync.office.services.charging.phone.viewing import SocketSeen


def links(found: SocketSeen | None = None) -> Links:
    fixed = {
        "language": "zh-CN" if current() == CHINESE else current(),
        "style": url_for("phone.static", filename="phone.css"),
        "script": url_for("phone.static", filename="phone.js"),
    }
    if found is None:
        return Links(**fixed, page=request.path)
    page = url_for("phone.socket", site=found.site.site, label=found.place.label)
    to = {verb: f"{page}/{verb}" for verb in ("start", "help", "stop", "report", "leave")}
    join = url_for("phone.join", site=found.site.site, socket=found.place.label)
    return Links(**fixed, **to, page=page, join=join)
