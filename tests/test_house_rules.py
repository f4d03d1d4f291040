"""The layout tells the truth: who may import whom, and who may reach for the network."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
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
UNIX_SOCKET_CLIENTS = {("kiosk", "asking"), ("kiosk", "service_manager")}


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
    if parts[:2] not in (("kiosk", "ledger"), ("kiosk", "pricing")) or not _is(module, "kiosk", "drivers"):
        return True, ""
    allowed = _is(module, "kiosk.ledger", "kiosk.pricing", "kiosk.refusals")
    return allowed, "ledger and pricing import nothing of ours but each other's values"


def people_know_the_ledger_at_most(parts: tuple[str, ...], module: str) -> tuple[bool, str]:
    if parts[:2] != ("kiosk", "people") or not _is(module, "kiosk", "drivers"):
        return True, ""
    return _is(module, "kiosk.people", "kiosk.ledger", "kiosk.refusals"), "people may import ledger"


def services_do_not_know_each_other(parts: tuple[str, ...], module: str) -> tuple[bool, str]:
    if parts[:2] != ("kiosk", "services") or len(parts) < 4:
        return True, ""
    own = ("kiosk.services.contract", f"kiosk.services.{parts[2]}")
    other = _is(module, "kiosk.services") and not _is(module, *own)
    return not other, "a service never imports another"


def flask_stays_on_the_screens(parts: tuple[str, ...], module: str) -> tuple[bool, str]:
    at_home = parts[:2] == ("kiosk", "web") or parts[-1] in ("screens", "contract")
    return parts[0] != "kiosk" or at_home or not _is(module, "flask"), "Flask stays on the screens"


# Outside the services these read what one of them wrote. The list only ever gets shorter.
KNOW_A_SERVICE = {
    ("sync", "stages", "history"): "kiosk.services.canteen",  # portions that come back after a loss
    ("sync", "wire", "dictionaries", "train"): "kiosk.services.canteen",  # batches to learn words from
    ("sync", "office", "importing", "field_checks"): "kiosk.services.orders",  # ways to have a meal
}
LISTS = (("kiosk", "services", "listed"), ("sync", "office", "services", "listed"))


def only_the_lists_name_services(parts: tuple[str, ...], module: str) -> tuple[bool, str]:
    """A service's own folder may, and its twin's at the office."""
    named = re.match(r"kiosk\.services\.(?!contract|listed)\w+", module)
    if named is None or parts in LISTS or KNOW_A_SERVICE.get(parts) == named[0]:
        return True, ""
    at_home = parts[:2] == ("kiosk", "services") or parts[:3] == ("sync", "office", "services")
    return at_home, "outside its folder only the list names a service"


def sync_leaves_the_counter_alone(parts: tuple[str, ...], module: str) -> tuple[bool, str]:
    closed = ("kiosk.app", "kiosk.tap", "kiosk.web", "kiosk.counter")
    return parts[0] != "sync" or not _is(module, *closed), "sync knows no counter and no screens"


RULES = (
    arrows_never_turn,
    the_kiosk_opens_no_network_connection,
    ledger_and_pricing_stand_alone,
    people_know_the_ledger_at_most,
    services_do_not_know_each_other,
    flask_stays_on_the_screens,
    only_the_lists_name_services,
    sync_leaves_the_counter_alone,
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
        ("kiosk/health.py", "import socket"),
        ("kiosk/asking.py", "import socket\nsocket.create_connection(('office', 443))"),
        ("kiosk/asking.py", "import socket\nsocket.socket(socket.AF_INET, socket.SOCK_STREAM)"),
        ("kiosk/asking.py", "import socket\nsocket.socket()"),
        ("kiosk/asking.py", "import socket as s"),
        ("kiosk/asking.py", "from socket import create_connection"),
        ("kiosk/asking.py", "import requests"),
        ("kiosk/web/asking.py", "import socket"),
        ("kiosk/services/canteen/rules.py", "from urllib import request"),
        ("kiosk/catalogue/reader.py", "import requests.sessions"),
        ("drivers/opening.py", "from kiosk.settings import load"),
        ("kiosk/ledger/rights.py", "from kiosk.people.cards import Card"),
        ("kiosk/pricing/quotes.py", "from kiosk.people.residents import Resident"),
        ("kiosk/people/cards.py", "from ..pricing import tariffs"),
        ("kiosk/services/canteen/actions.py", "from kiosk.services.charging import rules"),
        ("kiosk/services/canteen/actions.py", "import flask"),
        ("kiosk/tap.py", "from kiosk.services.canteen.actions import Canteen"),
        ("kiosk/health.py", "def f():\n    from kiosk.services import till"),
        ("kiosk/store/migrations/versions/0009_new.py", "import kiosk.services.orders.tables"),
        ("sync/office/intake/intake.py", "from kiosk.services.cards import tables"),
        ("sync/stages/history.py", "from kiosk.services.till import tables"),
        ("sync/agent.py", "from kiosk.app import create_app"),
        ("sync/agent.py", "from kiosk import web"),
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
    clock = ROOT / "kiosk" / "clock.py"
    elsewhere = {path: clocks_of(path.read_text()) for path in source_files() if path != clock}
    assert {path: found for path, found in elsewhere.items() if found} == {}
    assert clocks_of(clock.read_text()) == ["time.time_ns"]


SQL_NAMES = re.compile(r"\b(?:FROM|JOIN|INTO|UPDATE)\s+([a-z_]+)\b")


def tables_of_services() -> dict[str, str]:
    """Each table that a service of the kiosk makes, with the service's folder."""
    made = re.compile(r"(?:journal_table|sa\.Table)\(\s*\"(\w+)\"")
    return {
        table: path.relative_to(ROOT).parts[2]
        for path in (ROOT / "kiosk" / "services").rglob("*.py")
        for table in made.findall(path.read_text())
    }


