"""Each row of the tables in `docs/charging-safety.md` names a test that is there and that everybody runs."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from drivers.outlets.contracts import AlarmKind
from drivers.outlets.reasons import StopReason

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "docs" / "charging-safety.md").read_text()
ALARMS = {
    AlarmKind.SMOKE: "smoke",
    AlarmKind.FIRE_SYSTEM: "fire system",
    AlarmKind.HEAT: "heat",
    AlarmKind.WATER: "water",
    AlarmKind.POWER_CUT: "power was off",
    AlarmKind.TAMPERED: "tilted",
    AlarmKind.BOX_OVERLOAD: "the box above",
    AlarmKind.RELAY_WELDED: "welded relay",
    AlarmKind.BOX_FAULT: "faulty",
}
BY_ALARM = {"smoke", "fire_system", "overheat", "water", "relay_welded", "box_fault"}
BY_PEOPLE = {"stopped", "stopped_by_office"}
BY_BOX = {"time_up", "energy_up", "over_voltage", "under_voltage", "bad_contact", "short_circuit"}
BY_ITSELF = sorted(set(StopReason) - BY_ALARM - BY_PEOPLE - BY_BOX)


def rows() -> Iterator[list[str]]:
    for line in TEXT.splitlines():
        cells = [each.strip() for each in line.strip("|").split("|")]
        if line.startswith("|") and cells[-1] != "test" and not set(line) <= set("|-"):
            yield cells


def fast_tests() -> set[str]:
    found = set()
    for path in (ROOT / "tests").rglob("test_*.py"):
        text = path.read_text()
        if "charging" in str(path) or "outlets" in str(path):
            for each in ast.walk(ast.parse(text)):
                if isinstance(each, ast.FunctionDef) and not any(
                    ast.unparse(mark) == "pytest.mark.deep" for mark in each.decorator_list
                ):
                    found.add(each.name)
    return found


def test_each_row_names_a_test_that_is_there() -> None:
    there, all_rows = fast_tests(), list(rows())
    assert len(all_rows) > 35
    for cells in all_rows:
        named = re.findall(r"`(\w+)`", cells[-1])
        assert named and all(each.startswith("test_") for each in named), cells
        assert set(named) <= there, f"{set(named) - there} of: {cells[0]}"


@pytest.mark.parametrize("reason", BY_ITSELF)
def test_each_way_in_which_a_session_ends_by_itself_has_its_row(reason: StopReason) -> None:
    assert any(f"`{reason}`" in cell for cells in rows() for cell in cells[:-1])


@pytest.mark.parametrize("kind", AlarmKind)
def test_each_alarm_has_its_row(kind: AlarmKind) -> None:
    assert any(ALARMS[kind] in cells[0].lower() for cells in rows())
