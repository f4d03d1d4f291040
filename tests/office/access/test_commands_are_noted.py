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
from kiosk.ledger.posting import JournalKey
from kiosk.store.engine import disposing
from sync.office.books import heads
from sync.office.cli import main
from sync.office.commands.opening import TERMINAL
from sync.office.people.access.audit import Deed
from sync.office.services.charging.tables import charging_starts
from sync.office.settings import DATABASE_FILE
from sync.office.store.database import create_engine, writing
from sync.office.store.tables import devices
from tests.office.books import ELDER, HERE
from tests.office.charging.point import open_point
from tests.office.commands import Office

LEAVES = {"id": 9, "name": "周测试", "born": "1950-01-01", "home_site": HERE}
PIN, PASSWORD = "802461\n", "correct horse battery\n"
# They read, serve kiosks that speak for themselves, or make what is no office yet.
CHANGES_NOTHING = {
    *("init", "run", "doctor", "verify", "backup", "bundle", "print-labels"),
    *("clerk list", "token list", "staff list", "division list", "proposal list", "proposal kinds"),
    "region list",
}
WITH_A_SECOND_PERSON = {"proposal approve", "proposal decline"}  # `test_proposals.py` has what waits
WITH_ANOTHER_SERVER = {"region move", "region clear"}  # `tests/sync/moved` has two
PUTS_BACK = {"restore"}  # likewise `test_backing_up.py`
ELSEWHERE = WITH_A_SECOND_PERSON | WITH_ANOTHER_SERVER | PUTS_BACK
# In this order, with what is typed besides.
TYPED: dict[str, tuple[tuple[str, ...], str]] = {
    "import": (("{folder}/people.json",), ""),
    "division set": (("town", "--level", "street", "--title", "镇"), ""),
    "division site": ((HERE, "town"), ""),
    "division building": ((HERE, "3号楼", "town"), ""),
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


def commands(group: click.Group = main, before: str = "") -> Iterator[str]:
    for name, each in group.commands.items():
        if isinstance(each, click.Group):
            yield from commands(each, f"{before}{name} ")
        else:
            yield f"{before}{name}"


def test_every_command_is_known_to_change_something_or_not() -> None:
    reports = {each for each in commands() if each.startswith("report ")}
    assert set(commands()) - reports == {*(*TYPED, *CHANGES_NOTHING, *ELSEWHERE)}


def test_every_command_that_changes_something_writes_one_line_of_who_and_what(
    office: Office, tmp_path: Path
) -> None:
    with open_point(tmp_path / "data"):
        pass
    a_kiosk_and_a_session(f"sqlite:///{tmp_path / 'data' / DATABASE_FILE}")
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


def a_kiosk_and_a_session(url: str) -> None:
    """Enrolled by hand, and something that runs at A1 as far as the office has heard."""
    key = {"region_id": 1, "journal_id": bytes(16)}
    device = {"device_id": b"device!!", "site": HERE}
    begun = {"seq": 1, "wall_ms": unix_ms(), "order_id": "00000000000000a1", "resident_id": ELDER}
    begun |= {"started_by": ELDER, "means": "card", "site": HERE, "box": "shed", "socket": 1}
    begun |= {"tariff_id": "energy", "tariff_revision": 1, "cap_fen": 300, "register": ""}
    begun |= {"of_order": 0, "register_wh": 0, "nonce": b""}
    with disposing(create_engine(url)) as engine, writing(engine) as connection:
        enrolled = {"region_id": 1, "name": "front", "public_key": bytes(32), "enrolled_at_ms": 0}
        connection.execute(devices.insert(), {**enrolled, **device, "last_counter": 0})
        heads.begin_journal(connection, JournalKey(1, bytes(16)), **device)
        connection.execute(charging_starts.insert(), {**key, **begun})
