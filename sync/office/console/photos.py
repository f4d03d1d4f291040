"""A resident's photo, as the kiosks of the home site have it."""

from __future__ import annotations

from flask import Blueprint, Response, abort

from kiosk.catalogue.items import Kind
from kiosk.people.photos import MIME_TYPE, Photo
from sync.office.catalogue.publishing import shown
from sync.office.office import Office
from sync.office.store.database import reading


def add_photos(console: Blueprint, office: Office) -> None:
    """Put their address on the blueprint: for clerks who are logged in, and no browser keeps one."""

    @console.get("/residents/<int:resident_id>/photo")
    def photo(resident_id: int) -> Response:
        with reading(office.engine) as connection:
            found: Photo | None = shown(connection, office.region_id, Kind.PHOTO, str(resident_id))
        if found is None:
            abort(404)
        return Response(found.image, mimetype=MIME_TYPE, headers={"Cache-Control": "no-store"})
