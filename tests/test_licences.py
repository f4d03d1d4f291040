"""Nobody is given a kiosk or an office with a library in it whose licence was not looked at."""

from __future__ import annotations

from .licences import is_installed, licence_of, needed_by, packages, rows

# Keep the notices.
PERMISSIVE = {
    "Apache-2.0",
    "BSD",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "ISC",
    "MIT",
    "MIT-0",
    "MIT-CMU",
    "PSF-2.0",
    "ZPL-2.1",
}
# Changes to the library itself are passed on as source: `docs/licences.md` says what that means.
OF_THE_LIBRARY_ALONE = {"EUPL-1.1", "LGPL-2.1-or-later", "LGPL-3.0-only", "MPL-2.0"}
FOR_TESTS = {"any-OSI", "CNRI-Python", "GPL-2.0-only"}


def parts(licence: str) -> set[str]:
    return set(licence.replace(" OR ", " AND ").split(" AND "))


def test_the_list_has_every_package_of_every_lock() -> None:
    assert [(name, kiosk, office) for name, _, kiosk, office in rows()] == [
        (name, *needed_by(name)) for name in sorted(packages())
    ]


def test_the_list_says_what_the_packages_say() -> None:
    listed = {name: licence for name, licence, _, _ in rows()}
    here = [name for name, version in packages().items() if is_installed(name, version)]
    assert {name: licence_of(name) for name in here} == {name: listed[name] for name in here}
    assert len(here) > len(packages()) / 2


def test_every_licence_is_allowed() -> None:
    for name, licence, kiosk, office in rows():
        shipped = "yes" in (kiosk, office)
        allowed = PERMISSIVE | OF_THE_LIBRARY_ALONE | (set() if shipped else FOR_TESTS)
        assert parts(licence) <= allowed, f"{name}: {licence}"
