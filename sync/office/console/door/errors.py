"""What went wrong with a request, on a page of ours and in its language, not in bare English."""

from __future__ import annotations

from flask import Flask, Response, make_response, render_template, request
from flask_babel import gettext
from werkzeug.exceptions import HTTPException

from sync.office.console.marking import _

WORDS = {
    400: _("This request cannot be understood. Please go back and try again."),
    403: _("This may not be done from here."),
    404: _("There is nothing here."),
    405: _("This cannot be done here. Please go back and try again."),
    413: _("That is too much at once."),
    429: _("Too many requests. Please wait a minute."),
    500: _("Something went wrong at the office. It was written down; nothing is lost. Please try again."),
}
OTHER = _("This did not work. Please go back and try again.")


def install(app: Flask, not_pages: str) -> None:
    """For every address but those that begin with `not_pages`, where programs ask."""

    @app.errorhandler(HTTPException)
    def refused(error: HTTPException) -> Response | HTTPException:
        if request.path.startswith(not_pages) or error.code is None or error.code < 400:
            return error
        # Who is logged in stands in the database, which may be what is wrong.
        nobody = {"current_user": None} if error.code >= 500 else {}
        page = render_template("console/message.html", message=message_of(error), **nobody)
        answer = make_response(page, error.code)
        for name, value in error.get_headers(request.environ):
            if name != "Content-Type":
                answer.headers[name] = value
        return answer


def message_of(error: HTTPException) -> str:
    """Our own words about this request, if there are any, or else those about its sort."""
    if error.description and error.description != type(error).description:
        return error.description
    return str(gettext(WORDS.get(error.code or 0, OTHER)))
