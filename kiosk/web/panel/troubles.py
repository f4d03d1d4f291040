"""The panel behind the one quiet chip of the header: what is wrong, whether lunch goes on, what to do."""

from __future__ import annotations

from flask import Blueprint, render_template

from kiosk.common.board import Board
from kiosk.common.troubles import troubles


def blueprint(board: Board) -> Blueprint:
    """Open to everybody: it tells about the machine and about nobody."""
    panel = Blueprint("troubles", __name__)

    @panel.get("/troubles")
    def now() -> str:
        standing = board.standing
        return render_template("fragments/troubles.html", troubles=troubles(standing), standing=standing)

    return panel
