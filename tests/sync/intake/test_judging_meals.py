"""Meals that a kiosk's key signs: at which hour, once for each person, and at the price that is theirs."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import msgspec
import pytest

from kiosk.catalogue.items import Kind
from kiosk.catalogue.pricing.tariffs import Share, TariffRule
from kiosk.catalogue.values import MealPeriod
from kiosk.ledger.accounts import contingency, own_money, programme, revenue, suspense
from kiosk.ledger.audit.recovery import RECOVERED, Recovered
from kiosk.ledger.entries import Posting
from kiosk.ledger.follow_ups import REVERSAL, GivenBack
from kiosk.ledger.records import ClockQuality, Moment, Record, decode, encode
from kiosk.services.canteen.beside.records import VOLUNTEER_MEAL, VolunteerFed
from kiosk.services.canteen.records import DELIVERED, MEAL_SERVED, MealServed
from tests.factories import site
from tests.sync.world import SITE, Kiosk, OfficeWorld, open_world

DAY = date(2026, 3, 2)
OWN, ELDERS, CANTEEN = own_money(1), programme("elders"), revenue("canteen", SITE)
NOON_MS = int(datetime(2026, 3, 2, 4, tzinfo=UTC).timestamp() * 1000)  # at Shanghai
DAY_MS = 86_400_000
LUNCH = (Posting(OWN, -1000), Posting(ELDERS, -500), Posting(CANTEEN, 1500))


@pytest.fixture
def office(tmp_path: Path) -> Iterator[OfficeWorld]:
    with open_world(tmp_path / "office", "") as world:
        rule = TariffRule(
            id="lunch-60",
            meal="lunch",
            from_age=60,
            first_day=date(2026, 1, 1),
            full_fen=1500,
            own_fen=1000,
            shares=(Share("elders", 500),),
        )
        world.publish(Kind.TARIFF, "lunch-60", rule)
        world.resident(1, opening_fen=10_000)
        world.publish(Kind.SITE, SITE, site())
        yield world


@pytest.fixture
def kiosk(tmp_path: Path, office: OfficeWorld) -> Iterator[Kiosk]:
    kiosk = Kiosk(tmp_path / "kiosk", office)
    kiosk.pull_all()
    yield kiosk
    kiosk.close()


def write(
    kiosk: Kiosk, kind: tuple[str, int], body: msgspec.Struct, *postings: Posting, wall_ms: int = NOON_MS
) -> int:
    """As a stranger with the kiosk's key would: at any time that they say it was. Returns its seq."""
    revision = kiosk.catalogue.tariff().revision
    with kiosk.journal.writing() as writing:
        at = Moment(1, 1000, wall_ms - 1000, ClockQuality.KEPT)
        return writing.append(*kind, body, *postings, at=at, tariff_revision=revision).record.seq


def serve(kiosk: Kiosk, day: date = DAY, wall_ms: int = NOON_MS, level: int = 1) -> int:
    meal = MealServed(1, 1, SITE, day, "lunch", "60+", "lunch-60", 1, level)
    return write(kiosk, MEAL_SERVED, meal, *LUNCH, wall_ms=wall_ms)


def found(office: OfficeWorld, kiosk: Kiosk) -> list[tuple[int, str]]:
    """What stands in review once all is sent. Nobody lends the kiosk anything for it."""
    kiosk.agent.push_all(kiosk.transport, lambda stage, done, left: None)
    assert office.discrepancies() == []
    return [(each.seq, each.code) for each in office.reviews()]


@pytest.mark.parametrize(
    ("days", "hours"), [(-1, 0), (-30, 0), (1, 0), (0, 6)], ids=["yesterday", "a month", "tomorrow", "dinner"]
)
def test_a_meal_is_of_the_hour_that_its_record_says(
    office: OfficeWorld, kiosk: Kiosk, days: int, hours: int
) -> None:
    seq = serve(kiosk, DAY + timedelta(days), NOON_MS + hours * 3_600_000)
    assert found(office, kiosk) == [(seq, "not_its_hour")]
    assert [office.balance_fen(each) for each in (OWN, ELDERS, suspense(ELDERS))] == [10_000, 0, -500]


def test_whatever_the_clock_said_its_meal_is_believed(office: OfficeWorld, kiosk: Kiosk) -> None:
    """Nine days late, or after the hours have changed: kiosks name the meal by the time they write."""
    serve(kiosk, DAY - timedelta(9), NOON_MS - 9 * DAY_MS)
    early = MealPeriod(meal="lunch", name={"zh": "午餐"}, opens=time(8), closes=time(9))
    office.publish(Kind.SITE, SITE, site(meals=(early,)))
    serve(kiosk)
    serve(kiosk, DAY - timedelta(3), level=DELIVERED)
    assert found(office, kiosk) == []
    assert [office.balance_fen(each) for each in (OWN, ELDERS)] == [7000, -1500]


