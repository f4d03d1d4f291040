"""The office pages: plain server-rendered HTML behind a login, without a line of script."""

from __future__ import annotations

from flask import Blueprint, Flask

from kiosk.clock import unix_ms
from sync.office.console import formats, languages, orders, pages, review_words, security, signing_in
from sync.office.office import Office


def register(app: Flask, office: Office) -> None:
    """Put the office pages on the app."""
    console = Blueprint(
        "console",
        __name__,
        template_folder="templates",
        static_folder="static",
        static_url_path="/console/static",
    )
    security.install(app, office, console)
    languages.install(app)
    signing_in.add_pages(console, office)
    pages.add_pages(console, office)
    orders.add_page(console, office)
    console.app_template_filter("yuan")(formats.yuan)
    console.app_template_filter("ago")(formats.ago)
    console.app_template_filter("local")(formats.local)
    console.app_template_filter("when")(formats.when)
    console.app_template_filter("in_words")(review_words.in_words)
    console.context_processor(lambda: {"language": languages.current(), "now_ms": unix_ms()})
    app.register_blueprint(console)
