"""A resident's photo, as the kiosks of the home site have it; and the page on which a clerk gives another."""

from __future__ import annotations

import structlog
from flask import Blueprint, Response, abort, make_response, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response as WerkzeugResponse

from kiosk.catalogue.items import Kind
from kiosk.people.photos import MIME_TYPE, Photo
from kiosk.people.residents import Resident
from sync.office.catalogue.published import residents_by_id
from sync.office.catalogue.publishing import shown
from sync.office.console.door.acting import acting, looked_at
from sync.office.console.door.security import policy
from sync.office.office import Office
from sync.office.people.access.needs import needs
from sync.office.people.access.permissions import Permission
from sync.office.store.database import reading

_log = structlog.get_logger()


def add_photos(console: Blueprint, office: Office) -> None:
    """Put their addresses on the blueprint: for clerks who are logged in, and no browser keeps one."""
    region_id = office.settings.region_id

    @console.get("/residents/<int:resident_id>/photo")
    @needs(Permission.SEE_RESIDENTS)
    def photo(resident_id: int) -> Response:
        with reading(office.engine) as connection:
            found: Photo | None = shown(connection, region_id, Kind.PHOTO, str(resident_id))
        if found is None:
            abort(404)
        looked_at([resident_id])
        return Response(found.image, mimetype=MIME_TYPE, headers={"Cache-Control": "no-store"})

    @console.get("/residents/<int:resident_id>/photo/change")
    @needs(Permission.CHANGE_RESIDENTS)
    def choose_photo(resident_id: int) -> Response:
        who = _known(resident_id)
        looked_at([resident_id])
        return _choose(who)

    @console.post("/residents/<int:resident_id>/photo/change")
    @needs(Permission.CHANGE_RESIDENTS)
    def change_photo(resident_id: int) -> WerkzeugResponse:
        """What is kept is decoded, cut, made small and encoded anew: see `importing.photos`."""
        from sync.office.importing.photos import NoPicture, encode
        from sync.office.people.photos import publish_photos

        before, given = _known(resident_id), request.files.getlist("picture")
        try:
            picture = encode(next((each.read() for each in given if each.filename), b""))
        except NoPicture:
            return _choose(before, wrong=True)
        with acting(office, resident=resident_id) as doing:
            publish_photos(doing.connection, region_id, {resident_id: picture})
            doing.residents.append(resident_id)
            doing.before["photo"] = before.photo
            after = residents_by_id(doing.connection, region_id, [resident_id])[resident_id]
            doing.after["photo"] = after.photo
        _log.info("photo_changed", clerk=current_user.username, resident=resident_id)
        return redirect(url_for("console.resident", resident_id=resident_id))

    def _known(resident_id: int) -> Resident:
        with reading(office.engine) as connection:
            found = residents_by_id(connection, region_id, [resident_id]).get(resident_id)
        return found or abort(404)


def _choose(who: Resident, *, wrong: bool = False) -> Response:
    """With a script, which makes the picture small before it is sent."""
    page = make_response(render_template("console/photo.html", who=who, wrong=wrong), 400 if wrong else 200)
    page.headers["Content-Security-Policy"] = policy("script-src 'self'")
    return page
