"""What a kiosk's key signs is kept, and not believed: a record moves what its kind may move, or suspense."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, suppress
from datetime import date, timedelta
from pathlib import Path

import msgspec
import pytest
import sqlalchemy as sa

from kiosk.catalogue.items import Kind
from kiosk.catalogue.pricing.tariffs import Share, TariffRule
from kiosk.ledger.accounts import (
    Account,
    cash_box,
    courtesy,
    held,
    own_money,
    programme,
    revenue,
    safe,
    suspense,
)
from kiosk.ledger.audit.recovery import RECOVERED, Recovered
from kiosk.ledger.entries import Posting
from kiosk.ledger.follow_ups import REVERSAL, GivenBack
from kiosk.ledger.holds import CAPTURE, HOLD, RELEASE, Held, Settled
from kiosk.ledger.machine.lifecycle import OPENED, JournalOpened
from kiosk.ledger.posting import JournalKey
from kiosk.ledger.records import Record, decode, encode
from kiosk.services.canteen.beside.records import TAKEN_AWAY, TakenAway
from kiosk.services.canteen.items import PRODUCT, Product
from kiosk.services.canteen.records import GUEST_MEAL, MEAL_SERVED, NOBODY, SALE, Line, MealServed, Sold
from kiosk.services.canteen.tables import servings
from kiosk.services.till.records import SHIFT_OPEN, TOP_UP, ShiftOpened, ToppedUp
from sync.enrolling.enrolment import read_enrolment
from sync.errors import Refused
from sync.office.books.verdicts import Verdict
from sync.office.console.reviewing.suspense import deciding
from sync.office.console.reviewing.suspense.deciding import NotSuspended, decide
from sync.office.intake.judging import quarantine
from sync.office.rights import rationing
from sync.office.store.database import reading, writing
from sync.office.store.tables import grants
from sync.wire import signing
from sync.wire.messages import Ask
from tests.sync.world import SITE, Kiosk, OfficeWorld, moment, open_world

DAY = date(2026, 3, 2)
FIRST = 2  # the revision of the first price: after that of the office itself
ELDERS, CANTEEN = programme("elders"), revenue("canteen", SITE)
OWN, OTHER = own_money(1), own_money(2)


def rule(own_fen: int = 1000) -> TariffRule:
    return TariffRule(
        id="lunch-60",
        meal="lunch",
        from_age=60,
        first_day=date(2026, 1, 1),
        full_fen=own_fen + 500,
        own_fen=own_fen,
        shares=(Share("elders", 500),),
    )


@pytest.fixture
def office(tmp_path: Path) -> Iterator[OfficeWorld]:
    with open_world(tmp_path / "office", "") as world:
        world.publish(Kind.TARIFF, "lunch-60", rule())
        world.publish(PRODUCT, "soup", Product(id="soup", name={"en": "Soup"}, price_fen=300))
        for number in (1, 2):
            world.resident(number, opening_fen=10_000)
        yield world


@pytest.fixture
def kiosk(tmp_path: Path, office: OfficeWorld) -> Iterator[Kiosk]:
    kiosk = Kiosk(tmp_path / "kiosk", office)
    yield kiosk
    kiosk.close()


def serve(kiosk: Kiosk, *postings: Posting, resident_id: int = 1, portion: int = 1, revision: int = 0) -> int:
    """A meal that moved this, by the first prices unless by those of a revision; returns its seq."""
    with kiosk.journal.writing() as writing_:
        seq = writing_.head.seq + 1
        day = DAY + timedelta(days=seq)  # nobody is due one meal twice
        meal = MealServed(resident_id, 1, SITE, day, "lunch", "60+", "lunch-60", portion, 1)
        writing_.append(*MEAL_SERVED, meal, *postings, at=moment(seq), tariff_revision=revision or FIRST)
    return seq


def lunch(own_fen: int = 1000, resident_id: int = 1) -> tuple[Posting, ...]:
    return (
        Posting(own_money(resident_id), -own_fen),
        Posting(ELDERS, -500),
        Posting(CANTEEN, own_fen + 500),
    )


def balances(office: OfficeWorld, *accounts: str) -> list[int]:
    return [office.balance_fen(each) for each in accounts]


def codes(office: OfficeWorld) -> list[str]:
    return [each.code for each in office.reviews()]


def send(kiosk: Kiosk) -> None:
    """Nobody lends the kiosk what it needs, as its own `push_all` does."""
    kiosk.agent.push_all(kiosk.transport, lambda stage, done, left: None)


def is_believed(office: OfficeWorld, kiosk: Kiosk) -> None:
    """Everything that was sent is booked as it says, and both ends say the same."""
    send(kiosk)
    assert codes(office) == []
    assert office.discrepancies() == []


def test_honest_meals_are_booked_as_they_say(office: OfficeWorld, kiosk: Kiosk) -> None:
    serve(kiosk, *lunch())
    serve(kiosk, Posting(OTHER, -400), Posting(courtesy(2), -600), *lunch()[1:], resident_id=2)
    serve(kiosk, Posting(OWN, -1500), Posting(CANTEEN, 1500), portion=2)
    is_believed(office, kiosk)
    assert balances(office, OWN, OTHER, courtesy(2), ELDERS, CANTEEN) == [7500, 9600, -600, -1000, 4500]


def test_a_price_that_was_in_force_then_is_good_and_one_that_never_was_is_not(
    office: OfficeWorld, kiosk: Kiosk
) -> None:
    changed = office.publish(Kind.TARIFF, "lunch-60", rule(own_fen=1200))
    serve(kiosk, *lunch(), revision=FIRST)
    serve(kiosk, *lunch(1200), revision=changed, resident_id=1)
    send(kiosk)
    assert codes(office) == []
    seq = serve(kiosk, *lunch(1100), revision=changed)
    send(kiosk)
    assert [(each.seq, each.code) for each in office.reviews()] == [(seq, "not_as_set")]
    assert balances(office, OWN, suspense(OWN)) == [7800, -1100]
    assert office.discrepancies() == []


def topup(fen: int, *postings: Posting, resident_id: int = 1) -> tuple[tuple[str, int], ToppedUp, tuple]:
    return TOP_UP, ToppedUp(resident_id, SITE, fen), postings


def meal_of(*postings: Posting, resident_id: int = 1) -> tuple[tuple[str, int], MealServed, tuple]:
    meal = MealServed(resident_id, 1, SITE, DAY, "lunch", "60+", "lunch-60", 1, 1)
    return MEAL_SERVED, meal, postings


SOUP = Line("soup", 1, 300)
FORGED = {
    "a million into an account": topup(
        100_000_000, Posting(OWN, 100_000_000), Posting(cash_box(SITE), -100_000_000)
    ),
    "more than was paid in": topup(1000, Posting(OWN, 5000), Posting(cash_box(SITE), -5000)),
    "from another site's box": topup(1000, Posting(OWN, 1000), Posting(cash_box("fuyuan"), -1000)),
    "paid in below zero": topup(-5000, Posting(OWN, -5000), Posting(cash_box(SITE), 5000)),
    "fifty from another": meal_of(Posting(OTHER, -5000), Posting(CANTEEN, 5000)),
    "fifty from oneself to another": meal_of(Posting(OWN, -5000), Posting(OTHER, 5000)),
    "a programme alone": meal_of(Posting(ELDERS, -1500), Posting(CANTEEN, 1500)),
    "a programme of no rule": meal_of(
        Posting(OWN, -1000), Posting(programme("town"), -500), Posting(CANTEEN, 1500)
    ),
    "another site's revenue": meal_of(
        Posting(OWN, -1000), Posting(ELDERS, -500), Posting(revenue("canteen", "fuyuan"), 1500)
    ),
    "courtesy repaid by a meal": meal_of(
        Posting(OWN, -2000), Posting(courtesy(1), 1000), Posting(ELDERS, -500), Posting(CANTEEN, 1500)
    ),
    "soup at a price of its own": (
        SALE,
        Sold(1, SITE, DAY, "lunch", (Line("soup", 1, 30_000),)),
        (Posting(OWN, -30_000), Posting(revenue("extras", SITE), 30_000)),
    ),
    "soup that somebody else pays": (
        SALE,
        Sold(1, SITE, DAY, "lunch", (SOUP,)),
        (Posting(OTHER, -300), Posting(revenue("extras", SITE), 300)),
    ),
    "soup below zero": (
        SALE,
        Sold(NOBODY, SITE, DAY, "lunch", (Line("soup", -5, 300),)),
        (Posting(cash_box(SITE), 1500), Posting(revenue("extras", SITE), -1500)),
    ),
    "the safe into an account": (
        SHIFT_OPEN,
        ShiftOpened(SITE, 1, 1000),
        (Posting(OWN, 1000), Posting(safe(SITE), -1000)),
    ),
    "a kind that moves nothing": (
        TAKEN_AWAY,
        TakenAway(1, True, SITE, DAY, "lunch"),
        (Posting(OWN, 1000), Posting(safe(SITE), -1000)),
    ),
}


@pytest.mark.parametrize("name", FORGED)
def test_what_no_such_record_may_move_moves_suspense_and_nothing_else(
    office: OfficeWorld, kiosk: Kiosk, name: str
) -> None:
    kind, body, postings = FORGED[name]
    before = balances(office, *(each.account for each in postings))
    kiosk.write(*kind, body, *postings)
    send(kiosk)
    assert kiosk.acked_seq() == 1
    assert len(codes(office)) == 1
    assert balances(office, *(each.account for each in postings)) == before
    said = [each.quantity for each in postings]
    assert balances(office, *(suspense(each.account) for each in postings)) == said
    assert office.count(servings) == 0
    assert office.discrepancies() == []


def give_back(kiosk: Kiosk, seq: int, fen: int, *postings: Posting) -> None:
    with kiosk.journal.engine.connect() as connection:
        raw = connection.exec_driver_sql("SELECT raw FROM records WHERE seq = ?", (seq,)).scalar_one()
    done = decode(raw)
    given = GivenBack(seq, fen, kiosk.journal_id, done.kind, done.version, done.body)
    kiosk.write(*REVERSAL, given, *postings)


def test_what_is_given_back_goes_to_those_who_paid_and_once(office: OfficeWorld, kiosk: Kiosk) -> None:
    seq = serve(kiosk, *lunch())
    back = [Posting(each.account, -each.quantity) for each in lunch()]
    give_back(kiosk, seq, 1500, *back)
    is_believed(office, kiosk)
    assert balances(office, OWN, ELDERS, CANTEEN) == [10_000, 0, 0]
    give_back(kiosk, seq, 1500, *back)
    send(kiosk)
    assert codes(office) == ["nothing_to_follow"]
    assert balances(office, OWN, ELDERS, CANTEEN) == [10_000, 0, 0]


def test_a_hold_is_captured_or_released_and_no_sale_to_give_back(office: OfficeWorld, kiosk: Kiosk) -> None:
    kiosk.write(*HOLD, Held(1, 500, "washing/3"), Posting(OWN, -500), Posting(held(1), 500))
    is_believed(office, kiosk)
    give_back(kiosk, 1, 500, Posting(OWN, 500), Posting(held(1), -500))
    send(kiosk)
    assert codes(office) == ["nothing_to_follow"]
    assert balances(office, OWN, held(1)) == [9500, 500]


def test_what_was_never_sold_is_not_given_back(office: OfficeWorld, kiosk: Kiosk) -> None:
    seq = serve(kiosk, Posting(OTHER, -5000), Posting(CANTEEN, 5000))
    give_back(kiosk, seq, 5000, Posting(OWN, 5000), Posting(CANTEEN, -5000))
    send(kiosk)
    assert codes(office) == ["not_as_set", "nothing_to_follow"]
    assert balances(office, OWN, OTHER, CANTEEN) == [10_000, 10_000, 0]


def test_what_another_kiosk_sold_is_given_back_there_and_nowhere_else(
    office: OfficeWorld, kiosk: Kiosk, tmp_path: Path
) -> None:
    """And whoever sold it, and gives it back in earnest, is not accused of the other one's word."""
    seq = serve(kiosk, *lunch())
    is_believed(office, kiosk)
    done = decode(kiosk.last_raw())
    back = [Posting(each.account, -each.quantity) for each in lunch()]
    stranger = Kiosk(tmp_path / "stranger", office, "stranger", site="fuyuan")
    with closing(stranger):
        given = GivenBack(seq, 1500, kiosk.journal_id, done.kind, done.version, done.body)
        stranger.write(*REVERSAL, given, *back)
        send(stranger)
    assert codes(office) == ["nothing_to_follow"]
    assert balances(office, OWN, CANTEEN) == [9000, 1500]
    give_back(kiosk, seq, 1500, *back)
    send(kiosk)
    assert codes(office) == ["nothing_to_follow"]
    assert balances(office, OWN, ELDERS, CANTEEN) == [10_000, 0, 0]


