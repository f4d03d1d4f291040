"""What services add to the staff's screen.

A touch on the bottom bar opens a panel over the person, never over header and list, and taps go on being
served meanwhile. A panel is an address that answers with a fragment; a template for one extends
`fragments/panel.html`. `docs/decisions.md` says what the page does with it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from flask import Blueprint
from flask.blueprints import BlueprintSetupState
from flask.sansio.app import App

from kiosk.common.board import Standing
from kiosk.web.words.sentence import N_


class Panel(NamedTuple):
    """One button of the bar. `title` is marked for translation.

    `icon` is a macro of `icons.html`, or a drawing among the service's own templates: `lending/book.svg`.
    """

    endpoint: str
    title: str
    icon: str
    order: int
    live: str = ""  # a service: the button is there while that shows something of itself


class Purpose(NamedTuple):
    """What somebody is looked for: a touch on a face opens a panel at `endpoint`, or acts there `at_once`."""

    endpoint: str
    title: str = N_("Who is it?")
    at_once: str = ""  # what is said before somebody touches


class About(NamedTuple):
    """A button that opens a panel about a resident, wherever one is spoken of."""

    endpoint: str
    title: str
    icon: str


def offer(
    blueprint: Blueprint,
    *,
    panels: Iterable[Panel] = (),
    actions: Iterable[str] = (),
    about: Iterable[About] = (),
    purposes: Mapping[str, Purpose] | None = None,
    styles: Iterable[str] = (),
    row: str = "",
    idle: tuple[str, str] | None = None,
    display_styles: Iterable[str] = (),
    open_to_all: Iterable[str] = (),
) -> None:
    """What the pages of a service add to the staff's screen.

    `panels` are buttons in the bar. `actions` are templates with buttons for the person on the screen; they
    see `outcome`, the answer that is shown. `purposes`, by name, are what people are looked for. `styles` are
    files of the blueprint's own static folder. `row` is the panel that one of the last acts opens, by its
    `receipt`. `idle` is a service's name, and the template that the elder's screen shows of its `live` while
    no meal is served, with `display_styles`. `open_to_all` are endpoints that are answered before anybody has
    signed in: those that name nobody and move nothing.
    """

    def add(state: BlueprintSetupState) -> None:
        config, service = state.app.config, state.options.get("service", "")
        for panel in panels:
            add_panel(state.app, panel, service)
        config["STAFF_ACTIONS"] += [(service, each) for each in actions]
        config["ABOUT"] += about
        config["PURPOSES"] |= purposes or {}
        config["STAFF_ROW"] = row or config["STAFF_ROW"]
        config["OPEN"] |= set(open_to_all)
        if idle is not None:
            config["IDLE"].append(idle)
        config["DISPLAY_STYLES"] += [(f"{blueprint.name}.static", each) for each in display_styles]
        config["STAFF_STYLES"] += [(f"{blueprint.name}.static", each) for each in styles]

    blueprint.record_once(add)


def shown_panels(app: App, standing: Standing) -> list[Panel]:
    """The buttons of the bar: of services that the site has use for."""
    panels: list[tuple[str, Panel]] = app.config["STAFF_PANELS"]
    here = [each for service, each in panels if service not in standing.not_here]
    return [each for each in here if not each.live or each.live in standing.live]


def shown_actions(app: App, standing: Standing) -> list[str]:
    """Templates of what can be done about an answer, of the same services."""
    actions: list[tuple[str, str]] = app.config["STAFF_ACTIONS"]
    return [each for service, each in actions if service not in standing.not_here]


def add_panel(app: App, panel: Panel, service: str = "") -> None:
    """When a blueprint is registered. Panels stand in their order, whoever comes first."""
    panels: list[tuple[str, Panel]] = app.config["STAFF_PANELS"]
    panels.append((service, panel))
    panels.sort(key=lambda each: each[1].order)
