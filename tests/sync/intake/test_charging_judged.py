"""Charging at the office: what an honest kiosk did is booked as it said, and nothing else is believed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest

from kiosk.catalogue.items import Kind
from kiosk.ledger.accounts import held, own_money, programme, revenue
from kiosk.ledger.holds import Settled, capture, settle
from kiosk.ledger.holds.under_way import OpenHolds
from kiosk.services.charging.items import CHARGING_PASS, CHARGING_TARIFF, ChargingPass, ChargingTariff
from kiosk.services.charging.machine.judging import paid
from kiosk.services.charging.machine.pricing import Use, price
from kiosk.services.charging.records import (
    CHARGING_BEGUN,
    CHARGING_ENDED,
    PURPOSE,
    ChargingEnded,
    Reading,
    decode_begun,
)
from kiosk.services.charging.running import terms
from sync.office.rights import rights
from sync.office.store.database import writing
from tests.charging.linked import Linked, charging_office, linked_point
from tests.charging.point import ELECTRICITY, MONEY_FEN, OTHER, SERVICE, TARIFF, WHO, Point
from tests.factories import SITE, resident
from tests.sync.world import OfficeWorld

OWN, HELD = own_money(WHO), held(WHO)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[OfficeWorld]:
    with charging_office(tmp_path / "office") as made:
        yield made


@pytest.fixture
def point(tmp_path: Path, office: OfficeWorld) -> Iterator[Point]:
    with linked_point(tmp_path / "kiosk", office, tick_s=5.0) as made:
        yield made


def push(point: Point) -> None:
    assert isinstance(point.world, Linked)
    point.world.push()
    point.world.pull()


def at_office(office: OfficeWorld) -> tuple[int, int, int, int]:
    return tuple(office.balance_fen(each) for each in (OWN, HELD, ELECTRICITY, SERVICE))  # type: ignore[return-value]


def charged(point: Point, seconds: int = 3600, number: int = 1) -> None:
    point.plug(number)
    assert point.start(number) == "charging_starting"
    point.pass_by(seconds)
    point.stop(number)
    point.pass_by(10)


def nothing_in_suspense(office: OfficeWorld) -> None:
    assert office.reviews() == [] and office.discrepancies() == []


def test_a_week_offline_and_the_office_agrees_to_the_fen(point: Point, office: OfficeWorld) -> None:
    for _ in range(3):
        charged(point, 1800)
        point.away(86_400)
    point.restart(off_s=60)
    point.pass_by(10)
    charged(point)
    books = point.books()
    assert books[1] == 0 and books[2] > 0
    push(point)
    assert at_office(office) == books
    nothing_in_suspense(office)


def test_an_old_tariff_is_judged_as_it_was_then(point: Point, office: OfficeWorld) -> None:
    point.plug(1)
    point.start()
    point.pass_by(600)
    dearer = msgspec.structs.replace(TARIFF, electricity_fen_per_kwh=600)
    point.world.publish(CHARGING_TARIFF, {TARIFF.id: dearer})
    point.pass_by(3000)
    point.stop()
    point.pass_by(10)
    charged(point, 600)
    push(point)
    assert at_office(office) == point.books()
    nothing_in_suspense(office)


def test_what_a_programme_pays_is_booked_as_its_debt(tmp_path: Path, office: OfficeWorld) -> None:
    tariff = msgspec.structs.replace(TARIFF, programme="elders", subsidy_percent=50, service_fen_per_start=20)
    with linked_point(tmp_path / "kiosk", office, tick_s=5.0, tariff=tariff) as point:
        charged(point)
        end = point.ends()[0]
        assert end.subsidy_fen == (end.electricity_fen + end.service_fen) // 2 > 0
        push(point)
        assert at_office(office) == point.books()
        assert office.balance_fen(programme("elders")) == -end.subsidy_fen
    nothing_in_suspense(office)


@pytest.mark.parametrize("reboots", [False, True], ids=["process", "machine"])
def test_sessions_that_power_cuts_interrupted_are_believed(
    point: Point, office: OfficeWorld, reboots: bool
) -> None:
    point.plug(1)
    point.start()
    point.pass_by(900)
    point.restart(off_s=120, reboots=reboots)
    point.pass_by(900)
    point.restart(off_s=3600, reboots=reboots)
    point.pass_by(10)
    assert [each.reason for each in point.ends()] == ["power_lost"]
    push(point)
    assert at_office(office) == point.books()
    nothing_in_suspense(office)


def test_a_plain_capture_of_a_charging_hold_is_not_believed(point: Point, office: OfficeWorld) -> None:
    point.plug(1)
    point.start()
    with point.counter.journal.writing() as writing:
        (only,) = OpenHolds(writing.key, PURPOSE).read(writing.connection)
        capture(writing, only.seq, 300, revenue("canteen", SITE), at=point.counter.clock.now())
    push(point)
    assert at_office(office) == (MONEY_FEN - 300, 300, 0, 0)
    assert [each.code for each in office.reviews()] == ["not_its_to_move"]


Lie = Callable[[ChargingEnded], ChargingEnded]
replace = msgspec.structs.replace
LIES: dict[str, tuple[Lie, str]] = {
    "more than the readings give": (
        lambda e: replace(e, electricity_fen=e.electricity_fen + 1),
        "not_as_set",
    ),
    "a register of a lifetime": (
        lambda e: replace(
            e, first=Reading("meter-1", 0), energy_wh=939_000, last=Reading("meter-1", 939_000)
        ),
        "not_metered",
    ),
    "energy from before it began": (
        lambda e: replace(
            e,
            first=Reading("meter-1", e.first.wh - 200),  # type: ignore[union-attr]
            energy_wh=e.energy_wh + 200,
        ),
        "not_metered",
    ),
    "faster than current flows": (
        lambda e: replace(e, energy_wh=90_000, last=Reading("meter-1", e.first.wh + 90_000)),  # type: ignore[union-attr]
        "not_metered",
    ),
    "energy that no register shows": (lambda e: replace(e, energy_wh=e.energy_wh + 500), "not_metered"),
    "energy though it is doubtful": (lambda e: replace(e, is_doubtful=True), "not_metered"),
    "dead time as time": (lambda e: replace(e, charged_s=e.charged_s + 7200), "too_long"),
    "another socket": (lambda e: replace(e, socket=2), "nothing_to_follow"),
    "another site": (lambda e: replace(e, site="elsewhere"), "not_its_site"),
    "somebody else's hold": (lambda e: replace(e, resident_id=OTHER), "nothing_to_follow"),
    "a pass that nobody bought": (lambda e: replace(e, pass_s=600), "not_as_set"),
}


@pytest.mark.parametrize("lie", LIES)
def test_a_lie_about_a_session_lands_in_suspense(point: Point, office: OfficeWorld, lie: str) -> None:
    """The kiosk's key is stolen, and signs what it likes."""
    point.plug(1)
    point.start()
    point.pass_by(600)
    write_end(point, LIES[lie][0])
    push(point)
    assert at_office(office) == (MONEY_FEN - 300, 300, 0, 0)
    assert [each.code for each in office.reviews()] == [LIES[lie][1]]