def test_what_a_journal_left_is_spent_in_the_next_one_or_in_itself_not_in_both(
    office: OfficeWorld, kiosk: Kiosk
) -> None:
    granted_fen(office, kiosk)
    serve(kiosk, *lunch())
    is_believed(office, kiosk)
    office.lend(kiosk.journal_id, OWN, 10_000)
    before = balances(office, OWN)
    next_id = bytes(range(16))
    with kiosk.other_journal(next_id) as journal, journal.writing() as writing_:
        opened = JournalOpened(next_id, "kiosk", SITE)
        writing_.append(*OPENED, opened, at=moment(1))
        sold = Sold(1, SITE, DAY, "lunch", (Line(GUEST_MEAL, 6, 1500),))
        paid = Posting(OWN, -9000), Posting(revenue("extras", SITE), 9000)
        writing_.append(*SALE, sold, *paid, at=moment(2))
    office.lend(next_id, OWN, 10_000)
    kiosk.push_all()
    assert (before, balances(office, OWN)) == ([9000], [0])
    sold = Sold(1, SITE, DAY, "lunch", (Line(GUEST_MEAL, 1, 1500),))
    kiosk.write(*SALE, sold, Posting(OWN, -1500), Posting(revenue("extras", SITE), 1500))
    kiosk.push_all()
    assert "beyond_right" in codes(office)
    assert balances(office, OWN, "contingency") == [0, 0]


