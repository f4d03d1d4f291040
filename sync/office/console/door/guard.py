"""Who may open what: each route says what it needs, and the house enforces it; see `people.access.needs`."""

from __future__ import annotations

from flask import abort, current_app
from flask_babel import gettext
from flask_login import current_user

from sync.office.people.access.needs import Need, Open, need_of
from sync.office.people.access.permissions import Permission


def needed(endpoint: str | None) -> Need | None:
    """What a route said that it needs; None: it said nothing, or there is none."""
    return need_of(current_app.view_functions, endpoint) if endpoint else None


def may(permission: Permission) -> bool:
    """Whether whoever is logged in may do it anywhere."""
    return current_user.is_authenticated and any(each.may(permission) for each in current_user.posts)


def may_open(endpoint: str) -> bool:
    """For links and buttons: whoever may not open what they lead to does not see them."""
    need = needed(endpoint)
    return may(need) if isinstance(need, Permission) else need is not None


def refuse_unless_allowed(endpoint: str | None) -> None:
    """Raises a 403 that says so, for somebody who is logged in."""
    need = needed(endpoint)
    if need in (Open.EVERYBODY, Open.LOGGED_IN) or (isinstance(need, Permission) and may(need)):
        return
    abort(403, description=gettext("Your role does not include this. Ask a manager of the office."))