def write_end(point: Point, lie: Lie = lambda honest: honest) -> None:
    """What the kiosk would write now, but for the lie."""
    (began,) = point.records(CHARGING_BEGUN)
    body = decode_begun(began.body)
    first = body.register
    assert first is not None
    energy_wh = int(point.box.all[1].counted_wh) - first.wh
    fees = price(TARIFF, Use(energy_wh, 590), body.cap_fen)
    with point.counter.journal.writing() as writing:
        (only,) = OpenHolds(writing.key, PURPOSE).read(writing.connection)

        def say(hold: Settled) -> ChargingEnded:
            honest = ChargingEnded(
                *msgspec.structs.astuple(hold),
                order=body.order,
                site=body.site,
                box=body.box,
                socket=body.socket,
                reason="stopped",
                tariff_id=body.tariff_id,
                tariff_revision=body.tariff_revision,
                first=first,
                last=Reading(first.name, first.wh + energy_wh),
                energy_wh=energy_wh,
                charged_s=590,
                dead_s=0,
                tiers=(),
                electricity_fen=fees.electricity_fen,
                service_fen=fees.service_fen,
                subsidy_fen=0,
                begun_journal_id=writing.key.journal_id,
                begun_seq=began.seq,
            )
            return lie(honest)

        at = point.counter.clock.now()
        settle(writing, CHARGING_ENDED, only.seq, say, paid(body.site, body.tariff, fees), at=at)