def test_a_recovered_record_is_judged_as_what_it_was(office: OfficeWorld, kiosk: Kiosk) -> None:
    right = {"region_id": 1, "journal_id": b"left" * 4, "account": OWN, "unit": "FEN", "granted": 1000}
    with writing(office.office.engine) as connection:
        connection.execute(grants.insert(), right)
    serve(kiosk, *lunch())
    _, meal, _ = meal_of()
    body = msgspec.Raw(msgspec.msgpack.encode(meal))
    raw = encode(msgspec.structs.replace(decode(kiosk.last_raw()), body=body))
    kiosk.write(*RECOVERED, Recovered(b"left" * 4, 7, raw, "history_lost"), *lunch())
    is_believed(office, kiosk)
    kiosk.write(*RECOVERED, Recovered(b"left" * 4, 8, raw, "history_lost"), *lunch(5000))
    serve(kiosk, *lunch(5000))
    kiosk.write(*RECOVERED, Recovered(b"left" * 4, 9, kiosk.last_raw(), "history_lost"), *lunch(5000))
    send(kiosk)
    assert codes(office)[:3] == ["recovered_otherwise", "not_as_set", "not_as_set"]
    assert balances(office, OWN) == [8000]


@pytest.mark.parametrize("at_once", [True, False])
def test_a_recovered_hold_is_settled_once(office: OfficeWorld, kiosk: Kiosk, at_once: bool) -> None:
    left = b"left" * 4
    right = {"region_id": 1, "journal_id": left, "account": OWN, "unit": "FEN", "granted": 1000}
    with writing(office.office.engine) as connection:
        connection.execute(grants.insert(), right)
    earned = revenue("charging", SITE)
    moved = Posting(OWN, -300), Posting(held(1), 300)
    body = msgspec.Raw(msgspec.msgpack.encode(Held(1, 300, "machine/cup-3")))
    inner = Record(7, *HOLD, 1, 7, moment(7).boot_wall_ms, 3, "", 0, moved, body, 1, 300)
    kiosk.write(*RECOVERED, Recovered(left, 7, encode(inner), "history_lost"), *moved)
    seq = kiosk.journal.head.seq
    if not at_once:
        is_believed(office, kiosk)
        assert balances(office, OWN, held(1), earned) == [9700, 300, 0]
    settled = Settled(seq, 300, kiosk.journal_id, 1)
    paid = Posting(OWN, 180), Posting(held(1), -300), Posting(earned, 120)
    kiosk.write(*CAPTURE, settled, *paid)
    is_believed(office, kiosk)
    for kind in (CAPTURE, RELEASE):
        kiosk.write(
            *kind, settled, *(paid if kind is CAPTURE else (Posting(OWN, 300), Posting(held(1), -300)))
        )
    kiosk.write(*CAPTURE, Settled(7, 300, left, 1), *paid)
    send(kiosk)
    assert codes(office)[:3] == ["nothing_to_follow"] * 3
    assert balances(office, OWN, held(1), earned) == [9880, 0, 120]


