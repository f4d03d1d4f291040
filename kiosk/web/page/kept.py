"""What a browser may keep for good: a style, script or picture whose address says what is in it.

Without it each page asks once more whether any of its two dozen files has changed, which takes a small
machine longer than the page itself. Scripts name each other without it, and are asked for as before.
"""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import Any

from flask import Flask, Response, request

from kiosk.web.security.headers import is_static

FOR_GOOD = "max-age=31536000, immutable"


def install(app: Flask) -> None:
    @cache
    def content_of(endpoint: str, filename: str) -> str:
        owner = app.blueprints[endpoint.rpartition(".")[0]] if "." in endpoint else app
        path = Path(str(owner.static_folder)) / filename
        return hashlib.sha256(path.read_bytes()).hexdigest()[:12] if path.is_file() else ""

    @app.url_defaults
    def name_content(endpoint: str, values: dict[str, Any]) -> None:
        if is_static(endpoint) and "filename" in values:
            values.setdefault("v", content_of(endpoint, values["filename"]))

    @app.after_request
    def let_keep(response: Response) -> Response:
        wanted = request.args.get("v")
        if wanted and response.status_code == 200 and is_static(request.endpoint):
            filename = (request.view_args or {}).get("filename", "")
            if wanted == content_of(str(request.endpoint), filename):
                response.headers["Cache-Control"] = FOR_GOOD
        return response
