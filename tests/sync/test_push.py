"""What happened at a kiosk reaches the office's books: once, whole, and whatever the network does."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import pytest
import sqlalchemy as sa

from kiosk.ledger import tables
from kiosk.ledger.accounts import own_money, programme, revenue
from kiosk.ledger.records import genesis_hash
from kiosk.services.canteen.tables import servings
from sync.agent import LOOK_EVERY_S, REST_S
from sync.errors import OfficeBusy, OfficeSilent
from sync.stages.backoff import Backoff
from sync.wire import columns, compression
from sync.wire.messages import Ack, Gap, Push
from sync.wire.transport import Transport
from tests.sync.batches import ask
from tests.sync.world import PRICE_FEN, SITE, SUBSIDY_FEN, Kiosk, OfficeWorld, eventually, open_world


class LosesAnswers(Transport):
    """The request arrives; the answer does not."""

    def exchange(self, path: str, body: bytes, *, wait_ms: int = 0) -> bytes:
        super().exchange(path, body, wait_ms=wait_ms)
        raise OfficeSilent("lost")


def test_a_thousand_sales_are_in_the_books_of_both(office: OfficeWorld, kiosk: Kiosk) -> None:
    kiosk.sell(1000)
    kiosk.push_all()
    assert kiosk.acked_seq() == office.head_seq(kiosk.journal_id) == 1000
    assert office.balance_fen(own_money(1)) == -1000 * PRICE_FEN
    assert office.balance_fen(programme("elders")) == -1000 * SUBSIDY_FEN
    assert office.balance_fen(revenue("canteen", SITE)) == 1000 * (PRICE_FEN + SUBSIDY_FEN)
    assert office.count(tables.records) == office.count(servings) == 1000
    assert office.reviews() == office.discrepancies() == []
    assert kiosk.push() == []


def test_the_bytes_arrive_as_they_were_written(office: OfficeWorld, kiosk: Kiosk) -> None:
    kiosk.sell(20)
    kiosk.push_all()
    query = sa.select(tables.records).order_by(tables.records.c.seq)
    with kiosk.journal.engine.connect() as here, office.office.engine.connect() as there:
        assert here.execute(query).all() == there.execute(query).all()


def test_a_lost_answer_books_nothing_twice(office: OfficeWorld, kiosk: Kiosk) -> None:
    kiosk.sell(7)
    with LosesAnswers(office.url) as losing, pytest.raises(OfficeSilent):
        kiosk.agent.push_stage.run(losing, kiosk.enrolment.pinned)
    assert kiosk.acked_seq() == 0
    kiosk.sell(1)
    kiosk.push_all()
    assert kiosk.acked_seq() == office.head_seq(kiosk.journal_id) == 8
    assert office.balance_fen(own_money(1)) == -8 * PRICE_FEN


def test_a_repeat_gets_the_same_answer_even_when_sealed(office: OfficeWorld, kiosk: Kiosk) -> None:
    kiosk.sell(3)
    batch = kiosk.agent.push_stage._batch(kiosk.journal_id, 0)[0]
    first = ask(kiosk, batch)
    office.seal(kiosk.journal_id)
    again = ask(kiosk, batch)
    assert isinstance(first, Ack)
    assert isinstance(again, Ack)
    assert (first.head_seq, first.head_hash) == (again.head_seq, again.head_hash) == (3, b"")


def test_an_office_that_lost_records_asks_for_them(office: OfficeWorld, kiosk: Kiosk) -> None:
    kiosk.sell(4)
    kiosk.agent.cursor.move(kiosk.journal_id, 3)  # so the kiosk believes
    assert ask(kiosk, kiosk.agent.push_stage._batch(kiosk.journal_id, 3)[0]) == Gap(1)
    kiosk.push_all()
    assert office.head_seq(kiosk.journal_id) == kiosk.acked_seq() == 4


def test_a_lost_catalogue_file_costs_one_repeat(office: OfficeWorld, kiosk: Kiosk) -> None:
    kiosk.sell(600)
    kiosk.push_all()
    kiosk.agent.cursor.move(kiosk.journal_id, 0)
    (pushed,) = kiosk.push()
    assert pushed.records == kiosk.acked_seq() == 600
    assert office.discrepancies() == []


def test_a_greeting_tells_the_backlog(office: OfficeWorld, kiosk: Kiosk) -> None:
    empty = compression.compress(columns.pack([]))
    genesis = genesis_hash(kiosk.journal_id)
    answer = ask(kiosk, Push(1, genesis[:8], genesis, 40, compression.NONE, empty))
    assert isinstance(answer, Ack)
    assert answer.head_seq == 0
    assert office._ask("SELECT max(claimed_seq) FROM journals") == [(40,)]


def test_kiosks_push_at_the_same_time(office: OfficeWorld, make_kiosk: Callable[..., Kiosk]) -> None:
    kiosks = [make_kiosk(f"kiosk{n}") for n in range(4)]
    for n, each in enumerate(kiosks):
        each.sell(600, resident_id=n % 2 + 1)
    threads = [threading.Thread(target=_push_until_taken, args=(each,)) for each in kiosks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [office.head_seq(each.journal_id) for each in kiosks] == [600] * 4
    assert office.balance_fen(own_money(1)) == office.balance_fen(own_money(2)) == -1200 * PRICE_FEN
    assert office.discrepancies() == []


def _push_until_taken(kiosk: Kiosk) -> None:
    """As the agent does: on a busy machine it may be told to come back, or have waited in vain."""
    backoff = Backoff()
    while True:
        try:
            kiosk.agent.push_all(kiosk.transport, lambda *_: None)
        except (OfficeBusy, OfficeSilent) as error:
            time.sleep(backoff.failed(error))
        else:
            return


def test_a_stampede_is_told_to_come_back(
    tmp_path: pytest.TempPathFactory, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sync.office.intake.gate.WAIT_S", 0.01)
    with open_world(tmp_path / "office", database_url, intakes=1) as office:  # type: ignore[operator]
        kiosk = Kiosk(tmp_path / "kiosk", office)  # type: ignore[operator]
        kiosk.sell(1)
        with office.office.gate.enter(), pytest.raises(OfficeBusy) as busy:
            kiosk.push()
        assert busy.value.delay_ms >= 500
        kiosk.push_all()
        assert kiosk.acked_seq() == 1
        kiosk.close()


def test_the_running_agent_sends_a_sale_as_it_happens(office: OfficeWorld, kiosk: Kiosk) -> None:
    running = threading.Thread(target=kiosk.agent.run)
    running.start()
    try:
        for count in (1, 2):
            kiosk.sell(1)
            assert eventually(lambda count=count: office.head_seq(kiosk.journal_id) == count)  # type: ignore[misc]
    finally:
        kiosk.agent.stop()
        office.office.news.close()  # so that nobody waits for news
        running.join()


def test_the_disk_rests_between_two_full_batches(kiosk: Kiosk) -> None:
    kiosk.sell(501)
    kiosk.pull_all()
    assert kiosk.agent._push_step(kiosk.transport) == REST_S
    assert kiosk.agent._push_step(kiosk.transport) == 0.0
    assert kiosk.agent._push_step(kiosk.transport) == LOOK_EVERY_S
