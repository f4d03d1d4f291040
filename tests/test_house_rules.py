"""The layout tells the truth: who may import whom, and who may reach for the network."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
NETWORK_CLIENTS = {
    "aiohttp",
    "ftplib",
    "http.client",
    "httpx",
    "requests",
    "smtplib",
    "socket",
    "ssl",
    "telnetlib",
    "urllib.request",
    "urllib3",
    "websocket",
    "websockets",
    "xmlrpc",
}

# They speak with the sync process and the service manager, on this machine.
UNIX_SOCKET_CLIENTS = {("kiosk", "common", "sync_process"), ("kiosk", "plain", "service_manager")}


def imports_of(text: str, path: Path) -> Iterator[str]:
    """Every module that a file names in an import, wherever in it."""
    package = path.relative_to(ROOT).parent.parts
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = list(package[: len(package) - node.level + 1]) if node.level else []
            module = ".".join([*base, *([node.module] if node.module else [])])
            yield module
            yield from (f"{module}.{alias.name}" for alias in node.names)


def breaks(text: str, path: Path) -> list[str]:
    """The rules that a file breaks, each as a sentence."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    found = []
    for module in imports_of(text, path):
        for allowed, why in (rule(parts, module) for rule in RULES):
            if not allowed:
                found.append(f"{'/'.join(parts)} imports {module}: {why}")
    if parts in UNIX_SOCKET_CLIENTS:
        found += [
            f"{'/'.join(parts)} uses {each}: only Unix sockets" for each in other_than_unix_sockets(text)
        ]
    return found


def _is(module: str, *packages: str) -> bool:
    return any(module == package or module.startswith(f"{package}.") for package in packages)


def arrows_never_turn(parts: tuple[str, ...], module: str) -> tuple[bool, str]:
    above = {"drivers": ("kiosk", "sync", "tests"), "kiosk": ("sync", "tests"), "sync": ("tests",)}
    return not _is(module, *above.get(parts[0], ())), "drivers <- kiosk <- sync"


def the_kiosk_opens_no_network_connection(parts: tuple[str, ...], module: str) -> tuple[bool, str]:
    allowed = parts[0] != "kiosk" or not _is(module, *NETWORK_CLIENTS)
    allowed |= parts in UNIX_SOCKET_CLIENTS and module == "socket"
    return allowed, "the kiosk opens no network connection"


def other_than_unix_sockets(text: str) -> list[str]:
    """What a file does with the module `socket` beyond making Unix sockets."""
    found = []
    for node in ast.walk(ast.parse(text)):
        match node:
            case ast.Attribute(value=ast.Name(id="socket"), attr=name):
                if name not in ("socket", "AF_UNIX", "SOCK_STREAM", "SOCK_DGRAM"):
                    found.append(f"socket.{name}")
            case ast.Call(func=ast.Attribute(value=ast.Name(id="socket"), attr="socket"), args=args):
                if not args or ast.unparse(args[0]) != "socket.AF_UNIX":
                    found.append(ast.unparse(node))
            case ast.Import(names=names):
                found += [
                    f"socket as {each.asname}" for each in names if each.name == "socket" and each.asname
                ]
    return found


def ledger_and_pricing_stand_alone(parts: tuple[str, ...], module: str) -> tuple[bool, str]:
    alone = parts[:2] == ("kiosk", "ledger") or parts[:3] == ("kiosk", "catalogue", "pricing")
    if not alone or not _is(module, "kiosk", "drivers"):
        return True, ""
    allowed = _is(module, "kiosk.ledger", "kiosk.catalogue.pricing", "kiosk.plain.refusals")
    return allowed, "ledger and pricing import nothing of ours but each other's values"


def people_know_the_ledger_at_most(parts: tuple[str, ...], module: str) -> tuple[bool, str]:
    if parts[:2] != ("kiosk", "people") or not _is(module, "kiosk", "drivers"):
        return True, ""
    return _is(module, "kiosk.people", "kiosk.ledger", "kiosk.plain.refusals"), "people may import ledger"


def services_do_not_know_each_other(parts: tuple[str, ...], module: str) -> tuple[bool, str]:
    if parts[:2] != ("kiosk", "services") or len(parts) < 4:
        return True, ""
    own = ("kiosk.services.contract", f"kiosk.services.{parts[2]}")
    other = _is(module, "kiosk.services") and not _is(module, *own)
    return not other, "a service never imports another"


ASKS_OTHERS = {"kiosk/services/canteen/actions.py"}  # between looking and writing


def looks_by_hand(text: str, path: str) -> bool:
    """Whether a verb looks for its first answer itself."""
    called = (each.func for each in ast.walk(ast.parse(text)) if isinstance(each, ast.Call))
    named = {each.attr for each in called if isinstance(each, ast.Attribute)}
    return "first_answer" in named and path not in ASKS_OTHERS


