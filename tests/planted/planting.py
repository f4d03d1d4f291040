"""A fault of ours, put into a copy of the code, and the test that must fail of it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.planted.warm import Warm

ROOT = Path(__file__).parents[2]
COPIED = ("kiosk", "drivers", "sync", "tests", "pyproject.toml")
CAUGHT = 1  # pytest's code for tests that ran and failed; another says that nothing ran, or not to the end


@dataclass(frozen=True, slots=True)
class Fault:
    """`was` stands once in a module, or in a file of another kind named by its path; `becomes` is the fault.

    `caught_by` is a test's id, in the fast tier unless `deep`. Where code has moved, only `where` changes.
    """

    name: str
    where: str
    was: str
    becomes: str
    caught_by: str
    deep: bool = False

    @property
    def tier(self) -> str:
        return "deep" if self.deep else "fast"


def file_of(fault: Fault, root: Path = ROOT) -> Path:
    """Where the code is. Raises `LookupError` if there is no such module or file."""
    path = root / fault.where
    module = root / fault.where.replace(".", "/")
    candidates = [path] if "/" in fault.where else [module.with_suffix(".py"), module / "__init__.py"]
    for each in candidates:
        if each.is_file():
            return each
    raise LookupError(f"{fault.name}: there is no {fault.where}; has it moved?")


def spoilt(fault: Fault, root: Path = ROOT) -> str:
    """The file's text with the fault in it. Raises `LookupError` unless the place is there, once."""
    text = file_of(fault, root).read_text()
    times = text.count(fault.was)
    if times != 1:
        raise LookupError(f"{fault.name}: stands {times} times in {fault.where}, not once: {fault.was!r}")
    return text.replace(fault.was, fault.becomes)


def copy_of_the_code(folder: Path) -> Path:
    """All that tests need, with what was compiled of it."""
    for name in COPIED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name)
        else:
            shutil.copy2(source, folder / name)
    return folder


@contextmanager
def planted(fault: Fault, copy: Path) -> Iterator[None]:
    """The fault is in the copy until the block ends."""
    path = file_of(fault, copy)
    path.write_text(spoilt(fault, copy))
    try:
        yield
    finally:
        shutil.copy2(file_of(fault), path)  # with its time: what was compiled of the fault is not used


def guards(copy: Path) -> Warm:
    """What runs them against the copy."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    return Warm(copy, environment | {"PYTHONPATH": str(copy), "PATIENCE_S": "10"})


def run_guard(fault: Fault, warm: Warm, temporary: Path) -> tuple[int, str]:
    """The test against the copy: pytest's code, and what it printed."""
    printed = temporary / "printed"
    # Libraries are read already, so that their assertions cannot be written anew.
    without = ["-p", "no:cacheprovider", "-p", "no:xdist", "--assert=plain"]
    options = [f"--basetemp={temporary / 'guard'}", "-m", "deep" if fault.deep else "not deep"]
    code = warm.pytest(["-x", *without, *options, fault.caught_by], printed)
    return code, printed.read_text()
