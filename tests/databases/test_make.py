"""The script that made the databases of each release still makes them."""

from __future__ import annotations

import subprocess
import tarfile
from pathlib import Path

import pytest

from tests.databases import make

pytestmark = pytest.mark.deep
FIRST, *_, LAST = make.RELEASES


def members(path: Path) -> set[str]:
    with tarfile.open(path) as archive:
        return set(archive.getnames())


@pytest.mark.parametrize("version", [FIRST, LAST])
def test_a_release_is_run_again(version: str, tmp_path: Path) -> None:
    git = ["git", "rev-parse", "--is-shallow-repository"]
    shallow = subprocess.run(git, cwd=make.ROOT, check=True, capture_output=True, text=True).stdout.strip()
    assert shallow == "false", "the releases lie in the history, which this clone does not have"
    for made in make.make(version, tmp_path):
        assert members(made) == members(make.HERE / made.name)
