"""What public pages for phones need: nobody asks too often, posts from elsewhere, or frames them."""

from __future__ import annotations

from flask import Blueprint, Response, abort, redirect, render_template, request
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as Redirect

from sync.office.api.allowance import Allowance
from sync.office.console.door.errors import message_of
from sync.office.console.door.security import LARGEST_FORM_BYTES, csrf
from sync.office.services.charging.phone.linking import links

LOOKS_IN_MINUTE, ACTS_IN_MINUTE = 120, 20  # from one address
POLICY = "; ".join(
    [
        "default-src 'none'",
        "script-src 'self'",
        "connect-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    ]
)


def protect(pages: Blueprint) -> None:
    looks, acts = Allowance(LOOKS_IN_MINUTE), Allowance(ACTS_IN_MINUTE)

    @pages.before_request
    def guard() -> None:
        request.max_content_length = LARGEST_FORM_BYTES
        allowance = acts if request.method == "POST" else looks
        if request.endpoint != "phone.static" and not allowance.grant((request.remote_addr or "").encode()):
            abort(429)
        if request.method == "POST":
            csrf.protect()

    @pages.after_request
    def policy(answer: Response) -> Response:
        answer.headers["Content-Security-Policy"] = POLICY
        return answer

    @pages.errorhandler(CSRFError)
    def form_too_old(_error: CSRFError) -> Redirect:
        """Or it comes from somewhere else, where nobody reads the answer: the page is shown anew."""
        return redirect(request.path.rpartition("/")[0], 303)

    @pages.errorhandler(HTTPException)
    def refused(error: HTTPException) -> tuple[str, int]:
        page = render_template("charging/phone_message.html", message=message_of(error), links=links())
        return page, error.code or 500
