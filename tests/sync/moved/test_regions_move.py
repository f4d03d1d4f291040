"""A region goes to another server while its kiosks send, and nobody at a counter notices."""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from uuid import uuid4

import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result

from kiosk.ledger.accounts import own_money
from kiosk.store.engine import disposing
from sync.errors import OfficeBusy
from sync.office.cli import main
from sync.office.store.database import create_engine, writing
from sync.office.store.region_map import RegionMap
from sync.office.store.tables import devices
from tests.conftest import database
from tests.postgresql import postgresql_in
from tests.sync.world import PRICE_FEN, Kiosk, OfficeWorld, eventually, open_world

STAYS, GOES, GOES_TOO = 1, 2, 3

pytestmark = pytest.mark.deep


@pytest.fixture(scope="module")
def servers() -> Iterator[list[str]]:
    """Two, as on two machines, which write down what another one needs to follow."""
    with ExitStack() as stack:
        folders = [Path(stack.enter_context(tempfile.TemporaryDirectory())) for _ in range(2)]
        yield [stack.enter_context(postgresql_in(each, wal_level="logical")) for each in folders]


@pytest.fixture
def here(servers: list[str]) -> Iterator[str]:
    with database(servers[0], f"office_{uuid4().hex}", "template1") as url:
        yield url


@pytest.fixture
def there(servers: list[str]) -> Iterator[str]:
    with database(servers[1], f"office_{uuid4().hex}", "template1") as url:
        yield url


@pytest.fixture
def elsewhere(servers: list[str]) -> Iterator[str]:
    with database(servers[1], f"office_{uuid4().hex}", "template1") as url:
        yield url


@contextmanager
def county(folder: Path, region_id: int, regions: Path) -> Iterator[tuple[OfficeWorld, Kiosk]]:
    """The office of a region, with one kiosk and one resident."""
    with open_world(folder / f"office-{region_id}", "", regions=regions, region_id=region_id) as office:
        office.resident(1)
        kiosk = Kiosk(folder / f"kiosk-{region_id}", office)
        try:
            yield office, kiosk
        finally:
            kiosk.close()


def regions_in(folder: Path, database_url: str) -> Path:
    path = folder / "regions.toml"
    names = {STAYS: "桃源县", GOES: "临溪县", GOES_TOO: "青石县"}
    path.write_text(
        "".join(
            f'[[region]]\nid = {number}\nname = "{name}"\ndatabase = "{database_url}"\n'
            for number, name in names.items()
        )
    )
    return path


def typed(folder: Path, *words: str, region_id: int = GOES) -> Result:
    config = folder / "office.toml"
    data = folder / f"office-{region_id}"
    config.write_text(
        f'[office]\ndata = "{data}"\nregions = "{folder / "regions.toml"}"\nregion_id = {region_id}\n'
    )
    return CliRunner().invoke(main, ["--config", str(config), *words])


def move(folder: Path, to: str, region_id: int = GOES) -> Result:
    return typed(folder, "region", "move", to, region_id=region_id)


class Selling:
    """A kiosk that sells and sends without a pause, and comes again when it is told to."""

    def __init__(self, kiosk: Kiosk) -> None:
        self.sent_away = 0
        self._kiosk, self._ending = kiosk, threading.Event()
        self._thread = threading.Thread(target=self._run)

    @property
    def sold(self) -> int:
        return self._kiosk.journal.head.seq

    def __enter__(self) -> Selling:
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._ending.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._ending.is_set():
            try:
                self._kiosk.sell(1)
                self._kiosk.push_all()
            except (OfficeBusy, sa.exc.OperationalError):  # the latter: what this world lends, with no HTTP
                self.sent_away += 1


