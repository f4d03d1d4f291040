"""Who works at the office: logins, what each may do and where, links to choose a password, and ending them.

What gives somebody more waits for a second manager; taking away and locking is done at once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import sqlalchemy as sa
from flask import Blueprint, Response, abort, make_response, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_login import current_user
from werkzeug.wrappers import Response as Redirect

from kiosk.plain.refusals import Refusal
from sync.office.console.access import login_changes
from sync.office.console.access.login_changes import LOGIN, ROLES, Do, LoginChange
from sync.office.console.access.proposing import put_forward
from sync.office.console.door.acting import acting
from sync.office.console.marking import _
from sync.office.office import Office
from sync.office.people.access import areas, invitations, logins, posts
from sync.office.people.access.needs import needs
from sync.office.people.access.permissions import Permission, Role
from sync.office.people.access.posts import Post
from sync.office.store.database import reading

BAD_FORM, CONFLICT = 400, 409

ACTS: Mapping[str, str] = {
    "accept_invitation": _("Chose a password"),
    "change_login": _("Proposed to change a login"),
    "invite": _("Invited somebody to the office's pages"),
    "lock_login": _("Locked a login"),
    "make_link": _("Made a link to choose a password"),
    "take_away_post": _("Took a post away"),
}
REFUSED: Mapping[str, str] = {
    **login_changes.REFUSED,
    "clerk_known": _("There is already somebody of this name."),
    "has_password": _("This login has a password, or is locked."),
    "more_than_held": _("Nobody gives what they may not do themselves."),
    "no_such_division": _("There is no such division."),
    "own_login": _("Nobody changes their own login here: ask another manager."),
    "unusable_name": _("A name has 1 to 40 characters, without spaces and without “/”."),
}


def add_pages(console: Blueprint, office: Office) -> None:
    """`/clerks`, and a page for each of them."""
    region_id = office.region_id

    @console.get("/clerks", endpoint="clerks")
    @needs(Permission.SEE_CLERKS, everywhere=True)
    def clerks_page() -> Response:
        return _list()

    @console.get("/clerks/<username>", endpoint="clerk")
    @needs(Permission.SEE_CLERKS, everywhere=True)
    def clerk_page(username: str) -> Response:
        return _one(username)

    @console.post("/clerks/invite")
    @needs(Permission.CHANGE_CLERKS, everywhere=True, anew=True)
    def invite() -> Response:
        """The login is there at once, and opens nothing before somebody else approves its post."""
        username, post = request.form.get("username", "").strip(), _post_asked()
        try:
            with acting(office, username=username) as doing:
                logins.require_may_give(doing.connection, region_id, current_user.posts, post)
                logins.add(doing.connection, region_id, username)
                token = _linked(doing.connection, username)
        except Refusal as refusal:
            return _list(_sentence(refusal), BAD_FORM)
        change = LoginChange(username=username, do=Do.GIVE, role=post.role, division=post.division)
        return _link(username, token, _proposed(change))

    @console.post("/clerks/<username>/link")
    @needs(Permission.CHANGE_CLERKS, everywhere=True, anew=True)
    def make_link(username: str) -> Response:
        try:
            with acting(office, username=username) as doing:
                logins.alone(doing.connection, region_id)
                _require_other(doing.connection, username)
                logins.require_no_password(doing.connection, region_id, username)
                token = _linked(doing.connection, username)
        except Refusal as refusal:
            return _one(username, _sentence(refusal), CONFLICT)
        return _link(username, token)

    @console.post("/clerks/<username>/change")
    @needs(Permission.CHANGE_CLERKS, everywhere=True, anew=True)
    def change_login(username: str) -> Response | Redirect:
        try:
            do = Do(request.form.get("do", ""))
        except ValueError:
            abort(BAD_FORM)
        change = LoginChange(username=username, do=do)
        try:
            with reading(office.engine) as connection:
                _require_other(connection, username)
                if do is Do.GIVE:
                    post = _post_asked()
                    logins.require_may_give(connection, region_id, current_user.posts, post)
                    change = LoginChange(username=username, do=do, role=post.role, division=post.division)
            _proposed(change)
        except Refusal as refusal:
            return _one(username, _sentence(refusal), CONFLICT)
        return redirect(url_for("console.clerk", username=username))

    @console.post("/clerks/<username>/take-away")
    @needs(Permission.CHANGE_CLERKS, everywhere=True, anew=True)
    def take_away_post(username: str) -> Response | Redirect:
        def take(connection: sa.Connection) -> None:
            held = set(posts.of(connection, region_id, username))
            posts.appoint(connection, region_id, username, held - {_post_asked()})

        return _changed(username, take)

    @console.post("/clerks/<username>/lock")
    @needs(Permission.CHANGE_CLERKS, everywhere=True, anew=True)
    def lock_login(username: str) -> Response | Redirect:
        return _changed(
            username, lambda connection: logins.disable(connection, region_id, username, office.now_ms())
        )

    def _changed(username: str, change: Callable[[sa.Connection], None]) -> Response | Redirect:
        """At once, unless it would leave the office without a manager."""
        try:
            with acting(office, username=username) as doing:
                logins.alone(doing.connection, region_id)
                _require_other(doing.connection, username)
                doing.before.update(logins.told(doing.connection, region_id, username))
                change(doing.connection)
                logins.require_a_manager(doing.connection, region_id)
                doing.after.update(logins.told(doing.connection, region_id, username))
        except Refusal as refusal:
            return _one(username, _sentence(refusal), CONFLICT)
        return redirect(url_for("console.clerk", username=username))

    def _proposed(change: LoginChange) -> bool:
        """Whether it is done already."""
        with reading(office.engine) as connection:
            effect = login_changes.effect_of(connection, region_id, change)
        return put_forward(office, LOGIN, change, effect=effect)

    def _require_other(connection: sa.Connection, username: str) -> None:
        logins.require_known(connection, region_id, username)
        if username == current_user.username:
            raise logins.OwnLogin

    def _linked(connection: sa.Connection, username: str) -> str:
        by, at_ms = current_user.username, office.now_ms()
        return invitations.invite(connection, region_id, username, by, at_ms)

    def _link(username: str, token: str, done: bool = True) -> Response:
        link = url_for("console.welcome", invitation=token, _external=True)
        page = render_template("console/clerk_link.html", username=username, link=link, waits=not done)
        return make_response(page)

    def _list(message: str = "", status: int = 200) -> Response:
        return _page("console/clerks.html", status, message=message, typed=request.form)

    def _one(username: str, message: str = "", status: int = 200) -> Response:
        return _page("console/clerk.html", status, username, message=message)

    def _page(template: str, status: int, username: str = "", **shown: object) -> Response:
        with reading(office.engine) as connection:
            found = logins.every(connection, region_id, office.now_ms())
            divisions = areas.all_divisions(connection, region_id)
        who = next((each for each in found if each.username == username), None)
        if username and who is None:
            abort(404)
        page = render_template(template, found=found, who=who, roles=ROLES, divisions=divisions, **shown)
        return make_response(page, status)


def _post_asked() -> Post:
    try:
        return Post(Role(request.form.get("role", "")), request.form.get("division", ""))
    except ValueError:
        abort(BAD_FORM)


def _sentence(refusal: Refusal) -> str:
    return str(gettext(REFUSED[refusal.code]))
