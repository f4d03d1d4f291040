"""A bare Debian becomes an office and a kiosk by what the documents say to type, and lunch is served."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.container import roots
from tests.container.conftest import Make
from tests.container.packages import Packages
from tests.container.town import Town, found

pytestmark = pytest.mark.deep
LARGEST_MB = 150


def test_two_packages_make_an_office_and_a_kiosk(town: Town) -> None:
    town.is_well()
    town.lunch()
    for package in ("neighbourhood-kiosk", "neighbourhood-office"):
        megabytes = int(town.machine.run(f"du -sxm /usr/lib/{package} | cut -f1"))
        print(f"{package}: {megabytes} MB")
        assert megabytes <= LARGEST_MB


def test_the_same_on_the_other_debian(
    layers_for: Callable[[str], list[Path]], packages_for: Callable[[str], Packages], machine_of: Make
) -> None:
    suite = roots.other_suite()
    town = found(machine_of(layers_for(suite)), packages_for(suite))
    town.machine.reboot()
    town.is_well()
    town.lunch()
