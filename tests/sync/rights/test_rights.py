"""Spending rights: nobody's account is overdrawn, however long kiosks are cut off from each other."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kiosk.catalogue.items import Kind, decode_value
from kiosk.ledger.accounts import opening, own_money
from kiosk.ledger.amount import Amount
from kiosk.ledger.entries import Posting
from kiosk.ledger.rights import Grant, Turnover, position
from sync.office.books import own_journal
from sync.office.books.own_journal import HeldByKiosks
from sync.office.books.writeoff import write_off
from sync.office.rights.rights import available
from sync.office.store.database import reading, writing
from sync.office.store.tables import catalogue_items, grants
from tests.sync.world import PRICE_FEN, SITE, Kiosk, OfficeWorld, open_world

ACCOUNT = own_money(1)


def _grants(office: OfficeWorld) -> dict[bytes, Grant]:
    with reading(office.office.engine) as connection:
        values = connection.execute(
            sa.select(catalogue_items.c.value).where(catalogue_items.c.kind == Kind.GRANT)
        )
        found = [decode_value(Kind.GRANT, value) for value in values.scalars()]
    return {grant.journal_id: grant for grant in found if grant.account == ACCOUNT}


def _granted(office: OfficeWorld) -> dict[bytes, int]:
    with reading(office.office.engine) as connection:
        rows = connection.execute(sa.select(grants.c.journal_id, grants.c.granted))
        return {row.journal_id: row.granted for row in rows}


def test_the_home_kiosk_holds_all_there_is(office: OfficeWorld, kiosk: Kiosk) -> None:
    office.resident(1, opening_fen=5000)
    assert _grants(office)[kiosk.journal_id].granted == 5000
    office.enter("topup", ACCOUNT, 2000)
    grant = _grants(office)[kiosk.journal_id]
    assert (grant.granted, grant.balance) == (7000, 7000)


def test_a_resident_without_money_has_a_grant_of_nothing(office: OfficeWorld, kiosk: Kiosk) -> None:
    office.resident(1)
    assert _grants(office)[kiosk.journal_id].granted == 0


def test_money_waits_until_the_site_has_a_kiosk(
    office: OfficeWorld, make_kiosk: Callable[..., Kiosk]
) -> None:
    office.resident(1, opening_fen=5000)
    assert _grants(office) == {}
    kiosk = make_kiosk()
    assert _grants(office)[kiosk.journal_id].granted == 5000


def test_a_sale_at_home_needs_no_news(office: OfficeWorld, kiosk: Kiosk) -> None:
    office.resident(1, opening_fen=5000)
    revision = office._ask("SELECT revision FROM regions")
    kiosk.sell(3)
    kiosk.push_all()
    assert office._ask("SELECT revision FROM regions") == revision
    now = position(_grants(office)[kiosk.journal_id], Turnover(0, 3 * PRICE_FEN))
    assert now.outstanding == now.balance == 5000 - 3 * PRICE_FEN


def test_a_sale_elsewhere_is_told_to_the_home_kiosk(
    office: OfficeWorld, make_kiosk: Callable[..., Kiosk]
) -> None:
    home, elsewhere = make_kiosk("home"), make_kiosk("elsewhere", site="elsewhere")
    office.resident(1, opening_fen=5000)
    elsewhere.sell(1)
    elsewhere.push_all()
    grant = _grants(office)[home.journal_id]
    assert (grant.granted, grant.balance) == (5000, 5000 - PRICE_FEN)
    with writing(office.office.engine) as connection:
        assert available(connection, 1, ACCOUNT) == -PRICE_FEN
    office.enter("topup", ACCOUNT, 3000)
    assert _grants(office)[home.journal_id].granted == 5000 + 3000 - PRICE_FEN


def test_the_office_does_not_take_what_a_kiosk_may_be_spending(office: OfficeWorld, kiosk: Kiosk) -> None:
    office.resident(1, opening_fen=5000)
    with pytest.raises(HeldByKiosks) as refusal:
        office.enter("refund", ACCOUNT, -1000)
    assert refusal.value.missing == Amount(1000)
    assert office.balance_fen(ACCOUNT) == 5000
    office.enter("refund", ACCOUNT, -1000, accept_exposure=True)
    assert office.balance_fen(ACCOUNT) == 4000
    office.enter("topup", ACCOUNT, 1500)
    assert _grants(office)[kiosk.journal_id].granted == 5500


def test_what_a_sealed_journal_left_is_granted_to_its_successor(
    office: OfficeWorld, make_kiosk: Callable[..., Kiosk]
) -> None:
    first = make_kiosk("first")
    office.resident(1, opening_fen=5000)
    first.sell(2)
    first.push_all()
    second = make_kiosk("second")
    assert _granted(office).get(second.journal_id, 0) == 0
    with writing(office.office.engine) as connection:
        write_off(connection, 1, bytes.fromhex(first.enrolment.device_id), operator="", at_ms=1)
    assert _grants(office)[second.journal_id].granted == 5000 - 2 * PRICE_FEN
    assert _granted(office)[first.journal_id] == 5000


def test_a_new_home_gets_what_comes_in_from_now_on(
    office: OfficeWorld, make_kiosk: Callable[..., Kiosk]
) -> None:
    old, new = make_kiosk("old"), make_kiosk("new", site="elsewhere")
    office.resident(1, opening_fen=5000)
    office.resident(1, site="elsewhere")
    office.enter("topup", ACCOUNT, 700)
    granted = _granted(office)
    assert (granted[old.journal_id], granted[new.journal_id]) == (5000, 700)


def test_a_sale_at_the_old_home_is_told_to_the_new(
    office: OfficeWorld, make_kiosk: Callable[..., Kiosk]
) -> None:
    old, new = make_kiosk("old"), make_kiosk("new", site="elsewhere")
    office.resident(1, opening_fen=5000)
    office.resident(1, site="elsewhere")
    assert _grants(office)[new.journal_id].balance == 5000
    old.sell(1)
    old.push_all()
    assert _grants(office)[new.journal_id].balance == 5000 - PRICE_FEN


def test_a_home_that_overspent_is_granted_all_that_is_left(office: OfficeWorld, kiosk: Kiosk) -> None:
    office.resident(1, opening_fen=1000)
    kiosk.sell(2)  # by a right that was granted beyond what there is
    kiosk.push_all()
    assert _grants(office)[kiosk.journal_id].granted == 2000
    office.enter("topup", ACCOUNT, 3000)
    assert _grants(office)[kiosk.journal_id].granted == 4000
    assert position(_grants(office)[kiosk.journal_id], Turnover(0, 2000)).outstanding == 2000


def test_an_entry_asked_for_twice_is_booked_once(office: OfficeWorld) -> None:
    office.resident(1)
    first, again = office.enter("one id", ACCOUNT, 100), office.enter("one id", ACCOUNT, 100)
    assert first == again
    assert office.balance_fen(ACCOUNT) == 100


@dataclass
class _Counter:
    """A kiosk as the arithmetic sees it: the grant it last heard of, and all that it has sold."""

    kiosk: Kiosk
    grant: Grant | None = None
    spent: int = 0

    def hear(self, office: OfficeWorld) -> None:
        self.grant = _grants(office).get(self.kiosk.journal_id, self.grant)

    def sell(self) -> None:
        """Sell if the rules of the counter allow it."""
        if position(self.grant, Turnover(0, self.spent)).outstanding >= PRICE_FEN:
            self.kiosk.sell(1)
            self.spent += PRICE_FEN


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("top up"), st.integers(1, 4000)),
        st.tuples(st.just("take back"), st.integers(1, 3000)),
        st.tuples(st.sampled_from(["sell", "push", "hear"]), st.integers(0, 1)),
        st.tuples(st.just("move"), st.integers(0, 1)),
    ),
    min_size=5,
    max_size=25,
)


@settings(max_examples=12, suppress_health_check=list(HealthCheck))
@given(steps=STEPS)
def test_no_cut_in_the_network_overdraws_an_account(steps: list[tuple[str, int]]) -> None:
    with tempfile.TemporaryDirectory() as name, open_world(Path(name) / "office", "") as office:
        sites = (SITE, "elsewhere")
        counters = [_Counter(Kiosk(Path(name) / site, office, site, site)) for site in sites]
        office.resident(1, opening_fen=3000)
        before: dict[bytes, int] = {}
        for n, (act, figure) in enumerate(steps):
            _do(office, counters, act, figure, n)
            after = _granted(office)
            assert all(after[journal_id] >= granted for journal_id, granted in before.items())
            with writing(office.office.engine) as connection:
                assert available(connection, 1, ACCOUNT) >= 0
            before = after
        for counter in counters:
            counter.kiosk.push_all()
        assert office.balance_fen(ACCOUNT) >= 0
        assert office.discrepancies() == []
        for counter in counters:
            counter.kiosk.close()


def _do(office: OfficeWorld, counters: list[_Counter], act: str, figure: int, n: int) -> None:
    match act:
        case "top up":
            office.enter(f"step {n}", ACCOUNT, figure)
        case "take back":
            try:
                office.enter(f"step {n}", ACCOUNT, -figure)
            except HeldByKiosks:
                return
        case "sell":
            counters[figure].sell()
        case "push":
            counters[figure].kiosk.push_all()
        case "hear":
            counters[figure].hear(office)
        case "move":
            office.resident(1, site=(SITE, "elsewhere")[figure])


def test_many_entries_are_one_transaction(office: OfficeWorld) -> None:
    with pytest.raises(HeldByKiosks), writing(office.office.engine) as connection:
        own_journal.enter(
            connection,
            1,
            [
                own_journal.Entry("a", "topup", _both(500)),
                own_journal.Entry("b", "correction", _both(-900)),
            ],
            operator="clerk",
            at_ms=1,
        )
    assert office.balance_fen(ACCOUNT) == 0


def _both(fen: int) -> tuple[Posting, ...]:
    return Posting(ACCOUNT, fen), Posting(opening(), -fen)
