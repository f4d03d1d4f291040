"""The words with which the kiosk of this request speaks."""

from __future__ import annotations

from flask import Flask, current_app

from kiosk.web.words import Words


def install(app: Flask, words: Words) -> None:
    app.extensions["words"] = words


def words_here() -> Words:
    words: Words = current_app.extensions["words"]
    return words