@pytest.mark.parametrize("copy_first", [True, False])
def test_of_a_record_and_its_copy_in_suspense_both_believed_one_is_booked(
    office: OfficeWorld, kiosk: Kiosk, copy_first: bool
) -> None:
    seq = serve(kiosk, *lunch(1100))
    kiosk.write(*RECOVERED, Recovered(kiosk.journal_id, seq, kiosk.last_raw(), "history_lost"), *lunch(1100))
    send(kiosk)
    assert len(codes(office)) == 2
    assert balances(office, OWN, CANTEEN, suspense(OWN)) == [10_000, 0, -2200]
    first, second = (seq + 1, seq) if copy_first else (seq, seq + 1)
    settle(office, kiosk, first, Verdict.BELIEVED)
    assert balances(office, OWN, CANTEEN, suspense(OWN)) == [8900, 1600, -1100]
    settle(office, kiosk, second, Verdict.BELIEVED)
    assert balances(office, OWN, CANTEEN, suspense(OWN)) == [8900, 1600, 0]
    assert office.discrepancies() == []


def test_a_clerk_believes_once_and_the_record_is_what_it_would_have_been(
    office: OfficeWorld, kiosk: Kiosk
) -> None:
    seq = serve(kiosk, *lunch(1100))
    send(kiosk)
    assert balances(office, OWN, CANTEEN, suspense(OWN)) == [10_000, 0, -1100]
    settle(office, kiosk, seq, Verdict.BELIEVED)
    assert balances(office, OWN, CANTEEN, suspense(OWN)) == [8900, 1600, 0]
    assert office.count(servings) == 1
    for verdict in (Verdict.REFUSED, Verdict.BELIEVED):
        with pytest.raises(NotSuspended):
            settle(office, kiosk, seq, verdict)
    assert balances(office, OWN, CANTEEN, suspense(OWN)) == [8900, 1600, 0]
    assert office.discrepancies() == []


