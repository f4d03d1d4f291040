"""The browser's session: an id in a signed cookie. Who signed in under it is kept by `kiosk.front.duty`."""

from __future__ import annotations

import secrets

from flask import session


def session_id() -> str:
    """Of the browser that asks; made at its first request, and kept when it or the kiosk starts anew."""
    session.permanent = True
    return str(session.setdefault("id", secrets.token_hex(16)))
