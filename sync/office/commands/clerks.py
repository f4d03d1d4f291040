"""The `office clerk` commands."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import click
import sqlalchemy as sa

from kiosk.plain.refusals import Refusal
from sync.office.commands.opening import Commands, Invocation, pass_invocation
from sync.office.people import clerk_sessions, clerks, second_factors
from sync.office.people.access import areas, logins, posts
from sync.office.people.access.permissions import Role
from sync.office.people.access.posts import Post
from sync.office.store.database import reading, writing
from sync.terminal import typed_secret


@click.group(cls=Commands)
def clerk() -> None:
    """Who may open the office pages. A password is typed, or read from standard input."""


IN = click.option("--in", "where", default="", help="The division they hold it in; else everywhere.")
ROLES = click.Choice([str(each) for each in Role])


WRONG = {
    "unusable_name": "%(name)r: 1 to 40 characters without space and / are allowed",
    "password_common": "the password: none that guessing begins with is allowed; take three or four words",
    "password_is_name": "the password: the name of its owner is not allowed",
    "password_too_short": "the password has %(given)s characters: at least %(fewest)s are allowed",
}


@clerk.command("add")
@click.argument("name")
@click.option("--role", "roles", type=ROLES, multiple=True, help="May be given several times.")
@IN
@pass_invocation
def clerk_add(invocation: Invocation, name: str, roles: Sequence[str], where: str) -> None:
    """Add the clerk NAME: as clerk and accountant, unless a role is given."""
    given = [Post(Role(each), where) for each in roles or [post.role for post in posts.USUAL]]
    require_division(invocation, where)
    _set_password(invocation, "clerk add", name, given)
    click.echo(f"{name}: may log in, as {_in_words(given)}")


@clerk.command("role")
@click.argument("name")
@click.argument("roles", type=ROLES, nargs=-1, required=True)
@IN
@pass_invocation
def clerk_role(invocation: Invocation, name: str, roles: Sequence[str], where: str) -> None:
    """Give NAME these ROLES in place of what they had."""
    office, given = invocation.office, [Post(Role(each), where) for each in roles]
    require_division(invocation, where)
    with writing(office.engine) as connection:
        _require_clerk(connection, office.region_id, name, there=True)
        posts.appoint(connection, office.region_id, name, given)
        invocation.note(connection, "clerk role", name=name, roles=_in_words(given))
    click.echo(f"{name}: {_in_words(given)}")


@clerk.command("password")
@click.argument("name")
@pass_invocation
def clerk_password(invocation: Invocation, name: str) -> None:
    """Change the password of NAME, who is logged out everywhere."""
    _set_password(invocation, "clerk password", name)
    click.echo(f"{name}: password changed")


@clerk.command("remove")
@click.argument("name")
@pass_invocation
def clerk_remove(invocation: Invocation, name: str) -> None:
    """Let NAME in no more."""
    with writing(invocation.office.engine) as connection:
        _require_clerk(connection, invocation.office.region_id, name, there=True)
        clerks.remove(connection, invocation.office.region_id, name)
        invocation.note(connection, "clerk remove", name=name)
    click.echo(f"{name}: removed")


@clerk.command("reset-second-factor")
@click.argument("name")
@pass_invocation
def clerk_reset_second_factor(invocation: Invocation, name: str) -> None:
    """Let NAME log in without a code, whose phone and recovery codes are lost. Be sure that it is them."""
    region_id = invocation.office.region_id
    with writing(invocation.office.engine) as connection:
        _require_clerk(connection, region_id, name, there=True)
        second_factors.remove(connection, region_id, name)
        clerk_sessions.end_all(connection, region_id, name)
        invocation.note(connection, "clerk reset-second-factor", name=name)
    click.echo(f"{name}: logs in with the password alone")


@clerk.command("list")
@pass_invocation
def clerk_list(invocation: Invocation) -> None:
    """Name all clerks, their roles, and who has a second factor."""
    office = invocation.office
    with reading(office.engine) as connection:
        for each in logins.every(connection, office.region_id, office.now_ms()):
            said = [_in_words(each.posts) or "no role"]
            said += ["second factor"] if each.has_second_factor else []
            said += ["locked"] if each.disabled else [] if each.has_password else ["no password yet"]
            click.echo(f"{each.username}: {'; '.join(said)}")


def require_division(invocation: Invocation, where: str) -> None:
    """Raises `UsageError` unless it is there, or empty."""
    with reading(invocation.office.engine) as connection:
        known = [each.code for each in areas.all_divisions(connection, invocation.office.region_id)]
    if where and where not in known:
        allowed = ", ".join(known) or "none yet, see `office division`"
        raise click.UsageError(f"--in {where}: {allowed} allowed")


def _in_words(held: Iterable[Post]) -> str:
    return ", ".join(map(str, held))


def _set_password(invocation: Invocation, what: str, name: str, given: Sequence[Post] = ()) -> None:
    """Of somebody who is there; or, with the posts that are `given`, of somebody new."""
    office = invocation.office
    with reading(office.engine) as connection:
        _require_clerk(connection, office.region_id, name, there=not given)
    password = typed_secret("Password")
    try:
        made = clerks.make(name, password)
    except Refusal as error:
        raise click.UsageError(WRONG[error.code] % vars(error)) from error
    with writing(office.engine) as connection:
        clerks.store(connection, office.region_id, made)
        if given:
            posts.appoint(connection, office.region_id, name, given)
        invocation.note(connection, what, name=name, roles=_in_words(given))


def _require_clerk(connection: sa.Connection, region_id: int, name: str, *, there: bool) -> None:
    known = clerks.names(connection, region_id)
    if there and name not in known:
        raise click.UsageError(f"{name}: no such clerk; there are: {', '.join(known) or 'none yet'}")
    if not there and name in known:
        raise click.UsageError(f"{name}: is a clerk already; `office clerk password {name}` is allowed")
