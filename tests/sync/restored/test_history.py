"""What earlier journals held comes back from the office: proved, resumable, and to nobody else."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import msgspec
import pytest
import sqlalchemy as sa

from kiosk.catalogue.earlier import history
from kiosk.ledger import tables
from kiosk.ledger.accounts import own_money
from kiosk.ledger.amount import Unit
from kiosk.ledger.entries import Posting
from kiosk.ledger.follow_ups import REVERSAL, GivenBack
from kiosk.ledger.records import decode
from kiosk.services.canteen.records import MEAL_SERVED
from kiosk.services.canteen.tables import earlier_meals, earlier_servings
from kiosk.services.charging.records import CHARGING_ENDED, ChargingEnded
from kiosk.services.listed import KINDS
from sync.agent import LOOK_EVERY_S, Agent
from sync.enrolling.enrolment import read_enrolment
from sync.errors import Garbled, Refused
from sync.office.api.returned_records import HORIZON_MS, build_records
from sync.office.store.database import writing
from sync.office.store.tables import batches, devices, journals
from sync.stages.history import AGAIN_AFTER_S
from sync.wire import columns, compression, messages, signing
from sync.wire.messages import MAX_BATCH_RECORDS, History, Records, StaleCounter
from tests.factories import REGION
from tests.sync.world import PRICE_FEN, SITE, SUBSIDY_FEN, Kiosk, OfficeWorld, altered

DAY, LUNCH = date(2026, 3, 2).isoformat(), "lunch"  # of the sales in this world
Make = Callable[..., Kiosk]


def _replace(make_kiosk: Make, old: Kiosk, name: str = "new") -> Kiosk:
    return make_kiosk(name, replaces=bytes.fromhex(old.enrolment.device_id))


def _held(kiosk: Kiosk) -> list[tuple[bytes, int, bytes, bytes]]:
    with kiosk.agent.history_stage._engine.connect() as connection:
        h = history.c
        query = sa.select(h.journal_id, h.seq, h.raw, h.hash).order_by(h.journal_id, h.seq)
        return [tuple(row) for row in connection.execute(query)]


def _written(kiosk: Kiosk) -> list[tuple[bytes, int, bytes, bytes]]:
    with kiosk.journal.engine.connect() as connection:
        r = tables.records.c
        query = sa.select(r.journal_id, r.seq, r.raw, r.hash).order_by(r.journal_id, r.seq)
        return [tuple(row) for row in connection.execute(query)]


def test_a_new_kiosk_knows_who_ate_at_the_one_it_replaces(
    office: OfficeWorld, kiosk: Kiosk, make_kiosk: Make
) -> None:
    office.resident(1, opening_fen=5000)
    kiosk.sell(1, resident_id=1)
    kiosk.push_all()
    new = _replace(make_kiosk, kiosk)
    catalogue = new.catalogue
    assert earlier_servings(catalogue, REGION, 1, DAY, LUNCH) == []
    assert new.fetch_history() == 1
    assert [row[2:4] for row in earlier_servings(catalogue, REGION, 1, DAY, LUNCH)] == [(1, 1)]
    assert earlier_meals(catalogue, REGION, 1, 3) == [(DAY, LUNCH, PRICE_FEN, 1)]
    assert earlier_servings(catalogue, REGION, 2, DAY, LUNCH) == []
    assert earlier_servings(catalogue, REGION, 1, DAY, "dinner") == []
    assert _held(new) == _written(kiosk)
    assert office.balance_fen(own_money(1)) == 5000 - PRICE_FEN


def test_a_portion_that_was_undone_before_the_change_can_be_had_again(
    office: OfficeWorld, kiosk: Kiosk, make_kiosk: Make
) -> None:
    kiosk.sell(1)
    meal = decode(kiosk.last_raw())
    undone = GivenBack(1, PRICE_FEN + SUBSIDY_FEN, kiosk.journal_id, *MEAL_SERVED, meal.body)
    back = [Posting(each.account, -each.quantity) for each in meal.postings]
    kiosk.write(*REVERSAL, undone, *back)
    kiosk.push_all()
    new = _replace(make_kiosk, kiosk)
    assert new.fetch_history() == 2
    catalogue = new.catalogue
    assert sorted(row[2:4] for row in earlier_servings(catalogue, REGION, 1, DAY, LUNCH)) == [(1, -1), (1, 1)]
    assert earlier_meals(catalogue, REGION, 1, 3) == []
    assert office.balance_fen(own_money(1)) == 0


def test_services_that_are_listed_later_look_up_what_came_before(
    office: OfficeWorld, kiosk: Kiosk, make_kiosk: Make
) -> None:
    kiosk.sell(1)
    kiosk.push_all()
    new = _replace(make_kiosk, kiosk)
    new.start_again(kinds=())
    assert new.fetch_history() == 1
    assert earlier_servings(new.catalogue, REGION, 1, DAY, LUNCH) == []
    for _ in range(2):
        new.start_again()
        assert [row[2:4] for row in earlier_servings(new.catalogue, REGION, 1, DAY, LUNCH)] == [(1, 1)]


def test_history_that_an_earlier_release_fetched_is_looked_up(
    office: OfficeWorld, kiosk: Kiosk, make_kiosk: Make
) -> None:
    kiosk.sell(1)
    kiosk.push_all()
    new = _replace(make_kiosk, kiosk)
    new.start_again(kinds=())
    new.fetch_history()
    with new.agent.history_stage._engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE looked_up")
        connection.exec_driver_sql("ALTER TABLE history ADD COLUMN resident_id BIGINT")
    new.start_again()
    assert [row[2:4] for row in earlier_servings(new.catalogue, REGION, 1, DAY, LUNCH)] == [(1, 1)]


def test_a_record_that_no_service_can_read_hides_none_of_the_others(
    office: OfficeWorld, kiosk: Kiosk, make_kiosk: Make
) -> None:
    kiosk.sell(1)
    kiosk.write_raw(lambda seq: altered(kiosk.last_raw(), seq, body=msgspec.Raw(b"\x90")))
    kiosk.push_all()
    new = _replace(make_kiosk, kiosk)
    assert new.fetch_history() == 2
    assert [row[2:4] for row in earlier_servings(new.catalogue, REGION, 1, DAY, LUNCH)] == [(1, 1)]


def test_a_session_of_charging_hides_nothing_that_came_with_it(
    office: OfficeWorld, kiosk: Kiosk, make_kiosk: Make
) -> None:
    """Town 39: what settles a hold was looked up in a table that is not there, and history never came."""
    kiosk.sell(1)
    socket = "0123456789abcdef", SITE, "shed", 1
    came_to = "full", "energy", 1, None, None, 0, 0, 0, (), 0, 0, 0
    kiosk.write(*CHARGING_ENDED, ChargingEnded(1, 500, kiosk.journal_id, 1, Unit.FEN, *socket, *came_to))
    kiosk.sell(1, resident_id=2)
    kiosk.push_all()
    new = _replace(make_kiosk, kiosk)
    assert new.fetch_history() == 3
    for resident_id in (1, 2):
        assert [row[2:4] for row in earlier_servings(new.catalogue, REGION, resident_id, DAY, LUNCH)] == [
            (1, 1)
        ]


def test_a_long_history_comes_piece_by_piece_and_goes_on_where_it_was_cut(
    office: OfficeWorld, kiosk: Kiosk, make_kiosk: Make
) -> None:
    kiosk.sell(2 * MAX_BATCH_RECORDS + 7)
    kiosk.push_all()
    new = _replace(make_kiosk, kiosk)
    first = new.agent.history_stage.run(new.transport, new.enrolment.pinned)
    assert (first.records, first.more) == (MAX_BATCH_RECORDS, True)
    new.agent.close()
    new.agent = Agent(new.folder, kinds=lambda: KINDS)
    assert new.fetch_history() == MAX_BATCH_RECORDS + 7
    assert _held(new) == _written(kiosk)
    assert new.fetch_history() == 0


def test_what_reaches_the_office_late_comes_too(office: OfficeWorld, kiosk: Kiosk, make_kiosk: Make) -> None:
    kiosk.sell(3)
    kiosk.push_all()
    moved_on_s = [0.0]
    new = _replace(make_kiosk, kiosk)
    new.agent.history_stage._monotonic_s = lambda: moved_on_s[0]
    assert new.fetch_history() == 3
    with writing(office.office.engine) as connection:
        connection.execute(journals.update().values(sealed=False))
        connection.execute(devices.update().values(revoked_at_ms=None))
    kiosk.sell(2)
    kiosk.push_all()
    assert new.fetch_history() == 0
    moved_on_s[0] = AGAIN_AFTER_S + 1
    assert new.fetch_history() == 2
    assert _held(new) == _written(kiosk)


def test_what_is_older_than_a_quarter_stays_at_the_office(
    office: OfficeWorld, kiosk: Kiosk, make_kiosk: Make
) -> None:
    kiosk.sell(4)
    kiosk.push_all()
    with writing(office.office.engine) as connection:
        connection.execute(batches.update().values(received_at_ms=office.office.now_ms() - HORIZON_MS - 1))
    kiosk.sell(2)
    kiosk.push_all()
    new = _replace(make_kiosk, kiosk)
    assert new.fetch_history() == 2
    assert [row[1] for row in _held(new)] == [5, 6]


def test_the_kiosk_before_the_last_one_is_remembered(
    office: OfficeWorld, kiosk: Kiosk, make_kiosk: Make
) -> None:
    kiosk.sell(1)
    kiosk.push_all()
    second = _replace(make_kiosk, kiosk, "second")
    second.sell(2)
    second.push_all()
    third = _replace(make_kiosk, second, "third")
    assert third.enrolment.predecessors == (kiosk.enrolment.journal_id, second.enrolment.journal_id)
    assert third.fetch_history() == 3
    assert sorted(_held(third)) == sorted(_written(kiosk) + _written(second))


def test_nobody_gets_the_history_of_another_kiosk(kiosk: Kiosk, make_kiosk: Make) -> None:
    kiosk.sell(1)
    kiosk.push_all()
    stranger = make_kiosk("stranger")
    with pytest.raises(Refused) as refusal:
        _ask(stranger, History(1, kiosk.journal_id, 0))
    assert refusal.value.reason == "not_your_history"
    assert isinstance(_ask(kiosk, History(1, kiosk.journal_id, 0)), Records)


def test_a_recorded_request_gets_nothing(kiosk: Kiosk) -> None:
    kiosk.sell(1)
    kiosk.push_all()
    asked = History(7, kiosk.journal_id, 0)
    assert isinstance(_ask(kiosk, asked), Records)
    assert _ask(kiosk, asked) == StaleCounter(7)


def test_a_kiosk_that_lost_its_counter_still_gets_its_history(kiosk: Kiosk, make_kiosk: Make) -> None:
    kiosk.sell(1)
    kiosk.push_all()
    new = _replace(make_kiosk, kiosk)
    _ask(new, History(40, kiosk.journal_id, 0))
    assert new.fetch_history() == 1


@pytest.mark.parametrize("fault", ["hash before", "a record", "head hash", "begins too early"])
def test_history_that_does_not_prove_itself_is_not_kept(
    kiosk: Kiosk, make_kiosk: Make, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    kiosk.sell(3)
    kiosk.push_all()
    new = _replace(make_kiosk, kiosk)

    def build(*arguments: Any) -> Records:
        honest = build_records(*arguments)
        raws = columns.unpack(compression.decompress(honest.records, honest.dictionary))
        raws[1] = altered(raws[1], 2, operator="somebody")
        packed = compression.compress(columns.pack(raws), compression.SALES)
        faulty: dict[str, dict[str, Any]] = {
            "hash before": {"previous_hash": bytes(32)},
            "a record": {"records": packed},
            "head hash": {"head_hash": bytes(32)},
            "begins too early": {"first_seq": 0},
        }
        return msgspec.structs.replace(honest, **faulty[fault])

    with monkeypatch.context() as patch:
        patch.setattr("sync.office.api.answering.build_records", build)
        with pytest.raises(Garbled, match="history"):
            new.fetch_history()
    assert _held(new) == []
    assert new.fetch_history() == 3


def test_sales_go_before_history(office: OfficeWorld, kiosk: Kiosk, make_kiosk: Make) -> None:
    kiosk.sell(5)
    kiosk.push_all()
    new = _replace(make_kiosk, kiosk)
    new.agent._waiting["push"] = True
    assert new.agent._history_step(new.transport) == LOOK_EVERY_S
    assert _held(new) == []
    new.agent._push_step(new.transport)
    new.agent._history_step(new.transport)
    assert len(_held(new)) == 5


def _ask(kiosk: Kiosk, asked: History) -> messages.Answer:
    _, key = read_enrolment(kiosk.folder)
    context = signing.history_context()
    return kiosk.transport.ask("/v1/history", context, asked, key, kiosk.enrolment.pinned)
