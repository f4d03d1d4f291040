"""Chinese first, English complete.

Messages stand in English in the code; the Chinese catalogue is read from its .po file, so that nothing has to
be compiled. A choice by `?lang=` is kept in the session, otherwise the browser's wish decides.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from urllib.parse import urlencode

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations
from flask import Flask, request, session
from flask_babel import Babel, Domain, get_locale

CHINESE, ENGLISH = "zh", "en"
LANGUAGES = (CHINESE, ENGLISH)
TRANSLATIONS = Path(__file__).parent / "translations"
_SESSION_KEY = "language"


@cache
def translations(language: str, folders: tuple[Path, ...] = ()) -> NullTranslations:
    """The catalogue of a language with those in other folders, plural rule included; empty for English."""
    several = [each for each in (TRANSLATIONS, *folders) if _source(language, each).exists()]
    found = [_read(language, each) for each in several]
    for other in found[1:]:
        found[0].add(other)
    return found[0] if found else NullTranslations()


def _source(language: str, folder: Path) -> Path:
    return folder / language / "LC_MESSAGES" / "messages.po"


def _read(language: str, folder: Path) -> Translations:
    with _source(language, folder).open("rb") as lines:
        catalogue = read_po(lines, locale=language)
    compiled = io.BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return Translations(compiled)


class PoDomain(Domain):  # type: ignore[misc]  # Flask-Babel is untyped
    """Flask-Babel's look-up, fed from .po files."""

    def __init__(self, folders: Sequence[Path]) -> None:
        super().__init__()
        self._folders = tuple(folders)

    def get_translations(self) -> NullTranslations:
        return translations(current(), self._folders)


def current() -> str:
    """The language of the page being made."""
    locale = get_locale()
    return str(locale.language) if locale else CHINESE


def choose() -> str:
    """The language asked for, then the one asked for before, then the browser's, then Chinese."""
    asked = request.args.get("lang")
    if asked in LANGUAGES:
        keep(asked)
    return kept() or request.accept_languages.best_match(LANGUAGES) or CHINESE


def kept() -> str:
    """The language that was asked for before; empty if none was."""
    return str(session.get(_SESSION_KEY, ""))


def keep(language: str) -> None:
    """For the pages that follow."""
    session[_SESSION_KEY] = language


def same_page(lang: str) -> str:
    """The address of this page in a language, with all else that was asked for."""
    return "?" + urlencode({**request.args, "lang": lang})


def install(app: Flask, folders: Sequence[Path]) -> None:
    """`folders`: translations beside the office's own."""
    babel = Babel(app, default_locale=CHINESE, locale_selector=choose)
    babel.domain_instance = PoDomain(folders)
    app.jinja_env.globals["same_page"] = same_page
