"""A page for each picture, with its table, and the table as a file. Each needs what its picture needs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta

from flask import Blueprint, Response, request
from flask_babel import gettext

from sync.office.console import files, formats
from sync.office.console.door.guard import area
from sync.office.console.languages import current
from sync.office.console.marking import _
from sync.office.console.names import Names, load_names
from sync.office.console.queries import Query
from sync.office.console.reporting.pictures.drawing import HEIGHT, LEFT, RIGHT, WIDTH, drawn
from sync.office.console.reporting.pictures.kiosks import KIOSKS
from sync.office.console.reporting.pictures.picture import Picture, PictureAsked, bars
from sync.office.console.reporting.sheets import Sheet, export
from sync.office.office import Office
from sync.office.people.access.needs import needs
from sync.office.store.database import reading

FORTNIGHT, LONGEST = timedelta(days=13), timedelta(days=366)
FILE = "<any(json, csv, xlsx):file_format>"


def all_pictures(of_services: Sequence[Picture]) -> Sequence[Picture]:
    return (*of_services, KIOSKS)


def acts(of_services: Sequence[Picture]) -> dict[str, str]:
    """What is noted of a table that is taken along; a picture names nobody."""
    every = all_pictures(of_services)
    return {f"picture_{each.code}_file": _("Took a picture's table along") for each in every}


def add_pages(console: Blueprint, office: Office, of_services: Sequence[Picture]) -> None:
    """`/pictures/CODE` and its files, of every picture."""
    every = all_pictures(of_services)
    for picture in every:
        page = needs(picture.needs)(_page(office, picture, every))
        file = needs(picture.needs)(_file(office, picture))
        console.add_url_rule(f"/pictures/{picture.code}", f"picture_{picture.code}", page)
        console.add_url_rule(f"/pictures/{picture.code}.{FILE}", f"picture_{picture.code}_file", file)


def _page(office: Office, picture: Picture, every: Sequence[Picture]) -> Callable[[], tuple[str, int]]:
    def page() -> tuple[str, int]:
        query = Query(request.args)
        asked, names, sheet = _found(office, picture, query)
        drawing = drawn(bars(picture, sheet, asked, names, gettext))
        edges = {"width": WIDTH, "height": HEIGHT, "left": LEFT, "right": WIDTH - RIGHT}
        shown = {"picture": picture, "pictures": every, "asked": asked, "names": names, "sheet": sheet}
        return query.answer("console/picture.html", **shown, drawing=drawing, edges=edges)

    return page


def _file(office: Office, picture: Picture) -> Callable[..., Response]:
    def file(file_format: str) -> Response:
        query = Query(request.args)
        asked, names, sheet = _found(office, picture, query)
        query.insist()
        name = f"{picture.code}-{asked.first_day}-{asked.last_day}.{file_format}"
        return files.attached(export(sheet, file_format, names, gettext), name)

    return file


def _found(office: Office, picture: Picture, query: Query) -> tuple[PictureAsked, Names, Sheet]:
    today = formats.today()
    first_day, last_day = query.days(today - FORTNIGHT, today)
    if last_day - first_day > LONGEST:
        query.wrong.setdefault("to", gettext("A year at most, please."))
        first_day = last_day - FORTNIGHT
    asked = PictureAsked(first_day, last_day, query.text("site"), area(), office.moment())
    with reading(office.engine) as connection:
        names = load_names(connection, office.region_id, current())
        return asked, names, picture.sheet(connection, office.region_id, asked, names)
