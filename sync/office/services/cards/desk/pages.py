"""The pages of cards: of one resident, with all that can be done, and the list of all."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import structlog
from flask import Blueprint, abort, redirect, render_template, request, session, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from drivers.contracts import CardTap
from kiosk.catalogue.items import Kind
from kiosk.people import codes
from kiosk.people.cards import Card
from kiosk.people.residents import Resident
from kiosk.plain.refusals import Refusal
from kiosk.plain.wedge import CardNumbers, event_of
from kiosk.services.cards.tables import LOST
from sync.office.catalogue.publishing import shown
from sync.office.console import files, formats
from sync.office.console.door.acting import acting, looked_at, nothing_done
from sync.office.console.door.guard import area
from sync.office.console.languages import current
from sync.office.console.marking import _
from sync.office.console.names import load_names, staff_names
from sync.office.console.queries import Query
from sync.office.console.reporting.paper import FontMissing
from sync.office.console.residents.found import resident_line
from sync.office.console.shown import Link, Shown
from sync.office.office import Office
from sync.office.people.access.audit import Noting
from sync.office.people.access.needs import needs
from sync.office.people.access.permissions import Permission
from sync.office.services.cards import unwritten
from sync.office.services.cards.desk.deeds import CardDesk, ChipUnread, DoneBy, NotSoMany
from sync.office.services.cards.desk.history import card_deeds_of
from sync.office.services.cards.desk.listing import (
    CardsAsked,
    CardsShown,
    card_page,
    paper_cards,
    without_card,
)
from sync.office.services.cards.desk.printing import PaperCard, sheets_pdf
from sync.office.services.cards.desk.reach import reach_of
from sync.office.services.cards.desk.words import DEEDS, READERS, sentence
from sync.office.services.cards.review_words import REVIEWS
from sync.office.store.database import reading

PAPER = "paper"
MOST_PRINTED = 300  # on one file: thirty sheets
_log = structlog.get_logger()


def blueprint(office: Office) -> Blueprint:
    """`/cards` and `/residents/…/cards`."""
    pages = Blueprint("cards", __name__, template_folder="../templates")
    region_id = office.region_id

    @pages.get("/cards")
    @needs(Permission.SEE_RESIDENTS)
    def cards() -> str:
        return _list(_asked(Query(request.args)))

    def _list(asked: CardsAsked, wrong: str = "") -> str:
        with reading(office.engine) as connection:
            names = load_names(connection, region_id, current())
            page = card_page(connection, region_id, asked, area(Permission.SEE_RESIDENTS))
        looked_at(line.owner.id for line in page.lines)
        found = {"names": names, "page": page, "asked": asked, "wrong": wrong}
        return render_template("cards/cards.html", standings=list(CardsShown), **found)

    def _drawn(card: Card, owner: Resident, site: str) -> PaperCard:
        code = codes.qr_text(office.issuer.certificate(card))
        return PaperCard(owner.name, str(card.number), site, code)

    @pages.post("/cards/sheets")
    @needs(Permission.CHANGE_RESIDENTS)
    def print_sheets() -> Response | tuple[str, int]:
        """What the list is filtered by, drawn; for who has no card, given out before that if it is wished."""
        asked = _asked(Query(request.form))
        try:
            with acting(office, q=asked.search, site=asked.site) as doing:
                drawn = _to_print(doing, asked)
        except NotSoMany as refusal:
            nothing_done()
            return _list(asked, sentence(refusal)), 409
        office.news.look_soon()
        try:
            return files.attached(sheets_pdf(drawn), "cards.pdf")
        except FontMissing as refusal:
            return _list(asked, sentence(refusal)), 503

    def _to_print(doing: Noting, asked: CardsAsked) -> list[PaperCard]:
        """Raises `NotSoMany`."""
        connection, mine = doing.connection, area()
        if "missing" in request.form:
            lacking = without_card(connection, region_id, asked, mine, MOST_PRINTED)
            given = [str(_desk(doing).issue(each, None).number) for each in lacking]
            doing.after["given_out"] = " ".join(given)
        found = paper_cards(connection, region_id, asked, mine, MOST_PRINTED + 1, formats.today())
        if not 0 < len(found) <= MOST_PRINTED:
            raise NotSoMany(most=MOST_PRINTED)
        for card, owner in found:
            unwritten.order(connection, region_id, office.issuer, card, owner.home_site)
            doing.residents.append(owner.id)
        names = load_names(connection, region_id, current())
        return [_drawn(card, owner, names.site(owner.home_site)) for card, owner in found]

    def _desk(doing: Noting) -> CardDesk:
        by = DoneBy(current_user.username, office.now_ms())
        return CardDesk(doing.connection, region_id, office.issuer, by)

    @pages.get("/residents/<int:resident_id>/cards")
    @needs(Permission.SEE_RESIDENTS)
    def of_resident(resident_id: int) -> tuple[str, int]:
        return _page(resident_id)

    @pages.post("/residents/<int:resident_id>/cards/issue")
    @needs(Permission.CHANGE_RESIDENTS)
    def issue(resident_id: int) -> Response | tuple[str, int]:
        replacing = request.form.getlist("replaces")

        def give(desk: CardDesk, resident: Resident) -> Card:
            return desk.issue(resident, _chip(), replacing)

        return _do(resident_id, give)

    @pages.post("/residents/<int:resident_id>/cards/block")
    @needs(Permission.CHANGE_RESIDENTS)
    def block(resident_id: int) -> Response | tuple[str, int]:
        return _do(resident_id, lambda desk, resident: desk.end(resident, _token(), LOST))

    @pages.post("/residents/<int:resident_id>/cards/unblock")
    @needs(Permission.CHANGE_RESIDENTS)
    def unblock(resident_id: int) -> Response | tuple[str, int]:
        return _do(resident_id, lambda desk, resident: desk.find_again(resident, _token()))

    def _do(resident_id: int, deed: Callable[[CardDesk, Resident], Card]) -> Response | tuple[str, int]:
        try:
            with acting(office, resident=resident_id) as doing:
                resident = shown(doing.connection, region_id, Kind.RESIDENT, str(resident_id)) or abort(404)
                card = deed(_desk(doing), resident)
                doing.after["card"] = card.token
                doing.residents.append(resident_id)
        except Refusal as refusal:
            nothing_done()
            return _page(resident_id, sentence(refusal), 409)
        _log.info("card_changed", clerk=current_user.username, resident=resident_id, card=card.number)
        office.news.look_soon()
        return redirect(url_for(".of_resident", resident_id=resident_id))

    def _page(resident_id: int, wrong: str = "", status: int = 200) -> tuple[str, int]:
        with reading(office.engine) as connection:
            names = load_names(connection, region_id, current())
            line = resident_line(connection, region_id, resident_id) or abort(404)
            tokens = [each.card.token for each in line.cards]
            reached = reach_of(connection, region_id, resident_id, tokens)
            history = card_deeds_of(connection, region_id, resident_id)
            staff = staff_names(connection, region_id)
        looked_at([resident_id])
        answer = render_template(
            "cards/of_resident.html",
            names=names,
            line=line,
            reached=reached,
            history=history,
            staff=staff,
            deeds=DEEDS,
            readers=READERS,
            reader=session.get("reader", CardNumbers.HEX),
            typed=request.form.get("chip", ""),
            wrong={"chip": wrong} if request.endpoint == "console.cards.issue" else {"card": wrong},
        )
        return answer, status

    return pages


def _asked(query: Query) -> CardsAsked:
    standing = query.text("state")
    known = CardsShown(standing) if standing in list(CardsShown) else CardsShown.ALL
    return CardsAsked(query.text("q"), query.text("site"), known, query.text("after"))


def _token() -> str:
    return request.form.get("card", "")


def _chip() -> bytes | None:
    """The number that was typed, or None for a code on paper. Raises `ChipUnread`."""
    if request.form.get("medium") == PAPER:
        return None
    reader = request.form.get("reader", "")
    numbers = CardNumbers(reader) if reader in READERS else CardNumbers.HEX
    session["reader"] = str(numbers)  # the next card is read by the same reader
    event = event_of(request.form.get("chip", ""), numbers, 0)
    if not isinstance(event, CardTap):
        raise ChipUnread
    return event.uid


SHOWN = Shown(
    pages=(blueprint,),
    links=(Link(32, "cards.cards", _("Cards")),),
    of_each_resident=(Link(5, "cards.of_resident", _("Cards: give out, block")),),
    reviews=REVIEWS,
    acts={
        "cards.cards": _("Looked at the list of cards"),
        "cards.of_resident": _("Looked at somebody's cards"),
        "cards.issue": _("Gave out a card"),
        "cards.print_sheets": _("Printed cards"),
        "cards.block": _("Blocked a card"),
        "cards.unblock": _("Made a card good again"),
    },
    translations=(Path(__file__).parent.parent / "translations",),
)
