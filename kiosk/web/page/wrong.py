"""A request that went wrong, said on a page of ours in its language. What scripts ask is answered as ever."""

from __future__ import annotations

from flask import Flask, Response, make_response, render_template, request
from flask_babel import gettext
from werkzeug.exceptions import HTTPException, SecurityError

from kiosk.web.words.sentence import N_

WORDS = {
    404: N_("There is nothing here."),
    405: N_("That cannot be done here."),
    500: N_("The machine made a mistake. It has written it down; nothing is lost."),
}
OTHER = N_("That did not work. Please try again.")


def install(app: Flask) -> None:
    @app.errorhandler(HTTPException)
    def page(error: HTTPException) -> Response | HTTPException:
        asks_for_a_page = "text/html" in request.headers.get("Accept", "")
        if not asks_for_a_page or error.code is None or error.code < 400 or isinstance(error, SecurityError):
            return error
        answer = make_response(render_template("wrong.html", words=_words(error.code)), error.code)
        for name, value in error.get_headers(request.environ):
            if name != "Content-Type":
                answer.headers[name] = value
        return answer


def _words(code: int) -> str:
    return str(gettext(WORDS.get(code, OTHER)))
