"""The page of books that are out."""

from __future__ import annotations

from flask import Blueprint, render_template

from sync.office.console.shown import Link, Shown
from sync.office.office import Office
from sync.office.people.access.needs import needs
from sync.office.people.access.permissions import Permission
from sync.office.store.database import reading
from tests.services.lending_library.at_office.loans import loans


def blueprint(office: Office) -> Blueprint:
    library = Blueprint("library", __name__, template_folder="templates")

    @library.get("/books")
    @needs(Permission.SEE_SALES)
    def books() -> str:
        with reading(office.engine) as connection:
            return render_template("library/loans.html", loans=loans(connection, office.region_id))

    return library


SHOWN = Shown(pages=(blueprint,), links=(Link(65, "library.books", "Books"),))
