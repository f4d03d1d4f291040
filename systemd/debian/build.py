"""`make deb`: the two Debian packages, with all that they need of Python in the versions of the locks.

Each holds a virtual environment of its own, `/usr/lib/PACKAGE`, filled with wheels for the release's Python
and the machine's kind; nothing is fetched or compiled where it is installed. What lies where stands in
`install`, what happens at installing and removing in the scripts beside it.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
SOURCE = HERE.parents[1]
UV = SOURCE / ".ci/uv"
LOCKS = SOURCE / ".ci/locks"
# Of libraries: what they load only if asked for, or do without. fontTools is there to cut a font to
# what a PDF has of it; its compiled parts are for those who draw fonts all day.
NEVER_LOADED = (
    "fontTools/**/*.so",
    *(f"fontTools/{part}" for part in ("ufoLib", "voltLib", "mtiLib", "qu2cu", "cu2qu")),
    "PIL/_avif.*",
    "pillow.libs/libavif-*",
    "sqlalchemy/testing",
    *(f"sqlalchemy/dialects/{other}" for other in ("mssql", "mysql", "oracle")),
    "alembic/testing",
    "*/tests",
    *(f"**/*.{kind}" for kind in ("pyx", "pxd", "pyi", "c", "h")),  # for compilers and for judges of types
)
PYTHONS = {"deb12": "3.11", "deb13": "3.13"}  # one for each release of Debian
PLATFORMS = {"amd64": "x86_64-manylinux_2_28", "arm64": "aarch64-manylinux_2_28"}
LANGUAGES = ("root", "zh", "en")  # of Babel's locales, which are a quarter of all
COMPRESSION = ("-Zxz", "-z1")  # xz, which every dpkg reads; a higher level costs a minute and gains a tenth


@dataclass(frozen=True)
class Package:
    """What the templates beside this file are filled with."""

    extra: str  # of pyproject.toml, and its lock
    units: str  # started and stopped in this order
    user: str  # whose data it is
    data: str  # what a purge takes, beside the configuration
    commands: tuple[str, ...]

    @property
    def name(self) -> str:
        return f"neighbourhood-{self.extra}"


PACKAGES = (
    Package(
        extra="kiosk",
        units="kiosk.service kiosk-sync.service kiosk-browser.service",
        user="kiosk",
        data="/var/lib/neighbourhood-card/kiosk /var/lib/neighbourhood-card/browser",
        commands=("kiosk", "kiosk-sync"),
    ),
    Package(
        extra="office",
        units="office.service",
        user="office",
        data="/var/lib/neighbourhood-card/office",
        commands=("office",),
    ),
)


def main() -> None:
    parser = argparse.ArgumentParser(description="Build the Debian packages.")
    parser.add_argument("--release", choices=PYTHONS, action="append", help="default: all")
    parser.add_argument("--architecture", choices=PLATFORMS, action="append", help="default: all")
    parser.add_argument("--output", type=Path, default=SOURCE / "build" / "deb")
    chosen = parser.parse_args()
    os.umask(0o022)  # what is installed is everybody's to read, whoever builds it
    chosen.output.mkdir(parents=True, exist_ok=True)
    os.environ.setdefault("SOURCE_DATE_EPOCH", last_change())  # the same source gives the same packages
    with tempfile.TemporaryDirectory() as folder:
        wheel = own_wheel(Path(folder))
        for release in chosen.release or PYTHONS:
            for architecture in chosen.architecture or PLATFORMS:
                for package in PACKAGES:
                    root = Path(folder, package.name, release, architecture)
                    fill(root, package, release, architecture, wheel)
                    print(pack(root, package, release, architecture, chosen.output))  # noqa: T201
                    shutil.rmtree(root)


def last_change() -> str:
    """Seconds since 1970 of the last commit; of the version's file, where there is no history."""
    command = ["git", "-C", str(SOURCE), "log", "-1", "--format=%ct"]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    return answer.stdout.strip() or str(int((SOURCE / "pyproject.toml").stat().st_mtime))


