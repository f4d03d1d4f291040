"""A bare Debian becomes an office and a kiosk by what the documents say to type, and lunch is served."""

from __future__ import annotations

import pytest

from tests.container.town import Town

pytestmark = pytest.mark.deep
LARGEST_MB = 150


def test_two_packages_make_an_office_and_a_kiosk(town: Town) -> None:
    town.is_well()
    town.lunch()
    for package in ("neighbourhood-kiosk", "neighbourhood-office"):
        megabytes = int(town.machine.run(f"du -sxm /usr/lib/{package} | cut -f1"))
        print(f"{package}: {megabytes} MB")
        assert megabytes <= LARGEST_MB
