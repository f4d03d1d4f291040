"""What whoever is logged in does and looks at, as the audit log has it.

A page that changes something says what it was before and after (`acting`). For one that does not, and for
what is only looked at, the house writes down who asked what, and which residents were shown; a page whose
entry cannot be kept is not shown either.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from flask import Response, g, request
from flask_login import current_user

from sync.office.office import Office
from sync.office.people.access import audit
from sync.office.people.access.audit import Deed, Noting
from sync.office.store.database import writing

# No secret, and nothing that says nothing.
UNTOLD = {"csrf_token", "password", "again", "code", "proof", "invitation"}
LONGEST = 200


@contextmanager
def acting_as(office: Office, who: str, **about: object) -> Iterator[Noting]:
    """The same as `acting`, for somebody who is not logged in yet."""
    g.who = who
    with acting(office, **about) as noting:
        yield noting


@contextmanager
def acting(office: Office, **about: object) -> Iterator[Noting]:
    """One transaction, noted at its end: `about` which things, and what is filled in on the way."""
    with writing(office.engine) as connection:
        noting = Noting(connection)
        yield noting
        _write(connection, office, about, noting)
    g.noted = True


def looked_at(resident_ids: Iterable[int]) -> None:
    """Residents whom this page shows."""
    g.setdefault("looked_at", set()).update(resident_ids)


def nothing_done() -> None:
    """A form comes back as it was sent: what was typed into it is not for the log."""
    g.untold = True


def asked_back() -> None:
    """What was asked is not done, for it is to be asked again: it is noted when it is done."""
    g.noted = True


def noting_the_rest(office: Office, busy: Callable[[], Response]) -> Callable[[Response], Response]:
    """To be called after each request; answers `busy` in place of what could not be noted."""

    def note(answer: Response) -> Response:
        about = _worth_noting(answer)
        if about is None or not _who():
            return answer
        try:
            with writing(office.engine) as connection:
                seen = Noting(connection, residents=sorted(g.get("looked_at", ())))
                _write(connection, office, about, seen)
        except sa.exc.OperationalError:
            return busy()
        return answer

    return note


def _worth_noting(answer: Response) -> dict[str, object] | None:
    asked: dict[str, object] = {**(request.view_args or {}), **request.args}
    if answer.status_code == 403:
        return {"refused": request.path}
    if request.method == "POST":
        return None if g.get("noted") else {**asked, **({} if g.get("untold") else request.form)}
    taken = "attachment" in answer.headers.get("Content-Disposition", "")
    return asked if answer.status_code == 200 and (taken or g.get("looked_at")) else None


def _who() -> str:
    """Whoever asked, though they may have logged out with it."""
    return str(g.get("who") or (current_user.username if current_user.is_authenticated else ""))


def _write(connection: sa.Connection, office: Office, about: dict[str, object], noting: Noting) -> None:
    told = {name: str(value)[:LONGEST] for name, value in about.items() if name not in UNTOLD and value != ""}
    deed = Deed(
        who=_who(),
        what=(request.endpoint or "").removeprefix("console."),
        about=told,
        before=noting.before,
        after=noting.after,
        residents=tuple(sorted(set(noting.residents))),
    )
    audit.write(connection, office.region_id, deed, office.now_ms())
