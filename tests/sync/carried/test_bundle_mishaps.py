"""Whatever happens to a stick on its way: nothing is lost, nothing doubled, no changed byte believed."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from kiosk.ledger import tables
from kiosk.ledger.accounts import own_money
from kiosk.services.canteen.items import MENU, Menu
from sync.bundle.stick import Parcel, Stick
from sync.errors import StickFailing
from sync.office.catalogue.publishing import Change, publish_all
from sync.office.store.database import writing
from tests.sync.carried.carrying import Courier
from tests.sync.world import PRICE_FEN, Kiosk, OfficeWorld

_numbers = count(1)


class PulledOut(Stick):
    """A stick that somebody pulls out after some touches, perhaps in the middle of a file."""

    def __init__(self, path: Path, touches: int) -> None:
        super().__init__(path)
        self._left = touches

    def read(self, name: str) -> Parcel:
        self._touch()
        return super().read(name)

    def write(self, name: str, parcel: Parcel) -> None:
        with suppress(StickFailing):
            self._touch()
            return super().write(name, parcel)
        (self.folder / f"{name}.part").write_bytes(b"neighbourhood-card stick 1\nhalf")
        raise StickFailing("pulled out")

    def remove(self, *names: str) -> None:
        for name in names:
            self._touch()
            super().remove(name)

    def _touch(self) -> None:
        self._left -= 1
        if self._left < 0:
            raise StickFailing("pulled out")


class Way:
    """One kiosk, one stick and what befalls them, with a network now and then."""

    def __init__(self, office: OfficeWorld, folder: Path) -> None:
        self.number = next(_numbers)
        folder = folder / str(self.number)
        folder.mkdir()
        self.office, self.kiosk = office, Kiosk(folder / "kiosk", office, f"kiosk {self.number}")
        self.courier, self.copy = Courier(folder / "stick"), folder / "copy"
        Stick(self.courier.path)
        self.sold = 0

    def sell(self, portions: int) -> None:
        self.kiosk.sell(portions, resident_id=self.number)
        self.sold += portions

    def publish(self, items: int) -> None:
        menu = Menu(dishes=(str(self.sold),))
        with writing(self.office.office.engine) as connection:
            publish_all(connection, 1, [Change(MENU, f"{self.number} {n}", menu) for n in range(items)])

    def at_kiosk(self, touches: int) -> None:
        with suppress(StickFailing):
            self.courier.at_kiosk(self.kiosk, PulledOut(self.courier.path, touches))

    def at_office(self, touches: int) -> None:
        with suppress(StickFailing):
            self.courier.at_office(self.office, PulledOut(self.courier.path, touches))

    def network(self, _: int) -> None:
        self.kiosk.push_all()
        self.kiosk.pull_all()

    def keep_copy(self, _: int) -> None:
        shutil.rmtree(self.copy, ignore_errors=True)
        shutil.copytree(self.courier.folder, self.copy)

    def back_to_copy(self, _: int) -> None:
        if self.copy.exists():
            shutil.copytree(self.copy, self.courier.folder, dirs_exist_ok=True)

    def flip(self, n: int) -> None:
        self._change(n, lambda content: _flipped(content, n))

    def cut(self, n: int) -> None:
        self._change(n, lambda content: content[: n % max(len(content), 1)])

    def lose(self, n: int) -> None:
        if file := self._file(n):
            file.unlink()

    def swap(self, n: int) -> None:
        one, other = self._file(n), self._file(n // 7)
        if one and other:
            content = one.read_bytes()
            one.write_bytes(other.read_bytes())
            other.write_bytes(content)

    def forget_catalogue_cursor(self, _: int) -> None:
        with self.kiosk.agent.cursor._engine.begin() as connection:
            connection.execute(
                sa.text("UPDATE catalogue_cursor SET epoch = x'', block_lane = 0, main_lane = 0")
            )

    def _change(self, n: int, change: Callable[[bytes], bytes]) -> None:
        if file := self._file(n):
            file.write_bytes(change(file.read_bytes()))

    def _file(self, n: int) -> Path | None:
        files = sorted(self.courier.folder.iterdir())
        return files[n % len(files)] if files else None

    def check(self) -> None:
        """Once somebody carries it in peace, both sides have the same."""
        for _ in range(3):
            self.courier.there_and_back(self.kiosk, self.office)
        key = self.kiosk.journal_id
        assert self.kiosk.acked_seq() == self.office.head_seq(key) == self.sold
        assert self.office.balance_fen(own_money(self.number)) == -self.sold * PRICE_FEN
        query = sa.select(tables.records).where(tables.records.c.journal_id == key).order_by("seq")
        with self.kiosk.journal.engine.connect() as here, self.office.office.engine.connect() as there:
            assert here.execute(query).all() == there.execute(query).all()
        items = sa.text("SELECT kind, key, revision, value FROM items ORDER BY kind, key")
        assert self.kiosk.agent.cursor.position().in_snapshot is False
        with self.kiosk.agent.cursor._engine.connect() as carried:
            by_stick = carried.execute(items).all()
        self.forget_catalogue_cursor(0)
        self.kiosk.pull_all()
        with self.kiosk.agent.cursor._engine.connect() as fetched:
            assert fetched.execute(items).all() == by_stick


def _flipped(content: bytes, n: int) -> bytes:
    at = n % max(len(content), 1)
    return content[:at] + bytes([content[at] ^ (1 << n % 8)]) + content[at + 1 :] if content else b"!"


_MISHAPS = [
    st.tuples(st.sampled_from(("at_kiosk", "at_office")), st.integers(0, 12) | st.just(1000)),
    st.tuples(st.sampled_from(("at_kiosk", "at_office")), st.just(1000)),
    st.tuples(st.just("sell"), st.sampled_from((1, 3, 501))),
    st.tuples(st.just("publish"), st.sampled_from((1, 301))),
    st.tuples(
        st.sampled_from(("network", "keep_copy", "back_to_copy", "forget_catalogue_cursor")), st.just(0)
    ),
    st.tuples(st.sampled_from(("flip", "cut", "lose", "swap")), st.integers(0, 10_000)),
]


@pytest.mark.slow
@settings(
    max_examples=int(os.environ.get("STICK_STORIES", "10")),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@example(story=[("sell", 1), ("at_kiosk", 1000), ("swap", 1)])  # a push in the place of a pull
@given(story=st.lists(st.one_of(_MISHAPS), min_size=3, max_size=14))
def test_no_mishap_loses_or_doubles_anything(
    office: OfficeWorld, tmp_path: Path, story: list[tuple[str, Any]]
) -> None:
    way = Way(office, tmp_path)
    try:
        for what, how in story:
            getattr(way, what)(how)
        way.check()
    finally:
        way.kiosk.close()
    assert office.reviews() == []


@pytest.mark.parametrize("touches", [0, 1, 2, 3, 5, 8, 13])
def test_the_stick_is_pulled_out_at_each_moment(office: OfficeWorld, tmp_path: Path, touches: int) -> None:
    way = Way(office, tmp_path)
    way.publish(400)
    way.sell(600)
    for visit in (way.at_kiosk, way.at_office, way.at_kiosk):
        visit(touches)
        way.sell(1)
        visit(1000)
    way.check()
    way.kiosk.close()
    assert office.discrepancies() == []
