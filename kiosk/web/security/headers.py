"""The kiosk stands in public: who may ask, what a page may do, and what nobody may keep.

A browser on this machine may be led to a hostile page, so the Host header is checked (a foreign name that
resolves to us is refused), every POST carries a token, and no other site may read or frame what we answer.
"""

from __future__ import annotations

from collections.abc import Collection

from flask import Flask, Response, request
from flask_wtf import CSRFProtect

COOKIE_S = 400 * 24 * 3600  # as long as browsers keep one; each answer begins it anew
LOOPBACK = ("127.0.0.1", "localhost")

POLICY = "; ".join(
    [
        "default-src 'none'",
        *(f"{kind}-src 'self'" for kind in ("script", "style", "img", "connect", "font")),
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    ]
)

HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}

KEEPABLE = {"side.voice"}  # endpoints that say nothing about anybody, beside what is static


def is_static(endpoint: str | None) -> bool:
    """A style, a script or a picture: the kit's, or a service's own."""
    return endpoint is not None and endpoint.rpartition(".")[2] == "static"


def install(app: Flask, hosts: Collection[str]) -> None:
    app.config.update(
        TRUSTED_HOSTS=list(hosts),
        SESSION_COOKIE_NAME="kiosk",
        SESSION_COOKIE_SAMESITE="Strict",
        PERMANENT_SESSION_LIFETIME=COOKIE_S,
        WTF_CSRF_TIME_LIMIT=None,  # a page may stand open for weeks
        MAX_CONTENT_LENGTH=64 * 1024,
    )
    CSRFProtect(app)
    app.after_request(_harden)


def _harden(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if request.endpoint not in KEEPABLE and not is_static(request.endpoint):
        response.headers["Cache-Control"] = "no-store"
    return response
