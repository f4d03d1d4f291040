"""Every route of the office, made from the application's own map: no list to keep."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from flask import Flask
from werkzeug.routing import Rule

from sync.office.people.access.needs import Need, need_of
from tests.office.books import ELDER, HERE, Browser

# What stands for a part of an address, by its name.
PARTS: Mapping[str, object] = {
    "resident_id": ELDER,
    "site": HERE,
    "label": "1",
    "sheet": 1,
    "journal": "0" * 32,
    "device": "0" * 32,
    "proposal": "0" * 16,
    "batch": "0" * 16,
    "command": "0" * 16,
    "programme": "elders",
    "number": 1,
    "seq": 1,
    "filename": "console.css",
    "username": "somebody",
    "invitation": "x" * 43,
}


@dataclass(frozen=True, slots=True)
class Route:
    """One method of one address."""

    method: str
    path: str
    endpoint: str
    need: Need | None

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


def routes_of(app: Flask) -> list[Route]:
    """All of them; whoever is logged out by one stays until the end."""
    found = [route for rule in app.url_map.iter_rules() for route in _routes(app, rule)]
    return sorted(found, key=lambda each: (each.endpoint == "console.logout", str(each)))


def _routes(app: Flask, rule: Rule) -> Iterator[Route]:
    given = {name: _part(rule, name) for name in rule.arguments if name not in (rule.defaults or {})}
    with app.test_request_context():
        built = rule.build(given, append_unknown=False)
    assert built is not None, rule
    for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
        yield Route(method, built[1], rule.endpoint, need_of(app.view_functions, rule.endpoint))


def _part(rule: Rule, name: str) -> object:
    choices = getattr(rule._converters[name], "items", None)
    return sorted(choices)[0] if choices else PARTS[name]


@dataclass
class Walker:
    """Somebody's browser, with what every form of theirs says."""

    browser: Browser
    form: Mapping[str, str]

    def ask(self, route: Route, **more: str) -> Any:
        form = {**self.form, **more}
        get, post = self.browser.get, self.browser.post
        got = get(route.path, query_string=more) if route.method == "GET" else post(route.path, form)
        got.get_data()
        got.close()
        return got


def walker(browser: Browser) -> Walker:
    """Of somebody who is logged in, or of a stranger, whose form has no token worth anything."""
    page = browser.get("/").get_data(as_text=True)
    token = page.partition('name="csrf_token" value="')[2].partition('"')[0]
    return Walker(browser, {"csrf_token": token})
