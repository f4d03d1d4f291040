"""What protects the office pages: who is logged in, and what a page may do.

The cookie travels over TLS only; browsers make an exception for this very machine. It names a session that is
kept at the office (`clerk_sessions`). Failed logins are counted in `login_tries`.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import timedelta

import sqlalchemy as sa
import structlog
from flask import (
    Blueprint,
    Flask,
    Request,
    Response,
    abort,
    current_app,
    g,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask_babel import gettext
from flask_login import LoginManager, UserMixin, current_user
from flask_wtf import CSRFProtect
from werkzeug.wrappers import Response as WerkzeugResponse

from sync.office.console.door.acting import asked_back, noting_the_rest
from sync.office.console.door.guard import needed, refuse_unless_allowed
from sync.office.office import Office
from sync.office.people import clerk_sessions, clerks, second_factors
from sync.office.people.access import posts, tokens
from sync.office.people.access.needs import Open
from sync.office.people.access.permissions import Permission
from sync.office.people.access.posts import Post
from sync.office.people.access.tokens import Scope
from sync.office.store.database import reading, writing
from sync.wire.messages import MAX_BODY_BYTES

LARGEST_FORM_BYTES = 16 * 1024
_WITH_FILES = ("console.change_photo", "console.send_sheet")
PROGRAM = "program: "  # before a program's name, which is no clerk's
PROOF_GOOD_MS = 5 * 60_000  # as long nobody proves again who they are
NOT_PROVED = 401
SETTING_UP = {
    *("console.second_factor", "console.second_factor_picture", "console.prepare_second_factor"),
    *("console.finish_second_factor", "console.prove_again", "console.logout"),
}


def policy(*more: str) -> str:
    """What a page may load, and `more`; no script."""
    return "; ".join(
        [
            "default-src 'none'",
            "style-src 'self'",
            "img-src 'self'",
            "form-action 'self'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
            *more,
        ]
    )


_HEADERS = {
    "Content-Security-Policy": policy(),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}

csrf = CSRFProtect()
_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class LoggedIn(UserMixin):  # type: ignore[misc]  # Flask-Login is untyped
    """A clerk in a session."""

    username: str
    token: str
    posts: tuple[Post | Scope, ...] = ()
    proved_at_ms: int = 0  # when they last proved who they are
    must_set_up: bool = False  # a second factor, before anything else
    is_program: bool = False  # with a token, which opens what its scopes say and nothing that is people's

    def get_id(self) -> str:
        """What the cookie keeps."""
        return self.token


def install(app: Flask, office: Office, console: Blueprint, not_pages: str) -> None:
    """Lock the console's pages. Devices sign their requests; what protects pages does not touch theirs."""
    app.config.update(
        SECRET_KEY=_session_key(office),
        SESSION_COOKIE_NAME="office",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SECURE=True,
        SESSION_COOKIE_SAMESITE="Lax",
        PERMANENT_SESSION_LIFETIME=timedelta(milliseconds=clerk_sessions.IDLE_MS),
        WTF_CSRF_CHECK_DEFAULT=False,
        WTF_CSRF_TIME_LIMIT=None,  # as long as the session
    )
    csrf.init_app(app)
    console.after_request(noting_the_rest(office, lambda: make_response(_busy())))
    manager = app.extensions["console_login"] = _login_manager(office)
    manager.init_app(app)
    console.before_request(_protect)
    app.after_request(lambda answer: answer if request.path.startswith(not_pages) else _harden(answer))
    console.register_error_handler(sa.exc.OperationalError, _database_busy)


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
    def returning(token: str) -> LoggedIn | None:
        region_id, at_ms = office.region_id, office.now_ms()
        with reading(office.engine) as connection:
            found = clerk_sessions.find(connection, region_id, token, at_ms)
            if found is None:
                return None
            held = posts.of(connection, region_id, found.username)
            must_set_up = any(each.role in office.settings.second_factor_for for each in held) and (
                not second_factors.is_set_up(connection, region_id, found.username)
            )
        if found.to_be_noted:
            with writing(office.engine) as connection:
                clerk_sessions.note_use(connection, region_id, token, at_ms)
                clerks.note_seen(connection, region_id, found.username, at_ms)
        return LoggedIn(found.username, token, held, found.proved_at_ms, must_set_up)

    @manager.request_loader  # type: ignore[untyped-decorator]
    def program(asked: Request) -> LoggedIn | None:
        shown = asked.authorization
        if shown is None or shown.type != "bearer" or not shown.token:
            return None
        with reading(office.engine) as connection:
            found = tokens.find(connection, office.region_id, shown.token)
        return LoggedIn(PROGRAM + found.name, "", found.scopes, is_program=True) if found else None

    return manager


def _protect() -> WerkzeugResponse | None:
    """Nothing of the console is for strangers but the login page and what it looks like."""
    has_picture = request.endpoint in _WITH_FILES and current_user.is_authenticated
    request.max_content_length = MAX_BODY_BYTES if has_picture else LARGEST_FORM_BYTES
    is_open = needed(request.endpoint) is Open.EVERYBODY
    known = is_open or current_user.is_authenticated
    if current_user.is_authenticated:
        g.who = current_user.username
    if request.method == "POST":
        if not known:  # what the form was to do is asked again, not done after logging in
            return redirect(url_for("console.login"))
        csrf.protect()
    if is_open:
        return None
    if known:
        if current_user.is_program and not isinstance(needed(request.endpoint), Permission):
            abort(403)
        if current_user.must_set_up and request.endpoint not in SETTING_UP:
            return redirect(url_for("console.second_factor"))
        refuse_unless_allowed(request.endpoint)
        return None if _is_fresh(request.endpoint) else again_page()
    manager: LoginManager = current_app.extensions["console_login"]
    answer: WerkzeugResponse = manager.unauthorized()
    return answer


def _is_fresh(endpoint: str | None) -> bool:
    """Whether whoever asks need not prove once more who they are."""
    view = current_app.view_functions.get(endpoint or "")
    office: Office = current_app.extensions["office"]
    since_ms = office.now_ms() - current_user.proved_at_ms
    return not getattr(view, "anew", False) or 0 <= since_ms < PROOF_GOOD_MS


def again_page(message: str = "", status: int = NOT_PROVED) -> Response:
    """Who are you, once more? What was asked goes along, and is asked again afterwards."""
    asked_back()
    asked_before = request.endpoint == "console.prove_again"
    after = request.args.get("next", "") if asked_before else request.full_path.rstrip("?")
    method = request.args.get("method", "") if asked_before else request.method
    asked = [each for each in request.form.items(multi=True) if each[0] not in ("csrf_token", "proof")]
    action = url_for("console.prove_again", next=after, method=method)
    page = render_template("console/again.html", asked=asked, action=action, message=message)
    return make_response(page, status)


def _database_busy(error: sa.exc.OperationalError) -> tuple[str, int]:
    _log.error("database_unavailable", reason=str(error.orig))
    return _busy()


def _busy() -> tuple[str, int]:
    message = gettext("The office is busy just now. Please try again in a moment.")
    # Who is logged in stands in the same database.
    return render_template("console/message.html", message=message, current_user=None), 503


def _harden(response: Response) -> Response:
    for name, value in _HEADERS.items():
        response.headers.setdefault(name, value)  # a page for everybody may have a policy of its own
    if request.endpoint != "console.static":
        response.headers["Cache-Control"] = "no-store"
    return response
