"""What root puts back from a backup is the office's again, and what was sold since comes from the kiosk."""

from __future__ import annotations

import pytest

from tests.container.town import BOOKS, Town

pytestmark = pytest.mark.deep


def test_a_backup_is_put_back_as_root(town: Town) -> None:
    machine = town.machine
    machine.run("sudo office backup ~/monday.tar")
    town.lunch()
    machine.run(f"sudo systemctl stop office && rm {BOOKS}* && sudo office restore ~/monday.tar")
    machine.run("sudo systemctl start office")
    town.is_well()
    town.agree()  # with what was sold after the backup
    town.lunch()
    machine.run("sudo office verify")