def test_two_regions_move_while_kiosks_send_and_a_third_stays(
    tmp_path: Path, here: str, there: str, elsewhere: str
) -> None:
    regions = regions_in(tmp_path, here)
    with ExitStack() as stack:
        counties = {
            number: stack.enter_context(county(tmp_path, number, regions))
            for number in (STAYS, GOES, GOES_TOO)
        }
        with ExitStack() as day:
            selling = {
                number: day.enter_context(Selling(kiosk)) for number, (_office, kiosk) in counties.items()
            }
            for number, to in ((GOES, there), (GOES_TOO, elsewhere)):
                sold = selling[number].sold
                assert eventually(lambda: selling[number].sold > sold + 10)  # noqa: B023  (waited for here)
                done = move(tmp_path, to, number)
                assert done.exit_code == 0, done.output
                sold = selling[number].sold
                assert eventually(lambda: selling[number].sold > sold + 10)  # noqa: B023
        for number, (office, kiosk) in counties.items():
            kiosk.push_all()
            sold = selling[number].sold
            assert office.head_seq(kiosk.journal_id) == kiosk.acked_seq() == sold
            assert office.balance_fen(own_money(1)) == -sold * PRICE_FEN
            assert office.discrepancies() == office.reviews() == []
        assert selling[STAYS].sent_away == 0
    lie = {each.id: each.database for each in RegionMap(regions).all()}
    assert lie == {STAYS: here, GOES: there, GOES_TOO: elsewhere}


def test_nobody_writes_where_a_region_has_been(tmp_path: Path, here: str, there: str) -> None:
    """A process on another machine, whose file still says the old place."""
    regions = regions_in(tmp_path, here)
    with county(tmp_path, GOES, regions), county(tmp_path, STAYS, regions):
        assert move(tmp_path, there).exit_code == 0
        with disposing(create_engine(here)) as engine:
            with pytest.raises(sa.exc.OperationalError, match="elsewhere"), writing(engine) as connection:
                connection.execute(devices.update().where(devices.c.region_id == GOES).values(name="x"))
            with writing(engine) as connection:
                connection.execute(devices.update().where(devices.c.region_id == STAYS).values(name="x"))


def test_a_region_comes_back_once_its_old_rows_are_cleared(tmp_path: Path, here: str, there: str) -> None:
    regions = regions_in(tmp_path, here)
    with county(tmp_path, STAYS, regions) as (stays, stay), county(tmp_path, GOES, regions) as (goes, go):
        for kiosk in (stay, go):
            kiosk.sell(3)
            kiosk.push_all()
        assert "it lies there" in typed(tmp_path, "region", "clear", here).stderr
        assert move(tmp_path, there).exit_code == 0
        assert "there already" in move(tmp_path, here).stderr
        cleared = typed(tmp_path, "region", "clear", here)
        assert cleared.exit_code == 0, cleared.stderr
        assert move(tmp_path, here).exit_code == 0
        for office, kiosk in ((stays, stay), (goes, go)):
            kiosk.sell(2)
            kiosk.push_all()
            assert office.balance_fen(own_money(1)) == -5 * PRICE_FEN
            assert office.discrepancies() == office.reviews() == []


def test_a_place_that_cannot_be_followed_is_said_with_what_is_needed(
    tmp_path: Path, there: str, postgresql: str
) -> None:
    with database(postgresql, f"office_{uuid4().hex}", "template1") as usual:
        regions = regions_in(tmp_path, usual)
        with county(tmp_path, GOES, regions):
            refused = move(tmp_path, there)
        assert "wal_level is replica" in refused.stderr
        assert RegionMap(regions).database_of(GOES) == usual


def test_a_move_that_fails_leaves_the_region_where_it_was(
    tmp_path: Path, here: str, there: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_told: object) -> None:
        raise OSError("No space left on device")

    regions = regions_in(tmp_path, here)
    with county(tmp_path, GOES, regions) as (office, kiosk):
        with monkeypatch.context() as broken:
            broken.setattr(RegionMap, "move", full)
            assert "No space left" in move(tmp_path, there).stderr
        kiosk.sell(5)
        kiosk.push_all()
        assert RegionMap(regions).database_of(GOES) == here
        assert move(tmp_path, there).exit_code == 0, "it goes on with what the first one began"
        kiosk.sell(5)
        kiosk.push_all()
        assert office.balance_fen(own_money(1)) == -10 * PRICE_FEN
        assert office.discrepancies() == []
