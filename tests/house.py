"""The drawing of the house, made from the imports: `python -m tests.house` writes it into the page.

A room is a folder, or a file that stands beside folders. Each line of a drawing lies as high as the longest
way down from it, so an arrow that does not go down shows as rooms in one pair of brackets: a circle.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "architecture.md"
BEGIN, END = "<!-- drawn by tests/house.py -->", "<!-- end of the drawing -->"
WIDTH = 100
# Each drawing: what it is called, and the folder whose rooms it shows. Deeper folders belong to their room.
DRAWINGS = (
    ("Devices", "drivers"),
    ("A kiosk", "kiosk"),
    ("What joins it to the office", "sync"),
    ("The office", "sync.office"),
)

Arrows = Mapping[str, frozenset[str]]  # by room, those that it stands on
Imports = Mapping[str, frozenset[str]]  # by module, the modules of ours that it names


def imports(root: Path = ROOT) -> Imports:
    """Of every module but migrations, which are history."""
    files = {
        _name(path, root): path for top in ("drivers", "kiosk", "sync") for path in (root / top).rglob("*.py")
    }
    return {
        module: frozenset(_named(path, files.keys()) - {module})
        for module, path in files.items()
        if "migrations" not in module
    }


def _name(path: Path, root: Path) -> str:
    parts = path.relative_to(root).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _named(path: Path, known: Iterable[str]) -> set[str]:
    known, named = set(known), set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            named |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            inner = {f"{node.module}.{alias.name}" for alias in node.names}
            named |= (inner & known) or {node.module}
    return named & known


def rooms(imported: Imports, house: str) -> Arrows:
    """The arrows between the rooms of one house; what lies outside it is left out."""
    depth = house.count(".") + 2
    inside = {
        module: ".".join(module.split(".")[:depth]) for module in imported if module.startswith(f"{house}.")
    }
    if house == "sync":  # it has a drawing of its own
        inside = {module: room for module, room in inside.items() if room != "sync.office"}
    return {
        room: frozenset(
            inside[other]
            for module, at in inside.items()
            if at == room
            for other in imported[module]
            if other in inside and inside[other] != room
        )
        for room in set(inside.values())
    }


def circles(arrows: Arrows) -> list[frozenset[str]]:
    """Rooms that stand on each other, by whatever ways."""
    below = {room: _below(room, arrows) for room in arrows}
    found = {frozenset(other for other in below[room] if room in below[other]) for room in arrows}
    return sorted((each for each in found if each), key=sorted)


def _below(room: str, arrows: Arrows) -> frozenset[str]:
    seen: set[str] = set()
    waiting = [*arrows[room]]
    while waiting:
        other = waiting.pop()
        if other not in seen:
            seen.add(other)
            waiting += arrows[other]
    return frozenset(seen)


def heights(arrows: Arrows) -> dict[frozenset[str], int]:
    """How high each room lies, a circle as one: the longest way down."""
    together = {room: circle for circle in circles(arrows) for room in circle}
    boxes = {room: together.get(room, frozenset({room})) for room in arrows}
    down = {
        box: {boxes[other] for room in box for other in arrows[room]} - {box} for box in set(boxes.values())
    }

    @cache
    def height(box: frozenset[str]) -> int:
        return max((height(other) + 1 for other in down[box]), default=0)

    return {box: height(box) for box in down}


def drawing(arrows: Arrows, house: str) -> Iterator[str]:
    """The lines of one drawing, the highest first."""
    by_height: dict[int, list[str]] = {}
    for box, height in heights(arrows).items():
        names = [each.removeprefix(f"{house}.") for each in sorted(box)]
        by_height.setdefault(height, []).append(names[0] if len(names) == 1 else f"( {' <-> '.join(names)} )")
    for height in sorted(by_height, reverse=True):
        yield from _wrapped(height, sorted(by_height[height]))


def _wrapped(height: int, names: Iterable[str]) -> Iterator[str]:
    line = f"{height:3} "
    for name in names:
        if line.strip() and len(line) + len(name) + 2 > WIDTH and len(line) > 4:
            yield line
            line = " " * 4
        line += f"  {name}"
    yield line


def drawings(root: Path = ROOT) -> str:
    """All of them, as they stand in the page."""
    imported = imports(root)
    parts = []
    for title, house in DRAWINGS:
        lines = "\n".join(drawing(rooms(imported, house), house))
        parts.append(f"**{title}** (`{house.replace('.', '/')}/`)\n\n```\n{lines}\n```\n")
    return "\n".join(parts)


def within_page(text: str) -> str:
    """What a page has between the marks."""
    found = re.search(f"{re.escape(BEGIN)}\n(.*?){re.escape(END)}", text, re.DOTALL)
    assert found is not None, f"{PAGE}: the marks are gone"
    return found[1]


def main() -> None:
    text = PAGE.read_text(encoding="utf-8")
    before, after = (f"{BEGIN}\n{drawn}{END}" for drawn in (within_page(text), drawings()))
    PAGE.write_text(text.replace(before, after), encoding="utf-8")


if __name__ == "__main__":
    if len(sys.argv) > 1:  # of another checkout
        print(drawings(Path(sys.argv[1])))
    else:
        main()
