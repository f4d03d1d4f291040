"""Logging in and out."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Blueprint, Response, make_response, redirect, render_template, request, session, url_for
from flask_babel import gettext
from flask_limiter import Limiter, RequestLimit
from flask_login import login_user, logout_user
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response as Redirect
from wtforms import PasswordField, StringField  # type: ignore[import-untyped]
from wtforms.validators import InputRequired, Length  # type: ignore[import-untyped]

from sync.office import clerks
from sync.office.console.security import FAILURES_BY_ADDRESS, FAILURES_BY_NAME, WRONG_PASSWORD
from sync.office.database import writing
from sync.office.office import Office

TOO_MANY = 429
_LOOPBACK = {"localhost", "127.0.0.1", "::1"}


class LoginForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF is untyped
    """Who are you?"""

    username = StringField(validators=[InputRequired(), Length(max=40)])
    password = PasswordField(validators=[InputRequired(), Length(max=1000)])


def add_pages(console: Blueprint, office: Office, limiter: Limiter) -> None:
    """Put `/login` and `/logout` on the blueprint."""

    @console.get("/login")
    def login() -> str:
        return _page(LoginForm())

    @console.post("/login", endpoint="log_in")
    @limiter.limit(FAILURES_BY_ADDRESS, deduct_when=_failed, on_breach=_too_many)
    @limiter.limit(FAILURES_BY_NAME, key_func=_name_asked, deduct_when=_failed, on_breach=_too_many)
    def log_in() -> str | Redirect | tuple[str, int]:
        form = LoginForm()
        clerk = _authenticate(office, form) if form.validate() else None
        if clerk is None:
            return _page(form, gettext("Name or password is wrong.")), WRONG_PASSWORD
        session.clear()
        session.permanent = True
        login_user(clerk)
        return redirect(_wanted_page())

    @console.post("/logout")
    def logout() -> Redirect:
        logout_user()
        session.clear()
        return redirect(url_for("console.login"))


def _authenticate(office: Office, form: LoginForm) -> clerks.Clerk | None:
    with writing(office.engine) as connection:
        return clerks.authenticate(
            connection, office.settings.region_id, form.username.data, form.password.data
        )


def _page(form: LoginForm, message: str = "") -> str:
    host = urlsplit(request.host_url).hostname
    in_the_clear = not request.is_secure and host not in _LOOPBACK
    return render_template("console/login.html", form=form, message=message, in_the_clear=in_the_clear)


def _failed(response: Response) -> bool:
    return response.status_code == WRONG_PASSWORD


def _name_asked() -> str:
    return f"name:{request.form.get('username', '')[:40].casefold()}"


def _too_many(_limit: RequestLimit) -> Response:
    message = gettext("Too many attempts. Please wait a quarter of an hour.")
    return make_response(_page(LoginForm(), message), TOO_MANY)


def _wanted_page() -> str:
    """Where the clerk was going, if that is a page of ours."""
    wanted = request.args.get("next", "")
    ours = wanted.startswith("/") and not wanted.startswith(("//", "/\\"))
    return wanted if ours else url_for("console.overview")
