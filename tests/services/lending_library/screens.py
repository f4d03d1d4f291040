"""The library's panel: whoever stands there takes a book home."""

from __future__ import annotations

from flask import Blueprint, render_template, request

from kiosk.front.desk import Desk
from kiosk.web.page.asked import asked_id, asked_resident_id, known_person
from kiosk.web.panel.panels import Panel, Purpose, offer
from tests.services.lending_library.actions import Library


def blueprint(desk: Desk) -> Blueprint:
    library = Blueprint("library", __name__, url_prefix="/library", template_folder="templates")
    offer(
        library,
        panels=[Panel("library.shelf", "Books", "library/book.svg", 70)],
        purposes={"book": Purpose("library.of")},
    )

    def books() -> tuple[str, ...]:
        return desk.counter()[Library].shelf()

    @library.get("/")
    def shelf() -> str:
        return render_template("library/shelf.html", shelf=books(), person=None)

    @library.get("/of/<int:resident_id>")
    def of(resident_id: int) -> str:
        person = known_person(desk.counter(), resident_id)
        return render_template("library/shelf.html", shelf=books(), person=person)

    @library.post("/lend")
    def lend() -> tuple[str, int]:
        resident_id, book, request_id = asked_resident_id(), request.form.get("book", ""), asked_id()
        desk.act(
            lambda counter: counter[Library].lend(resident_id, book, request_id), resident_id=resident_id
        )
        return "", 204

    return library
