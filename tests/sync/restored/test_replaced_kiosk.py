"""A kiosk dies with sales it has not sent; another takes its place; its memory card is found later."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlalchemy as sa

from kiosk.ledger.accounts import own_money, programme
from kiosk.services.canteen.tables import earlier_servings
from sync.errors import Refused
from sync.office.keys import devices
from sync.office.store.database import reading, writing
from sync.office.store.tables import devices as device_table
from sync.office.store.tables import grants
from tests.factories import REGION
from tests.sync.restored.test_history import DAY, LUNCH
from tests.sync.world import PRICE_FEN, SUBSIDY_FEN, Kiosk, OfficeWorld

Make = Callable[..., Kiosk]
WEEK_MS = 7 * 24 * 3600 * 1000


def _replace(make_kiosk: Make, old: Kiosk) -> Kiosk:
    return make_kiosk("new", replaces=bytes.fromhex(old.enrolment.device_id))


def _granted(office: OfficeWorld, kiosk: Kiosk, resident_id: int = 1) -> int:
    with reading(office.office.engine) as connection:
        query = sa.select(grants.c.granted).where(
            grants.c.journal_id == kiosk.journal_id, grants.c.account == own_money(resident_id)
        )
        return connection.execute(query).scalar() or 0


def _accept(office: OfficeWorld, name: str = "kiosk", for_ms: int = WEEK_MS) -> None:
    with writing(office.office.engine) as connection:
        devices.accept_late(connection, office.office.region_id, name, office.office.now_ms() + for_ms)


def test_who_ate_before_the_kiosk_died_gets_no_second_subsidised_lunch(
    office: OfficeWorld, kiosk: Kiosk, make_kiosk: Make
) -> None:
    office.resident(1, opening_fen=5000)
    office.resident(2, opening_fen=5000)
    kiosk.sell(1, resident_id=1)
    kiosk.push_all()
    kiosk.sell(1, resident_id=2)  # and dies, before it could tell
    kiosk.close_journal()
    new = _replace(make_kiosk, kiosk)
    new.agent.once()
    catalogue = new.catalogue
    assert [row[2:4] for row in earlier_servings(catalogue, REGION, 1, DAY, LUNCH)] == [(1, 1)]
    assert earlier_servings(catalogue, REGION, 2, DAY, LUNCH) == []  # nobody knows yet
    grant = catalogue.grant(own_money(1))
    assert grant is not None
    assert (grant.granted, grant.balance) == (5000 - PRICE_FEN, 5000 - PRICE_FEN)
    assert office.balance_fen(own_money(1)) == 5000 - PRICE_FEN
    assert office.balance_fen(programme("elders")) == -SUBSIDY_FEN
    assert office.discrepancies() == []
    kiosk.journal = kiosk._open_journal()


def test_the_new_kiosk_has_the_rights_of_the_old_one_though_another_is_there(
    office: OfficeWorld, kiosk: Kiosk, make_kiosk: Make
) -> None:
    beside = make_kiosk("beside")
    office.resident(1, opening_fen=5000)
    assert (_granted(office, kiosk), _granted(office, beside)) == (5000, 0)
    new = _replace(make_kiosk, kiosk)
    assert (_granted(office, new), _granted(office, beside)) == (5000, 0)


def test_the_old_kiosk_may_speak_no_more(office: OfficeWorld, kiosk: Kiosk, make_kiosk: Make) -> None:
    kiosk.sell(1)
    new = _replace(make_kiosk, kiosk)
    for send in (kiosk.push_all, kiosk.pull_all):
        with pytest.raises(Refused) as refusal:
            send()
        assert refusal.value.reason == "revoked"
    assert office.head_seq(kiosk.journal_id) == 0
    new.sell(1)
    new.push_all()
    assert office.head_seq(new.journal_id) == 1


def test_until_the_code_is_used_the_old_kiosk_goes_on(office: OfficeWorld, kiosk: Kiosk) -> None:
    office.code(replaces=bytes.fromhex(kiosk.enrolment.device_id))
    kiosk.sell(1)
    kiosk.push_all()
    assert office.head_seq(kiosk.journal_id) == 1


def test_a_memory_card_that_is_found_sends_what_it_has_and_learns_nothing(
    office: OfficeWorld, kiosk: Kiosk, make_kiosk: Make
) -> None:
    office.resident(1, opening_fen=5000)
    kiosk.sell(1)
    kiosk.push_all()
    kiosk.sell(2)
    new = _replace(make_kiosk, kiosk)
    new.agent.once()
    _accept(office)
    with pytest.raises(Refused) as refusal:
        kiosk.agent.once()
    assert refusal.value.reason == "only_late_records"
    assert (kiosk.acked_seq(), office.head_seq(kiosk.journal_id)) == (3, 3)
    assert office.balance_fen(own_money(1)) == 5000 - 3 * PRICE_FEN
    assert office.balance_fen(programme("elders")) == -3 * SUBSIDY_FEN
    assert "after_seal" in [each.code for each in office.reviews()]
    assert office.discrepancies() == []
    assert kiosk.catalogue.grant(own_money(1)) is None  # it never pulled, and does not now


def test_late_records_come_in_for_a_while_only(office: OfficeWorld, kiosk: Kiosk, make_kiosk: Make) -> None:
    kiosk.sell(1)
    _replace(make_kiosk, kiosk)
    _accept(office, for_ms=-1)
    with pytest.raises(Refused) as refusal:
        kiosk.push_all()
    assert refusal.value.reason == "revoked"
    _accept(office, name="another")
    with pytest.raises(Refused):
        kiosk.push_all()
    assert office.head_seq(kiosk.journal_id) == 0


def test_a_revoked_kiosk_begins_no_new_journal(office: OfficeWorld, kiosk: Kiosk, make_kiosk: Make) -> None:
    kiosk.sell(1)
    _replace(make_kiosk, kiosk)
    _accept(office)
    with writing(office.office.engine) as connection:
        connection.execute(sa.text("DELETE FROM journals WHERE journal_id = :id"), {"id": kiosk.journal_id})
    with pytest.raises(Refused) as refusal:
        kiosk.push_all()
    assert refusal.value.reason == "revoked"


def test_the_name_of_one_kiosk_is_wanted(office: OfficeWorld, kiosk: Kiosk, make_kiosk: Make) -> None:
    def called(name: str) -> bytes | None:
        with reading(office.office.engine) as connection:
            found = devices.the_one_called(connection, office.office.region_id, name)
        return found.id if found else None

    assert called("kiosk") == bytes.fromhex(kiosk.enrolment.device_id)
    assert called("nobody") is None
    new = _replace(make_kiosk, kiosk)
    with writing(office.office.engine) as connection:
        connection.execute(device_table.update().values(name="kiosk"))
    assert called("kiosk") == bytes.fromhex(new.enrolment.device_id)  # the one that may speak
    office.revoke(bytes.fromhex(new.enrolment.device_id))
    assert called("kiosk") is not None
    with writing(office.office.engine) as connection:
        connection.execute(device_table.update().values(revoked_at_ms=None))
    assert called("kiosk") is None
