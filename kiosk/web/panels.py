"""The bottom bar of the staff's screen: a touch opens a panel over the person, never over header and list.

Taps go on being served while a panel is open. A panel is an address that answers with a fragment; a template
for one extends `fragments/panel.html`. `docs/decisions.md` says what the page does with it.
"""

from __future__ import annotations

from typing import NamedTuple

from flask.sansio.app import App


class Panel(NamedTuple):
    """One button of the bar. `title` is marked for translation; `icon` is a macro of `icons.html`."""

    endpoint: str
    title: str
    icon: str
    order: int


def add_panel(app: App, panel: Panel) -> None:
    """When a blueprint is registered. Panels stand in their order, whoever comes first."""
    panels: list[Panel] = app.config["STAFF_PANELS"]
    panels.append(panel)
    panels.sort(key=lambda each: each.order)
