"""Which resident a phone pays for: a signed cookie, good for half a year and as long as the card is.

It names the resident's cards as they were when the phone was joined to one of them. Once any of these is
lost, replaced or closed, the phone is a stranger again, for it may have been lost with the card.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

import sqlalchemy as sa
from flask import Response, current_app, request
from itsdangerous import BadData, URLSafeTimedSerializer
from werkzeug.wrappers import Response as WerkzeugResponse

from kiosk.catalogue.items import Kind, decode_value
from kiosk.people.cards import Card, CardStatus
from kiosk.people.residents import ResidentStatus
from sync.office.catalogue.published import items_of, residents_by_id
from sync.office.store.tables import catalogue_items

COOKIE, PATH = "charging_phone", "/c"
KEPT = timedelta(days=180)
SHOWN_DIGITS = 4


@dataclass(frozen=True, slots=True)
class Joined:
    """Whose phone it is; `tail` is what the page calls them by: the end of a card's number, and no name."""

    resident_id: int
    tail: str


def joined(connection: sa.Connection, region_id: int, today: date) -> Joined | None:
    """By the cookie of this request; None: a stranger's phone."""
    try:
        said_region, resident_id, numbers = _serializer().loads(
            request.cookies.get(COOKIE, ""), max_age=int(KEPT.total_seconds())
        )
    except (BadData, ValueError, TypeError):
        return None
    good = cards_in_use(connection, region_id, resident_id, today)
    if said_region != region_id or not numbers or not {*numbers} <= {*good}:
        return None
    resident = residents_by_id(connection, region_id, [resident_id]).get(resident_id)
    if resident is None or resident.status is not ResidentStatus.ACTIVE:
        return None
    return Joined(resident_id, f"{numbers[0]:0{SHOWN_DIGITS}d}"[-SHOWN_DIGITS:])


def join(
    answer: Response | WerkzeugResponse, region_id: int, resident_id: int, numbers: Iterable[int]
) -> None:
    """From now on this phone pays for a resident, who has these cards."""
    answer.set_cookie(
        COOKIE,
        _serializer().dumps([region_id, resident_id, sorted(numbers)]),
        max_age=KEPT,
        path=PATH,
        secure=True,
        httponly=True,
        samesite="Lax",
    )


def leave(answer: Response | WerkzeugResponse) -> None:
    answer.delete_cookie(COOKIE, path=PATH, secure=True, httponly=True, samesite="Lax")


def cards_in_use(connection: sa.Connection, region_id: int, resident_id: int, today: date) -> list[int]:
    """The numbers of somebody's cards that open anything."""
    query = items_of(region_id, Kind.CARD).where(catalogue_items.c.label == str(resident_id))
    cards: list[Card] = [decode_value(Kind.CARD, row.value) for row in connection.execute(query)]
    blocked = items_of(region_id, Kind.BLOCK).where(catalogue_items.c.key.in_([each.token for each in cards]))
    lost = {row.key for row in connection.execute(blocked)}
    return [
        each.number
        for each in cards
        if each.status is CardStatus.ACTIVE and each.token not in lost and each.last_day >= today
    ]


def _serializer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.secret_key or "", salt="charging phone 1")
