"""Cash that a kiosk says it took in: money up to a limit, and beyond it only there, until somebody saw it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
import sqlalchemy as sa

from kiosk.catalogue.items import Kind
from kiosk.ledger.accounts import cash_box, courtesy, lent_rights, own_money
from kiosk.ledger.amount import Unit
from kiosk.ledger.entries import Posting
from kiosk.ledger.follow_ups import REVERSAL, GivenBack
from kiosk.ledger.records import encode_body
from kiosk.ledger.rights import RETURN, UNUSED, Returned
from kiosk.services.till.records import TOP_UP, ToppedUp
from sync.office.books import writeoff
from sync.office.console.reviewing.suspense import deciding
from sync.office.rights import cash
from sync.office.store.database import reading, writing
from sync.office.store.tables import grants, reviews
from tests.factories import site
from tests.sync.world import Kiosk, OfficeWorld

THERE = "fuyuan"
LIMIT_FEN = 200_000  # `unseen_cash_fen` unless set
EACH_FEN = 100_000
ELDER, ANOTHER = 1, 2


@pytest.fixture
def kiosks(office: OfficeWorld, make_kiosk: Callable[..., Kiosk]) -> Iterator[tuple[Kiosk, Kiosk]]:
    """One of whose word nobody can be sure, and the home of two people."""
    here, home = make_kiosk("here"), make_kiosk("home", site=THERE)
    for number in (ELDER, ANOTHER):
        office.resident(number, site=THERE)
    home.pull_all()
    yield here, home


def pay_in(kiosk: Kiosk, fen: int, resident_id: int) -> None:
    """And give the right to it back, so that it can be had at home."""
    kiosk.pay_in(fen, resident_id=resident_id)
    rights = (
        Posting(own_money(resident_id), -fen, Unit.RIGHT),
        Posting(lent_rights(), fen, Unit.RIGHT),
    )
    kiosk.write(*RETURN, Returned(UNUSED), *rights)
    kiosk.push_all()


def granted_fen(office: OfficeWorld, kiosk: Kiosk) -> int:
    mine = (grants.c.journal_id == kiosk.journal_id) & (grants.c.unit == Unit.FEN.value)
    with reading(office.office.engine) as connection:
        return int(connection.execute(sa.select(sa.func.sum(grants.c.granted)).where(mine)).scalar() or 0)


def told(office: OfficeWorld) -> list[str]:
    with reading(office.office.engine) as connection:
        return list(
            connection.execute(sa.select(reviews.c.detail).where(reviews.c.code == cash.UNSEEN)).scalars()
        )


def see_cash(office: OfficeWorld, kiosk: Kiosk, fen: int) -> None:
    with writing(office.office.engine) as connection:
        device_id = bytes.fromhex(kiosk.enrolment.device_id)
        deciding.see_cash(connection, 1, device_id, fen, office.office.now_ms())


def believed_fen(office: OfficeWorld, kiosk: Kiosk) -> int:
    with reading(office.office.engine) as connection:
        return cash.of_kiosk(connection, 1, bytes.fromhex(kiosk.enrolment.device_id)).believed_fen


def test_up_to_the_limit_what_was_paid_in_is_money_everywhere(
    office: OfficeWorld, kiosks: tuple[Kiosk, Kiosk]
) -> None:
    here, home = kiosks
    for resident_id in (ELDER, ANOTHER):
        pay_in(here, EACH_FEN, resident_id)
    assert believed_fen(office, here) == LIMIT_FEN
    assert told(office) == []
    kept_back_fen = 2 * office.office.settings.pool_fen
    assert granted_fen(office, home) == LIMIT_FEN - kept_back_fen
    assert office.discrepancies() == []


def test_a_million_in_an_accomplice_s_account_buys_no_more_elsewhere_than_the_limit(
    office: OfficeWorld, kiosks: tuple[Kiosk, Kiosk]
) -> None:
    here, home = kiosks
    for _ in range(10):
        pay_in(here, EACH_FEN, ELDER)
    pool_fen = office.office.settings.pool_fen
    assert office.balance_fen(own_money(ELDER)) == 10 * EACH_FEN  # as the kiosk showed
    assert granted_fen(office, home) <= LIMIT_FEN
    assert told(office) == ["paid_fen=1000000 limit_fen=200000"]
    here.close_journal()  # whatever becomes of it
    assert granted_fen(office, home) <= LIMIT_FEN
    see_cash(office, here, 300_000)
    assert granted_fen(office, home) == 5 * EACH_FEN  # what was seen, and the limit again
    see_cash(office, here, 10 * EACH_FEN)
    assert believed_fen(office, here) == 0
    assert granted_fen(office, home) == 10 * EACH_FEN - pool_fen
    assert office.discrepancies() == []


def test_what_waits_can_be_spent_where_it_was_paid_in(
    office: OfficeWorld, kiosks: tuple[Kiosk, Kiosk]
) -> None:
    here, home = kiosks
    for _ in range(3):
        here.pay_in(EACH_FEN, resident_id=ELDER)
    here.push_all()
    assert granted_fen(office, home) == 0
    here.serve(Posting(own_money(ELDER), -1_000), Posting("revenue/canteen/" + here.site, 1_000))
    here.push_all()
    assert office.balance_fen(own_money(ELDER)) == 3 * EACH_FEN - 1_000
    assert believed_fen(office, here) == LIMIT_FEN
    assert office.discrepancies() == []


def test_other_money_of_theirs_is_no_less_theirs(office: OfficeWorld, kiosks: tuple[Kiosk, Kiosk]) -> None:
    here, home = kiosks
    office.enter("brought along", own_money(ELDER), 5_000)
    assert granted_fen(office, home) == 5_000
    for _ in range(3):
        here.pay_in(EACH_FEN, resident_id=ELDER)
    here.push_all()
    assert granted_fen(office, home) == 5_000
    assert office.discrepancies() == []


def test_cash_that_was_seen_and_spent_makes_room_for_nothing(
    office: OfficeWorld, kiosks: tuple[Kiosk, Kiosk]
) -> None:
    here, home = kiosks
    for _ in range(5):
        here.pay_in(EACH_FEN, resident_id=ELDER)
    here.push_all()
    see_cash(office, here, 5 * EACH_FEN)
    for _ in range(5):
        revenue_here = Posting("revenue/canteen/" + here.site, EACH_FEN)
        here.serve(Posting(own_money(ELDER), -EACH_FEN), revenue_here)
    here.push_all()
    for _ in range(5):
        pay_in(here, EACH_FEN, ANOTHER)
    assert believed_fen(office, here) == LIMIT_FEN
    assert granted_fen(office, home) <= LIMIT_FEN
    assert office.discrepancies() == []


def test_courtesy_that_was_repaid_with_cash_beyond_the_limit_is_not_lent_anew_before_it_was_seen(
    office: OfficeWorld, kiosks: tuple[Kiosk, Kiosk]
) -> None:
    here, home = kiosks
    home.lend(2_000, ELDER)
    home.push_all()
    for _ in range(2):
        pay_in(here, EACH_FEN, ANOTHER)
    here.pay_in(2_000, repaid_fen=2_000, resident_id=ELDER)
    here.push_all()
    home.pull_all()
    assert office.balance_fen(courtesy(ELDER)) == 0  # as the kiosk showed
    assert repaid_fen(home) == 0
    see_cash(office, here, 2_000)
    home.pull_all()
    assert repaid_fen(home) == 2_000
    assert office.discrepancies() == []


def test_what_was_repaid_beyond_what_was_owed_is_nobodys_money_before_it_was_seen(
    office: OfficeWorld, kiosks: tuple[Kiosk, Kiosk]
) -> None:
    here, home = kiosks
    for _ in range(2):
        pay_in(here, EACH_FEN, ANOTHER)
    before_fen = granted_fen(office, home)
    here.pay_in(50_000, repaid_fen=50_000, resident_id=ELDER)
    here.push_all()
    assert office.balance_fen(own_money(ELDER)) == 0
    assert granted_fen(office, home) == before_fen
    see_cash(office, here, 50_000)
    assert (office.balance_fen(own_money(ELDER)), office.balance_fen(courtesy(ELDER))) == (50_000, 0)
    assert office.discrepancies() == []


def test_a_kiosk_with_such_cash_that_is_written_off_leaves_no_more_than_the_limit(
    office: OfficeWorld, kiosks: tuple[Kiosk, Kiosk]
) -> None:
    here, home = kiosks
    for _ in range(5):
        here.pay_in(EACH_FEN, resident_id=ELDER)
    here.push_all()
    with writing(office.office.engine) as connection:
        device_id = bytes.fromhex(here.enrolment.device_id)
        aside_fen = writeoff.write_off(connection, 1, device_id, operator="clerk", at_ms=1)
    assert aside_fen == 5 * EACH_FEN
    assert granted_fen(office, home) <= LIMIT_FEN
    assert office.balance_fen(own_money(ELDER)) == 5 * EACH_FEN
    see_cash(office, here, 5 * EACH_FEN)
    kept_back_fen = office.office.settings.pool_fen
    assert granted_fen(office, home) == 5 * EACH_FEN - kept_back_fen
    assert office.discrepancies() == []


def repaid_fen(kiosk: Kiosk) -> int:
    """Of what it lent, by the office's word."""
    pool = kiosk.catalogue.courtesy_pool(kiosk.journal_id)
    return pool.repaid_fen if pool else 0