def test_first_answers_are_found_by_one_helper() -> None:
    """`Writing.once`, or the same request could be answered in twenty ways."""
    journal = ROOT / "kiosk" / "ledger" / "journal.py"
    places = {path: path.relative_to(ROOT).as_posix() for path in source_files() if path != journal}
    assert [place for path, place in places.items() if looks_by_hand(path.read_text(), place)] == []
    by_hand = "def sell(writing, asked):\n    if writing.first_answer(asked) is None:\n        pass"
    assert looks_by_hand(by_hand, "kiosk/services/till/actions.py")


def flask_stays_on_the_screens(parts: tuple[str, ...], module: str) -> tuple[bool, str]:
    at_home = parts[:2] == ("kiosk", "web") or parts[-1] in ("screens", "contract")
    return parts[0] != "kiosk" or at_home or not _is(module, "flask"), "Flask stays on the screens"


def sync_leaves_the_counter_alone(parts: tuple[str, ...], module: str) -> tuple[bool, str]:
    closed = ("kiosk.app", "kiosk.tap", "kiosk.web", "kiosk.counter")
    return parts[0] != "sync" or not _is(module, *closed), "sync knows no counter and no screens"


def nothing_at_the_office_names_a_service(parts: tuple[str, ...], module: str) -> tuple[bool, str]:
    """But the list, who composes by it, and the service itself. What one lends stands in its `__init__`."""
    if parts[0] != "sync" or "migrations" in parts:
        return True, ""
    named = next((each for each in ("sync.office.services", "kiosk.services") if _is(module, each)), None)
    if named is None:
        return True, ""
    if parts[:3] != ("sync", "office", "services"):
        composes = parts in COMPOSE and _is(module, *(f"{named}.{each}" for each in ("contract", "listed")))
        return composes or module == named, "outside the composition and the list nothing names a service"
    own = parts[3]
    if own in ("listed", "contract"):
        return True, ""
    service = module.removeprefix(named).strip(".").split(".")
    lent = named == "sync.office.services" and ".".join(service[1:]) in LENT
    return service[0] in (own, "contract", "") or lent, "a service knows another by what that lends"


COMPOSE = {
    ("sync", "cli"),
    ("sync", "demo", "population"),
    ("sync", "office", "cli"),
    ("sync", "office", "serving", "app"),
    ("sync", "office", "serving", "serve"),
}
LENT = {"", "had_ms"}  # by the canteen


def nothing_in_the_kiosk_names_a_service(parts: tuple[str, ...], module: str) -> tuple[bool, str]:
    """But the list, and the service itself. What one lends is found by its type, see `kiosk.common.lent`."""
    if parts[0] != "kiosk" or parts[:2] == ("kiosk", "services"):
        return True, ""
    named = re.match(r"kiosk\.services\.(?!contract\b|listed\b)\w+", module)
    return named is None, "outside its folder only the list names a service"


RULES = (
    arrows_never_turn,
    the_kiosk_opens_no_network_connection,
    ledger_and_pricing_stand_alone,
    people_know_the_ledger_at_most,
    services_do_not_know_each_other,
    flask_stays_on_the_screens,
    sync_leaves_the_counter_alone,
    nothing_at_the_office_names_a_service,
    nothing_in_the_kiosk_names_a_service,
)


def source_files() -> list[Path]:
    return [path for folder in ("drivers", "kiosk", "sync") for path in (ROOT / folder).rglob("*.py")]