def test_a_portion_taken_to_a_door_is_told_within_days(office: OfficeWorld, kiosk: Kiosk) -> None:
    seq = serve(kiosk, DAY - timedelta(4), level=DELIVERED)
    assert found(office, kiosk) == [(seq, "not_its_hour")]


def volunteers(full_fen: int, where: str = "*") -> TariffRule:
    return TariffRule(
        id=f"volunteers-{where}",
        meal="lunch",
        site=where,
        category="volunteer",
        first_day=date(2026, 1, 1),
        full_fen=full_fen,
        own_fen=0,
        shares=(Share("volunteers", full_fen),),
    )


def feed(kiosk: Kiosk, fen: int, wall_ms: int = NOON_MS) -> int:
    fed = VolunteerFed(SITE, DAY, "lunch", "volunteers", "volunteers", "Li")
    paid = Posting(programme("volunteers"), -fen), Posting(CANTEEN, fen)
    return write(kiosk, VOLUNTEER_MEAL, fed, *paid, wall_ms=wall_ms)


def test_a_volunteers_meal_costs_what_the_rule_of_this_site_says(office: OfficeWorld, kiosk: Kiosk) -> None:
    """And not what another rule for volunteers would give."""
    office.publish(Kind.TARIFF, "volunteers", volunteers(3000))
    office.publish(Kind.TARIFF, "volunteers-here", volunteers(1200, SITE))
    kiosk.pull_all()
    feed(kiosk, 1200)
    dear, late = feed(kiosk, 3000), feed(kiosk, 1200, NOON_MS + 3 * DAY_MS)
    assert found(office, kiosk) == [(dear, "not_as_set"), (late, "not_its_hour")]
    assert office.balance_fen(programme("volunteers")) == -1200


def undo(kiosk: Kiosk, seq: int) -> int:
    done = decode(kiosk.last_raw())
    given = GivenBack(seq, 1500, kiosk.journal_id, *MEAL_SERVED, done.body)
    return write(kiosk, REVERSAL, given, *(Posting(each.account, -each.quantity) for each in LUNCH))


def test_a_programme_pays_once_for_a_persons_meal_in_one_journal(office: OfficeWorld, kiosk: Kiosk) -> None:
    serve(kiosk)
    twice = serve(kiosk)
    assert found(office, kiosk) == [(twice, "portion_had")]
    again = serve(kiosk)  # in a later batch
    assert found(office, kiosk) == [(twice, "portion_had"), (again, "portion_had")]
    assert [office.balance_fen(each) for each in (OWN, ELDERS, suspense(ELDERS))] == [9000, -500, -1000]


def test_a_portion_that_was_undone_is_served_again(office: OfficeWorld, kiosk: Kiosk) -> None:
    undo(kiosk, serve(kiosk))
    assert found(office, kiosk) == []
    undo(kiosk, serve(kiosk))
    serve(kiosk)
    assert found(office, kiosk) == []
    assert [office.balance_fen(each) for each in (OWN, ELDERS)] == [9000, -500]


def recover(kiosk: Kiosk, left: bytes, seq: int, wall_ms: int = NOON_MS, day: date = DAY) -> int:
    """A meal that was served in a journal that was left, says the kiosk. Returns its seq here."""
    meal = MealServed(1, 1, SITE, day, "lunch", "60+", "lunch-60", 1, 1)
    body = msgspec.Raw(msgspec.msgpack.encode(meal))
    revision = kiosk.catalogue.tariff().revision
    inner = Record(seq, *MEAL_SERVED, 1, 1000, wall_ms - 1000, 2, "", revision, LUNCH, body, 1, 1500)
    return write(kiosk, RECOVERED, Recovered(left, seq, encode(inner), "history_lost"), *LUNCH)


def test_a_recovered_portion_is_watched_as_any_other(office: OfficeWorld, kiosk: Kiosk) -> None:
    """At once, and in the next batch; what two journals served is nobody's lie, but paid once."""
    left, other = b"left" * 4, b"gone" * 4
    for journal_id in (left, other):
        office.lend(journal_id, OWN, 10_000)
    first = recover(kiosk, left, 7)
    second = recover(kiosk, left, 8)
    assert found(office, kiosk) == [(second, "portion_had")]
    third = recover(kiosk, left, 9)
    assert found(office, kiosk) == [(second, "portion_had"), (third, "portion_had")]
    assert office.balance_fen(ELDERS) == -500
    fourth = recover(kiosk, other, 7)
    reviews = {(seq, code) for seq, code in found(office, kiosk) if code == "duplicate_meal"}
    assert reviews == {(first, "duplicate_meal"), (fourth, "duplicate_meal")}
    assert [office.balance_fen(each) for each in (OWN, ELDERS, contingency())] == [8000, -500, -500]
