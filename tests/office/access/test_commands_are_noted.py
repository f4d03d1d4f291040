"""Whatever changes something at the office writes a line into the audit log, also when it is typed."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import click
import msgspec

from kiosk.common.clock import unix_ms
from sync.office.cli import main
from sync.office.commands.opening import TERMINAL
from sync.office.people.access.audit import Deed
from sync.office.settings import DATABASE_FILE
from tests.office.books import ELDER, HERE
from tests.office.charging.point import open_point
from tests.office.commands import Office

LEAVES = {"id": 9, "name": "周测试", "born": "1950-01-01", "home_site": HERE}
PIN, PASSWORD = "802461\n", "correct horse battery\n"
# They read, serve kiosks that speak for themselves, or make what is no office yet.
CHANGES_NOTHING = {
    *("init", "run", "doctor", "verify", "backup", "bundle", "print-labels"),
    *("clerk list", "token list", "staff list", "division list", "proposal list", "proposal kinds"),
}
WITH_A_SECOND_PERSON = {"proposal approve", "proposal decline"}  # `test_proposals.py` has what waits
PUTS_BACK = {"restore"}  # likewise `test_backing_up.py`
# In this order, with what is typed besides.
TYPED: dict[str, tuple[tuple[str, ...], str]] = {
    "import": (("{folder}/people.json",), ""),
    "division set": (("town", "--level", "street", "--title", "镇"), ""),
    "division site": ((HERE, "town"), ""),
    "clerk add": (("li", "--role", "clerk"), PASSWORD),
    "clerk role": (("li", "auditor"), ""),
    "clerk password": (("li",), PASSWORD),
    "clerk reset-second-factor": (("li",), ""),
    "clerk remove": (("li",), ""),
    "token make": (("books", "--may", "see_money"), ""),
    "token revoke": (("books",), ""),
    "staff add": (("chen", "--name", "陈站长", "--site", HERE), PIN),
    "staff pin": (("chen",), "246802\n"),
    "staff badge": (("chen", "nfc:04A1B2C3D4E5F6"), ""),
    "staff dismiss": (("chen",), ""),
    "print-codes": (("--output", "{folder}/codes"), ""),
    "stop-charging": ((HERE, "A1"), ""),
    "renew-charging-key": ((HERE,), ""),
    "enrol-code": (("--name", "counter", "--site", HERE), ""),
    "revoke": (("front", "--write-off"), ""),
    "accept": (("front",), ""),
    "release-write-offs": ((), ""),
    "restored": ((), ""),
    "key new": ((), ""),
    "key use": (("--force",), ""),
    "key retire": (("--force",), ""),
    "photo withdraw": ((str(LEAVES["id"]),), ""),
    "forget": ((str(LEAVES["id"]),), ""),
}


def commands(group: click.Group, before: str = "") -> Iterator[str]:
    for name, each in group.commands.items():
        if isinstance(each, click.Group):
            yield from commands(each, f"{before}{name} ")
        else:
            yield f"{before}{name}"


def test_every_command_is_known_to_change_something_or_not() -> None:
    reports = {each for each in commands(main) if each.startswith("report ")}
    assert set(commands(main)) - reports == {*(*TYPED, *CHANGES_NOTHING, *WITH_A_SECOND_PERSON, *PUTS_BACK)}


def test_every_command_that_changes_something_writes_one_line_of_who_and_what(
    office: Office, tmp_path: Path
) -> None:
    with open_point(tmp_path / "data"):
        pass
    a_kiosk_and_a_session(tmp_path)
    (tmp_path / "people.json").write_text(json.dumps({"residents": [LEAVES]}))
    before = 0
    for name, (words, typed) in TYPED.items():
        done = office(*name.split(), *(each.format(folder=tmp_path) for each in words), typed=typed)
        assert done.exit_code == 0, (name, done.output)
        deeds = noted(tmp_path)
        assert [each.what for each in deeds[before:]] == [f"office {name}"], name
        assert deeds[-1].who.startswith(TERMINAL)
        before = len(deeds)


def noted(folder: Path) -> list[Deed]:
    with closing(sqlite3.connect(folder / "data" / DATABASE_FILE)) as books:
        rows = books.execute("SELECT raw FROM audit_log ORDER BY seq").fetchall()
    return [msgspec.json.decode(raw, type=Deed) for (raw,) in rows]


def a_kiosk_and_a_session(folder: Path) -> None:
    """Enrolled by hand, and something that runs at A1 as far as the office has heard."""
    journal, device, hash_ = bytes(16), b"device!!", bytes(32)
    with closing(sqlite3.connect(folder / "data" / DATABASE_FILE)) as books, books:
        books.execute(
            "INSERT INTO devices (region_id, device_id, name, site, public_key, enrolled_at_ms, last_counter)"
            " VALUES (1, ?, 'front', ?, ?, 0, 0)",
            (device, HERE, hash_),
        )
        books.execute(
            "INSERT INTO journals (region_id, journal_id, device_id, site, head_seq, head_hash, claimed_seq,"
            " sealed) VALUES (1, ?, ?, ?, 0, ?, 0, 0)",
            (journal, device, HERE, hash_),
        )
        books.execute(
            "INSERT INTO charging_starts (region_id, journal_id, seq, wall_ms, order_id, resident_id,"
            " started_by, means, site, box, socket, tariff_id, tariff_revision, cap_fen, register, of_order,"
            " register_wh, nonce) VALUES (1, ?, 1, ?, '00000000000000a1', ?, ?, 'card', ?, 'shed', 1,"
            " 'energy', 1, 300, '', 0, 0, x'')",
            (journal, unix_ms(), ELDER, ELDER, HERE),
        )
