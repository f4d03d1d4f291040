"""Services that are killed, stopped or frozen, a machine that restarts, and one whose plug is pulled."""

from __future__ import annotations

import pytest

from tests.container.town import SERVICES, Town
from tests.stories.town import until

pytestmark = pytest.mark.deep
WATCHED_S = 120  # until a frozen service has been noticed, ended and started again


def test_each_service_that_is_killed_comes_back(town: Town) -> None:
    for service in SERVICES:
        killed = town.pid(service)
        town.machine.run(f"systemctl kill --signal=KILL {service}")
        until(f"another {service}", lambda s=service, k=killed: town.runs(s, not_as=k), WATCHED_S)
        town.lunch()
    town.is_well()


def test_frozen_services_are_noticed_and_started_again(town: Town) -> None:
    frozen = {service: town.pid(service) for service in SERVICES}
    for service in SERVICES:
        town.machine.run(f"systemctl kill --signal=STOP {service}")
    for service, pid in frozen.items():
        until(f"another {service}", lambda s=service, p=pid: town.runs(s, not_as=p), WATCHED_S)
    town.is_well()
    town.lunch()


def test_lunch_while_the_exchange_or_the_office_is_stopped(town: Town) -> None:
    for service in ("kiosk-sync", "office"):
        town.machine.run(f"systemctl stop {service}")
        town.tap()
        town.machine.run(f"systemctl start {service}")
        town.agree()


def test_a_restart_of_the_machine_and_a_pulled_plug_lose_nothing(town: Town) -> None:
    town.machine.reboot()
    town.is_well()
    town.lunch()
    town.machine.run("systemctl stop kiosk-sync")
    town.tap()
    town.machine.power_cut()
    town.machine.boot()
    town.agree()
    town.lunch()
    for command in ("kiosk journal verify", "office verify"):
        town.machine.run(command)