def own_wheel(folder: Path) -> Path:
    """This project as a wheel, from a copy: what lies in `build` of earlier days does not get in."""
    copy = folder / "source"
    for name in ("kiosk", "drivers", "sync"):
        shutil.copytree(SOURCE / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md"):
        shutil.copy(SOURCE / name, copy)
    run(
        UV,
        "build",
        "--quiet",
        "--wheel",
        "--require-hashes",
        "--build-constraints",
        LOCKS / "builder.txt",
        "--out-dir",
        folder,
        copy,
    )
    return next(folder.glob("*.whl"))


def fill(root: Path, package: Package, release: str, architecture: str, wheel: Path) -> None:
    """Lay down everything that the package puts on a machine."""
    environment(root, package, release, architecture, wheel)
    for source, folder in installed_files(package):
        (root / folder).mkdir(parents=True, exist_ok=True)
        shutil.copy(source, root / folder)
        (root / folder / source.name).chmod(0o644)
    bin_folder = root / "usr/bin"
    bin_folder.mkdir()
    for command in package.commands:
        (bin_folder / command).symlink_to(f"../lib/{package.name}/bin/{command}")
    pages = root / "usr/share/man/man8"
    pages.mkdir(parents=True)
    for command in package.commands:
        run(sys.executable, HERE / "man.py", command, pages)


def installed_files(package: Package) -> list[tuple[Path, str]]:
    """The rows of `install`: a file of the source, and the folder it is put into."""
    rows = (HERE / package.name / "install").read_text().splitlines()
    return [(SOURCE / source, folder) for source, folder in map(str.split, rows)]


def environment(root: Path, package: Package, release: str, architecture: str, wheel: Path) -> None:
    """Make what the commands run in. It sees Debian's own modules too, for python3-pyscard."""
    python = PYTHONS[release]
    home = root / "usr/lib" / package.name
    modules = home / f"lib/python{python}/site-packages"
    target = [
        *("--python-version", python, "--python-platform", PLATFORMS[architecture], "--target", modules),
        *("--quiet", "--link-mode", "copy"),
    ]
    run(
        UV,
        "pip",
        "install",
        *target,
        "--require-hashes",
        *ONLY_WHEELS,
        "--requirement",
        LOCKS / f"{package.extra}.txt",
    )
    run(UV, "pip", "install", *target, "--no-deps", wheel)
    thin_out(modules)
    (home / "pyvenv.cfg").write_text("home = /usr/bin\ninclude-system-site-packages = true\n")
    (home / "bin").mkdir()
    (home / "bin/python3").symlink_to("/usr/bin/python3")
    scripts = project()["scripts"]
    for command in package.commands:
        script = home / "bin" / command
        module, function = scripts[command].split(":")
        script.write_text(SCRIPT.format(package=package.name, module=module, function=function))
        script.chmod(0o755)


ONLY_WHEELS = ("--only-binary", ":all:", "--no-binary", "pydes")  # plain Python, to be had as source alone

SCRIPT = """#!/usr/lib/{package}/bin/python3 -I
from {module} import {function}

{function}()
"""


def project() -> dict:
    return tomllib.loads((SOURCE / "pyproject.toml").read_text())["project"]


def thin_out(modules: Path) -> None:
    """Take away what no kiosk and no office reads, and what names the machine that built it."""
    shutil.rmtree(modules / "bin", ignore_errors=True)
    for pattern in ("*.dist-info/direct_url.json", "*.dist-info/uv_*.json", "*.dist-info/RECORD", ".lock"):
        for path in modules.glob(pattern):
            path.unlink()
    for path in modules.glob("babel/locale-data/*.dat"):
        if path.stem.split("_")[0] not in LANGUAGES:
            path.unlink()
    for pattern in NEVER_LOADED:
        for path in modules.glob(pattern):
            shutil.rmtree(path) if path.is_dir() else path.unlink()


def pack(root: Path, package: Package, release: str, architecture: str, output: Path) -> Path:
    """Add what dpkg itself reads, and make the file."""
    values = values_of(package, release, architecture, installed_kib(root))
    control = root / "DEBIAN"
    control.mkdir()
    for name, text in control_files(package).items():
        (control / name).write_text(fill_in(text, values))
        (control / name).chmod(0o644 if name in ("control", "conffiles") else 0o755)
    for folder in [path for path in root.rglob("*") if path.is_dir()]:
        folder.chmod(0o755)
    made = output / f"{package.name}_{values['VERSION']}_{architecture}.deb"
    run("dpkg-deb", "--build", "--root-owner-group", *COMPRESSION, root, made)
    return made


def values_of(package: Package, release: str, architecture: str, installed_kib: int) -> dict[str, str]:
    """What the templates are filled with."""
    major, minor = PYTHONS[release].split(".")
    return {
        "PACKAGE": package.name,
        "VERSION": f"{project()['version']}+{release}",
        "ARCHITECTURE": architecture,
        "PYTHON": f"{major}.{minor}",
        "NEXT_PYTHON": f"{major}.{int(minor) + 1}",
        "SIZE": str(installed_kib),
        "UNITS": package.units,
        "USER": package.user,
        "CONFIG": f"{package.extra}.toml",
        "DATA": package.data,
    }


def control_files(package: Package) -> dict[str, str]:
    """Everything of a package that dpkg itself reads, with the places to fill in."""
    head, tail = (HERE / f"postinst.{part}" for part in ("head", "tail"))
    own = HERE / package.name
    conffiles = [
        f"/{folder}{source.name}" for source, folder in installed_files(package) if folder[:4] == "etc/"
    ]
    return {
        "control": (own / "control").read_text(),
        "conffiles": "".join(f"{path}\n" for path in conffiles),
        "postinst": "".join(path.read_text() for path in (head, own / "postinst", tail)),
        **{name: (HERE / name).read_text() for name in ("preinst", "prerm", "postrm")},
    }


def fill_in(text: str, values: dict[str, str]) -> str:
    return re.sub(r"@([A-Z_]+)@", lambda found: values[found[1]], text)


def installed_kib(root: Path) -> int:
    return sum(path.lstat().st_size for path in root.rglob("*") if path.is_file()) // 1024


def run(*command: str | Path) -> None:
    subprocess.run([str(word) for word in command], check=True, stdout=subprocess.DEVNULL)


if __name__ == "__main__":
    main()