def test_a_top_up_that_is_undone_makes_no_room_for_cash_that_is_not_there(
    office: OfficeWorld, kiosks: tuple[Kiosk, Kiosk]
) -> None:
    here, home = kiosks
    for _ in range(2):
        here.pay_in(EACH_FEN, resident_id=ANOTHER)
    for seq in (1, 2):
        topped_up = encode_body(ToppedUp(ANOTHER, here.site, EACH_FEN))
        given = GivenBack(seq, EACH_FEN, here.journal_id, *TOP_UP, topped_up)
        back = Posting(own_money(ANOTHER), -EACH_FEN), Posting(cash_box(here.site), EACH_FEN)
        here.write(*REVERSAL, given, *back)
    here.push_all()
    assert office.balance_fen(own_money(ANOTHER)) == 0
    pay_in(here, EACH_FEN, ELDER)
    assert granted_fen(office, home) == 0
    assert told(office) == ["paid_fen=100000 limit_fen=200000"]
    see_cash(office, here, EACH_FEN)
    assert granted_fen(office, home) == EACH_FEN - office.office.settings.pool_fen
    assert office.discrepancies() == []


def test_a_site_may_have_a_limit_of_its_own(office: OfficeWorld, kiosks: tuple[Kiosk, Kiosk]) -> None:
    here, home = kiosks
    office.publish(Kind.SITE, here.site, site(here.site, unseen_cash_fen=30_000))
    pay_in(here, EACH_FEN, ELDER)
    assert believed_fen(office, here) == 30_000
    assert granted_fen(office, home) == 30_000
    assert told(office) == ["paid_fen=100000 limit_fen=30000"]
    assert office.discrepancies() == []
