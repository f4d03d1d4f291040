"""The commands for bad days, as an operator types them."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from sync.office.settings import DATABASE_FILE
from tests.office.commands import Office, ends


def test_kiosks_still_to_be_heard_are_named(stocked: Office, tmp_path: Path) -> None:
    assert "All kiosks have been heard" in stocked("restored", "--list").output
    _enrol_by_hand(tmp_path)
    done = stocked("restored")
    assert done.exit_code == 0
    assert "front at huasheng: still to be heard, never seen" in done.output
    assert "Kiosks go on selling" in done.stderr
    assert stocked("restored", "--list").exit_code == 1
    for name in ("front", "kiosk at huasheng"):
        assert stocked("revoke", name, "--write-off").exit_code == 0
    done = stocked("restored", "--list")
    assert (done.exit_code, "granted as usual" in done.output) == (0, True)


def test_late_records_are_accepted_of_a_revoked_kiosk_only(stocked: Office, tmp_path: Path) -> None:
    ends(stocked("accept", "front"), 2, "none is revoked")
    _enrol_by_hand(tmp_path)
    ends(stocked("accept", "front"), 2, "none is revoked")
    assert stocked("revoke", "front").exit_code == 0
    assert "for 7 days" in stocked("accept", "front").output
    ends(stocked("accept", "back"), 2, "front")


def test_a_code_for_a_replacement_needs_only_the_old_name(stocked: Office, tmp_path: Path) -> None:
    _enrol_by_hand(tmp_path)
    done = stocked("enrol-code", "--replaces", "front")
    assert done.exit_code == 0
    with closing(sqlite3.connect(tmp_path / "data" / DATABASE_FILE)) as books, books:
        row = books.execute("SELECT name, site, replaces FROM enrolment_codes").fetchall()[-1]
    assert row == ("front", "huasheng", b"device!!")
    ends(stocked("enrol-code", "--replaces", "nobody"), 2, "--replaces nobody")


@pytest.mark.parametrize("words", [(), ("--name", "a"), ("--site", "huasheng")])
def test_a_code_names_a_kiosk(stocked: Office, words: tuple[str, ...]) -> None:
    ends(stocked("enrol-code", *words), 2, "--name and --site, or --replaces")


def _enrol_by_hand(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "data" / DATABASE_FILE)) as books, books:
        books.execute(
            "INSERT INTO devices (region_id, device_id, name, site, public_key, enrolled_at_ms, last_counter)"
            " VALUES (1, ?, 'front', 'huasheng', ?, 0, 0)",
            (b"device!!", bytes(32)),
        )
        books.execute(
            "INSERT INTO journals (region_id, journal_id, device_id, site, head_seq, head_hash, claimed_seq,"
            " sealed) VALUES (1, ?, ?, 'huasheng', 0, ?, 0, 0)",
            (bytes(16), b"device!!", bytes(32)),
        )
