"""Which journal a kiosk writes: the enrolment's, or the one begun in its place."""

from __future__ import annotations

import json
import secrets
from pathlib import Path

import pytest

from kiosk.journal.identity import NotEnrolled, begin_anew, predecessors, read_identity
from kiosk.journal.incarnation import FILE, LOST, SEALED, Predecessor

FIRST = "aa" * 16


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    enrol(tmp_path, FIRST)
    return tmp_path


def enrol(folder: Path, journal_id: str) -> None:
    (folder / "enrolment.json").write_text(json.dumps({"region_id": 1, "journal_id": journal_id}))


def left(journal_id: str, reason: str = LOST) -> Predecessor:
    return Predecessor(journal_id=journal_id, seq=7, hash="ab" * 32, reason=reason, at_ms=1234)


def test_a_new_kiosk_writes_the_journal_of_its_enrolment(folder: Path) -> None:
    assert read_identity(folder).journal_id == FIRST
    assert predecessors(folder) == ()


def test_a_journal_that_was_left_is_remembered_with_its_reason(folder: Path) -> None:
    second = begin_anew(folder, left(FIRST)).journal_id
    third = begin_anew(folder, left(second, SEALED)).journal_id
    assert len({FIRST, second, third}) == 3
    assert read_identity(folder).journal_id == third
    assert read_identity(folder).region_id == 1
    assert [(each.journal_id, each.reason) for each in predecessors(folder)] == [
        (FIRST, LOST),
        (second, SEALED),
    ]


def test_enrolling_again_begins_afresh(folder: Path) -> None:
    begin_anew(folder, left(FIRST))
    enrol(folder, "bb" * 16)
    assert read_identity(folder).journal_id == "bb" * 16
    assert predecessors(folder) == ()


def test_a_file_that_cannot_be_read_leaves_the_enrolment(folder: Path) -> None:
    (folder / FILE).write_bytes(secrets.token_bytes(50))
    assert read_identity(folder).journal_id == FIRST
    assert read_identity(folder).journal_id != begin_anew(folder, left(FIRST)).journal_id


@pytest.mark.parametrize("region_id", [0, -1, 2**31, 10**30, "one"])
def test_a_region_that_no_office_has_is_no_enrolment(folder: Path, region_id: object) -> None:
    (folder / "enrolment.json").write_text(json.dumps({"region_id": region_id, "journal_id": FIRST}))
    with pytest.raises(NotEnrolled):
        read_identity(folder)
