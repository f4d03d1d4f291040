"""An operator types `office init` while the service that waits for its database starts again and again."""

from __future__ import annotations

import subprocess
import sys

PROGRAM = (
    "import sys; from sync.office.store.database import open_database; open_database(sys.argv[1]).dispose()"
)


def test_programs_that_open_an_empty_database_at_once_all_find_it_ready(bare_url: str) -> None:
    command = [sys.executable, "-c", PROGRAM, bare_url]
    programs = [subprocess.Popen(command, stderr=subprocess.PIPE, text=True) for _ in range(3)]
    said = [program.communicate()[1] for program in programs]
    assert [program.returncode for program in programs] == [0, 0, 0], said
