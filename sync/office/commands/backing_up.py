"""`office backup` and `office restore`: all that an office is in one file, and that file put back."""

from __future__ import annotations

import filecmp
import os
import socket
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

import click
import sqlalchemy as sa

from kiosk.common.clock import unix_ms
from kiosk.store.users import as_caller
from sync.office.commands import recovery
from sync.office.commands.opening import Invocation, pass_invocation
from sync.office.settings import OfficeSettings
from sync.office.store import backups
from sync.office.store.database import create_engine

ANSWERS_WITHIN_S = 1.0


@click.command()
@click.argument("path", type=click.Path(path_type=Path, dir_okay=False))
@pass_invocation
def backup(invocation: Invocation, path: Path) -> None:
    """Copy books and keys, as they are at one moment, to a new file PATH. The office may go on serving.

    Whoever has the file can speak for the office: keep it as you keep the keys.
    """
    office, data = invocation.office, invocation.settings.data
    with tempfile.TemporaryDirectory(prefix="backup-", dir=data) as folder, _new(path) as file:
        books = backups.copy_books(office.engine, Path(folder))
        manifest = backups.pack(file, books, data, office.region_id)
    names = ", ".join(each.name for each in manifest.parts)
    click.echo(f"{path}: the office as of {manifest.made_at}: {names}")


@contextmanager
def _new(path: Path) -> Iterator[BinaryIO]:
    """The caller's file, which nobody else reads; gone again if it does not become whole."""
    try:
        with as_caller():
            file = os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")
    except FileExistsError as error:
        raise click.UsageError(f"{path}: is there already; the name of a new file is allowed") from error
    try:
        with file:
            yield file
    except BaseException:
        with as_caller():
            path.unlink()
        raise


@click.command()
@click.argument("path", type=click.Path(path_type=Path, exists=False, dir_okay=False))
@click.option("--replace", is_flag=True, help="Put aside what is there now.")
@pass_invocation
def restore(invocation: Invocation, path: Path, replace: bool) -> None:
    """Put back the backup at PATH, once it has proved to be whole. Stop the office first.

    What `office restored` says and does is done as well; then start the office.
    """
    invocation.enter()
    settings = invocation.settings
    _insist_on_rest(settings)
    settings.data.mkdir(parents=True, exist_ok=True)
    with as_caller():
        file = path.open("rb")
    with file, tempfile.TemporaryDirectory(prefix="restore-", dir=settings.data) as folder:
        manifest = backups.unpack(file, Path(folder))
        url = sa.make_url(settings.database_url)
        books = backups.check(manifest, Path(folder), url.get_backend_name(), settings.region_id)
        targets = {each: settings.data / each.name for each in Path(folder).glob(backups.KEYS)}
        if books.name == backups.SQLITE_BOOKS:
            targets[books] = Path(str(url.database))
        hindrances = _in_the_way(targets)
        if hindrances and not replace:
            raise click.UsageError(
                f"{', '.join(map(str, hindrances))}: there already; --replace puts it aside"
            )
        aside = f"replaced_{datetime.fromtimestamp(unix_ms() / 1000, UTC):%Y%m%d_%H%M%S_%f}"
        if books.name == backups.POSTGRESQL_BOOKS:
            _put_books_back(url, books, aside, replace)
        for each in hindrances:
            (settings.data / aside).mkdir(mode=0o700, exist_ok=True)
            each.rename(settings.data / aside / each.name)
        for source, target in targets.items():
            source.rename(target)
    click.echo(f"{path}: the office is as it was at {manifest.made_at}")
    recovery.say_restored(invocation, "restore")


def _insist_on_rest(settings: OfficeSettings) -> None:
    host, _, port = settings.listen.rpartition(":")
    try:
        socket.create_connection((host.strip("[]"), int(port)), ANSWERS_WITHIN_S).close()
    except OSError:
        return
    raise click.UsageError(f"somebody answers at {settings.listen}: sudo systemctl stop office")


def _in_the_way(targets: Mapping[Path, Path]) -> list[Path]:
    """What would be overwritten, and a log beside it. What is the same already is no hindrance."""
    return [
        there
        for source, target in targets.items()
        for there in (target, *sorted(target.parent.glob(f"{target.name}-*")))
        if there.exists() and not filecmp.cmp(there, source, shallow=False)
    ]


def _put_books_back(url: sa.URL, books: Path, aside: str, replace: bool) -> None:
    """Into PostgreSQL; what is there goes on under another schema's name, and comes back if it fails."""
    engine = create_engine(str(url.render_as_string(hide_password=False)))
    try:
        with engine.connect() as connection:
            is_empty = not sa.inspect(connection).get_table_names()
        if not is_empty and not replace:
            raise click.UsageError("the database has books already; --replace puts them aside")
        with engine.begin() as connection:
            connection.execute(sa.text(f"ALTER SCHEMA public RENAME TO {aside}"))
            connection.execute(sa.text("CREATE SCHEMA public"))
        try:
            backups.put_back_in_postgresql(url, books)
        except backups.ToolFailed:
            with engine.begin() as connection:
                connection.execute(sa.text("DROP SCHEMA public CASCADE"))
                connection.execute(sa.text(f"ALTER SCHEMA {aside} RENAME TO public"))
            raise
    finally:
        engine.dispose()
