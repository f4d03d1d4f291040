"""A doctor opens what the services open, as they would."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from kiosk.commands.checks import Check, Needed, files, say_all
from kiosk.store.users import OFFICE, of_the_office
from tests.stories.typed import NOBODY, folder_of, needs_root

KEY = Needed(OFFICE, "office.key", writes=False, mode=0o600)
BOOKS = Needed(OFFICE, "office.db", writes=True, mode=0o600)


@needs_root
def test_a_file_of_roots_is_named_with_the_command_that_mends_it() -> None:
    with folder_of(NOBODY) as folder:
        for name in ("office.key", "office.db"):
            (folder / name).touch(0o600)
            os.chown(folder / name, NOBODY.pw_uid, NOBODY.pw_gid)
        (well,) = files(folder, [KEY, BOOKS], of_the_office)
        assert well.well
        os.chown(folder / "office.key", 0, 0)
        (found,) = files(folder, [KEY, BOOKS], of_the_office)
        path = folder / "office.key"
        assert found.found == f"{path} is root's, and cannot be read by office (user nobody)"
        assert found.advice == f"Type: sudo chown nobody:{NOBODY.pw_gid} {path} && sudo chmod 600 {path}"
        assert os.geteuid() == 0


def test_a_next_step_is_told_apart_from_a_fault(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    good, step = Check("store", f"{tmp_path}"), Check("clerks", "none yet", "Add one.", is_step=True)
    assert say_all([good, step])
    assert not say_all([step, Check("books", "unreadable", "Mend them.")])
    assert capsys.readouterr().out.splitlines() == [
        f"ok  store: {tmp_path}",
        "do  clerks: none yet",
        "    Add one.",
        "do  clerks: none yet",
        "    Add one.",
        "->  books: unreadable",
        "    Mend them.",
    ]
