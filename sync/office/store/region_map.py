"""Which database each region lies in: one small file, which every process of every region reads.

    [[region]]
    id = 1
    name = "桃源县"
    database = "postgresql://office@db1/office"

When it changes, processes that run go over to the new place with their next transaction.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import sqlalchemy as sa

from kiosk.settings import SettingsError, read
from kiosk.store.files import write_whole
from sync.office.store.bulk import OneTripCursor

OPTIONS = {"cursor_factory": OneTripCursor}  # of a connection, wherever it leads
_AT = "at"  # where a connection leads, in what its pool remembers of it


class Region(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`name`: as people know it; `database`: an SQLAlchemy URL of PostgreSQL."""

    id: int
    name: str
    database: str

    def __post_init__(self) -> None:
        if not self.database.startswith(("postgresql://", "postgresql+")):
            raise ValueError(f"region {self.id}: database: a URL that begins with postgresql:// is allowed")


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    region: tuple[Region, ...]

    def __post_init__(self) -> None:
        ids = [each.id for each in self.region]
        if twice := sorted({each for each in ids if ids.count(each) > 1}):
            raise ValueError(f"region {twice[0]} is there twice")


class RegionMap:
    """The file, read anew when it was changed."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._seen: tuple[int, int] | None = None
        self._regions: dict[int, Region] = {}

    def all(self) -> Sequence[Region]:
        """In the order of the file. Raises `SettingsError`."""
        try:
            stat = self.path.stat()
        except OSError as error:
            raise SettingsError(f"{self.path}: {error.strerror}") from error
        seen = stat.st_mtime_ns, stat.st_ino
        if seen != self._seen:
            self._regions = {each.id: each for each in read(self.path, _File).region}
            self._seen = seen
        return tuple(self._regions.values())

    def database_of(self, region_id: int) -> str:
        """Raises `SettingsError` where the file does not know the region."""
        known = {each.id: each.database for each in self.all()}
        if region_id not in known:
            allowed = ", ".join(map(str, known)) or "none yet"
            raise SettingsError(f"{self.path}: region {region_id}: {allowed} allowed")
        return known[region_id]

    def move(self, region_id: int, database: str) -> None:
        """Say from now on that the region lies there. Remarks in the file are lost."""
        at = [
            msgspec.structs.replace(each, database=database) if each.id == region_id else each
            for each in self.all()
        ]
        write_whole(self.path, "\n".join(map(_lines, at)).encode(), self.path.stat().st_mode & 0o777)


def _lines(region: Region) -> str:
    fields = msgspec.structs.asdict(region)
    said = (f"{name} = {json.dumps(value, ensure_ascii=False)}\n" for name, value in fields.items())
    return f"[[region]]\n{''.join(said)}"


def follow(engine: sa.Engine, region_map: RegionMap, region_id: int) -> None:
    """Let the engine's connections lead to wherever the region lies when they are taken."""

    @sa.event.listens_for(engine, "do_connect")
    def there(dialect: Any, record: Any, _words: Any, options: dict[str, Any]) -> Any:
        at = region_map.database_of(region_id)
        words, to = dialect.create_connect_args(sa.make_url(at))
        record.info[_AT] = at
        ours = {name: each for name, each in options.items() if name in OPTIONS}
        return dialect.connect(*words, **ours, **to)

    @sa.event.listens_for(engine, "checkout")
    def still_there(_connection: Any, record: Any, _proxy: Any) -> None:
        if record.info.get(_AT) != region_map.database_of(region_id):
            raise sa.exc.DisconnectionError("the region lies elsewhere by now")
