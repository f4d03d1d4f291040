"""What a request is about: read from the form or the address, and answered 4xx where it is about nothing."""

from __future__ import annotations

import re

from flask import Flask, abort, request

from kiosk.common.outcomes import Person, person_of
from kiosk.counter import Counter
from kiosk.people.residents import Resident
from kiosk.plain.numbers import whole_number
from kiosk.plain.refusals import Refusal

# Made in the page before anybody is asked, so that the same touch sent twice counts once.
REQUEST_ID = re.compile(r"[\w-]{16,64}", re.ASCII)


def install(app: Flask) -> None:
    """A panel that the counter refuses to fill is answered 503: the header says what the matter is."""
    app.register_error_handler(Refusal, lambda refusal: ("", 503))


def asked_id() -> str:
    """The id of the touch that this request carries; 400 if it has none."""
    request_id = request.form.get("request_id", "")
    if not REQUEST_ID.fullmatch(request_id):
        abort(400)
    return request_id


def asked_resident_id() -> int:
    """Whom the form is about; 400 if it does not say."""
    resident_id = request.form.get("resident_id", type=whole_number)
    if resident_id is None:
        abort(400)
    return resident_id


def asked_number(typed: str, most: int) -> int:
    """What was typed; 400 if it is no whole number up to `most`."""
    try:
        number = whole_number(typed)
    except ValueError:
        abort(400)
    if number > most:
        abort(400)
    return number


def known(counter: Counter, resident_id: int) -> Resident:
    """Whom an address is about; 404 if the register has nobody by that number."""
    resident = counter.catalogue.resident(resident_id)
    if resident is None:
        abort(404)
    return resident


def known_person(counter: Counter, resident_id: int) -> Person:
    """The same as screens show them. Raises what keeps the counter from knowing the day."""
    day = counter.today()
    return person_of(known(counter, resident_id), day)
