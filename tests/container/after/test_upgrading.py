"""From 0.3.0, which was installed by hand, to the packages: everything is there, and lunch goes on."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.container import before
from tests.container.conftest import Make
from tests.container.following import bring, follow
from tests.container.packages import Packages
from tests.container.town import SERVICES

pytestmark = pytest.mark.deep
KEYS = "sha256sum /var/lib/neighbourhood-card/office/*.key /var/lib/neighbourhood-card/kiosk/device.key"


def test_the_packages_take_over_from_0_3_0(layers: list[Path], packages: Packages, machine_of: Make) -> None:
    machine = machine_of(before.installed(layers))
    town = before.opened(machine)
    town.lunch()
    machine.run("systemctl stop kiosk-sync")
    town.tap()  # which the office has not heard of when it is upgraded
    keys = machine.run(KEYS)

    bring(machine, packages)
    for heading in ("The office", "A kiosk"):
        follow(machine, heading, only="apt install")
    machine.run("systemctl start kiosk-sync")

    town.is_well()
    town.agree()
    town.lunch()
    assert machine.run(KEYS) == keys
    for service in SERVICES:
        assert "/opt/" not in town.properties_of(service, "ExecStart")[0]
    for command in ("kiosk journal verify", "office verify"):
        machine.run(f"sudo {command}")
