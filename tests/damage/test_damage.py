"""Damage never stops lunch, and is never silent."""

from __future__ import annotations

import json
import random
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from kiosk.app import Kiosk
from kiosk.journal.identity import read_identity
from kiosk.journal.renewal import last_mended
from kiosk.store.files import write_proved
from tests.damage import journals
from tests.damage.campaign import campaign, told
from tests.damage.judge import case, doctor, run
from tests.damage.kinds import OF_A_DATABASE, OF_ANY_FILE
from tests.factories import World
from tests.unit.kiosk.test_tap import chip

SEED = 20261126
# Several short ones, for they are played side by side.
FUZZED = [(SEED, 16, 4), (SEED, 500, 2), (SEED, 3_000, 1)]  # seed, records, rounds
DERIVED = {
    "follow_ups emptied": "DELETE FROM follow_ups",
    "servings of another day": "UPDATE servings SET day = '1999-01-01' WHERE seq < 9",
    "a request that points elsewhere": "UPDATE requests SET seq = 1",
    "requests emptied": "DELETE FROM requests",
    "a request that nobody made": "INSERT INTO requests SELECT 'never', journal_id, 999 FROM records LIMIT 1",
    "cash moved": "UPDATE cash_moves SET fen = fen + 1",
    "an orphan balance": (
        "INSERT INTO balances SELECT region_id, journal_id, 'own/9', 'FEN', 5, 0 FROM records LIMIT 1"
    ),
    "a balance of a journal without records": "INSERT INTO balances VALUES (1, x'00', 'own/9', 'FEN', 5, 0)",
    "a row beyond the last record": (
        "INSERT INTO postings SELECT region_id, journal_id, 121, 0, 'own/9', 'FEN', 5 FROM records LIMIT 1"
    ),
    "a card that is found again": "UPDATE card_events SET what = 'found'",
    "portions taken away": "DELETE FROM away_portions",
    "boots forgotten": "DELETE FROM boots",
    "text that is no UTF-8": "UPDATE servings SET meal = CAST(x'80' AS TEXT)",
}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> World:
    return journals.make(tmp_path_factory.mktemp("made") / "front", 120)


@pytest.fixture
def world(made: World, tmp_path: Path) -> World:
    return journals.copy(made, tmp_path / "front")


@pytest.fixture
def kiosks() -> Iterator[list[Kiosk]]:
    opened: list[Kiosk] = []
    yield opened
    for each in opened:
        if each._open is not None:
            each._open.close()


def change(world: World, statement: str, file: str = "journal.db") -> None:
    with closing(sqlite3.connect(world.folder / file)) as base, base:
        base.execute(statement)


@pytest.mark.parametrize("name", DERIVED)
def test_a_table_that_differs_from_the_records_is_found_and_made_again(
    world: World, kiosks: list[Kiosk], name: str
) -> None:
    change(world, DERIVED[name])
    assert run(world, "journal", "verify").exit_code == 1
    assert "-> " in doctor(world)
    kiosk = journals.start(world)
    kiosks.append(kiosk)
    kiosk.counter()._prover.join()
    kiosk.look()
    assert kiosk.board.standing.trouble == ""
    assert kiosk.board.standing.notice == "memory_damaged"
    assert run(world, "journal", "verify").exit_code == 0
    assert read_identity(world.folder).journal.journal_id == world.journal_id
    assert last_mended(world.folder) is not None


def test_a_start_that_fails_writes_nothing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    before = (world.folder / "journal.db").read_bytes()

    def fail(*_arguments: object, **_options: object) -> None:
        raise TypeError("a defect")

    monkeypatch.setattr("kiosk.counter.Returning", fail)
    for _ in range(3):
        kiosk = journals.start(world)
        assert kiosk.board.standing.trouble == "journal_damaged"
    assert (world.folder / "journal.db").read_bytes() == before


@pytest.mark.parametrize("name", OF_A_DATABASE)
def test_a_damaged_catalogue_stops_no_kiosk(world: World, kiosks: list[Kiosk], name: str) -> None:
    path = world.folder / "catalogue.db"
    content = bytearray(path.read_bytes())
    OF_A_DATABASE[name](content, random.Random(f"{SEED} {name}"))
    path.write_bytes(content)
    assert "Traceback" not in doctor(world)
    kiosk = journals.start(world)
    kiosks.append(kiosk)
    kiosk.taps.handle(chip(1001, 0))
    assert kiosk.board.recent[0].code != "internal_error"


@pytest.mark.parametrize("name", OF_ANY_FILE)
@pytest.mark.parametrize(
    "file", ["enrolment.json", "incarnation.json", "web.key", "labels.key", "head.json", "pin_tries.json"]
)
def test_a_small_file_that_went_wrong_is_put_right_or_said(
    world: World, kiosks: list[Kiosk], file: str, name: str
) -> None:
    path = world.folder / file
    if file == "enrolment.json":
        write_proved(path, path.read_bytes())
    content = bytearray(path.read_bytes() if path.exists() else b"{}")
    OF_ANY_FILE[name](content, random.Random(f"{SEED} {file} {name}"))
    path.write_bytes(content)
    assert "Traceback" not in doctor(world)
    kiosk = journals.start(world)
    kiosks.append(kiosk)
    kiosk.taps.handle(chip(1001, 0))
    assert kiosk.board.recent[0].code == "served"
    assert kiosk.web.test_client().get("/staff").status_code in (200, 302)


def test_an_enrolment_that_cannot_be_read_is_not_called_missing(world: World) -> None:
    (world.folder / "enrolment.json").write_bytes(b"\x80")
    assert journals.start(world).board.standing.trouble == "enrolment_damaged"
    assert "cannot be read" in doctor(world)


def test_a_changed_digit_in_the_enrolment_begins_no_strange_journal(
    world: World, kiosks: list[Kiosk]
) -> None:
    path = world.folder / "enrolment.json"
    write_proved(path, path.read_bytes())
    changed = json.loads(path.read_bytes()) | {"journal_id": "00" * 16}
    path.write_text(json.dumps(changed))
    kiosks.append(journals.start(world))
    assert kiosks[0].counter().journal.key.journal_id == world.journal_id


@pytest.mark.parametrize("name", OF_A_DATABASE)
def test_a_damaged_journal(world: World, name: str) -> None:
    ended = case(world, "journal.db", OF_A_DATABASE[name], random.Random(f"{SEED} {name}"))
    assert ended.faults == ()
    assert ended.serves


@pytest.mark.deep
@pytest.mark.parametrize(("seed", "records", "rounds"), FUZZED)
def test_a_fuzz_of_whole_journals(tmp_path: Path, seed: int, records: int, rounds: int) -> None:
    """More rounds by hand: `python -m tests.damage`."""
    table = campaign(tmp_path, seed, records, rounds)
    print(f"\n{records} records, seed {seed}\n{told(table)}")
    assert [each for row in table.values() for each in row.faults] == []
