"""Whatever the documents tell an operator to type, typed as root while everything runs, breaks nothing."""

from __future__ import annotations

import pytest

from tests.container.following import follow
from tests.container.town import LUNCH_FEN, OPENING_FEN, STORE, Town
from tests.stories.town import until

pytestmark = pytest.mark.deep

LOOKING = (
    "kiosk status",
    "kiosk status --json",
    "kiosk journal verify",
    "kiosk journal export",
    "office verify",
    "office report meals",
    "office report exposure",
    "office clerk list",
    "office staff list",
    "office restored --list",
)


def test_every_command_of_the_documents_as_root(town: Town) -> None:
    machine = town.machine
    for command in LOOKING:
        machine.run(f"sudo {command}")
    follow(machine, "Who works there")
    follow(machine, "A voice from the neighbourhood")
    machine.run("mkdir /media/stick")
    follow(machine, "No network at all")
    town.is_well()
    town.lunch()
    machine.run("office backup ~/books.tar && office print-codes --output ~/codes")
    machine.run("kiosk voice")


def test_the_offices_key_and_the_kiosks_are_changed_as_root(town: Town) -> None:
    for command in ("key new", "key use", "key retire", "rotate-key"):
        follow(town.machine, "Another key for the office", only=command)
        town.is_well()
        town.lunch()
    assert "unknown_office_key" not in town.machine.run("kiosk status")


def test_a_kiosk_is_replaced_and_enrolled_as_root(town: Town) -> None:
    machine = town.machine
    died = "A kiosk died, and another takes its place"
    code = follow(machine, died, document="docs/recovery.md", only="--replaces").split()[-1]
    machine.run(f"systemctl stop kiosk kiosk-sync && rm -r {STORE} && systemd-tmpfiles --create")
    follow(machine, "A kiosk", {"CODE": code}, only="kiosk enrol")
    machine.run("systemctl start kiosk kiosk-sync")
    town.is_well()
    with town.laid_down() as elder:
        until("booked", lambda: town.earned_fen(town.office_books()) == town.due_fen)
    assert town.kiosk_books()[f"own/{elder}"] == -LUNCH_FEN
    assert town.office_books()[f"own/{elder}"] == OPENING_FEN - LUNCH_FEN