def test_a_clerk_refuses_once_and_nothing_is_left_on_suspense(office: OfficeWorld, kiosk: Kiosk) -> None:
    seq = serve(kiosk, *lunch(1100))
    send(kiosk)
    with reading(office.office.engine) as connection:
        (line, *_) = deciding.waiting(connection, 1)[kiosk.journal_id.hex(), seq].lines[::-1]
    assert line == deciding.Line(Account(CANTEEN), line.unit, said=1600, expected=1500)
    settle(office, kiosk, seq, Verdict.REFUSED)
    with pytest.raises(NotSuspended):
        settle(office, kiosk, seq, Verdict.BELIEVED)
    assert balances(office, OWN, CANTEEN, suspense(OWN), suspense(CANTEEN)) == [10_000, 0, 0, 0]
    assert office.count(servings) == 0
    assert office.discrepancies() == []
    with reading(office.office.engine) as connection:
        assert deciding.waiting(connection, 1) == {}


def test_what_was_not_booked_waits_again_when_a_clerk_takes_that_back(
    office: OfficeWorld, kiosk: Kiosk
) -> None:
    seq = serve(kiosk, *lunch(1100))
    send(kiosk)
    settle(office, kiosk, seq, Verdict.REFUSED)
    take_back(office, kiosk, seq)
    assert balances(office, OWN, CANTEEN, suspense(OWN)) == [10_000, 0, -1100]
    with pytest.raises(NotSuspended):
        take_back(office, kiosk, seq)
    settle(office, kiosk, seq, Verdict.REFUSED)
    take_back(office, kiosk, seq)
    settle(office, kiosk, seq, Verdict.BELIEVED)
    assert balances(office, OWN, CANTEEN, suspense(OWN)) == [8900, 1600, 0]
    assert office.count(servings) == 1
    assert office.discrepancies() == []


