"""What the technician types."""

from __future__ import annotations

import json
import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
import structlog
from click.testing import CliRunner, Result

from kiosk.app import create_app
from kiosk.catalogue import earlier
from kiosk.cli import main
from kiosk.journal.identity import read_identity
from kiosk.journal.incarnation import FORKED
from kiosk.people.identify import Chip
from kiosk.services.canteen.actions import Canteen
from tests.factories import World, open_files, resident, uid_of


@pytest.fixture
def config(world: World) -> Path:
    """A kiosk that has sold one lunch."""
    world.add(resident())
    counter = world.open()
    at = counter.clock.now()
    counter[Canteen].answer(counter.identifier.chip(Chip(uid_of(1001)), counter.day_of(at)), at)
    counter.close()
    path = world.folder / "kiosk.toml"
    path.write_text('[kiosk]\nname = "front"\nsite = "huasheng"\n[store]\nfolder = "."\n')
    return path


def kiosk(config: Path, *words: str) -> Result:
    """What a command says; whatever it found, it leaves no file open."""
    done = CliRunner().invoke(main, ["--config", str(config), *words])
    assert open_files(config.parent) == []
    return done


def test_verify_proves_a_good_journal(config: Path) -> None:
    result = kiosk(config, "journal", "verify")
    assert result.exit_code == 0
    assert result.output.startswith("3 records hold; head 3-")


def test_verify_names_the_first_bad_record(config: Path) -> None:
    with closing(sqlite3.connect(config.parent / "journal.db")) as connection, connection:
        connection.execute("UPDATE records SET hash = zeroblob(32) WHERE seq = 2")
    result = kiosk(config, "journal", "verify")
    assert result.exit_code == 1
    assert result.output.startswith("record 2: wrong_hash")


def test_export_prints_json_lines(config: Path) -> None:
    result = kiosk(config, "journal", "export", "--after", "2")
    (line,) = [json.loads(line) for line in result.stdout.splitlines()]
    assert (line["seq"], line["kind"], line["turnover_fen"]) == (3, "meal", 1500)


def test_export_can_begin_with_what_came_back_from_the_office(config: Path, world: World) -> None:
    with world.writing_catalogue() as connection:
        earlier.metadata.create_all(connection)
        values = {"journal_id": bytes(16), "seq": 7, "raw": b"", "hash": bytes(32)}
        connection.execute(earlier.history.insert().values(values))
    result = kiosk(config, "journal", "export", "--history")
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    assert [(line["journal"] == "0" * 32, line["seq"]) for line in lines[:2]] == [(True, 7), (False, 1)]
    assert len(kiosk(config, "journal", "export").output.splitlines()) == len(lines) - 1


def test_status_as_json(config: Path) -> None:
    figures = json.loads(kiosk(config, "status", "--json").stdout)
    assert (figures["head_seq"], figures["acked_seq"], figures["unsent"]) == (3, 0, 3)


def test_what_the_log_says_is_not_in_the_way_of_whoever_reads_the_figures(config: Path) -> None:
    (config.parent / "catalogue.db").write_bytes(b"no database" * 1000)
    structlog.reset_defaults()  # as a process begins
    told = kiosk(config, "status", "--json")
    assert json.loads(told.stdout)["head_seq"] == 3
    assert "catalogue_unreadable" in told.stderr


def test_status_lists_the_troubles_of_the_running_kiosk(config: Path, world: World) -> None:
    running = create_app(world.settings(), lambda *_: [])
    running.start()
    try:
        figures = json.loads(CliRunner().invoke(main, ["--config", str(config), "status", "--json"]).stdout)
        assert figures["running"] is True
        assert figures["troubles"] == running.health()[1]["troubles"] == []
    finally:
        running.stop()
    figures = json.loads(kiosk(config, "status", "--json").stdout)
    assert (figures["running"], figures["troubles"]) == (False, ["not_running"])


def test_the_doctor_says_what_to_do(config: Path) -> None:
    result = kiosk(config, "doctor")
    assert result.exit_code == 0  # what is to be done next is no fault
    assert "ok  journal: 3 records, proved to 3" in result.output
    assert "do  voice: 0 of" in result.output
    assert "Make them with: sudo kiosk voice" in result.output
    (config.parent / "enrolment.json").unlink()
    result = kiosk(config, "doctor")
    assert (result.exit_code, "do  enrolment: not enrolled yet" in result.output) == (0, True)


def test_the_doctor_misses_a_sync_process_that_is_not_at_work(config: Path) -> None:
    way = config.parent / "sync.sock"
    config.write_text(config.read_text() + f"[sync]\noffice = 'https://office.example'\nsocket = '{way}'\n")
    result = kiosk(config, "doctor")
    assert (result.exit_code, "->  kiosk-sync: does not run" in result.output) == (1, True)
    way.touch()
    assert "ok  kiosk-sync: is at work" in kiosk(config, "doctor").output
    os.utime(way, (0, 0))
    assert "->  kiosk-sync: stands still" in kiosk(config, "doctor").output


