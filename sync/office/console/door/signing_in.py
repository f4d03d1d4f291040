"""Logging in and out."""

from __future__ import annotations

from functools import partial

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from flask.wrappers import Response
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_login import current_user, logout_user
from flask_wtf import FlaskForm
from flask_wtf.csrf import CSRFError
from werkzeug.wrappers import Response as Redirect
from wtforms import PasswordField, StringField  # type: ignore[import-untyped]
from wtforms.validators import InputRequired, Length  # type: ignore[import-untyped]

from kiosk.plain.addresses import is_in_the_clear
from sync.office.console.door import second_step, welcoming
from sync.office.console.door.entering import LONGEST, enter, forget_all_but_the_language, or_wait
from sync.office.console.door.known_browser import known_browser
from sync.office.console.door.logging_in import Door, HalfWay, Knock, WrongPassword
from sync.office.office import Office
from sync.office.people import clerk_sessions
from sync.office.people.access.needs import Open, needs
from sync.office.store.database import writing

BAD_FORM, WRONG_PASSWORD = 400, 401
TOO_LONG = _("That is too long.")


class LoginForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF is untyped
    """Who are you?"""

    username = StringField(
        validators=[InputRequired(_("Please type your user name.")), Length(max=40, message=TOO_LONG)]
    )
    password = PasswordField(
        validators=[InputRequired(_("Please type your password.")), Length(max=LONGEST, message=TOO_LONG)]
    )


def add_pages(console: Blueprint, office: Office) -> None:
    """Put `/login` and `/logout` on the blueprint."""
    door = Door(office)

    @console.get("/login")
    @needs(Open.EVERYBODY)
    def login() -> str:
        return _page(LoginForm())

    @console.post("/login", endpoint="log_in")
    @needs(Open.EVERYBODY)
    def log_in() -> Response | Redirect:
        form = LoginForm()
        if not form.validate():
            return _refused(form, "", BAD_FORM)
        username = form.username.data
        knock = Knock(username, form.password.data, request.remote_addr or "", known_browser(username))
        try:
            entered = or_wait(lambda: door.log_in(knock), partial(_refused, form))
        except WrongPassword:
            return _refused(form, gettext("Name or password is wrong."), WRONG_PASSWORD)
        if isinstance(entered, Response):
            return entered
        if isinstance(entered, HalfWay):
            return second_step.go_on(entered)
        return enter(username, entered)

    second_step.add_pages(console, office, door)
    welcoming.add_pages(console, office)

    @console.errorhandler(CSRFError)
    def form_too_old(_error: CSRFError) -> Response:
        """Or it comes from somewhere else, where nobody reads the answer."""
        message = gettext("This page was open for too long. Please try again.")
        if request.endpoint == "console.log_in":
            return _refused(LoginForm(), message, BAD_FORM)
        return make_response(render_template("console/message.html", message=message), BAD_FORM)

    @console.post("/logout")
    @needs(Open.LOGGED_IN)
    def logout() -> Redirect:
        with writing(office.engine) as connection:
            clerk_sessions.end(connection, office.region_id, current_user.token)
        logout_user()
        forget_all_but_the_language()
        return redirect(url_for("console.login"))


def _page(form: LoginForm, message: str = "") -> str:
    in_the_clear = is_in_the_clear(request.host_url)
    return render_template("console/login.html", form=form, message=message, in_the_clear=in_the_clear)


def _refused(form: LoginForm, message: str, status: int) -> Response:
    return make_response(_page(form, message), status)
