"""The office pages: server-rendered HTML behind a login; two scripts send a chosen file, a photo small."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import partial

from flask import Blueprint, Flask
from flask_babel import gettext

from kiosk.common.clock import unix_ms
from kiosk.ledger.figures import figures_in
from sync.office.console import formats, languages, pages
from sync.office.console.access import audit_pages, clerk_pages, factor_pages, proposal_pages
from sync.office.console.desk import pages as desk
from sync.office.console.desk.found import FINDS
from sync.office.console.desk.kinds import KINDS
from sync.office.console.desk.own_tasks import WAITS
from sync.office.console.door import errors, security, signing_in
from sync.office.console.door.guard import area, may_open
from sync.office.console.kiosks import pages as kiosk_pages
from sync.office.console.marking import _
from sync.office.console.names import load_names
from sync.office.console.reporting.pictures import pages as picture_pages
from sync.office.console.residents import pages as residents
from sync.office.console.residents import photos, sheets
from sync.office.console.reviewing import pages as reviewing
from sync.office.console.reviewing.suspense import pages as suspense
from sync.office.console.reviewing.suspense.review_words import ReviewWords
from sync.office.console.shown import Link, Shown, filled, together
from sync.office.office import Office
from sync.office.store.database import reading


def register(app: Flask, office: Office, services: Iterable[Shown], not_pages: str) -> None:
    """Put the office pages on the app; addresses that begin with `not_pages` are for programs."""
    of_services = list(services)
    drawn = [picture for each in of_services for picture in each.pictures]
    shown = together([_of_the_house(office), *of_services, Shown(acts=picture_pages.acts(drawn))])
    words = ReviewWords(shown.reviews)
    console = Blueprint(
        "console",
        __name__,
        template_folder="templates",
        static_folder="static",
        static_url_path="/console/static",
    )
    security.install(app, office, console, not_pages)
    errors.install(app, not_pages)
    languages.install(app, shown.translations)
    signing_in.add_pages(console, office)
    desk.add_pages(console, office, shown)
    pages.add_pages(console, office)
    reviewing.add_pages(console, office, shown, words)
    suspense.add_pages(console, office)
    residents.add_pages(console, office, shown)
    sheets.add_pages(console, office)
    photos.add_photos(console, office)
    kiosk_pages.add_pages(console, office)
    audit_pages.add_pages(console, office, shown.acts)
    proposal_pages.add_pages(console, office)
    factor_pages.add_pages(console, office)
    clerk_pages.add_pages(console, office)
    picture_pages.add_pages(console, office, shown.pictures)
    for page in shown.pages:
        console.register_blueprint(page(office))
    console.app_template_filter("yuan")(formats.yuan)
    console.app_template_filter("signed_yuan")(formats.signed_yuan)
    console.app_template_filter("ago")(formats.ago)
    console.app_template_filter("local")(formats.local)
    console.app_template_filter("when")(formats.when)
    console.app_template_filter("zones")(formats.zones)
    console.app_template_filter("in_words")(words.in_words)
    console.app_template_filter("kind_in_words")(partial(_kind_in_words, shown.kinds))
    console.app_template_filter("figures_in")(figures_in)
    console.app_template_global("details")(words.details)
    console.app_template_global("advice")(words.advice)
    console.app_template_global("area")(area)
    console.app_template_global("may_open")(may_open)
    everywhere = partial(_everywhere, office, shown)
    links = sorted([*shown.links, *_in_line(shown.prices)], key=lambda link: link.place)
    given = {"links": links, "prices": shown.prices, "of_kiosks": shown.of_kiosks, "everywhere": everywhere}
    console.app_context_processor(lambda: {**_of_every_page(), **given})
    app.register_blueprint(console)


def _of_the_house(office: Office) -> Shown:
    acts = {**audit_pages.ACTS, **proposal_pages.ACTS, **factor_pages.ACTS, **clerk_pages.ACTS, **desk.ACTS}
    overview = [proposal_pages.panel(office)]
    waits = (*WAITS, proposal_pages.waits(office))
    return Shown(links=pages.LINKS, acts=acts, overview=overview, waits=waits, finds=FINDS, kinds=KINDS)


def _in_line(prices: Sequence[Link]) -> list[Link]:
    """All pages of prices are behind one link, to the first of them."""
    return [Link(55, each.endpoint, _("Prices")) for each in prices[:1]]


def _kind_in_words(kinds: Mapping[str, str], kind: str) -> str:
    """A kind that nobody names is shown as it is."""
    return gettext(kinds[kind]) if kind in kinds else kind


def _everywhere(office: Office, shown: Shown) -> list[Mapping[str, object]]:
    """What every page says, asked only where a clerk is logged in."""
    with reading(office.engine) as connection:
        names = load_names(connection, office.region_id, languages.current())
        return filled(shown.everywhere, connection, office.region_id, names)


def _of_every_page() -> dict[str, object]:
    return {"language": languages.current(), "now_ms": unix_ms(), "today": formats.today()}
