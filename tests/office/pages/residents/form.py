"""A clerk at the form of a resident. All people and numbers are invented."""

from __future__ import annotations

import html
import re
from datetime import date
from typing import Any

from kiosk.catalogue.items import Kind, decode_value
from kiosk.people.residents import Resident
from sync.office.people.register.idnumbers import check_digit
from sync.office.store.database import reading
from sync.office.store.tables import catalogue_items
from tests.office.books import HERE, Books, Browser

INPUT = re.compile(r'<input type="text" id="[^"]*" name="([^"]*)" value="([^"]*)"')
HIDDEN = re.compile(r'<input type="hidden" name="([^"]*)" value="([^"]*)"')
CHOSEN = re.compile(r'<option value="([^"]+)" selected>')
WRONG = re.compile(r'id="wrong-([^"]*)" role="alert">([^<]*)<')
NEW = {"name": "赵新来", "born": "1950-02-03", "home_site": HERE}


def id_number(born: date = date(1950, 2, 3), order: int = 12) -> str:
    seventeen = f"320507{born:%Y%m%d}{order:03}"
    return seventeen + check_digit(seventeen)


def typed(browser: Browser, path: str, **changed: str) -> dict[str, str]:
    """All that the form sends, with some fields typed over."""
    page = browser.get(path).get_data(as_text=True)
    form = page[page.index('<form class="sheet"') :]
    found = dict(HIDDEN.findall(form)) | dict(INPUT.findall(form)) | {"home_site": CHOSEN.findall(form)[0]}
    return {name: html.unescape(said) for name, said in found.items()} | changed


def add(browser: Browser, **more: str) -> Any:
    page = browser.get("/residents/new").get_data(as_text=True)
    token = page.partition('name="csrf_token" value="')[2].partition('"')[0]
    return browser.post("/residents/new", {"csrf_token": token, **NEW, **more})


def wrong(answer: Any) -> dict[str, str]:
    assert answer.status_code == 400
    return {name: html.unescape(said) for name, said in WRONG.findall(answer.get_data(as_text=True))}


def entries(books: Books, number: int) -> dict[str, Resident]:
    """What the catalogue has of somebody, by who gets it."""
    c = catalogue_items.c
    query = catalogue_items.select().where(
        c.kind == Kind.RESIDENT, c.key == str(number), c.value.is_not(None)
    )
    with reading(books.office.engine) as connection:
        return {row.scope: decode_value(Kind.RESIDENT, row.value) for row in connection.execute(query)}
