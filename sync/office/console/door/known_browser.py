"""A cookie that says in which browser a clerk has logged in before. It opens nothing; see `login_tries`."""

from __future__ import annotations

import secrets
from datetime import timedelta

from flask import Response, current_app, request
from itsdangerous import BadData, URLSafeTimedSerializer
from werkzeug.wrappers import Response as WerkzeugResponse

COOKIE = "office_known"
KEPT = timedelta(days=180)


def known_browser(username: str) -> str:
    """The id of the browser that asks, if this clerk has logged in with it; else empty."""
    try:
        whose, browser = _serializer().loads(
            request.cookies.get(COOKIE, ""), max_age=int(KEPT.total_seconds())
        )
    except (BadData, ValueError, TypeError):
        return ""
    return str(browser) if whose == username else ""


def remember_browser(response: Response | WerkzeugResponse, username: str) -> None:
    """Let the browser be known from now on, under a new id."""
    response.set_cookie(
        COOKIE,
        _serializer().dumps([username, secrets.token_hex(16)]),
        max_age=KEPT,
        path="/login",
        secure=True,
        httponly=True,
        samesite="Strict",
    )


def _serializer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.secret_key or "", salt="known browser 1")
