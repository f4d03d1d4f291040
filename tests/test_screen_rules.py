"""What a screen is made of lies with whoever shows it: templates, styles, drawings, addresses and codes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

import pytest

from kiosk.services.listed import SERVICES

ROOT = Path(__file__).resolve().parent.parent / "kiosk"
OFFICE = ROOT.parent / "sync" / "office" / "services"  # its pages for phones have the kiosk's templates
KIT = "kit"
# Classes that a template puts together: no `class="..."` has them whole.
CHOSEN_BY_CODE = re.compile(r"size-\d|many-\w+|tone-\w+|good|plain|told|stop")
CLASSES = re.compile(r'class="((?:[^"{]|\{\{.*?\}\}|\{%.*?%\})*)"')
BLUEPRINT = re.compile(r'Blueprint\(\s*"(\w+)"')
ENDPOINT = re.compile(r"""url_for\(\s*['"](\w+)\.\w+""")
MACRO = re.compile(r"\{% macro (\w+)\(")

Files = Mapping[str, str]  # their texts by where they lie in the kiosk's folder
Rule = Callable[[Files], Iterator[str]]


def owner(path: str) -> str:
    """The service in whose folder a file lies; everything else is the kit's."""
    parts = path.split("/")
    return parts[1] if parts[0] == "services" and len(parts) > 2 else KIT


def owners(files: Files, says: Callable[[str], bool], of: Iterable[str] = ("py", "html", "js")) -> set[str]:
    """Whose files are among those that say something."""
    return {owner(path) for path, text in files.items() if path.rpartition(".")[2] in of and says(text)}


def named(name: str) -> Callable[[str], bool]:
    return lambda text: f'"{name}"' in text or f"'{name}'" in text


def templates_lie_with_whoever_renders_them(files: Files) -> Iterator[str]:
    for path in files:
        _, is_one, name = path.partition("templates/")
        if not is_one:
            continue
        users = owners({other: text for other, text in files.items() if other != path}, named(name))
        yield from misplaced(path, users)


def styles_lie_with_whoever_wears_them(files: Files) -> Iterator[str]:
    worn = {path: classes_in(text) for path, text in files.items() if path.endswith(".html")}
    scripts = " ".join(text for path, text in files.items() if path.endswith(".js"))
    for path, text in files.items():
        if not path.endswith(".css"):
            continue
        for name in sorted(classes_of(text)):
            users = {owner(other) for other, found in worn.items() if is_worn(name, found)}
            if owner(path) == KIT and not (CHOSEN_BY_CODE.fullmatch(name) or name in scripts):
                yield from misplaced(f"{path}: .{name}", users)
            elif owner(path) != KIT and not users & {owner(path), KIT}:
                yield f"{path}: .{name} is none of its own"


def drawings_lie_with_whoever_shows_them(files: Files) -> Iterator[str]:
    for path, text in files.items():
        if path.endswith("icons.html"):
            for name in MACRO.findall(text):
                shown = re.compile(rf"icons\.{name}\(|\"{name}\"")
                yield from misplaced(
                    f"{path}: {name}", owners(files, lambda found, shown=shown: bool(shown.search(found)))
                )


def services_lead_to_their_own_pages_and_the_kits(files: Files) -> Iterator[str]:
    home = {name: owner(path) for path, text in files.items() for name in BLUEPRINT.findall(text)}
    for path, text in files.items():
        for name in ENDPOINT.findall(text):
            if home.get(name, KIT) not in (owner(path), KIT):
                yield f"{path} leads to a page of {home[name]}: {name}"


def the_kit_names_no_service(files: Files) -> Iterator[str]:
    codes = {code for each in SERVICES for code in each.words.sentences if "." not in code}
    for path, text in files.items():
        if path.startswith("web/"):
            yield from (
                f"{path} names the answer {code} of a service"
                for code in sorted(codes)
                if named(code)(CLASSES.sub("", text))
            )
            yield from (f"{path} names {found}" for found in re.findall(r"kiosk\.services[\w.]*", text))


def misplaced(what: str, users: set[str]) -> Iterator[str]:
    if not users:
        yield f"{what} is used by nobody"
    elif owner(what) == KIT and KIT not in users and len(users) == 1:
        yield f"{what} is used by {users.pop()} alone"
    elif owner(what) != KIT and users != {owner(what)}:
        yield f"{what} is used by {', '.join(sorted(users))}"


def classes_in(template: str) -> set[str]:
    """Every word in a class attribute, whether it stands there or is chosen in it."""
    return {name for found in CLASSES.findall(template) for name in re.findall(r"[a-z][\w-]*", found)}


def is_worn(name: str, classes: set[str]) -> bool:
    """Also where only its end is chosen, as in `class="at-{{ column }}"`."""
    return name in classes or name[: name.rfind("-") + 1] in classes


def classes_of(style: str) -> set[str]:
    plain = re.sub(r"/\*.*?\*/", "", style, flags=re.DOTALL)
    selectors = re.findall(r"([^{}]+)\{", plain)
    return {name for selector in selectors for name in re.findall(r"\.([a-z][\w-]*)", selector)}


RULES: tuple[Rule, ...] = (
    templates_lie_with_whoever_renders_them,
    styles_lie_with_whoever_wears_them,
    drawings_lie_with_whoever_shows_them,
    services_lead_to_their_own_pages_and_the_kits,
    the_kit_names_no_service,
)


@pytest.fixture(scope="module")
def files() -> Files:
    found = (path for kind in ("py", "html", "css", "js", "svg") for path in ROOT.rglob(f"*.{kind}"))
    return {
        **{path.relative_to(ROOT).as_posix(): path.read_text() for path in found},
        **{f"services/{path.relative_to(OFFICE)}": path.read_text() for path in OFFICE.rglob("phone/*.py")},
    }


@pytest.mark.parametrize("rule", RULES)
def test_the_screens_keep_the_rules(files: Files, rule: Rule) -> None:
    assert list(rule(files)) == []


@pytest.mark.parametrize(
    ("rule", "broken"),
    [
        (
            templates_lie_with_whoever_renders_them,
            {"web/templates/lent.html": "", "services/lending/screens.py": 'render_template("lent.html")'},
        ),
        (
            templates_lie_with_whoever_renders_them,
            {
                "services/lending/templates/lending/find.html": "",
                "services/lending/screens.py": 'render_template("lending/find.html")',
                "services/coffee/screens.py": 'render_template("lending/find.html")',
            },
        ),
        (templates_lie_with_whoever_renders_them, {"web/templates/nobodys.html": ""}),
        (
            styles_lie_with_whoever_wears_them,
            {
                "web/static/books.css": ".shelf {}",
                "services/lending/templates/lending/a.html": '<p class="shelf">',
            },
        ),
        (
            styles_lie_with_whoever_wears_them,
            {
                "web/static/base.css": "@media (max-height: 600px) { .panel .shelf { gap: 0; } }",
                "services/lending/templates/lending/a.html": "<p class=\"{{ 'shelf' if books }}\">",
            },
        ),
        (
            styles_lie_with_whoever_wears_them,
            {
                "services/coffee/static/coffee.css": ".shelf {}",
                "services/lending/templates/lending/a.html": '<p class="shelf">',
            },
        ),
        (
            drawings_lie_with_whoever_shows_them,
            {
                "web/templates/icons.html": "{% macro book() %}<svg></svg>{% endmacro %}",
                "services/lending/templates/lending/a.html": "{{ icons.book() }}",
            },
        ),
        (
            services_lead_to_their_own_pages_and_the_kits,
            {
                "services/coffee/screens.py": 'Blueprint("coffee", __name__)',
                "services/lending/templates/lending/a.html": "{{ url_for('coffee.brew') }}",
            },
        ),
        (
            services_lead_to_their_own_pages_and_the_kits,
            {
                "services/coffee/screens.py": 'Blueprint(\n        "coffee", __name__)',
                "web/templates/a.html": "{{ url_for('coffee.brew') }}",
            },
        ),
        (the_kit_names_no_service, {"web/templates/a.html": '{% if outcome.code == "served" %}'}),
        (the_kit_names_no_service, {"web/looks.py": "from kiosk.services.till import reporting"}),
    ],
)
def test_a_broken_rule_is_found(rule: Rule, broken: Files) -> None:
    assert list(rule(broken))