def foreign_tables(text: str, path: Path, owners: dict[str, str]) -> list[str]:
    """Tables of another service that a file's SQL names. Migrations made them all, whosever they are."""
    parts = path.relative_to(ROOT).parts
    if parts[0] != "kiosk" or "store" in parts:
        return []
    own = parts[2] if parts[:2] == ("kiosk", "services") else ""
    strings = [
        each.value
        for each in ast.walk(ast.parse(text))
        if isinstance(each, ast.Constant) and isinstance(each.value, str)
    ]
    named = {name for each in strings for name in SQL_NAMES.findall(each)}
    return [f"{'/'.join(parts)} reads {name}" for name in sorted(named) if owners.get(name, own) != own]


def test_a_service_reads_its_own_tables_the_ledgers_and_what_it_is_lent() -> None:
    owners = tables_of_services()
    assert owners["servings"] == "canteen"
    assert owners["cash_moves"] == "till"
    files = source_files()
    assert [each for path in files for each in foreign_tables(path.read_text(), path, owners)] == []


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("kiosk/services/till/reporting.py", '_MEALS = "SELECT 1 FROM servings WHERE seq > ?"'),
        ("kiosk/services/orders/actions.py", '"SELECT 1 FROM records JOIN servings ON 1 = 1"'),
        ("kiosk/services/cards/tables.py", '"INSERT INTO order_events VALUES (?)"'),
        ("kiosk/health.py", 'def f():\n    return run("SELECT count(*) FROM servings", ())'),
    ],
)
def test_a_foreign_table_is_found(path: str, text: str) -> None:
    assert foreign_tables(text, ROOT / path, tables_of_services())


SIBLINGS = 15
# Rooms that are still too full, with how many stand there. The numbers only ever get smaller.
CROWDED = {"kiosk": 53, "kiosk/ledger": 23, "kiosk/services/canteen": 24}


def crowds(paths: Iterable[Path]) -> dict[str, int]:
    """Folders with too many files and folders of ours side by side."""
    beside: dict[Path, set[Path]] = defaultdict(set)
    for path in paths:
        within = path.relative_to(ROOT)
        for child in (within, *within.parents):
            if child.name not in ("", "__init__.py"):
                beside[child.parent].add(child)
    return {str(folder): len(here) for folder, here in beside.items() if len(here) > SIBLINGS}


def test_a_folder_holds_no_more_than_can_be_seen_at_once() -> None:
    found = {folder: count for folder, count in crowds(source_files()).items() if folder.startswith("kiosk")}
    assert {folder: count for folder, count in found.items() if count > CROWDED.get(folder, SIBLINGS)} == {}
    assert CROWDED.keys() <= found.keys(), "one that is tidied goes from the list"


def test_a_folder_that_fills_up_is_found() -> None:
    room = ROOT / "kiosk" / "people"
    assert "kiosk/people" in crowds([*source_files(), *(room / f"another_{n}.py" for n in range(SIBLINGS))])
