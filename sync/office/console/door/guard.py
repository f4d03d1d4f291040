"""Who may open what: each route says what it needs, and the house enforces it; see `people.access.needs`.

Where somebody may is an `Area`. Whatever a request names by one of the words below has to lie in it, on every
route of every service; what a page lists is asked for with `area()`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import sqlalchemy as sa
from flask import abort, current_app, g, request
from flask_babel import gettext
from flask_login import current_user

from sync.office.catalogue.published import residents_by_id
from sync.office.people.access.areas import EVERYWHERE, Area, area_of
from sync.office.people.access.needs import Need, Open, need_of
from sync.office.people.access.permissions import Permission
from sync.office.people.access.proposals import site_of as _of_proposal
from sync.office.store.database import reading
from sync.office.store.tables import devices, journals


def needed(endpoint: str | None) -> Need | None:
    """What a route said that it needs; None: it said nothing, or there is none."""
    return need_of(current_app.view_functions, endpoint) if endpoint else None


def may(permission: Permission) -> bool:
    """Whether whoever is logged in may do it anywhere."""
    return current_user.is_authenticated and any(each.may(permission) for each in current_user.posts)


def may_open(endpoint: str) -> bool:
    """For links and buttons: whoever may not open what they lead to does not see them."""
    need = needed(endpoint)
    if not isinstance(need, Permission):
        return need is not None
    return may(need) and (not _is_everywhere(endpoint) or area(need) == EVERYWHERE)


def area(permission: Permission | None = None) -> Area:
    """Where whoever is logged in may do it; unless it is said, what this route needs."""
    wanted = permission or needed(request.endpoint)
    if not isinstance(wanted, Permission):
        return Area(frozenset())
    known: dict[Permission, Area] = g.setdefault("areas", {})
    if wanted not in known:
        office = current_app.extensions["office"]
        with reading(office.engine) as connection:
            known[wanted] = area_of(connection, office.region_id, current_user.posts, wanted)
    return known[wanted]


def refuse_unless_allowed(endpoint: str | None) -> None:
    """Raises a 403 that says so, for somebody who is logged in; and a 404 for what lies elsewhere."""
    need = needed(endpoint)
    if need in (Open.EVERYBODY, Open.LOGGED_IN):
        return
    if endpoint is None or not isinstance(need, Permission) or not may_open(endpoint):
        abort(403, description=gettext("Your role does not include this. Ask a manager of the office."))
    allowed = area()
    if allowed != EVERYWHERE and not _has_all_named(allowed):
        abort(404)


def _is_everywhere(endpoint: str) -> bool:
    return bool(getattr(current_app.view_functions[endpoint], "everywhere", False))


def _has_all_named(allowed: Area) -> bool:
    """Whether all that the request names lies there; what is not there at all is nobody's."""
    office = current_app.extensions["office"]
    named = [
        (_IS_IN[name], str(value))
        for source in (request.view_args or {}, request.args, request.form)
        for name, value in source.items()
        if name in _IS_IN and value != ""
    ]
    if not named:
        return True
    with reading(office.engine) as connection:
        return all(is_in(connection, office.region_id, value, allowed) for is_in, value in named)


def _of_journal(connection: sa.Connection, region_id: int, value: str) -> str:
    c = journals.c
    query = sa.select(c.site).where(c.region_id == region_id, c.journal_id == _bytes(value))
    return str(connection.execute(query).scalar() or "")


def _of_device(connection: sa.Connection, region_id: int, value: str) -> str:
    c = devices.c
    query = sa.select(c.site).where(c.region_id == region_id, c.device_id == _bytes(value))
    return str(connection.execute(query).scalar() or "")


def _is_resident_of(connection: sa.Connection, region_id: int, value: str, allowed: Area) -> bool:
    found = residents_by_id(connection, region_id, [int(value)] if value.isdecimal() else [])
    return any(allowed.has_resident(each) for each in found.values())


def _bytes(value: str) -> bytes:
    try:
        return bytes.fromhex(value)
    except ValueError:
        return b""


IsIn = Callable[[sa.Connection, int, str, Area], bool]


def _at(site_of: Callable[[sa.Connection, int, str], str]) -> IsIn:
    """By the site that it is of."""
    return lambda connection, region_id, value, allowed: allowed.has(site_of(connection, region_id, value))


# By what a request calls something: whether it lies in an area.
_IS_IN: Mapping[str, IsIn] = {
    "device": _at(_of_device),
    "journal": _at(_of_journal),
    "proposal": _at(_of_proposal),
    "resident_id": _is_resident_of,
    "site": _at(lambda _connection, _region_id, value: value),
}