def test_the_doctor_objects_to_a_remote_office_without_encryption(config: Path) -> None:
    assert "ok  office: none configured" in kiosk(config, "doctor").output
    text = config.read_text() + "[sync]\noffice = 'http://office.example'\n"
    config.write_text(text)
    said = kiosk(config, "doctor").output
    assert "->  office: http://office.example is spoken to without encryption" in said
    assert "insecure_http = true" in said
    config.write_text(text + "insecure_http = true\nsocket = 'sync.sock'\n")
    assert "ok  office: http://office.example" in kiosk(config, "doctor").output


def test_the_doctor_misses_the_socket_on_which_visitors_are_asked_about(config: Path) -> None:
    config.write_text(config.read_text() + "[sync]\noffice = 'https://office.example'\n")
    said = kiosk(config, "doctor").output
    assert "->  office: https://office.example, which is not asked at a tap" in said
    assert "/run/neighbourhood-card/sync.sock" in said


DEVICES = {
    '[reader]\npath = "usb:054c:06c3"\n': "->  reader: usb:054c:06c3: no such reader on USB",
    '[scanner]\nport = "/dev/ttyACM77"\n': "->  scanner: /dev/ttyACM77 is not there",
    '[[outlets]]\ndriver = "dny"\nname = "west"\nid = "04AB373B"\nport = "tcp://203.0.113.7:9000"\n': (
        "->  outlets west: tcp://203.0.113.7:9000 cannot be listened at"
    ),
    '[[outlets]]\ndriver = "dianchuan"\nname = "east"\nport = "/dev/ttyUSB77"\n': (
        "->  outlets east: /dev/ttyUSB77 is not there"
    ),
    '[printer]\nport = "socket://127.0.0.1:9100"\n': "ok  printer: socket://127.0.0.1:9100",
}


@pytest.mark.parametrize("section", DEVICES)
def test_the_doctor_looks_for_the_devices(config: Path, section: str) -> None:
    config.write_text(config.read_text() + section)
    assert DEVICES[section] in kiosk(config, "doctor").output


def test_the_doctor_on_a_damaged_journal_says_keep_it(config: Path) -> None:
    (config.parent / "journal.db").write_bytes(b"rubbish" * 1000)
    result = kiosk(config, "doctor")
    assert result.exit_code == 1
    assert "Do not delete the file" in result.output


def test_after_a_restore_each_journal_is_proved_and_the_doctor_says_what_to_do(
    config: Path, world: World
) -> None:
    first = read_identity(config.parent).journal_id
    counter = world.open()
    counter.leave(FORKED)
    world.open().close()
    lines = kiosk(config, "journal", "verify").output.splitlines()
    assert lines[0].startswith(f"earlier journal {first}: 4 records hold; head 4-")
    assert lines[1].startswith("2 records hold; head 2-")
    (earlier,) = json.loads(kiosk(config, "status", "--json").stdout)["earlier_journals"]
    assert (earlier["journal_id"], earlier["seq"], earlier["reason"]) == (first, 4, FORKED)
    said = kiosk(config, "doctor").output
    assert f"earlier journal: {first} was left at record 4: history_forked" in said
    assert "memory went back in time" in said
    with closing(sqlite3.connect(config.parent / "journal.db")) as connection, connection:
        connection.execute(
            "UPDATE records SET raw = x'00' WHERE journal_id = ? AND seq = 2", (bytes.fromhex(first),)
        )
    result = kiosk(config, "journal", "verify")
    assert (result.exit_code, "record 2: wrong_hash" in result.output) == (1, True)


def test_the_doctor_misses_the_witness(config: Path) -> None:
    config.write_text(config.read_text() + 'witness = "stick/head.json"\n')
    assert "Plug its medium in" in kiosk(config, "doctor").output
    (config.parent / "stick").mkdir()
    (config.parent / "stick" / "head.json").write_text('{"journal_id": "aa", "seq": 7, "hash": "bb"}')
    assert "ok  witness: has seen record 7" in kiosk(config, "doctor").output


def test_an_empty_file_laid_down_by_the_installation_is_no_damage(config: Path) -> None:
    for name in ("journal.db", "journal.db-wal", "journal.db-shm", "head.json", "catalogue.db"):
        (config.parent / name).unlink(missing_ok=True)
    (config.parent / "journal.db").touch()
    (config.parent / "catalogue.db").touch()
    assert "ok  journal: none yet" in kiosk(config, "doctor").output
    result = kiosk(config, "journal", "verify")
    assert (result.exit_code, "no journal yet" in result.output) == (1, True)


@pytest.mark.parametrize("words", [("journal", "verify"), ("journal", "export"), ("status",)])
def test_before_enrolment_it_says_how_to_enrol(config: Path, words: tuple[str, ...]) -> None:
    (config.parent / "enrolment.json").unlink()
    result = kiosk(config, *words)
    assert result.exit_code == 1
    assert "run: kiosk enrol CODE" in result.output
