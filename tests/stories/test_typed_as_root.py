"""An operator is root, the services are not: nothing that is typed keeps them from going on."""

from __future__ import annotations

import json
import os
import signal
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.office.books import small_file
from tests.office.process import listens
from tests.ports import free_port
from tests.stories.typed import NOBODY, folder_of, needs_root, owners, start_as_root, type_as_root
from tests.sync.world import eventually
from tests.waiting import PATIENCE_S

pytestmark = needs_root


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    with folder_of(NOBODY) as folder:
        yield Machine(folder, tmp_path)


class Machine:
    """An office and a kiosk of one user; what root brings along lies where that user cannot go."""

    def __init__(self, folder: Path, roots: Path) -> None:
        self.port = free_port()
        self.data, self.store, self.roots = folder / "office", folder / "kiosk", roots
        self.office = ["office", "--config", roots / "office.toml"]
        self.sync = ["kiosk-sync", "--config", roots / "kiosk.toml"]
        roots.chmod(0o700)
        (roots / "people.json").write_text(json.dumps(small_file()))
        (roots / "office.toml").write_text(
            f'[office]\ndata = "{self.data}"\nlisten = "127.0.0.1:{self.port}"\n'
        )
        (roots / "kiosk.toml").write_text(
            f'[kiosk]\nname = "front"\nsite = "huasheng"\n[store]\nfolder = "{self.store}"\n'
            f'[sync]\noffice = "http://127.0.0.1:{self.port}"\n'
        )

    @contextmanager
    def running_office(self) -> Iterator[int]:
        """Started by root, too; the process."""
        with start_as_root([*self.office, "run"]) as process:
            try:
                assert eventually(lambda: listens(self.port))
                yield process.pid
            finally:
                process.send_signal(signal.SIGTERM)
                process.communicate(timeout=PATIENCE_S)

    def is_well(self) -> bool:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=PATIENCE_S) as answer:
            return bool(answer.status == 200)

    def nothing_is_roots(self) -> bool:
        return 0 not in {*owners(self.data).values(), *owners(self.store).values()}


@pytest.mark.deep
def test_a_day_of_commands_by_root_leaves_the_services_running(machine: Machine) -> None:
    office, sync = machine.office, machine.sync
    said = type_as_root(
        [*office, "init"],
        [*office, "import", machine.roots / "people.json"],
        [*office, "print-codes", "--output", machine.roots / "codes"],
        [*office, "backup", machine.roots / "monday.tar"],
        [*office, "report", "meals", "--output", machine.roots / "meals.json"],
        [*office, "enrol-code", "--name", "front", "--site", "huasheng"],
    )
    code = said.splitlines()[-1]
    assert {path.name for path in machine.roots.iterdir()} >= {"codes", "monday.tar", "meals.json"}
    assert (machine.data / "office.db").stat().st_mode & 0o077 == 0
    assert machine.data.stat().st_mode & 0o077 == 0
    assert machine.nothing_is_roots()
    with machine.running_office() as pid:
        assert set(_users(pid)) == {str(NOBODY.pw_uid)}  # kept for good: nobody gets root by the network
        type_as_root([*sync, "enrol", code], [*sync, "once"])
        type_as_root([*office, "key", "new"], [*sync, "once"], [*office, "key", "use"])
        assert machine.is_well()
        type_as_root([*sync, "once"], [*sync, "rotate-key"], [*sync, "once"], [*office, "key", "retire"])
        assert machine.is_well()
        assert machine.nothing_is_roots()


def test_a_backup_that_root_puts_back_is_the_services(machine: Machine) -> None:
    office, copy = machine.office, machine.roots / "monday.tar"
    type_as_root([*office, "init"], [*office, "backup", copy])
    (machine.data / "office.db").unlink()
    os.chown(machine.data / "office.key", 0, 0)
    said = type_as_root([*office, "restore", copy])
    assert f"{machine.data / 'office.key'}: was root's" in said
    assert machine.nothing_is_roots()
    with machine.running_office():
        assert machine.is_well()


def _users(pid: int) -> list[str]:
    """Real, effective, saved and file system user of a process."""
    (line,) = (each for each in Path(f"/proc/{pid}/status").read_text().splitlines() if "Uid:" in each)
    return line.split()[1:]
