"""A newcomer's first hour: a fresh clone, and what the README says to type."""

from __future__ import annotations

import re
import subprocess
import zipfile
from pathlib import Path

import pytest

from .terminal import Terminal, all_ended, terminal
from .town import until

ROOT = Path(__file__).resolve().parents[2]
INSTALLED_S = 500

pytestmark = pytest.mark.deep


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What is kept of the project, as it stands now, and nothing else."""
    folder = tmp_path_factory.mktemp("clone")
    kept = subprocess.run(["git", "ls-files"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    for name in kept.splitlines():
        if (ROOT / name).exists():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes((ROOT / name).read_bytes())
            (folder / name).chmod((ROOT / name).stat().st_mode)
    return folder


def test_make_run_says_what_it_does_and_the_second_time_does_less(clone: Path) -> None:
    installing = ["A virtual environment", "uv, which", "What a kiosk and an office need", "This project"]
    starting = ["Simulated devices", "Office", "Kiosk"]
    for stages in ([*installing, *starting], starting):
        with terminal("make", "--directory", str(clone), "run", "DEMO=--any-ports") as window:
            until("the addresses, or the end", lambda: is_over(window), INSTALLED_S)
            assert "Ctrl-C" in window.printed, window.printed
            said = re.findall(
                rf"^({'|'.join([*installing, *starting])}).* \.\.\. ", window.printed, re.MULTILINE
            )
            assert said == stages
            assert len(re.findall(r"\d\.\d s$", window.printed, re.MULTILINE)) == len(stages)
            window.close()
            all_ended(window)


def test_the_project_is_built_from_what_the_lock_fetched_and_is_whole(clone: Path) -> None:
    subprocess.run(["make", "--directory", clone, ".venv/run"], check=True)
    build = [clone / ".venv/bin/python", "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-index"]
    subprocess.run([*build, "--no-build-isolation", "--wheel-dir", "wheels", "."], cwd=clone, check=True)
    (wheel,) = (clone / "wheels").glob("*.whl")
    built = set(zipfile.ZipFile(wheel).namelist())
    packages = [clone / name for name in ("drivers", "kiosk", "sync")]
    ours = {str(each.relative_to(clone)) for package in packages for each in files_of(package)}
    assert ours <= built, sorted(ours - built)


def is_over(starting: Terminal) -> bool:
    return "Ctrl-C" in starting.printed or starting.process.poll() is not None


def files_of(package: Path) -> list[Path]:
    """All but what only helps to write the next migration."""
    found = (each for each in package.rglob("*") if each.is_file() and "__pycache__" not in each.parts)
    return [each for each in found if each.suffix != ".mako"]
