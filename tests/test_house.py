"""The house stands as it is drawn: no arrow goes up, and rooms in a circle are named until they are not."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.house import DRAWINGS, PAGE, circles, drawing, drawings, imports, rooms, within_page

# Still to be untied. The list only ever gets shorter: a circle that is gone has to go from here as well.
NOT_YET: dict[str, list[set[str]]] = {}


@pytest.mark.parametrize("house", [house for _, house in DRAWINGS])
def test_no_arrow_goes_up(house: str) -> None:
    assert circles(rooms(imports(), house)) == NOT_YET.get(house, [])


def test_the_page_shows_the_house_as_it_is() -> None:
    """`python -m tests.house` draws it anew."""
    assert within_page(PAGE.read_text(encoding="utf-8")) == drawings()


@pytest.fixture
def house(tmp_path: Path) -> Path:
    for name, text in {
        "kiosk/__init__.py": "",
        "kiosk/app.py": "from kiosk.web import pages\nfrom kiosk import counter",
        "kiosk/counter.py": "import kiosk.ledger.journal",
        "kiosk/ledger/__init__.py": "",
        "kiosk/ledger/journal.py": "import json",
        "kiosk/web/__init__.py": "",
        "kiosk/web/pages.py": "def page():\n    from kiosk.ledger import journal",
    }.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path


def test_rooms_lie_above_what_they_stand_on(house: Path) -> None:
    arrows = rooms(imports(house), "kiosk")
    assert list(drawing(arrows, "kiosk")) == ["  2   app", "  1   counter  web", "  0   ledger"]
    assert circles(arrows) == []


@pytest.mark.parametrize(
    ("path", "text", "circle"),
    [
        ("kiosk/ledger/journal.py", "from kiosk import counter", {"kiosk.counter", "kiosk.ledger"}),
        ("kiosk/ledger/journal.py", "def f():\n    import kiosk.web.pages", {"kiosk.ledger", "kiosk.web"}),
        ("kiosk/web/pages.py", "import kiosk.app\nimport kiosk.ledger.journal", {"kiosk.app", "kiosk.web"}),
    ],
)
def test_an_arrow_that_goes_up_is_found(house: Path, path: str, text: str, circle: set[str]) -> None:
    (house / path).write_text(text)
    arrows = rooms(imports(house), "kiosk")
    assert circles(arrows) == [circle]
    assert any(line.count("<->") == len(circle) - 1 for line in drawing(arrows, "kiosk"))
