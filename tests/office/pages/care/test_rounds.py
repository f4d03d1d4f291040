"""Who usually comes and did not is asked about, until somebody says how they are; and only then."""

from __future__ import annotations

from pathlib import Path

import pytest

from kiosk.ledger.posting import JournalKey
from kiosk.ledger.sql import run
from sync.office.people.access.areas import Division, Level, hang, keep
from sync.office.services.care import contacts, leaves, settings, watches
from sync.office.services.care.contacts import CareContact, Of
from sync.office.services.care.settings import SiteCare
from sync.office.services.care.watches import Outcome, WatchState
from sync.office.store.database import reading, writing
from sync.office.store.tables import last_signs
from tests.office.books import ELDER, HERE, THERE, TODAY, open_books
from tests.office.pages.care.town import CARE, NEIGHBOUR, WEEK, Town, at_ms
from tests.sync.world import Kiosk, open_world


@pytest.fixture
def town(tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch):
    with open_books(tmp_path / "office", database_url) as books:
        yield Town(books, monkeypatch)


@pytest.fixture
def quick_town(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    with open_books(tmp_path / "office") as books:
        yield Town(books, monkeypatch)


def test_who_always_comes_on_mondays_and_did_not_is_asked_about_once(town: Town) -> None:
    (watch,) = town.after_lunch()
    assert (watch.key.resident_id, watch.key.day, watch.key.occasion) == (ELDER, TODAY, "lunch")
    assert (watch.times, watch.weekdays, watch.state) == (6, 6, WatchState.OPEN)
    assert town.look(1) == [watch]
    assert town.told() == [watches.RAISED]


def test_an_alert_never_lapses_it_climbs_until_somebody_answers(town: Town) -> None:
    with writing(town.books.office.engine) as connection:
        keep(connection, town.region_id, Division("street", Level.STREET, "街道"))
        keep(connection, town.region_id, Division("community", Level.COMMUNITY, "社区", "street"))
        hang(connection, town.region_id, HERE, "community")
        for kind, code in ((Of.BUILDING, f"{HERE}/3号楼"), (Of.DIVISION, "street")):
            contacts.keep(connection, town.region_id, CareContact(kind, code, f"contact of {code}"))
        contacts.keep(connection, town.region_id, CareContact(Of.BUILDING, f"{HERE}/3号楼 9 单元", "another"))
    town.after_lunch()
    assert [each.step for each in town.look(1.9)] == [0]
    assert [each.step for each in town.look(0.2)] == [1]
    (watch,) = town.look(24 * 30)
    assert (watch.step, watch.state) == (1, WatchState.OPEN), "nobody above, and still open after a month"
    with writing(town.books.office.engine) as connection:
        watches.end(connection, town.region_id, watch.key, Outcome.WELL, town.now_ms, who="chen")
    assert town.look(1) == []
    assert town.told() == [watches.RAISED, watches.CLIMBED, Outcome.WELL]


def test_any_tap_anywhere_is_a_sign_of_life(town: Town) -> None:
    town.after_lunch()
    town.taps(ELDER, THERE)
    assert town.look() == []
    assert town.told() == [watches.RAISED, Outcome.SEEN]


def test_whoever_was_seen_that_morning_is_not_asked_about_and_yesterdays_tap_is_too_old(
    quick_town: Town,
) -> None:
    quick_town.now_ms = at_ms(9)
    quick_town.taps(ELDER, THERE)
    quick_town.now_ms = at_ms(13, 29)
    assert quick_town.after_lunch() == []
    quick_town.set(SiteCare(watched=True, sign_hours=3))
    with writing(quick_town.books.office.engine) as connection:
        run(connection, "DELETE FROM care_rounds", ())
    assert [each.key.resident_id for each in quick_town.look()] == [ELDER]


def test_a_kiosk_that_was_not_heard_makes_nobody_missing(town: Town) -> None:
    town.heard(at_ms(12, 59))
    (watch,) = town.after_lunch(heard=False)
    assert watch.state is WatchState.UNKNOWN
    (watch,) = town.look(24, heard=False)
    assert (watch.state, watch.step) == (WatchState.UNKNOWN, 0), "nobody is asked, however long it takes"
    (watch,) = town.look()
    assert watch.state is WatchState.OPEN, "the kiosk has told all, and no meal was among it"


def test_a_meal_that_a_kiosk_tells_late_is_a_sign_of_life(town: Town) -> None:
    town.heard(at_ms(12, 59))
    town.after_lunch(heard=False)
    town.eats(ELDER)
    assert town.look(5) == []
    assert town.told() == [watches.RAISED, Outcome.SEEN]


def test_records_that_are_still_to_come_make_it_unknown_too(quick_town: Town) -> None:
    key: JournalKey = quick_town.books.journals[HERE][0]
    with writing(quick_town.books.office.engine) as connection:
        run(connection, "UPDATE journals SET claimed_seq = 99 WHERE journal_id = ?", (key.journal_id,))
    (watch,) = quick_town.after_lunch()
    assert watch.state is WatchState.UNKNOWN


def test_a_canteen_where_nobody_ate_was_closed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with open_books(tmp_path / "office") as books:
        town = Town(books, monkeypatch)
        with writing(books.office.engine) as connection:
            run(connection, "DELETE FROM servings WHERE day = ?", (TODAY.isoformat(),))
        assert town.after_lunch() == []


def test_whoever_is_away_is_not_asked_about_and_coming_home_is(quick_town: Town) -> None:
    by = {"who": "chen", "at_ms": 1}
    with writing(quick_town.books.office.engine) as connection:
        leaves.add(connection, quick_town.region_id, ELDER, (TODAY - WEEK, TODAY - WEEK), "探亲", **by)
    assert len(quick_town.after_lunch()) == 1
    with writing(quick_town.books.office.engine) as connection:
        leaves.add(connection, quick_town.region_id, ELDER, (TODAY, TODAY), "住院", **by)
    assert quick_town.look() == []
    assert quick_town.told() == [watches.RAISED, Outcome.AWAY]


def test_the_threshold_is_the_sites(quick_town: Town) -> None:
    with writing(quick_town.books.office.engine) as connection:
        old = (TODAY - 3 * WEEK).isoformat()
        run(connection, "DELETE FROM servings WHERE resident_id = ? AND day <= ?", (ELDER, old))
    assert quick_town.after_lunch() == [], "twice in six weeks is no habit"
    quick_town.set(SiteCare(watched=True, times=2))
    with writing(quick_town.books.office.engine) as connection:
        run(connection, "DELETE FROM care_rounds", ())
    (watch,) = quick_town.look()
    assert (watch.times, watch.weekdays) == (2, 6)


def test_nobody_is_watched_over_where_nobody_said_so(quick_town: Town) -> None:
    quick_town.set(SiteCare(watched=False))
    assert quick_town.after_lunch() == []
    quick_town.set(CARE)
    quick_town.now_ms += 24 * 3600 * 1000
    assert [each.key.day for each in quick_town.look()] == [], "what was before is let be"


def test_a_meal_that_was_taken_back_was_not_had(quick_town: Town) -> None:
    with writing(quick_town.books.office.engine) as connection:
        undone = "UPDATE servings SET served = 0 WHERE resident_id = ? AND day = ?"
        run(connection, undone, (NEIGHBOUR, TODAY.isoformat()))
    quick_town.eats(ELDER)
    assert [each.key.resident_id for each in quick_town.after_lunch()] == [NEIGHBOUR]


def test_a_top_up_at_a_real_kiosk_is_noted_and_only_while_somebody_is_watched_over(tmp_path: Path) -> None:
    with open_world(tmp_path / "office", "") as office:
        office.resident(1, opening_fen=1000)
        kiosk = Kiosk(tmp_path / "kiosk", office, "kiosk")
        try:
            kiosk.sell(1)
            kiosk.push_all()
            assert office.count(last_signs) == 0
            with writing(office.office.engine) as connection:
                settings.keep(connection, office.office.region_id, "tianping", CARE)
            kiosk.pay_in(500)
            kiosk.push_all()
            with reading(office.office.engine) as connection:
                ((resident_id, site),) = run(connection, "SELECT resident_id, site FROM last_signs", ())
            assert (resident_id, site) == (1, "tianping")
            assert office.discrepancies() == []
        finally:
            kiosk.close()
