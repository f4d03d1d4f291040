"""What needs a second manager of somebody's login: more rights, opening it again, another password."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum

import msgspec
import sqlalchemy as sa
from flask_babel import gettext

from sync.office.console.marking import _
from sync.office.people.access import areas, logins, posts
from sync.office.people.access.permissions import Permission, Role
from sync.office.people.access.posts import Post
from sync.office.people.access.proposals import Approved, Effect, ProposalKind, Words


class Do(StrEnum):
    """To a login."""

    GIVE = "give"
    OPEN = "open"
    RESET = "reset"


class LoginChange(msgspec.Struct, frozen=True, kw_only=True):
    """`role` and `division` are of the post that is given."""

    username: str
    do: Do
    role: Role | None = None
    division: str = ""


SENTENCES = {
    Do.GIVE: _("Give %(username)s the post that is shown"),
    Do.OPEN: _("Let %(username)s in again"),
    Do.RESET: _("Let %(username)s choose another password and second factor"),
}
POSTS, STATE = _("Posts"), _("State")
ROLES: Mapping[Role, str] = {
    Role.CLERK: _("Office clerk"),
    Role.ACCOUNTANT: _("Accountant"),
    Role.MANAGER: _("Manager"),
    Role.AUDITOR: _("Auditor"),
    Role.TECHNICIAN: _("Kiosk technician"),
}
REFUSED = {
    logins.ClerkUnknown.code: _("Nobody has this name."),
    logins.LastManager.code: _("This is the last manager: make somebody else a manager first."),
}


def effect_of(connection: sa.Connection, region_id: int, change: LoginChange) -> Effect:
    """In the words of whoever proposes: the posts before and after, or that the login is locked."""
    if change.do is Do.OPEN:
        return Effect(before={STATE: gettext("Locked")}, after={STATE: gettext("May log in")})
    titles = {each.code: each.title for each in areas.all_divisions(connection, region_id)}
    held = posts.of(connection, region_id, change.username)
    after = _posts_after(connection, region_id, change) if change.do is Do.GIVE else held
    return Effect(before={POSTS: _in_words(held, titles)}, after={POSTS: _in_words(after, titles)})


def _in_words(held: Iterable[Post], titles: Mapping[str, str]) -> str:
    told = (
        f"{gettext(ROLES[each.role])} ({titles.get(each.division, each.division) or gettext('everywhere')})"
        for each in sorted(held)
    )
    return ", ".join(told) or "–"


def _posts_after(connection: sa.Connection, region_id: int, change: LoginChange) -> set[Post]:
    held = set(posts.of(connection, region_id, change.username))
    return held if change.role is None else held | {Post(change.role, change.division)}


def _words(change: LoginChange) -> Words:
    return SENTENCES[change.do], {"username": change.username}


def _based_on(connection: sa.Connection, region_id: int, change: LoginChange) -> str:
    told = logins.told(connection, region_id, change.username)
    return f"{told['posts']}; {told['state']}"


def _carry_out(approved: Approved, change: LoginChange) -> None:
    connection, region_id = approved.connection, approved.region_id
    logins.alone(connection, region_id)
    logins.require_known(connection, region_id, change.username)
    if change.do is Do.GIVE:
        given = _posts_after(connection, region_id, change)
        posts.appoint(connection, region_id, change.username, given)
    elif change.do is Do.OPEN:
        logins.disable(connection, region_id, change.username, None)
    else:
        logins.reset(connection, region_id, change.username)
        logins.require_a_manager(connection, region_id)


LOGIN = ProposalKind(
    name="login",
    title=_("Who may open these pages"),
    payload=LoginChange,
    needs=Permission.CHANGE_CLERKS,
    words=_words,
    based_on=_based_on,
    carry_out=_carry_out,
    refusals=REFUSED,
)