def test_what_was_booked_as_it_said_is_countered_when_a_clerk_takes_that_back(
    office: OfficeWorld, kiosk: Kiosk
) -> None:
    seq = serve(kiosk, *lunch(1100))
    send(kiosk)
    settle(office, kiosk, seq, Verdict.BELIEVED)
    take_back(office, kiosk, seq)
    assert balances(office, OWN, CANTEEN, ELDERS, suspense(OWN)) == [10_000, 0, 0, 0]
    for verdict in (Verdict.BELIEVED, Verdict.REFUSED):
        with pytest.raises(NotSuspended):
            settle(office, kiosk, seq, verdict)
    with pytest.raises(NotSuspended):
        take_back(office, kiosk, seq)
    assert office.discrepancies() == []


def take_back(office: OfficeWorld, kiosk: Kiosk, seq: int) -> None:
    with writing(office.office.engine) as connection:
        key = JournalKey(office.office.region_id, kiosk.journal_id)
        deciding.take_back(connection, office.office, key, seq, "wang", "asked the counter")


def settle(office: OfficeWorld, kiosk: Kiosk, seq: int, verdict: Verdict) -> None:
    with writing(office.office.engine) as connection:
        key = JournalKey(office.office.region_id, kiosk.journal_id)
        decide(connection, office.office, key, seq, verdict, "wang")


def test_nobody_takes_more_of_a_resident_than_their_kiosk_was_granted(
    office: OfficeWorld, kiosk: Kiosk, tmp_path: Path
) -> None:
    other = Kiosk(tmp_path / "other", office, "other", "fuyuan")
    theirs = (Posting(OWN, -1000), Posting(ELDERS, -500), Posting(revenue("canteen", "fuyuan"), 1500))
    meal = MealServed(1, 1, "fuyuan", DAY, "lunch", "60+", "lunch-60", 1, 1)
    with other.journal.writing() as writing_:
        writing_.append(*MEAL_SERVED, meal, *theirs, at=moment(1), tariff_revision=FIRST)
    send(other)
    assert codes(office) == ["beyond_right"]
    assert balances(office, OWN, ELDERS, revenue("canteen", "fuyuan")) == [10_000, 0, 0]
    for portion in range(2, 9):
        serve(kiosk, Posting(OWN, -1500), Posting(CANTEEN, 1500), portion=portion)
    send(kiosk)
    assert codes(office) == ["beyond_right", "beyond_right"]  # six are paid for, not a seventh
    assert balances(office, OWN, CANTEEN) == [1000, 9000]
    assert office.discrepancies() == []
    other.close()


