"""A test of the tests: each fault in the list must make the test fail that is said to guard against it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.planted.faults import AREAS, FAULTS
from tests.planted.planting import CAUGHT, ROOT, Fault, copy_of_the_code, guards, planted, run_guard, spoilt
from tests.planted.warm import Warm

EACH = pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)


def test_every_fault_has_its_place_in_the_code_and_a_test() -> None:
    """Where code or a test has moved, this says which line of the list to mend."""
    wrong = []
    for fault in FAULTS:
        path, _, name = fault.caught_by.partition("::")
        try:
            assert spoilt(fault) and f"def {name.partition('[')[0]}(" in (ROOT / path).read_text()
        except LookupError as error:
            wrong.append(str(error))
        except (AssertionError, OSError):
            wrong.append(f"{fault.name}: there is no test {fault.caught_by}")
    assert not wrong, "\n".join(wrong)


def test_the_list_is_long_enough_and_names_each_fault_once() -> None:
    assert len({fault.name for fault in FAULTS}) == len(FAULTS) >= 60
    assert all(len(faults) >= 10 for faults in AREAS.values())


@pytest.fixture(scope="session")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copy_of_the_code(tmp_path_factory.mktemp("copy"))


@pytest.fixture(scope="session")
def warm(copy: Path) -> Iterator[Warm]:
    with guards(copy) as started:
        yield started


@pytest.mark.deep
@EACH
def test_it_is_caught(fault: Fault, copy: Path, warm: Warm, tmp_path: Path) -> None:
    with planted(fault, copy):
        code, printed = run_guard(fault, warm, tmp_path)
    assert code == CAUGHT, f"{fault.name} was not caught by {fault.caught_by}\n{printed}"
