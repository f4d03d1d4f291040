"""Publishing: one revision for each change, none for what is the same, tombstones where something was."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
import sqlalchemy as sa
from msgspec.structs import replace

from kiosk.catalogue.items import Kind
from kiosk.people.residents import Visitor
from kiosk.services.canteen.items import MENU, Menu
from sync.office.catalogue import publishing
from sync.office.catalogue.publishing import Change, ValueTooLarge, publish, publish_all, withdraw
from sync.office.office import Office
from sync.office.services.contract import offered
from sync.office.services.listed import SERVICES
from sync.office.settings import OfficeSettings
from sync.office.store.database import writing
from sync.office.store.tables import catalogue_items
from tests.factories import SITE, resident, tariff

NOODLES, RICE = Menu(dishes=("noodles",)), Menu(dishes=("rice",))


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[sa.Connection]:
    office = Office(OfficeSettings(data=tmp_path), offered(SERVICES))
    with writing(office.engine) as connection:
        yield connection
    office.close()


def _items(connection: sa.Connection) -> list[tuple[str, str, int, bool]]:
    c = catalogue_items.c
    query = sa.select(c.key, c.scope, c.revision, c.value.is_not(None)).where(c.kind == MENU)
    return [tuple(row) for row in connection.execute(query.order_by(c.revision))]  # type: ignore[misc]


def test_each_change_takes_the_next_revision(connection: sa.Connection) -> None:
    first = publish(connection, 1, MENU, "a", NOODLES)
    assert publish(connection, 1, MENU, "b", NOODLES) == first + 1
    assert publish(connection, 1, MENU, "a", RICE) == first + 2
    assert _items(connection) == [("b", "", first + 1, True), ("a", "", first + 2, True)]


def test_what_is_the_same_takes_none(connection: sa.Connection) -> None:
    first = publish(connection, 1, MENU, "a", NOODLES, label="x")
    assert publish(connection, 1, MENU, "a", NOODLES, label="x") == first
    assert publish(connection, 1, MENU, "a", NOODLES, label="y") == first + 1
    assert withdraw(connection, 1, MENU, "never") == first + 1


def test_a_new_scope_leaves_a_tombstone_in_the_old_one(connection: sa.Connection) -> None:
    first = publish(connection, 1, MENU, "a", NOODLES, scope="site:x")
    publish(connection, 1, MENU, "a", NOODLES, scope="site:y")
    assert _items(connection) == [("a", "site:x", first + 1, False), ("a", "site:y", first + 2, True)]
    publish(connection, 1, MENU, "a", NOODLES, scope="site:x")
    assert _items(connection) == [("a", "site:y", first + 3, False), ("a", "site:x", first + 4, True)]


def test_what_is_withdrawn_twice_is_one_tombstone(connection: sa.Connection) -> None:
    publish(connection, 1, MENU, "a", NOODLES)
    gone = withdraw(connection, 1, MENU, "a")
    assert withdraw(connection, 1, MENU, "a") == gone
    assert [each[3] for each in _items(connection)] == [False]


def test_many_changes_of_one_item_end_as_the_last(
    connection: sa.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(publishing, "CHANGES_AT_ONCE", 3)
    first = publish(connection, 1, MENU, "z", RICE)
    changes = [Change(MENU, f"k{n % 4}", RICE if n % 2 else NOODLES) for n in range(9)]
    assert publish_all(connection, 1, changes) == first + 4
    assert len(_items(connection)) == 5


def test_a_value_that_fits_no_page_is_refused(connection: sa.Connection) -> None:
    with pytest.raises(ValueTooLarge, match="menu a: "):
        publish(connection, 1, MENU, "a", Menu(dishes=("x" * 70_000,)))


def test_blocks_have_their_own_lane() -> None:
    assert Change(Kind.BLOCK, "t", None).lane_number == 0
    assert Change(Kind.CARD, "t", None).lane_number == 1
    assert Change(Kind.CARD, "t", None, lane=0).lane_number == 0


def _visitor(connection: sa.Connection) -> Visitor:
    return publishing.shown(connection, 1, Kind.VISITOR, "1001")


def _scopes(connection: sa.Connection, kind: str) -> dict[str, bool]:
    c = catalogue_items.c
    query = sa.select(c.scope, c.value.is_not(None)).where(c.kind == kind, c.key == "1001")
    return {row[0]: row[1] for row in connection.execute(query)}


def test_a_resident_is_shown_to_the_home_site_and_a_visitor_to_all(connection: sa.Connection) -> None:
    publish(connection, 1, Kind.RESIDENT, "1001", resident(1001), label="elder")
    assert _scopes(connection, Kind.RESIDENT) == {f"site:{SITE}": True}
    assert _scopes(connection, Kind.VISITOR) == {"": True}
    publish(connection, 1, Kind.RESIDENT, "1001", resident(1001, home_site="fuyuan"), label="elder")
    assert _scopes(connection, Kind.RESIDENT) == {f"site:{SITE}": False, "site:fuyuan": True}
    withdraw(connection, 1, Kind.RESIDENT, "1001")
    assert _scopes(connection, Kind.RESIDENT) == {f"site:{SITE}": False, "site:fuyuan": False}
    assert _scopes(connection, Kind.VISITOR) == {"": False}
    labels = connection.execute(sa.select(catalogue_items.c.label)).scalars()
    assert "elder" not in set(labels)


def test_a_new_price_rule_says_more_of_whom_it_is_about(connection: sa.Connection) -> None:
    who = resident(1001, born=date(1980, 5, 6), categories=("living_alone",))
    publish(connection, 1, Kind.RESIDENT, "1001", who, label="elder")
    assert (_visitor(connection).born, _visitor(connection).categories) == (date(1980, 1, 1), ())
    for rule in tariff():
        publish(connection, 1, Kind.TARIFF, rule.id, replace(rule, category="living_alone"))
    assert (_visitor(connection).born, _visitor(connection).categories) == (who.born, ("living_alone",))


def test_what_an_earlier_release_showed_to_all_is_taken_back_once(connection: sa.Connection) -> None:
    publish(connection, 1, Kind.RESIDENT, "1001", resident(1001), label="elder")
    shown_to_all = catalogue_items.update().where(catalogue_items.c.kind == Kind.RESIDENT)
    connection.execute(shown_to_all.values(scope=publishing.EVERYWHERE))
    publishing.tell_strangers_less(connection, 1)
    assert _scopes(connection, Kind.RESIDENT) == {"": False, f"site:{SITE}": True}
    revision = publishing.lock_revision(connection, 1)
    publishing.tell_strangers_less(connection, 1)
    assert publishing.lock_revision(connection, 1) == revision
