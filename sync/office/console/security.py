"""What protects the office pages: who is logged in, for how long, and what a page may do.

The cookie travels over TLS only; browsers make an exception for this very machine. Failed logins are counted
by name and by address, so that neither one password for many names nor many for one can be tried for long.
"""

from __future__ import annotations

import hmac
from datetime import timedelta

from flask import Blueprint, Flask, Response, current_app, request
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_login import LoginManager, current_user
from flask_wtf import CSRFProtect
from werkzeug.wrappers import Response as WerkzeugResponse

from sync.office import clerks
from sync.office.database import reading
from sync.office.office import Office

SESSION_TIMEOUT = timedelta(minutes=30)  # without a request
FAILURES_BY_NAME = "5 per 15 minutes"
FAILURES_BY_ADDRESS = "30 per 15 minutes"
LARGEST_FORM_BYTES = 16 * 1024
WRONG_PASSWORD = 401
_OPEN_ENDPOINTS = {"console.login", "console.log_in", "console.static"}

_POLICY = "; ".join(
    [
        "default-src 'none'",
        "style-src 'self'",
        "img-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    ]
)
_HEADERS = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}

csrf = CSRFProtect()


def install(app: Flask, office: Office, console: Blueprint) -> Limiter:
    """Lock the console's pages; returns what counts failed logins.

    Devices sign their requests; what protects pages does not touch theirs.
    """
    app.config.update(
        SECRET_KEY=_session_key(office),
        SESSION_COOKIE_NAME="office",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SECURE=True,
        SESSION_COOKIE_SAMESITE="Lax",
        PERMANENT_SESSION_LIFETIME=SESSION_TIMEOUT,
        WTF_CSRF_CHECK_DEFAULT=False,
        WTF_CSRF_TIME_LIMIT=None,  # as long as the session
    )
    csrf.init_app(app)
    manager = app.extensions["console_login"] = _login_manager(office)
    manager.init_app(app)
    console.before_request(_protect)
    console.after_request(_harden)
    # In memory: the office is one process, and a restart is no way around for those outside.
    return Limiter(get_remote_address, app=app, storage_uri="memory://", strategy="moving-window")


def _session_key(office: Office) -> bytes:
    """From the office's own key, so that a restart logs nobody out and nothing more needs to be kept."""
    return hmac.digest(
        office.settings.key_file.read_bytes(), b"neighbourhood-card console session 1", "sha256"
    )


def _login_manager(office: Office) -> LoginManager:
    manager = LoginManager()
    manager.login_view = "console.login"
    manager.login_message = None
    manager.session_protection = "strong"

    @manager.user_loader  # type: ignore[untyped-decorator]
    def returning(session_id: str) -> clerks.Clerk | None:
        with reading(office.engine) as connection:
            return clerks.returning(connection, office.settings.region_id, session_id)

    return manager


def _protect() -> WerkzeugResponse | None:
    """Nothing of the console is for strangers but the login page and what it looks like."""
    request.max_content_length = LARGEST_FORM_BYTES
    if request.method == "POST":
        csrf.protect()
    if request.endpoint in _OPEN_ENDPOINTS or current_user.is_authenticated:
        return None
    manager: LoginManager = current_app.extensions["console_login"]
    answer: WerkzeugResponse = manager.unauthorized()
    return answer


def _harden(response: Response) -> Response:
    response.headers.update(_HEADERS)
    if request.endpoint != "console.static":
        response.headers["Cache-Control"] = "no-store"
    return response
