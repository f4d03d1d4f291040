"""Somebody died, moved away or was entered twice: what becomes of the money, the cards and of late sales."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kiosk.catalogue.items import Kind
from kiosk.ledger.accounts import bank, contingency, courtesy, held, own_money
from kiosk.people.cards import Card, CardLevel, CardStatus
from kiosk.people.residents import ResidentStatus
from sync.office.books.own_journal import HeldByKiosks
from sync.office.catalogue.publishing import shown
from sync.office.console.reviewing.outcomes import Outcomes
from sync.office.people.access import proposals
from sync.office.services.accounts.leaving import leaving
from sync.office.services.accounts.leaving.leaving import (
    END_ACCOUNT,
    EndAccount,
    HasLeft,
    Leaving,
    SessionOpen,
)
from sync.office.store.database import reading, writing
from tests.sync.intake.test_judging import balances, codes, lunch, rule, send, serve
from tests.sync.world import Kiosk, OfficeWorld, open_world

ELDER, TWIN, THIRD = 1, 2, 3
OWN, OTHER = own_money(ELDER), own_money(TWIN)
TOKEN = "nfc:04000000000001"


@pytest.fixture
def office(tmp_path: Path, database_url: str) -> Iterator[OfficeWorld]:
    with open_world(tmp_path / "office", database_url) as world:
        world.publish(Kind.TARIFF, "lunch-60", rule())
        for number in (ELDER, TWIN, THIRD):
            world.resident(number, opening_fen=10_000)
        card = Card(token=TOKEN, number=1, resident_id=ELDER, level=CardLevel.UID)
        world.publish(Kind.CARD, TOKEN, card, label=str(ELDER))
        yield world


@pytest.fixture
def kiosk(make_kiosk: Callable[..., Kiosk]) -> Kiosk:
    return make_kiosk()


def leave(
    office: OfficeWorld, why: Leaving, who: int = ELDER, into: int = 0, *, exposure: bool = True
) -> None:
    asked = EndAccount(
        request_id=f"leave {who}",
        resident_id=who,
        why=why,
        into_id=into,
        note="the family came",
        accepts_exposure=exposure,
    )
    people = {"by": "li", "at_ms": office.office.now_ms()}
    with writing(office.office.engine) as connection:
        proposals.do_alone(connection, office.office.region_id, END_ACCOUNT, asked, **people)


@pytest.mark.parametrize("why", [Leaving.DIED, Leaving.MOVED])
def test_what_is_left_is_paid_out_and_every_card_blocked(office: OfficeWorld, why: Leaving) -> None:
    leave(office, why, exposure=False)
    assert balances(office, OWN, bank(), OTHER) == [0, 10_000, 10_000]
    with reading(office.office.engine) as connection:
        assert shown(connection, 1, Kind.BLOCK, TOKEN).status is CardStatus.CLOSED
        for kind in (Kind.RESIDENT, Kind.VISITOR):
            assert shown(connection, 1, kind, str(ELDER)).status is ResidentStatus.CLOSED
    with pytest.raises(HasLeft):
        leave(office, why)
    assert balances(office, OWN, bank()) == [0, 10_000]
    assert office.discrepancies() == []


def test_what_is_owed_is_paid_of_it_first(office: OfficeWorld) -> None:
    office.enter("owes", courtesy(ELDER), -3000)
    office.enter("owes more than there is", courtesy(TWIN), -12_000)
    leave(office, Leaving.MOVED)
    assert balances(office, OWN, courtesy(ELDER), bank(), contingency()) == [0, 0, 7000, 0]
    leave(office, Leaving.DIED, TWIN)
    assert balances(office, OTHER, courtesy(TWIN), bank(), contingency()) == [0, 0, 7000, -2000]
    assert office.discrepancies() == []


def test_nothing_is_done_while_money_is_held_or_kiosks_may_spend_it(
    office: OfficeWorld, kiosk: Kiosk
) -> None:
    serve(kiosk, *lunch())
    send(kiosk)
    with pytest.raises(HeldByKiosks):
        leave(office, Leaving.MOVED, exposure=False)
    office.enter("held", held(TWIN), 500)
    with pytest.raises(SessionOpen):
        leave(office, Leaving.MOVED, TWIN)
    assert balances(office, OWN, OTHER, bank()) == [9000, 10_000, 0]
    with reading(office.office.engine) as connection:
        assert shown(connection, 1, Kind.BLOCK, TOKEN) is None
        assert shown(connection, 1, Kind.RESIDENT, str(ELDER)).status is ResidentStatus.ACTIVE


def test_a_late_sale_to_somebody_who_died_waits_for_a_person(office: OfficeWorld, kiosk: Kiosk) -> None:
    serve(kiosk, *lunch())
    send(kiosk)
    seq = serve(kiosk, *lunch())  # without a network
    leave(office, Leaving.DIED)
    assert balances(office, OWN, bank()) == [0, 9000]
    send(kiosk)
    assert codes(office) == [leaving.LATE]
    assert balances(office, OWN, bank()) == [-1000, 9000]
    (review,) = office.reviews()
    with reading(office.office.engine) as connection:
        key = kiosk_key(office, kiosk)
        (offer,) = Outcomes(leaving.OUTCOMES).offered(connection, key, seq, review.code, review.detail)
    assert [(each.account, each.quantity) for each in offer.moves] == [(OWN, 1000), (contingency(), -1000)]
    assert office.discrepancies() == []


def test_late_sales_of_one_who_was_entered_twice_follow_to_the_entry_that_remains(
    office: OfficeWorld, kiosk: Kiosk
) -> None:
    serve(kiosk, *lunch())
    send(kiosk)
    serve(kiosk, *lunch())
    leave(office, Leaving.TWICE, ELDER, TWIN)
    assert balances(office, OWN, OTHER, bank()) == [0, 19_000, 0]
    leave(office, Leaving.TWICE, TWIN, THIRD)
    assert balances(office, OWN, OTHER, own_money(THIRD)) == [0, 0, 29_000]
    send(kiosk)
    assert balances(office, OWN, OTHER, own_money(THIRD), bank()) == [0, 0, 28_000, 0]
    assert codes(office) == []
    send(kiosk)
    assert balances(office, OWN, OTHER, own_money(THIRD), bank()) == [0, 0, 28_000, 0]
    assert office.discrepancies() == []


def kiosk_key(office: OfficeWorld, kiosk: Kiosk):
    from kiosk.ledger.posting import JournalKey

    return JournalKey(office.office.region_id, kiosk.journal_id)
