"""What failed by chance is run once more, and only that."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from .again import MOST, again, failed_in

BY_CHANCE = """
from pathlib import Path
def test_by_chance():
    seen = Path(__file__).with_name("seen")
    before = seen.exists()
    seen.touch()
    assert before
def test_always():
    assert {always}
"""


def _run(root: Path, test: str) -> None:
    (root / "pytest.ini").write_text("[pytest]\n")
    (root / "test_it.py").write_text(test)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:xdist"]
    failed = subprocess.run(command, cwd=root, check=False, capture_output=True).returncode
    assert failed == pytest.ExitCode.TESTS_FAILED


def test_a_test_that_fails_by_chance_is_named_and_does_not_count(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    _run(tmp_path, BY_CHANCE.format(always=True))
    assert again(tmp_path) == 0
    assert "to be looked into:\n  test_it.py::test_by_chance" in capfd.readouterr().out


def test_a_test_that_fails_twice_counts(tmp_path: Path) -> None:
    _run(tmp_path, BY_CHANCE.format(always=False))
    assert again(tmp_path) != 0
    assert failed_in(tmp_path) == ["test_it.py::test_always"]


def test_many_do_not_fail_by_chance(tmp_path: Path) -> None:
    _run(tmp_path, "\n".join(f"def test_{n}(): assert False" for n in range(MOST + 1)))
    assert again(tmp_path) == 1


def test_a_run_that_came_to_nothing_is_no_chance(tmp_path: Path) -> None:
    assert again(tmp_path) == 1
