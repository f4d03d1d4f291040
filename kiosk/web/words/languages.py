"""Chinese first, English complete.

Messages are written in English in the code; the Chinese catalogue is read from its .po files as they stand,
so a clean checkout needs no compiling step and no binary is kept.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations
from flask import Flask, current_app, has_request_context, request
from flask_babel import Babel, Domain, force_locale, get_locale

from kiosk.web.words.current import words_here

CHINESE, ENGLISH = "zh", "en"
LANGUAGES = (CHINESE, ENGLISH)
HTML_LANGUAGES = {CHINESE: "zh-CN", ENGLISH: "en"}


@cache
def translations(language: str, folders: tuple[Path, ...]) -> NullTranslations:
    """The catalogue of a language; none for English, which the messages are written in."""
    catalog = catalog_of(language, folders)
    if not len(catalog):
        return NullTranslations()
    compiled = io.BytesIO()
    write_mo(compiled, catalog)
    compiled.seek(0)
    return Translations(compiled)


def catalog_of(language: str, folders: Iterable[Path]) -> Catalog:
    """All messages of a language: those of every .po file in any of the folders."""
    whole = Catalog(locale=language)
    for source in (each for folder in folders for each in po_files(folder, language)):
        with source.open("rb") as lines:
            for message in read_po(lines, locale=language):
                if message.id:
                    whole[message.id] = message
    return whole


def po_files(folder: Path, language: str) -> list[Path]:
    return sorted((folder / language / "LC_MESSAGES").glob("*.po"))


class PoDomain(Domain):  # type: ignore[misc]
    """Flask-Babel's catalogue look-up, fed from .po files."""

    def get_translations(self) -> NullTranslations:
        return translations(current(), tuple(words_here().translations.values()))


def current() -> str:
    """The language of the page being made."""
    locale = get_locale()
    return locale.language if locale else ENGLISH


def chosen() -> str | None:
    """What `?lang=` asks for, if it is a language we speak."""
    asked = request.args.get("lang") if has_request_context() else None
    return asked if asked in LANGUAGES else None


def by_language(names: Mapping[str, str]) -> str:
    """A name given by language: the page's, or else Chinese, or else any."""
    wanted = current()
    for language, name in names.items():
        if language.replace("-", "_").split("_")[0] == wanted:
            return name
    return names.get(CHINESE) or next(iter(names.values()), "")


@contextmanager
def in_the_sites_language() -> Iterator[None]:
    """What is said within, or in a function that this decorates, is for whoever comes, not for the page."""
    with force_locale(current_app.config["SITES_LANGUAGE"]):
        yield


def install(app: Flask, default: str) -> None:
    app.config["SITES_LANGUAGE"] = default
    babel = Babel(app, default_locale=default, locale_selector=chosen)
    babel.domain_instance = PoDomain()
    app.jinja_env.globals.update(
        language=current, html_language=lambda: HTML_LANGUAGES[current()], chosen_language=chosen
    )
    app.jinja_env.filters["by_language"] = by_language
