"""Rights go back to the office: those it asks for, and what a visitor has not used for a day."""

from __future__ import annotations

import msgspec
import pytest

from kiosk.catalogue.items import Kind, grant_key
from kiosk.counter import Counter
from kiosk.ledger.accounts import lent_rights, own_money
from kiosk.ledger.amount import Unit
from kiosk.ledger.rights import Recall, turnover
from kiosk.services.till.actions import Till
from tests.factories import World, grant, resident
from tests.services.test_left_out import close, opened
from tests.unit.kiosk.services.canteen.test_canteen import balance, tap

OWN = own_money(1001)


def rights(counter: Counter, account: str) -> int:
    with counter.reader.connect() as connection:
        here = turnover(connection, counter.journal.key, account, Unit.RIGHT)
    return here.credits - here.debits


def visitor(world: World, fen: int) -> None:
    """Somebody at home elsewhere, with a right to spend so much here."""
    world.add(resident(home_site="fuyuan"))
    given = msgspec.structs.replace(grant(1001, world.journal_id, fen), home=False)
    world.publish(Kind.GRANT, {grant_key(OWN): given})


def ask_back(world: World, fen: int, journal_id: bytes | None = None) -> None:
    """The office asks a journal, if no other then this one, for so much in all."""
    asked = Recall(account=OWN, unit=Unit.FEN, journal_id=journal_id or world.journal_id, returned=fen)
    world.publish(Kind.RECALL, {grant_key(OWN): asked})


def test_what_an_earlier_journal_was_asked_for_is_not_given_by_this_one(
    world: World, counter: Counter
) -> None:
    world.add(resident(), fen=3000)
    ask_back(world, 2500, journal_id=b"e" * 16)
    counter.returning.step()
    assert (rights(counter, OWN), rights(counter, lent_rights())) == (0, 0)


def test_a_right_is_given_back_when_the_office_asks_for_it(world: World, counter: Counter) -> None:
    world.add(resident(), fen=3000)
    ask_back(world, 2500)
    for _ in range(3):
        counter.returning.step()
    assert (rights(counter, OWN), rights(counter, lent_rights())) == (-2500, 2500)
    assert (balance(counter, OWN), tap(counter).result.own_fen) == (0, 500)


def test_no_more_is_given_back_than_is_there(world: World, counter: Counter) -> None:
    world.add(resident(), fen=3000)
    tap(counter)
    ask_back(world, 9000)
    counter.returning.step()
    assert (rights(counter, OWN), balance(counter, OWN)) == (-2000, -1000)


def test_it_goes_back_whatever_the_kiosk_lists(world: World) -> None:
    world.add(resident(), fen=3000)
    ask_back(world, 2500)
    kiosk = opened(world, ())
    assert rights(kiosk.counter(), OWN) == -2500
    close(kiosk)


def scan(world: World, counter: Counter, hours: float) -> None:
    world.time.advance(hours=hours)
    counter.returning.step()


def test_what_a_visitor_has_not_used_for_a_day_goes_back(world: World, counter: Counter) -> None:
    visitor(world, fen=1500)
    counter.returning.step()
    scan(world, counter, 23)
    assert rights(counter, OWN) == 0
    scan(world, counter, 1)
    assert (rights(counter, OWN), rights(counter, lent_rights())) == (-1500, 1500)
    scan(world, counter, 25)
    assert rights(counter, OWN) == -1500


def test_a_day_begins_anew_with_every_use_and_goes_on_over_a_restart(world: World) -> None:
    visitor(world, fen=3000)
    counter = world.open()
    counter.returning.step()
    scan(world, counter, 20)
    counter[Till].top_up(1001, 100, "request-1")
    scan(world, counter, 5)
    assert rights(counter, OWN) == 0
    counter.close()
    counter = world.open()
    scan(world, counter, 24)
    assert rights(counter, OWN) == -3100
    counter.close()


def test_what_lies_at_home_stays_there(world: World, counter: Counter) -> None:
    world.add(resident(), fen=3000)
    counter.returning.step()
    scan(world, counter, 48)
    assert rights(counter, OWN) == 0


def test_many_grants_are_looked_through_a_little_at_a_time(
    world: World, counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kiosk.common.returning.GRANTS_AT_ONCE", 2)
    world.add_many(range(1, 6))
    visitor(world, fen=1500)
    for hours in (0, 0, 0, 0, 25, 0, 0, 0):
        scan(world, counter, hours)
    assert rights(counter, OWN) == -1500
