"""Whoever removes the packages keeps all data; whoever purges them is told what goes."""

from __future__ import annotations

import pytest

from tests.container.following import follow
from tests.container.town import Town

pytestmark = pytest.mark.deep
PACKAGES = ("neighbourhood-kiosk", "neighbourhood-office")
DATA = (
    "find /var/lib/neighbourhood-card /etc/neighbourhood-card -name '*.db' -o -name '*.key' -o -name '*.toml'"
)


def test_removed_and_installed_again_everything_is_there(town: Town) -> None:
    machine = town.machine
    kept = sorted(machine.run(DATA).split())
    for package in PACKAGES:
        follow(machine, "Later", {"neighbourhood-kiosk": package}, only="apt remove")
    assert machine.run("systemctl list-units --no-legend 'office*' 'kiosk*'") == ""
    assert sorted(machine.run(DATA).split()) == kept
    for heading in ("The office", "A kiosk"):
        follow(machine, heading, only="apt install")
    machine.run("sudo systemctl start office kiosk kiosk-sync")
    town.is_well()
    town.lunch()


def test_a_purge_says_what_goes_and_takes_it(town: Town) -> None:
    said = "".join(
        follow(town.machine, "Later", {"neighbourhood-kiosk": package}, only="apt purge")
        for package in PACKAGES
    )
    for each in ("office", "kiosk", "browser"):
        assert f"Removing /var/lib/neighbourhood-card/{each}" in said
    assert town.machine.run(f"{DATA} 2>/dev/null || true") == ""
    assert town.machine.run("systemctl --failed --no-legend") == ""
