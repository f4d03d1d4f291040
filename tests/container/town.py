"""An office and a kiosk on one machine in a container, with a card reader on a wire, and elders who eat."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from drivers.sim.cards.spec import CardKind, CardSpec
from drivers.sim.remote import SimulatedReader
from tests.container.following import bring, follow
from tests.container.machine import Machine
from tests.container.packages import Packages
from tests.stories.town import until

EXAMPLE = Path(__file__).parents[2] / "docs" / "examples" / "people.json"
ELDERS, OPENING_FEN, LUNCH_FEN, SUBSIDY_FEN = range(2001, 2041), 10_000, 1_000, 500
EXAMPLE_INSTALLED = "/usr/share/doc/neighbourhood-office/examples/people.json"
SETTINGS = "/etc/neighbourhood-card/kiosk.toml"
SERVICES = ("office", "kiosk", "kiosk-sync")
STORE = "/var/lib/neighbourhood-card/kiosk"
JOURNAL = f"{STORE}/journal.db"
BOOKS = "/var/lib/neighbourhood-card/office/office.db"
PATIENCE_S = 60

# A PN532 on a pseudo terminal, by the checkout's simulator and the libraries of the installed program.
_READER = """
[Unit]
Before=kiosk.service
[Service]
User=kiosk
RuntimeDirectory=reader
WorkingDirectory=/checkout
Environment=PYTHONPATH=/checkout PYTHONDONTWRITEBYTECODE=1
ExecStart={python} -m drivers.sim pn532 --link /run/reader/line --control /run/reader/control
Restart=always
[Install]
WantedBy=multi-user.target
"""
OFFICE_URL = "http://127.0.0.1:8470"
READER_PATH = "tty:/run/reader/line:pn532"

_BALANCES = """
import json, sqlite3
rows = sqlite3.connect("file:{path}?mode=ro", uri=True).execute(
    "SELECT account, sum(credits) - sum(debits) FROM balances WHERE unit = 'FEN' GROUP BY account")
