"""What becomes of a browser whose clerk got in, or has to wait."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from flask import Response, redirect, request, session, url_for
from flask_babel import gettext, ngettext
from flask_login import login_user
from werkzeug.wrappers import Response as Redirect

from kiosk.plain.addresses import is_ours
from sync.office.console.door.known_browser import remember_browser
from sync.office.console.door.lane import LaneFull
from sync.office.console.door.security import LoggedIn
from sync.office.console.languages import keep, kept
from sync.office.people.login_tries import TooSoon

TOO_MANY, BUSY = 429, 503
BUSY_FOR_S = 3
LONGEST = 1000  # of what is looked at of a password or code

T = TypeVar("T")


def enter(username: str, token: str) -> Redirect:
    """With a new session, to where they were going."""
    forget_all_but_the_language()
    session.permanent = True
    login_user(LoggedIn(username, token))
    answer = redirect(wanted_page())
    remember_browser(answer, username)
    return answer


def forget_all_but_the_language() -> None:
    chosen = kept()
    session.clear()
    if chosen:
        keep(chosen)


def or_wait(do: Callable[[], T], page: Callable[[str, int], Response]) -> T | Response:
    """What it gave; or the page with the message that somebody has to wait, and the status."""
    try:
        return do()
    except TooSoon as error:
        wait_s = -(-error.wait_ms // 1000)
        answer = page(_too_many(wait_s), TOO_MANY)
    except LaneFull:
        wait_s = BUSY_FOR_S
        answer = page(gettext("Many people are logging in just now. Please try again in a moment."), BUSY)
    answer.headers["Retry-After"] = str(wait_s)
    return answer


def _too_many(wait_s: int) -> str:
    if wait_s <= 60:
        message: str = ngettext(
            "Too many attempts. Please wait %(num)d second.",
            "Too many attempts. Please wait %(num)d seconds.",
            wait_s,
        )
    else:
        message = ngettext(
            "Too many attempts. Please wait %(num)d minute.",
            "Too many attempts. Please wait %(num)d minutes.",
            -(-wait_s // 60),
        )
    return message


def wanted_page() -> str:
    """Where the clerk was going, if that is a page of ours."""
    wanted = request.args.get("next", "")
    return wanted if is_ours(wanted) else url_for("console.overview")