def test_every_file_keeps_the_rules() -> None:
    files = source_files()
    assert len(files) > 40
    assert [broken for path in files for broken in breaks(path.read_text(), path)] == []


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("kiosk/tap.py", "import sync.agent"),
        ("kiosk/tap.py", "def f():\n    from sync import agent"),
        ("kiosk/front/health.py", "import socket"),
        ("kiosk/common/sync_process.py", "import socket\nsocket.create_connection(('office', 443))"),
        ("kiosk/common/sync_process.py", "import socket\nsocket.socket(socket.AF_INET, socket.SOCK_STREAM)"),
        ("kiosk/common/sync_process.py", "import socket\nsocket.socket()"),
        ("kiosk/common/sync_process.py", "import socket as s"),
        ("kiosk/common/sync_process.py", "from socket import create_connection"),
        ("kiosk/common/sync_process.py", "import requests"),
        ("kiosk/web/asking.py", "import socket"),
        ("kiosk/services/canteen/rules.py", "from urllib import request"),
        ("kiosk/catalogue/reader.py", "import requests.sessions"),
        ("drivers/opening.py", "from kiosk.settings import load"),
        ("kiosk/ledger/rights.py", "from kiosk.people.cards import Card"),
        ("kiosk/catalogue/pricing/quotes.py", "from kiosk.people.residents import Resident"),
        ("kiosk/people/cards.py", "from ..pricing import tariffs"),
        ("kiosk/services/canteen/actions.py", "from kiosk.services.charging import rules"),
        ("kiosk/services/canteen/actions.py", "import flask"),
        ("kiosk/tap.py", "from kiosk.services.canteen.actions import Canteen"),
        ("kiosk/front/health.py", "def f():\n    from kiosk.services import till"),
        ("kiosk/store/migrations/versions/0009_new.py", "import kiosk.services.orders.tables"),
        ("sync/agent.py", "from kiosk.app import create_app"),
        ("sync/agent.py", "from kiosk import web"),
        ("sync/office/intake/intake.py", "from sync.office.services.canteen.checks import duplicates"),
        ("sync/stages/history.py", "from kiosk.services.canteen.records import MEAL_SERVED"),
        ("sync/office/books/folding.py", "from kiosk.services.canteen.records import MEAL_SERVED"),
        ("sync/office/books/folding.py", "def f():\n    import sync.office.services.listed"),
        ("sync/office/serving/app.py", "from sync.office.services.orders import pages"),
        ("sync/office/cli.py", "from sync.office.services.orders.commands import orders"),
        ("sync/office/services/orders/pages.py", "from sync.office.services.canteen.had import elsewhere"),
        ("sync/office/services/orders/pages.py", "from sync.office.services.canteen import pages"),
        ("sync/office/services/orders/pages.py", "from kiosk.services.canteen.tables import servings"),
    ],
)
def test_a_forbidden_import_is_found(path: str, text: str) -> None:
    assert breaks(text, ROOT / path)


def test_the_top_level_is_as_the_customer_fixed_it() -> None:
    fixed = {"kiosk", "drivers", "sync", "tests", "systemd", "pyproject.toml"}
    beside = {"README.md", "CHANGELOG.md", "UPGRADING.md", "Makefile", "docs"}
    there = {path.name for path in ROOT.iterdir() if not path.name.startswith(".")}
    assert fixed <= there
    assert there - fixed - beside - {"build", "var"} == {name for name in there if name.endswith(".egg-info")}


def clocks_of(text: str) -> list[str]:
    """Where a file asks the machine what time of the day it is."""
    asked = {"time.time", "time.time_ns", "datetime.now", "datetime.utcnow", "datetime.today", "date.today"}
    named = (ast.unparse(each) for each in ast.walk(ast.parse(text)) if isinstance(each, ast.Attribute))
    return [name for name in named if ".".join(name.split(".")[-2:]) in asked]


def test_the_wall_clock_is_read_in_one_place() -> None:
    """Else the demo's day would be one thing to the kiosk and another to the office."""
    clock = ROOT / "kiosk" / "common" / "clock.py"
    elsewhere = {path: clocks_of(path.read_text()) for path in source_files() if path != clock}
    assert {path: found for path, found in elsewhere.items() if found} == {}
    assert clocks_of(clock.read_text()) == ["time.time_ns"]


TABLE = re.compile(r"(?:journal_table|table_of|sa\.Table)\(\s*\"(\w+)\"")
IN_SQL = re.compile(r"\b(?:FROM|JOIN|INTO|UPDATE)\s+(\w+)")
SERVICES = (ROOT / "kiosk" / "services", ROOT / "sync" / "office" / "services")


@cache
def owners() -> dict[str, str]:
    """Which service a table is of, its half at the kiosk and its half at the office being one."""
    return {
        table: folder.name
        for services in SERVICES
        for folder in services.iterdir()
        for path in folder.rglob("*.py")
        for table in TABLE.findall(path.read_text())
    }


def reads_of_others(text: str, of: str) -> set[str]:
    """Tables of services that a file's SQL names, though they are not those of the service `of`."""
    texts = [node.value for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Constant)]
    named = {table for each in texts if isinstance(each, str) for table in IN_SQL.findall(each)}
    return {table for table in named if owners().get(table, of) != of}


def test_sql_names_a_services_own_tables_and_the_ledgers() -> None:
    assert {"servings", "order_events", "extra_sales", "card_counters"} <= owners().keys()
    found = {}
    for path in source_files():
        place = next((path.relative_to(each).parts[0] for each in SERVICES if path.is_relative_to(each)), "")
        if "migrations" not in path.parts and (others := reads_of_others(path.read_text(), place)):
            found[path.relative_to(ROOT).as_posix()] = others
    assert found == {}


