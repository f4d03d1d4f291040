"""The service units: what each must say, and, where systemd is installed, what systemd thinks of them."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tomllib
from collections import defaultdict
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
UNITS = ROOT / "systemd"
SERVICES = ["kiosk", "kiosk-browser", "kiosk-sync", "office"]
LARGEST_EXPOSURE = {"kiosk": 2.0, "kiosk-browser": 3.0, "kiosk-sync": 2.0, "office": 2.0}
PROGRAMS = "/usr/bin/"

needs_systemd = pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not installed")

Settings = dict[str, list[str]]


def settings_of(service: str) -> Settings:
    """Every setting of a unit, over all sections, with all of its values in order."""
    text = re.sub(r"\\\n\s*", "", (UNITS / f"{service}.service").read_text())
    found: Settings = defaultdict(list)
    for line in text.splitlines():
        if "=" in line and not line.startswith("#"):
            name, _, value = line.partition("=")
            found[name].append(value)
    return found


def rows_of(name: str) -> list[list[str]]:
    """The rows of all `sysusers.d` or `tmpfiles.d` files."""
    lines = [line for file in sorted((UNITS / name).iterdir()) for line in file.read_text().splitlines()]
    return [re.findall(r'"[^"]*"|\S+', line) for line in lines if line and not line.startswith("#")]


def test_every_unit_is_here_and_no_other():
    assert sorted(path.stem for path in UNITS.glob("*.service")) == SERVICES


@pytest.mark.parametrize("service", SERVICES)
def test_least_privilege(service):
    unit = settings_of(service)
    assert unit["CapabilityBoundingSet"] == [""]
    assert unit["NoNewPrivileges"] == ["yes"]
    assert unit["ProtectSystem"] == ["strict"]
    assert unit["ProtectHome"] == ["yes"]
    assert unit["DevicePolicy"] == ["closed"]
    assert unit["Restart"] == ["always"]
    assert unit["StartLimitIntervalSec"] == ["0"]  # a kiosk never gives up


@pytest.mark.parametrize("service", SERVICES)
def test_own_user_that_the_package_makes(service):
    made = {row[1] for row in rows_of("sysusers.d") if row[0] == "u"}
    assert settings_of(service)["User"] == [service]
    assert service in made


@pytest.mark.parametrize("service", ["kiosk", "kiosk-sync", "office"])
def test_runs_an_installed_program(service):
    scripts = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["scripts"]
    command = settings_of(service)["ExecStart"][0].split()[0]
    assert command.removeprefix(PROGRAMS) in scripts


@pytest.mark.parametrize(
    ("service", "reaches_the_network"),
    [("kiosk", False), ("kiosk-browser", False), ("kiosk-sync", True), ("office", True)],
)
def test_who_may_use_the_network(service, reaches_the_network):
    unit = settings_of(service)
    assert (unit["IPAddressDeny"] != ["any"]) == reaches_the_network
    assert unit["IPAddressAllow"] == ([] if reaches_the_network else ["localhost"])


@pytest.mark.parametrize(("service", "within_s"), [("kiosk", 20), ("kiosk-sync", 30), ("office", 90)])
def test_every_service_is_watched_and_asked_before_it_is_killed(service, within_s):
    unit = settings_of(service)
    assert unit["Type"] == ["notify"]
    assert unit["NotifyAccess"] == ["main"]
    assert unit["WatchdogSec"] == [str(within_s)]
    assert unit["WatchdogSignal"] == unit["KillSignal"] == ["SIGTERM"]
    assert int(unit["TimeoutAbortSec"][0]) <= 20


def test_counter_needs_neither_network_nor_exchange():
    unit = settings_of("kiosk")
    needed = " ".join(unit["Requires"] + unit["Wants"] + unit["BindsTo"] + unit["After"])
    assert "sync" not in needed
    assert "network" not in needed


def test_counter_may_count_boots():
    assert "ProcSubset" not in settings_of("kiosk")


def test_counter_may_open_every_device_that_it_is_configured_with():
    unit = settings_of("kiosk")
    joined = {row[2] for row in rows_of("sysusers.d") if row[:2] == ["m", "kiosk"]}
    assert joined == set(unit["SupplementaryGroups"][0].split()) == {"dialout", "lp"}
    assert {"char-ttyUSB rw", "char-ttyACM rw", "char-usb rw"} <= set(unit["DeviceAllow"])


def test_both_processes_may_lock_both_databases():
    modes = {Path(row[1]).name: row[2:5] for row in rows_of("tmpfiles.d") if row[0] in "df"}
    assert modes["kiosk"] == ["2770", "root", "kiosk"]
    assert modes["journal.db"] == ["0660", "kiosk", "kiosk"]
    assert modes["catalogue.db"] == ["0660", "kiosk-sync", "kiosk"]
    for service in ("kiosk", "kiosk-sync"):
        unit = settings_of(service)
        assert unit["Group"] == ["kiosk"]
        assert unit["UMask"] == ["0007"]
        assert unit["ReadWritePaths"] == ["/var/lib/neighbourhood-card/kiosk"]


def test_browser_speaks_without_being_touched():
    command = settings_of("kiosk-browser")["ExecStart"][0]
    assert "--autoplay-policy=no-user-gesture-required" in command
    assert "--kiosk" in command


def test_no_key_reaches_past_the_page():
    assert settings_of("kiosk-browser")["ExecStart"][0].split()[:2] == ["/usr/bin/cage", "--"]  # no `-s`
    assert "kernel.sysrq = 0" in (UNITS / "sysctl.d/neighbourhood-kiosk.conf").read_text().splitlines()


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """A root folder in which the units are installed, with stand-ins for the programs they start."""
    root = tmp_path_factory.mktemp("root")
    system = root / "etc/systemd/system"
    shutil.copytree(next(Path("/").glob("usr/lib/systemd/system")), root / "usr/lib/systemd/system")
    system.mkdir(parents=True)
    for service in SERVICES:
        shutil.copy(UNITS / f"{service}.service", system)
    (system / "seatd.service").write_text("[Service]\nExecStart=/usr/bin/seatd\n")
    programs = [f"{PROGRAMS}{name}" for name in ("kiosk", "kiosk-sync", "office")]
    for program in [*programs, "/usr/bin/cage", "/usr/bin/seatd"]:
        stand_in = root / program.removeprefix("/")
        stand_in.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy("/bin/true", stand_in)
    return root


def analyze(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["systemd-analyze", *arguments], capture_output=True, text=True, check=False)


@needs_systemd
@pytest.mark.parametrize("service", SERVICES)
def test_systemd_has_no_objection(service, installed):
    answer = analyze("verify", f"--root={installed}", "--man=no", f"{service}.service")
    complaints = [line for line in answer.stderr.splitlines() if service in line]
    assert (answer.returncode, complaints) == (0, [])


@needs_systemd
@pytest.mark.parametrize("service", SERVICES)
def test_exposure_is_low(service):
    threshold = round(LARGEST_EXPOSURE[service] * 10)
    answer = analyze(
        "security", "--offline=true", f"--threshold={threshold}", str(UNITS / f"{service}.service")
    )
    assert answer.returncode == 0, answer.stdout.splitlines()[-1]


@pytest.mark.skipif(
    not shutil.which("systemd-tmpfiles") or os.geteuid() != 0, reason="needs systemd and root"
)
def test_users_and_folders_can_be_made(tmp_path):
    (tmp_path / "etc/neighbourhood-card").mkdir(parents=True)
    (tmp_path / "etc/group").write_text("dialout:x:20:\nlp:x:7:\n")
    (tmp_path / "etc/neighbourhood-card/office.toml").touch()

    def run(program: str, *options: str) -> None:
        files = sorted((UNITS / f"{program.removeprefix('systemd-')}.d").iterdir())
        command = [program, f"--root={tmp_path}", *options, *map(str, files)]
        answer = subprocess.run(command, capture_output=True, text=True, check=False)
        complaints = [line for line in answer.stderr.splitlines() if not line.startswith("Creating ")]
        assert (answer.returncode, complaints) == (0, [])

    run("systemd-sysusers")
    run("systemd-tmpfiles", "--create")
    run("systemd-tmpfiles", "--create")  # as at every boot
    assert oct((tmp_path / "var/lib/neighbourhood-card/office").stat().st_mode & 0o777) == "0o700"
    store = tmp_path / "var/lib/neighbourhood-card/kiosk"
    assert oct(store.stat().st_mode & 0o7777) == "0o2770"
    assert oct((store / "journal.db").stat().st_mode & 0o777) == "0o660"
    assert (store / "journal.db").stat().st_uid != (store / "catalogue.db").stat().st_uid
    assert (store / "journal.db").stat().st_gid == (store / "catalogue.db").stat().st_gid
