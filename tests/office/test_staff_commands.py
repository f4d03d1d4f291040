"""Who may sign in at the counters, as the office says it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from kiosk.catalogue.items import Kind, decode_value, encode_value
from kiosk.people.staff import Role, Staff
from sync.office.settings import DATABASE_FILE
from tests.office.commands import Office, ends

BADGE = "nfc:04A1B2C3D4E5F6"
CHEN = ("chen", "--name", "陈站长", "--site", "huasheng", "--role", "supervisor", "--badge", BADGE)


def published(folder: Path) -> list[Staff]:
    with closing(sqlite3.connect(folder / "data" / DATABASE_FILE)) as books, books:
        rows = books.execute("SELECT value FROM catalogue_items WHERE kind = ?", (Kind.STAFF,)).fetchall()
    return [decode_value(Kind.STAFF, value) for (value,) in rows]


def test_somebody_is_let_in_with_a_pin_of_six_digits(stocked: Office, tmp_path: Path) -> None:
    done = stocked("staff", "add", *CHEN, typed="802461\n")
    assert (done.exit_code, done.output) == (0, "chen: may sign in at huasheng\n")
    (chen,) = published(tmp_path)
    assert (chen.roles, chen.pin_digits, chen.badges) == ((Role.SUPERVISOR,), 6, (BADGE,))
    assert "needs" not in stocked("staff", "list").output


def test_a_short_or_trivial_pin_lets_nobody_in(stocked: Office, tmp_path: Path) -> None:
    ends(stocked("staff", "add", *CHEN, typed="8024\n"), 2, "4 digits", "6 to 8 digits")
    ends(stocked("staff", "add", *CHEN, typed="111111\n"), 2, "one digit again and again")
    assert published(tmp_path) == []
    stocked("staff", "add", *CHEN, typed="802461\n")
    before = published(tmp_path)
    ends(stocked("staff", "pin", "chen", typed="560312\n"), 2, "a date, such as a birthday")
    assert published(tmp_path) == before


def test_who_has_a_pin_of_before_is_named_until_a_new_one_is_set(stocked: Office, tmp_path: Path) -> None:
    """A hash does not say how long the PIN was, so the office cannot know more than that it is old."""
    stocked("staff", "add", *CHEN, typed="802461\n")
    (chen,) = published(tmp_path)
    before_six = encode_value(Staff(id=chen.id, name=chen.name, site=chen.site, roles=chen.roles))
    with closing(sqlite3.connect(tmp_path / "data" / DATABASE_FILE)) as books, books:
        books.execute("UPDATE catalogue_items SET value = ? WHERE kind = ?", (before_six, Kind.STAFF))
    assert "needs a PIN of 6 digits: office staff pin" in stocked("staff", "list").output
    assert stocked("staff", "pin", "chen", typed="246802\n").exit_code == 0
    assert "needs" not in stocked("staff", "list").output


def test_a_phone_or_a_number_that_is_none_is_nobodys_badge(stocked: Office, tmp_path: Path) -> None:
    stocked("staff", "add", *CHEN, typed="802461\n")
    for token in ("nfc:08A1B2C3", "nfc:012E4CD2A1B3C4D5", "nfc:123", "qr:7"):
        ends(stocked("staff", "badge", "chen", token), 2, token, "a chip that may be a card")
    assert published(tmp_path)[0].badges == (BADGE,)
