"""What is typed is judged by us and said at its field: a browser's bubbles speak the browser's language."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FORM = re.compile(r"<form\b[^>]*>.*?</form>", re.DOTALL)
# A hidden field, a box and a round button cannot be typed into. `form.` is a field that WTForms writes.
TYPED = re.compile(
    r'<input\b(?![^>]*type="(?:hidden|radio|checkbox)")|<(?:select|textarea)\b|\bform\.\w+\(|caller\(\)'
)


def bubbles(template: str) -> list[str]:
    """The forms in which something is typed and which leave it to the browser to say what is wrong."""
    forms = FORM.findall(template)
    assert len(forms) == template.count("<form"), "a form does not end in its own template"
    return [form for form in forms if TYPED.search(form) and " novalidate" not in form.partition(">")[0]]


def templates() -> Iterator[Path]:
    for package in ("kiosk", "sync"):
        yield from (ROOT / package).rglob("*.html")


def test_every_form_of_every_page_keeps_the_browser_quiet() -> None:
    found = {path.relative_to(ROOT): bubbles(path.read_text(encoding="utf-8")) for path in templates()}
    assert len(found) > 50
    assert {path: forms for path, forms in found.items() if forms} == {}


@pytest.mark.parametrize(
    "form",
    [
        '<form method="get"><input type="date" name="day"></form>',
        '<form><input name="typed" required></form>',
        "<form><select name='site'></select></form>",
        '<form>{{ form.username(autofocus=True) }}<p class="novalidate"></p></form>',
        "<form>{{ caller() }}</form>",
    ],
)
def test_a_form_that_leaves_it_to_the_browser_is_found(form: str) -> None:
    assert bubbles(form) == [form]


def test_a_button_alone_can_be_wrong_about_nothing() -> None:
    assert bubbles('<form><input type="hidden" name="seq"><button>OK</button></form>') == []
