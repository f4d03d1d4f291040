"""Courtesy that a kiosk's key signs: believed up to the caps that honest kiosks keep to."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import msgspec
import pytest

from kiosk.catalogue.items import Kind
from kiosk.catalogue.pricing.tariffs import TariffRule
from kiosk.ledger.accounts import cash_box, courtesy, own_money, revenue, suspense
from kiosk.ledger.audit.recovery import RECOVERED, Recovered
from kiosk.ledger.entries import Posting
from kiosk.ledger.records import ClockQuality, Moment, Record, encode
from kiosk.services.canteen.records import MEAL_SERVED, MealServed
from kiosk.services.till.records import TOP_UP, ToppedUp
from tests.factories import site
from tests.sync.world import SITE, Kiosk, OfficeWorld, open_world

DAY = date(2026, 3, 2)
NOON_MS = int(datetime(2026, 3, 2, 4, tzinfo=UTC).timestamp() * 1000)  # at Shanghai
PRICE_FEN, CAP_FEN, POOL_FEN = 1000, 2000, 5000


@pytest.fixture
def office(tmp_path: Path) -> Iterator[OfficeWorld]:
    with open_world(tmp_path / "office", "") as world:
        first = date(2026, 1, 1)
        lunch = TariffRule(id="lunch", meal="lunch", first_day=first, full_fen=PRICE_FEN, own_fen=PRICE_FEN)
        world.publish(Kind.TARIFF, "lunch", lunch)
        for name in (SITE, "fuyuan"):
            caps = {"courtesy_resident_fen": CAP_FEN, "courtesy_pool_fen": POOL_FEN}
            world.publish(Kind.SITE, name, site(name, **caps))
        for number in range(1, 31):
            world.resident(number)
        yield world


@pytest.fixture
def kiosk(tmp_path: Path, office: OfficeWorld) -> Iterator[Kiosk]:
    kiosk = Kiosk(tmp_path / "kiosk", office)
    kiosk.pull_all()
    yield kiosk
    kiosk.close()


def lent(resident_id: int, where: str) -> tuple[MealServed, tuple[Posting, ...]]:
    meal = MealServed(resident_id, 0, where, DAY, "lunch", "60+", "lunch", 2, 1)
    return meal, (
        Posting(courtesy(resident_id), -PRICE_FEN),
        Posting(revenue("canteen", where), PRICE_FEN),
    )


def lend(kiosk: Kiosk, resident_id: int, left: bytes = b"") -> int:
    """A meal as courtesy; one that was recovered, if from a journal that was `left`. Returns its seq."""
    meal, postings = lent(resident_id, kiosk.site)
    revision = kiosk.catalogue.tariff().revision
    at = Moment(1, 1000, NOON_MS - 1000, ClockQuality.KEPT)
    with kiosk.journal.writing() as writing:
        seq = writing.head.seq + 1
        if not left:
            writing.append(*MEAL_SERVED, meal, *postings, at=at, tariff_revision=revision)
            return seq
        body = msgspec.Raw(msgspec.msgpack.encode(meal))
        inner = Record(
            seq, *MEAL_SERVED, 1, 1000, at.boot_wall_ms, 2, "", revision, postings, body, 1, PRICE_FEN
        )
        recovered = Recovered(left, seq, encode(inner), "history_lost")
        writing.append(*RECOVERED, recovered, *postings, at=at)
    return seq


def repay(kiosk: Kiosk, resident_id: int) -> None:
    paid = Posting(courtesy(resident_id), PRICE_FEN), Posting(cash_box(kiosk.site), -PRICE_FEN)
    kiosk.write(*TOP_UP, ToppedUp(resident_id, kiosk.site, PRICE_FEN), *paid)


def beyond(office: OfficeWorld, kiosk: Kiosk) -> list[int]:
    """Which records were not believed, once all is sent; nothing else stands in review."""
    kiosk.agent.push_all(kiosk.transport, lambda stage, done, left: None)
    assert office.discrepancies() == []
    assert {each.code for each in office.reviews()} <= {"beyond_caps", "quarantined"}
    return [each.seq for each in office.reviews() if each.code == "beyond_caps"]


@pytest.mark.parametrize("at_once", [True, False])
def test_nobody_is_lent_more_than_the_cap_of_a_resident(
    office: OfficeWorld, kiosk: Kiosk, at_once: bool
) -> None:
    for _ in range(2):
        lend(kiosk, 1)
        assert at_once or beyond(office, kiosk) == []
    more = lend(kiosk, 1)
    assert beyond(office, kiosk) == [more]
    owed = [office.balance_fen(each) for each in (courtesy(1), suspense(courtesy(1)))]
    assert owed == [-CAP_FEN, -PRICE_FEN]
    repay(kiosk, 1)
    lend(kiosk, 1)
    assert beyond(office, kiosk) == [more]
    assert office.balance_fen(courtesy(1)) == -CAP_FEN


def test_a_kiosk_lends_no_more_than_its_pool_until_the_office_heard_of_repayments(
    office: OfficeWorld, kiosk: Kiosk
) -> None:
    for resident_id in range(1, 6):
        lend(kiosk, resident_id)
    assert beyond(office, kiosk) == []
    more = lend(kiosk, 6)
    repay(kiosk, 1)
    assert beyond(office, kiosk) == [more]
    lend(kiosk, 7)  # what was repaid is known now
    assert beyond(office, kiosk) == [more]
    again = lend(kiosk, 8)
    assert beyond(office, kiosk) == [more, again]


def test_two_sites_that_cannot_hear_each_other_keep_to_their_own_caps(
    office: OfficeWorld, kiosk: Kiosk, tmp_path: Path
) -> None:
    other = Kiosk(tmp_path / "other", office, "other", "fuyuan")
    other.pull_all()
    for each in (kiosk, other):
        lend(each, 1)
        lend(each, 1)
    assert beyond(office, kiosk) == beyond(office, other) == []
    assert office.balance_fen(courtesy(1)) == -2 * CAP_FEN
    other.close()


def test_caps_that_were_higher_when_it_was_lent_hold_for_what_comes_late(
    office: OfficeWorld, kiosk: Kiosk
) -> None:
    lower = {"courtesy_resident_fen": 0, "courtesy_pool_fen": 0}
    office.publish(Kind.SITE, SITE, site(SITE, **lower))
    lend(kiosk, 1)
    lend(kiosk, 1)
    assert beyond(office, kiosk) == []


def test_recovered_courtesy_is_not_this_journals_and_yet_has_an_end(
    office: OfficeWorld, kiosk: Kiosk
) -> None:
    """Each journal had a pool of its own; who names journals without end is not believed."""
    for n in range(4):
        for _ in range(5):
            lend(kiosk, 10 + n, bytes([n]) * 16)
    assert beyond(office, kiosk) == []
    more = [lend(kiosk, 20, b"more" * 4), lend(kiosk, 1)]
    assert beyond(office, kiosk) == more
    assert office.balance_fen(own_money(1)) == office.balance_fen(courtesy(20)) == 0