print(json.dumps(dict(rows.fetchall())))
"""


def people() -> str:
    """The sample for newcomers, with forty elders more who have a card each, and lunch all day."""
    file = json.loads(EXAMPLE.read_text())
    hours = {"lunch": ("00:00:00", "23:58:00"), "dinner": ("23:58:00", "23:59:59")}
    for meal in file["sites"][0]["meals"]:
        meal["opens"], meal["closes"] = hours[meal["meal"]]
    for number in ELDERS:
        elder = {"id": number, "name": f"测试{number}", "born": "1944-05-06", "home_site": "huasheng"}
        file["residents"].append({**elder, "opening_fen": OPENING_FEN})
        token = f"nfc:{_uid(number).hex().upper()}"
        file["cards"].append({"token": token, "number": number, "resident_id": number, "level": 1})
    return json.dumps(file, ensure_ascii=False)


def _uid(number: int) -> bytes:
    return bytes.fromhex(f"04{number:012d}")


def found(machine: Machine, packages: Packages) -> Town:
    """Make an office and a kiosk of a bare machine, by the documents alone; the first elder eats."""
    bring(machine, packages)
    machine.put("/root/people.json", people())
    follow(machine, "The office", {EXAMPLE_INSTALLED: "/root/people.json"})
    follow(machine, "A kiosk", only="apt install")
    town = Town(machine)
    town.lay_the_wire()
    town.configure()
    town.enrol()
    follow(machine, "A kiosk", only="systemctl enable")
    town.is_well()
    town.lunch()
    return town


class Town:
    """Who eats at the machine; `served`: how many of the elders have eaten already."""

    def __init__(self, machine: Machine, served: int = 0) -> None:
        self.machine, self.served = machine, served

    def configure(self) -> None:
        """What is this kiosk's own in its settings: the office next door, and the reader."""
        settings = self.machine.run(f"cat {SETTINGS}")
        for key, value in (("office", OFFICE_URL), ("path", READER_PATH)):
            settings, changed = re.subn(
                rf'^{key} = ".*?"', f'{key} = "{value}"', settings, flags=re.MULTILINE
            )
            assert changed == 1, key
        self.machine.run(f"cat > {SETTINGS}", typed=settings)  # whose it is stays as it was

    def enrol(self) -> None:
        """With a code from the office."""
        code = follow(self.machine, "The office", only="enrol-code").split()[-1]
        follow(self.machine, "A kiosk", {"CODE": code}, only="kiosk enrol")

    def lay_the_wire(self, python: str = "/usr/lib/neighbourhood-kiosk/bin/python3") -> None:
        """Connect a card reader; `python` is that of the installed program."""
        machine = self.machine
        machine.put("/etc/systemd/system/reader.service", _READER.format(python=python))
        machine.run("systemctl daemon-reload && systemctl enable --now reader")
        until("reader", lambda: machine.ask("test -S /run/reader/control").returncode == 0)

    def lunch(self) -> int:
        """The next elder taps, and both sides' books have the meal. Returns the elder's number."""
        elder = self.tap()
        self.agree()
        return elder

    def tap(self) -> int:
        """The next elder taps, and the kiosk's books have the meal."""
        with self.laid_down() as elder:
            until(f"{elder} served", lambda: self.earned_fen(self.kiosk_books()) == self.due_fen, PATIENCE_S)
        return elder

    @contextmanager
    def laid_down(self) -> Iterator[int]:
        """The next elder holds a card there for so long."""
        elder = ELDERS[self.served]
        reader = SimulatedReader(self.machine.disk / "run/reader/control")
        self.served += 1
        reader.place(CardSpec(CardKind.NTAG215, _uid(elder)))
        yield elder
        reader.lift()

    @property
    def due_fen(self) -> int:
        return self.served * (LUNCH_FEN + SUBSIDY_FEN)

    def agree(self) -> None:
        """Wait until the office has booked all that was served, and look at both sides."""
        until("synced", lambda: self.earned_fen(self.office_books()) == self.due_fen, PATIENCE_S)
        kiosk, office = self.kiosk_books(), self.office_books()
        for elder in ELDERS[: self.served]:
            assert kiosk[f"own/{elder}"] == -LUNCH_FEN, elder
            assert office[f"own/{elder}"] == OPENING_FEN - LUNCH_FEN, elder

    @staticmethod
    def earned_fen(books: dict[str, int]) -> int:
        return books.get("revenue/canteen/huasheng", 0)

    def kiosk_books(self) -> dict[str, int]:
        return self._balances("kiosk", JOURNAL)

    def office_books(self) -> dict[str, int]:
        return self._balances("office", BOOKS)

    def _balances(self, user: str, path: str) -> dict[str, int]:
        """As its own user, so that what SQLite makes beside a database belongs to whom it should."""
        done = self.machine.ask(f"runuser -u {user} -- python3 -", typed=_BALANCES.format(path=path))
        return dict(json.loads(done.stdout)) if done.returncode == 0 else {}

    def properties_of(self, service: str, *names: str) -> tuple[str, ...]:
        """As they are at one moment, in this order."""
        shown = self.machine.run(f"systemctl show --property {','.join(names)} {service}")
        values = dict(line.split("=", 1) for line in shown.splitlines())
        return tuple(values[name] for name in names)

    def pid(self, service: str) -> str:
        """Of its main process; the machine counts them."""
        return self.properties_of(service, "MainPID")[0]

    def runs(self, service: str, *, not_as: str = "") -> bool:
        """Whether it is active, under another process id than `not_as`."""
        active, sub, pid = self.properties_of(service, "ActiveState", "SubState", "MainPID")
        return (active, sub) == ("active", "running") and pid != not_as

    def all_run(self) -> None:
        for service in SERVICES:
            until(service, lambda service=service: self.runs(service), PATIENCE_S)

    def status(self) -> dict[str, Any]:
        return dict(json.loads(self.machine.run("kiosk status --json")))

    def is_well(self) -> None:
        """Everything runs and answers, and nothing in the two folders is out of its service's reach."""
        self.all_run()
        until("office answers", lambda: self._answers(8470), PATIENCE_S)
        until("kiosk answers", lambda: self._answers(8080), PATIENCE_S)
        assert self.machine.run("find /var/lib/neighbourhood-card -mindepth 2 -user root") == ""

    def _answers(self, port: int) -> bool:
        ask = f"from urllib.request import urlopen; urlopen('http://127.0.0.1:{port}/healthz', timeout=5)"
        return self.machine.ask(f'python3 -c "{ask}"').returncode == 0
