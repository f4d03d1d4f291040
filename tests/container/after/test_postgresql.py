"""An office on PostgreSQL, by the commands of the documents."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.container.conftest import Make
from tests.container.following import bring, follow
from tests.container.packages import Packages

pytestmark = pytest.mark.deep
SETTINGS = "/etc/neighbourhood-card/office.toml"
URL = "postgresql+psycopg:///neighbourhood"


def test_the_office_keeps_its_books_in_postgresql(
    layers: list[Path], packages: Packages, machine_of: Make
) -> None:
    machine = machine_of(layers)
    bring(machine, packages)
    follow(machine, "The office", only="apt install")
    follow(machine, "With PostgreSQL", only="postgres")
    machine.run(f"sed -i 's#^database = \"\"#database = \"{URL}\"#' {SETTINGS} && grep -q '{URL}' {SETTINGS}")
    follow(machine, "With PostgreSQL", only="sudo (office|systemctl)")
    follow(machine, "The office", {"people.json": "people.json"}, only="import|clerk|enrol-code")
    machine.reboot()
    machine.run("systemctl is-active office postgresql")
    assert json.loads(machine.run("sudo office report meals"))
    opening_fen = "SELECT sum(credits - debits) FROM balances WHERE account = 'own/1001'"
    assert machine.run("sudo -u postgres psql -At neighbourhood", typed=opening_fen) == "10000\n"
