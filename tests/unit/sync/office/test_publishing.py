"""Publishing: one revision for each change, none for what is the same, tombstones where something was."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from kiosk.catalogue.items import Kind
from kiosk.catalogue.values import Menu
from sync.office import publishing
from sync.office.database import writing
from sync.office.office import Office
from sync.office.publishing import Change, ValueTooLarge, publish, publish_all, withdraw
from sync.office.settings import OfficeSettings
from sync.office.tables import catalogue_items

NOODLES, RICE = Menu(dishes=("noodles",)), Menu(dishes=("rice",))


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[sa.Connection]:
    office = Office(OfficeSettings(data=tmp_path))
    with writing(office.engine) as connection:
        yield connection
    office.close()


def _items(connection: sa.Connection) -> list[tuple[str, str, int, bool]]:
    c = catalogue_items.c
    query = sa.select(c.key, c.scope, c.revision, c.value.is_not(None)).where(c.kind == Kind.MENU)
    return [tuple(row) for row in connection.execute(query.order_by(c.revision))]  # type: ignore[misc]


def test_each_change_takes_the_next_revision(connection: sa.Connection) -> None:
    first = publish(connection, 1, Kind.MENU, "a", NOODLES)
    assert publish(connection, 1, Kind.MENU, "b", NOODLES) == first + 1
    assert publish(connection, 1, Kind.MENU, "a", RICE) == first + 2
    assert _items(connection) == [("b", "", first + 1, True), ("a", "", first + 2, True)]


def test_what_is_the_same_takes_none(connection: sa.Connection) -> None:
    first = publish(connection, 1, Kind.MENU, "a", NOODLES, label="x")
    assert publish(connection, 1, Kind.MENU, "a", NOODLES, label="x") == first
    assert publish(connection, 1, Kind.MENU, "a", NOODLES, label="y") == first + 1
    assert withdraw(connection, 1, Kind.MENU, "never") == first + 1


def test_a_new_scope_leaves_a_tombstone_in_the_old_one(connection: sa.Connection) -> None:
    first = publish(connection, 1, Kind.MENU, "a", NOODLES, scope="site:x")
    publish(connection, 1, Kind.MENU, "a", NOODLES, scope="site:y")
    assert _items(connection) == [("a", "site:x", first + 1, False), ("a", "site:y", first + 2, True)]
    publish(connection, 1, Kind.MENU, "a", NOODLES, scope="site:x")
    assert _items(connection) == [("a", "site:y", first + 3, False), ("a", "site:x", first + 4, True)]


def test_what_is_withdrawn_twice_is_one_tombstone(connection: sa.Connection) -> None:
    publish(connection, 1, Kind.MENU, "a", NOODLES)
    gone = withdraw(connection, 1, Kind.MENU, "a")
    assert withdraw(connection, 1, Kind.MENU, "a") == gone
    assert [each[3] for each in _items(connection)] == [False]


def test_many_changes_of_one_item_end_as_the_last(
    connection: sa.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(publishing, "CHANGES_AT_ONCE", 3)
    first = publish(connection, 1, Kind.MENU, "z", RICE)
    changes = [Change(Kind.MENU, f"k{n % 4}", RICE if n % 2 else NOODLES) for n in range(9)]
    assert publish_all(connection, 1, changes) == first + 4
    assert len(_items(connection)) == 5


def test_a_value_that_fits_no_page_is_refused(connection: sa.Connection) -> None:
    with pytest.raises(ValueTooLarge, match="menu a: "):
        publish(connection, 1, Kind.MENU, "a", Menu(dishes=("x" * 70_000,)))


def test_blocks_have_their_own_lane() -> None:
    assert Change(Kind.BLOCK, "t", None).lane_number == 0
    assert Change(Kind.CARD, "t", None).lane_number == 1
    assert Change(Kind.CARD, "t", None, lane=0).lane_number == 0