def test_the_same_without_a_lie_is_believed(point: Point, office: OfficeWorld) -> None:
    point.plug(1)
    point.start()
    point.pass_by(600)
    write_end(point)
    push(point)
    assert at_office(office)[1] == 0 and at_office(office)[2] > 0
    nothing_in_suspense(office)


# Which tariff was in force, and which pass. A thief's program chooses what suits it.


def choosing(monkeypatch: pytest.MonkeyPatch, chosen: ChargingTariff) -> None:
    monkeypatch.setattr(terms, "tariff_for", lambda *_, **__: chosen)


def tariff(name: str, **changes: Any) -> ChargingTariff:
    return replace(TARIFF, id=name, **changes)


def today(point: Point) -> date:
    return point.counter.here.local(point.counter.clock.now().wall_ms).date()


def test_a_price_of_before_prices_were_kept_is_not_believed(
    point: Point, office: OfficeWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A programme could have been charged whatever the key says that it was."""
    monkeypatch.setattr(terms.Terms, "revision", -1)
    charged(point, 600)
    push(point)
    assert at_office(office) == (MONEY_FEN - 300, 300, 0, 0)
    assert [each.code for each in office.reviews()] == ["not_as_set"]


@pytest.mark.parametrize("days", [-1, 1], ids=["over", "to come"])
def test_the_tariff_of_another_day_is_not_believed(
    point: Point, office: OfficeWorld, monkeypatch: pytest.MonkeyPatch, days: int
) -> None:
    last, first = today(point) - timedelta(days=1), today(point) + timedelta(days=1)
    other = tariff(
        "dear", service_fen_per_kwh=400, **({"first_day": first} if days > 0 else {"last_day": last})
    )
    point.world.publish(CHARGING_TARIFF, {other.id: other})
    choosing(monkeypatch, other)
    charged(point)
    push(point)
    assert at_office(office) == (MONEY_FEN - 300, 300, 0, 0)
    assert [each.code for each in office.reviews()] == ["not_as_set"]


def test_a_tariff_for_others_and_one_that_a_better_one_outranks_are_not_believed(
    point: Point, office: OfficeWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    of_site, of_others = tariff("of-site", site=SITE), tariff("of-others", category="carers")
    point.world.publish(CHARGING_TARIFF, {each.id: each for each in (of_site, of_others)})
    for chosen in (TARIFF, of_others):
        choosing(monkeypatch, chosen)
        charged(point, 600)
    push(point)
    assert at_office(office)[2:] == (0, 0)
    assert [each.code for each in office.reviews()] == ["not_as_set"] * 2


def test_a_category_that_was_taken_away_while_the_kiosk_was_offline_is_believed(
    point: Point, office: OfficeWorld
) -> None:
    """No meal's price names it: only the kiosks of the home site would know of it, and nobody that it was."""
    for_carers = tariff("for-carers", category="carers", service_fen_per_kwh=0)
    point.world.publish(CHARGING_TARIFF, {for_carers.id: for_carers})
    point.world.add(resident(WHO, categories=("carers",)), fen=0)
    office.publish(Kind.RESIDENT, str(WHO), resident(WHO))
    charged(point)
    push(point)
    charged(point, 600)
    push(point)
    assert [each.tariff_id for each in point.ends()] == [for_carers.id, TARIFF.id]
    assert at_office(office) == point.books()
    nothing_in_suspense(office)


def test_every_kiosk_knows_who_is_of_a_category_that_a_charging_price_is_for(
    point: Point, office: OfficeWorld
) -> None:
    """Whoever is at home elsewhere pays here what their category pays."""
    away = msgspec.structs.replace(resident(77, categories=("carers", "diabetic")), home_site="elsewhere")
    point.world.add(away, fen=1000)
    for_carers = tariff("for-carers", category="carers")
    point.world.publish(CHARGING_TARIFF, {for_carers.id: for_carers})
    visitor = point.counter.here.catalogue.resident(77)
    assert visitor is not None and visitor.categories == ("carers",)
    gone = msgspec.structs.replace(for_carers, category="*")
    point.world.publish(CHARGING_TARIFF, {gone.id: gone})
    visitor = point.counter.here.catalogue.resident(77)
    assert visitor is not None and visitor.categories == ()


def test_a_session_over_midnight_keeps_the_tariff_of_the_day_on_which_it_began(
    point: Point, office: OfficeWorld
) -> None:
    midnight = datetime.combine(today(point) + timedelta(days=1), time(), ZoneInfo("Asia/Shanghai"))
    point.away((midnight - timedelta(minutes=10)).timestamp() - point.counter.clock.now().wall_ms // 1000)
    old, new = replace(TARIFF, last_day=today(point)), tariff("new", first_day=midnight.date())
    point.world.publish(CHARGING_TARIFF, {each.id: each for each in (old, new)})
    charged(point, 1800)
    charged(point, 600)
    push(point)
    assert [each.tariff_id for each in point.ends()] == [old.id, new.id]
    assert at_office(office) == point.books()
    nothing_in_suspense(office)


def test_a_kiosk_that_has_not_heard_of_a_new_tariff_is_believed(point: Point, office: OfficeWorld) -> None:
    better = tariff("better", site=SITE, electricity_fen_per_kwh=50)
    office.publish(CHARGING_TARIFF, better.id, better)
    charged(point, 600)
    push(point)
    charged(point, 600)
    push(point)
    assert [each.tariff_id for each in point.ends()] == [TARIFF.id, better.id]
    nothing_in_suspense(office)


def test_a_kiosk_with_a_wrong_clock_is_believed_at_its_own_word(tmp_path: Path, office: OfficeWorld) -> None:
    """Its battery is empty, and it thinks that it is two months earlier; the old prices held then."""
    with linked_point(tmp_path / "kiosk", office, tick_s=5.0) as point:
        old = replace(TARIFF, last_day=today(point) - timedelta(days=30))
        new = tariff("new", first_day=today(point) - timedelta(days=29))
        point.world.publish(CHARGING_TARIFF, {each.id: each for each in (old, new)})
        point.world.time.wall_ms -= 60 * 24 * 3600 * 1000
        point.restart(reboots=True)
        point.pass_by(10)
        charged(point, 600)
        push(point)
        assert [each.tariff_id for each in point.ends()] == [old.id]
        assert at_office(office) == point.books()
    nothing_in_suspense(office)


def bought(point: Point, first: date, last: date, hours_per_day: int = 8) -> None:
    bought = ChargingPass(resident_id=WHO, first_day=first, last_day=last, hours_per_day=hours_per_day)
    point.world.publish(CHARGING_PASS, {str(WHO): bought})


def test_a_pass_is_believed_in_its_month_and_in_no_other(
    point: Point, office: OfficeWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    day = today(point)
    bought(point, day, day + timedelta(days=29))
    charged(point)
    assert point.ends()[0].pass_s > 0
    bought(point, day - timedelta(days=30), day - timedelta(days=1))  # the next was never bought
    charged(point)
    push(point)
    assert [each.pass_s > 0 for each in point.ends()] == [True, False]
    assert at_office(office) == point.books()
    nothing_in_suspense(office)


def test_a_pass_of_last_month_covers_nothing(
    point: Point, office: OfficeWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    day = today(point)
    bought(point, day - timedelta(days=30), day - timedelta(days=1))
    monkeypatch.setattr(terms.Terms, "pass_s", lambda *_: 8 * 3600)
    charged(point)
    push(point)
    assert at_office(office) == (MONEY_FEN - 300, 300, 0, 0)
    assert [each.code for each in office.reviews()] == ["not_as_set"]


def test_the_hours_of_a_pass_are_those_of_a_day_in_all_its_sessions_also_at_once(
    point: Point, office: OfficeWorld
) -> None:
    """Two bicycles at once, then a third one, then one of the next day."""
    day = today(point)
    bought(point, day, day + timedelta(days=29), hours_per_day=1)
    for number in (1, 2):
        point.plug(number)
        assert point.start(number) == "charging_starting"
    point.pass_by(2400)
    for number in (1, 2):
        point.stop(number)
        point.pass_by(10)
    push(point)
    charged(point, 1800)
    push(point)
    midnight = datetime.combine(day + timedelta(days=1), time(), ZoneInfo("Asia/Shanghai"))
    point.away(midnight.timestamp() - point.counter.clock.now().wall_ms // 1000)
    charged(point, 1800)
    push(point)
    first, second, third, tomorrow = point.ends()
    assert first.pass_s == first.charged_s > 2300
    assert second.pass_s == 3600 - first.pass_s and third.pass_s == 0
    assert tomorrow.pass_s == tomorrow.charged_s
    assert at_office(office) == point.books()
    nothing_in_suspense(office)


def test_two_kiosks_that_are_cut_off_each_cover_the_hours_of_a_pass_once(
    tmp_path: Path, point: Point, office: OfficeWorld
) -> None:
    """What the site gives away is so many hours of service for each kiosk, and nobody is accused."""
    day = today(point)
    with linked_point(tmp_path / "other", office, tick_s=5.0) as other:
        lent_to(other, office, 500)
        for number, each in enumerate((point, other), start=1):
            bought(each, day, day + timedelta(days=29), hours_per_day=1)
            charged(each, 3000, number)
            charged(each, 1200, number)
        ends = point.ends(), other.ends()
        for first, second in ends:
            assert first.pass_s == first.charged_s and first.service_fen == 0 < first.electricity_fen
            assert second.pass_s == 3600 - first.pass_s and second.service_fen > 0
        for each in (point, other):
            assert each.books()[1] == 0
            push(each)
        own_fen = [sum(end.electricity_fen + end.service_fen for end in both) for both in ends]
        own, held_fen, electricity_fen, service_fen = at_office(office)
        assert (own, held_fen) == (MONEY_FEN + 500 - sum(own_fen), 0)
        assert electricity_fen == sum(end.electricity_fen for both in ends for end in both)
        assert service_fen == sum(end.service_fen for both in ends for end in both)
        nothing_in_suspense(office)


def lent_to(point: Point, office: OfficeWorld, fen: int) -> None:
    """What somebody pays in is the other kiosk's to spend, which asked for it before."""
    key = point.counter.journal.key
    with writing(office.office.engine) as connection:
        rights.ask(connection, key, OWN, fen)
    office.enter("paid in", OWN, fen)
    assert isinstance(point.world, Linked)
    point.world.pull()


@pytest.mark.parametrize("batches", [1, 2])
def test_a_kiosk_that_covers_more_than_the_day_has_left_is_not_believed(
    point: Point, office: OfficeWorld, monkeypatch: pytest.MonkeyPatch, batches: int
) -> None:
    day = today(point)
    bought(point, day, day + timedelta(days=29), hours_per_day=1)
    charged(point, 2400)
    honest = point.books()
    if batches == 2:
        push(point)
    monkeypatch.setattr(terms.Terms, "pass_s", lambda *_: 3600)  # as if nothing had been used
    charged(point, 2400)
    push(point)
    assert at_office(office) == (honest[0] - 300, 300, *honest[2:])
    assert [each.code for each in office.reviews()] == ["pass_used_up"]