@pytest.mark.parametrize(
    ("of", "text"),
    [
        ("orders", "Q = 'SELECT seq FROM servings'"),
        ("orders", "Q = ('SELECT a.seq FROM order_events AS a'\n ' JOIN servings AS b ON b.seq = a.seq')"),
        ("canteen", 'Q = """INSERT INTO order_events VALUES (1)"""'),
        ("", "def f():\n    return f'SELECT * FROM extra_sales WHERE {x}'"),
    ],
)
def test_sql_on_anothers_table_is_found(of: str, text: str) -> None:
    assert reads_of_others(text, of)


KIND = re.compile(r"^\w+ = (?:ItemKind\(|\()\"(\w+)\", \w+[,)]", re.MULTILINE)
WORDS_OF_ALL = {"meal", "sale"}  # kinds of the canteen's; elsewhere a period of the site's day, and any sale


@cache
def names_of_services() -> dict[str, str]:
    """What stands for one service: its kinds of records and of catalogue items, each with the service."""
    return {
        name: folder.name
        for services in SERVICES
        for folder in services.iterdir()
        for path in folder.rglob("*.py")
        for name in KIND.findall(path.read_text())
        if name not in WORDS_OF_ALL
    }


def says_of_others(text: str, of: str) -> set[str]:
    """Names of services that a file spells out, though they are not of the service `of`."""
    named = {node.value for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Constant)}
    return {name for name in names_of_services().keys() & named if names_of_services()[name] != of}


def test_a_kind_is_spelt_out_by_its_service_alone() -> None:
    assert {"order", "shift_open", "card_lost", "menu", "product"} <= names_of_services().keys()
    found = {}
    for path in source_files():
        place = next((path.relative_to(each).parts[0] for each in SERVICES if path.is_relative_to(each)), "")
        if "migrations" not in path.parts and (others := says_of_others(path.read_text(), place)):
            found[path.relative_to(ROOT).as_posix()] = others
    assert found == {}


@pytest.mark.parametrize(
    ("of", "text"),
    [
        ("", "def f(record):\n    return record.kind == 'topup'"),
        ("", "KIND = ItemKind('standing_order', StandingOrder)"),
        ("canteen", "{'order_placed': 1}"),
        ("orders", "match kind:\n    case 'shift_close':\n        pass"),
    ],
)
def test_a_kind_of_another_service_is_found(of: str, text: str) -> None:
    assert says_of_others(text, of)


MOST_SIBLINGS = 16
# Folders with more yet. The list only ever gets shorter.
CROWDED_YET = {
    "tests",
}


def siblings(folder: Path) -> int:
    """Modules and folders of modules side by side; what a package says of itself is none of them."""
    inside = [each for each in folder.iterdir() if each.is_dir() and next(each.rglob("*.py"), None)]
    return len(inside) + len({*folder.glob("*.py")} - {folder / "__init__.py"})


def crowded(root: Path) -> set[str]:
    """But for migrations: one follows the other for ever, and none can move."""
    folders = {
        path.parent for top in ("drivers", "kiosk", "sync", "tests") for path in (root / top).rglob("*.py")
    }
    several = (each for each in folders if each.parent.name != "migrations")
    return {each.relative_to(root).as_posix() for each in several if siblings(each) > MOST_SIBLINGS}


def test_a_folder_tells_its_story_in_about_fifteen_names() -> None:
    assert crowded(ROOT) - CROWDED_YET == set()
    assert CROWDED_YET - crowded(ROOT) == set(), "no longer crowded: take it off the list"


def test_a_crowded_folder_is_found(tmp_path: Path) -> None:
    room = tmp_path / "kiosk" / "room"
    for n in range(MOST_SIBLINGS):
        (room / f"inner{n}").mkdir(parents=True)
        (room / f"inner{n}" / "module.py").touch()
    (room / "__init__.py").touch()
    assert crowded(tmp_path) == set()
    (room / "one_more.py").touch()
    assert crowded(tmp_path) == {"kiosk/room"}


def meanings(root: Path, top: str) -> dict[str, set[str]]:
    """Public classes of a package by name, with the files that have one."""
    found: dict[str, set[str]] = {}
    for path in (root / top).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                found.setdefault(node.name, set()).add(path.relative_to(root).as_posix())
    return {name: files for name, files in found.items() if len(files) > 1}


@pytest.mark.parametrize("top", ["kiosk", "sync"])
def test_a_name_means_one_thing(top: str) -> None:
    assert meanings(ROOT, top) == {}


def test_a_name_with_two_meanings_is_found(tmp_path: Path) -> None:
    (tmp_path / "kiosk").mkdir()
    for module in ("front", "cards"):
        (tmp_path / "kiosk" / f"{module}.py").write_text("class Desk: ...\n\n\nclass _Line: ...\n")
    assert meanings(tmp_path, "kiosk") == {"Desk": {"kiosk/front.py", "kiosk/cards.py"}}