def test_a_kiosk_that_is_not_believed_three_times_is_granted_nothing_more_until_a_clerk_lifts_it(
    office: OfficeWorld, kiosk: Kiosk
) -> None:
    for _ in range(2):
        serve(kiosk, *lunch(5000))
    send(kiosk)
    assert granted_fen(office, kiosk) == 10_000
    serve(kiosk, *lunch(5000))
    send(kiosk)
    assert codes(office)[2:] == ["not_as_set", "quarantined"]
    office.enter("more", OWN, 500)
    assert granted_fen(office, kiosk) == 10_000
    serve(kiosk, *lunch())  # it sells on with what it holds
    send(kiosk)
    assert balances(office, OWN) == [9500]
    with writing(office.office.engine) as connection:
        quarantine.lift(connection, 1, bytes.fromhex(kiosk.enrolment.device_id))
    assert granted_fen(office, kiosk) == 10_500
    assert office.discrepancies() == []


def granted_fen(office: OfficeWorld, kiosk: Kiosk) -> int:
    with reading(office.office.engine) as connection:
        query = sa.select(grants.c.granted).where(
            grants.c.journal_id == kiosk.journal_id, grants.c.account == OWN
        )
        return connection.execute(query).scalar_one()


def test_visitors_money_is_rationed_until_somebody_at_the_office_allows_more(
    office: OfficeWorld, kiosk: Kiosk, tmp_path: Path
) -> None:
    """All the money of a site is asked for; so much of each is granted as a visitor may have in a day."""
    for number in range(3, 12):
        office.resident(number, opening_fen=50_000)
    other = Kiosk(tmp_path / "other", office, "other", "fuyuan")
    for number in range(1, 12):
        with suppress(Refused):
            ask_right(other, number)
    assert office.balance_fen(OWN) == 10_000
    assert visitors_fen(office, other) == 4 * 4500  # of four of the six whom the ration of an hour was for
    assert "ration_used_up" in codes(office)
    with writing(office.office.engine) as connection:
        rationing.allow(connection, 1, bytes.fromhex(other.enrolment.device_id))
    ask_right(other, 11)
    assert visitors_fen(office, other) == 5 * 4500
    other.close()


def test_what_a_clock_ahead_counted_uses_up_no_ration_once_it_is_right(
    office: OfficeWorld, kiosk: Kiosk
) -> None:
    place = JournalKey(1, kiosk.journal_id), bytes.fromhex(kiosk.enrolment.device_id)
    now_ms, a_year_ms, ration = office.office.now_ms(), 365 * 24 * 3_600_000, rationing.Ration(900, 900, 900)
    drawn = []
    for number, at_ms in ((5, now_ms + a_year_ms), (6, now_ms + a_year_ms), (7, now_ms), (8, now_ms)):
        with writing(office.office.engine) as connection:
            drawn.append(rationing.draw(connection, *place, own_money(number), 900, ration, at_ms))
    assert drawn == [(900, 0), (0, 900), (900, 0), (0, 900)]


def ask_right(kiosk: Kiosk, number: int) -> None:
    _, key = read_enrolment(kiosk.folder)
    counter = kiosk.agent.cursor.next_counter()
    ask = Ask(counter, kiosk.journal_id, own_money(number), 2**40, number)
    kiosk.transport.ask("/v1/rights", signing.ask_context(), ask, key, kiosk.enrolment.pinned)


def visitors_fen(office: OfficeWorld, kiosk: Kiosk) -> int:
    with reading(office.office.engine) as connection:
        query = sa.select(sa.func.sum(grants.c.granted)).where(grants.c.journal_id == kiosk.journal_id)
        return connection.execute(query).scalar_one()
