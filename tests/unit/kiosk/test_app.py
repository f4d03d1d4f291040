"""A kiosk that cannot sell says why, keeps its screens up, and starts selling when it can."""

from __future__ import annotations

import itertools
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from kiosk.app import Kiosk, create_app
from kiosk.common.books import Kinds
from kiosk.common.here import Opened
from kiosk.common.outcomes import Outcome
from kiosk.services.contract import Service
from kiosk.services.listed import SERVICES
from tests.factories import SITE, World, resident
from tests.unit.kiosk.test_tap import chip

MINUTES = itertools.count(0, 60_000)  # far enough apart to be no slip of a card


def build(world: World) -> Kiosk:
    kiosk = create_app(world.settings(), lambda *_: [], world.time.source())
    kiosk.look()
    return kiosk


def answer(kiosk: Kiosk, number: int = 1001) -> Outcome:
    kiosk.taps.handle(chip(number, next(MINUTES)))
    return kiosk.board.recent[0]


def close(kiosk: Kiosk) -> None:
    if kiosk._open is not None:
        kiosk._open.close()


def test_a_kiosk_that_is_not_enrolled_says_so_and_begins_when_it_is(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.add(resident())
    enrolment = tmp_path / "enrolment.json"
    kept = enrolment.read_bytes()
    enrolment.unlink()
    kiosk = build(world)
    assert kiosk.board.standing.trouble == "not_enrolled"
    assert answer(kiosk).code == "not_enrolled"
    enrolment.write_bytes(kept)
    kiosk._next_try_s = 0
    kiosk.look()
    assert kiosk.board.standing.trouble == ""
    assert answer(kiosk).code == "served"
    close(kiosk)


def test_a_kiosk_without_catalogue_waits_for_it(tmp_path: Path) -> None:
    world = World(tmp_path)
    for name in ("catalogue.db", "catalogue.db-wal", "catalogue.db-shm"):
        (tmp_path / name).unlink(missing_ok=True)
    kiosk = build(world)
    assert kiosk.board.standing.trouble == "no_catalogue"
    assert answer(kiosk).code == "no_catalogue"
    again = World(tmp_path, journal_id=world.journal_id)
    again.add(resident())
    kiosk.look()
    assert kiosk.board.standing.trouble == ""
    assert answer(kiosk).code == "served"
    close(kiosk)


def test_a_catalogue_of_rubbish_is_no_catalogue_and_nothing_worse(world: World) -> None:
    (world.folder / "catalogue.db").write_bytes(b"rubbish" * 1000)
    kiosk = build(world)
    assert kiosk.board.standing.trouble == "no_catalogue"
    close(kiosk)


@pytest.fixture
def sold(world: World) -> World:
    """A kiosk that has sold, and was switched off."""
    world.add_many(range(1001, 1011))
    kiosk = build(world)
    for number in range(1001, 1006):
        answer(kiosk, number)
    close(kiosk)
    return world


def damage(world: World, statement: str) -> None:
    with closing(sqlite3.connect(world.folder / "journal.db")) as connection, connection:
        connection.execute(statement)


def test_a_newer_journal_is_left_alone(sold: World) -> None:
    damage(sold, "UPDATE alembic_version SET version_num = '9999'")
    damage(sold, "PRAGMA user_version = 9999")
    kiosk = build(sold)
    assert kiosk.board.standing.trouble == "unknown_schema"
    close(kiosk)


def test_the_header_counts_todays_portions_also_after_a_restart(sold: World) -> None:
    kiosk = build(sold)
    assert kiosk.board.standing.served == 5
    answer(kiosk, 1006)
    kiosk.look()
    assert kiosk.board.standing.served == 6
    assert kiosk.board.standing.unsent == kiosk.counter().journal.head.seq
    assert kiosk.board.standing.meal_name["zh"] == "午餐"
    sold.time.advance(hours=6)
    kiosk.look()
    assert (kiosk.board.standing.meal, kiosk.board.standing.served) == ("dinner", 0)
    close(kiosk)


def test_a_clock_in_1970_is_known_to_know_nothing(sold: World) -> None:
    from kiosk.ledger.records import ClockQuality

    sold.time.wall_ms = 0
    sold.time.boot_id = "second-boot"
    kiosk = build(sold)
    moment = kiosk.counter().clock.now()
    assert (moment.quality, moment.boot) == (ClockQuality.UNKNOWN, 2)
    close(kiosk)


def test_the_key_ring_knows_only_the_catalogues_keys(world: World) -> None:
    from kiosk.catalogue.items import Kind
    from kiosk.people.cards import CardKey, nfc_token
    from tests.factories import uid_of

    token = nfc_token(uid_of(1001))
    world.publish(Kind.CARD_KEY, {token: CardKey(token=token, key=b"k" * 16)})
    kiosk = build(world)
    assert kiosk.authentication_key(uid_of(1001)) == b"k" * 16
    assert kiosk.authentication_key(uid_of(1002)) is None
    assert kiosk.settings.kiosk.site == SITE
    close(kiosk)


def test_the_office_is_asked_about_cards_issued_with_a_key_and_about_no_others(
    world: World,
) -> None:
    from kiosk.people.cards import CardLevel
    from kiosk.settings import SyncSection
    from tests.factories import card, uid_of

    for number, level in enumerate(CardLevel, start=1001):
        world.add(resident(number), card(number, level=level))
    for way, expected in (("", [False] * 4), ("/nowhere/sync.sock", [False, False, True, False])):
        settings = world.settings(sync=SyncSection(socket=way))
        kiosk = create_app(settings, lambda *_: [], world.time.source())
        kiosk.look()
        relays = [kiosk.relay(uid_of(number)) for number in range(1001, 1005)]
        assert [relay is not None for relay in relays] == expected
        close(kiosk)
    assert relays[2] is not None and relays[2](bytes(16)) is None  # nobody listens there


def test_a_service_whose_step_fails_keeps_nobody_else_from_theirs(world: World) -> None:
    stepped = []

    def fails(_opened: Opened) -> None:
        raise OSError("its device is gone")

    broken = Service(name="broken", kinds=Kinds(projections={}), step=fails)
    after = Service(name="after", kinds=Kinds(projections={}), step=lambda _opened: stepped.append(True))
    kiosk = create_app(world.settings(), lambda *_: [], world.time.source(), (broken, *SERVICES, after))
    kiosk.start()
    try:
        assert stepped
        assert kiosk.alive
    finally:
        kiosk.stop()
