"""What happened at a kiosk reaches the office's books: once, whole, and whatever the network does."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable

import msgspec
import pytest
import sqlalchemy as sa

from kiosk.ledger import tables
from kiosk.ledger.accounts import own_money, programme, revenue
from kiosk.ledger.amount import Unit
from kiosk.ledger.entries import Posting
from kiosk.ledger.records import chain_hash, genesis_hash
from kiosk.services.canteen.tables import servings
from sync import columns, compression, messages, signing
from sync.cursor import journal_cursors
from sync.enrolment import read_enrolment
from sync.errors import (
    HistoryForked,
    HistoryLost,
    JournalSealed,
    OfficeBusy,
    OfficeSilent,
    Refused,
    UnknownKey,
    WrongSignature,
)
from sync.messages import Ack, Gap, Push, Refusal
from sync.signing import SigningKey
from sync.transport import Transport
from tests.sync.world import (
    PRICE_FEN,
    SITE,
    SUBSIDY_FEN,
    Kiosk,
    OfficeWorld,
    altered,
    eventually,
    meal_postings,
    open_world,
)


class Nap(msgspec.Struct, array_like=True, frozen=True):
    """A fact that no service of this version knows."""

    minutes: int


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
    first = _ask(kiosk, batch)
    office.seal(kiosk.journal_id)
    again = _ask(kiosk, batch)
    assert isinstance(first, Ack)
    assert isinstance(again, Ack)
    assert (first.head_seq, first.head_hash) == (again.head_seq, again.head_hash) == (3, b"")


def test_an_office_that_lost_records_asks_for_them(office: OfficeWorld, kiosk: Kiosk) -> None:
    kiosk.sell(4)
    kiosk.agent.cursor.move(kiosk.journal_id, 3)  # so the kiosk believes
    assert _ask(kiosk, kiosk.agent.push_stage._batch(kiosk.journal_id, 3)[0]) == Gap(1)
    kiosk.push_all()
    assert office.head_seq(kiosk.journal_id) == kiosk.acked_seq() == 4


def test_a_lost_catalogue_file_costs_one_repeat(office: OfficeWorld, kiosk: Kiosk) -> None:
    kiosk.sell(600)
    kiosk.push_all()
    kiosk.agent.cursor.move(kiosk.journal_id, 0)
    (pushed,) = kiosk.push()
    assert pushed.records == kiosk.acked_seq() == 600
    assert office.discrepancies() == []


def test_a_restored_image_that_sold_on_is_found_out(office: OfficeWorld, kiosk: Kiosk) -> None:
    kiosk.sell(10)
    _keep_image(kiosk)
    kiosk.sell(5)
    kiosk.push_all()
    _restore_image(kiosk)
    kiosk.sell(5, resident_id=2)
    kiosk.agent.cursor.move(kiosk.journal_id, 10)
    with pytest.raises(HistoryForked, match="record 11"):
        kiosk.push()
    assert [(each.seq, each.code) for each in office.reviews()] == [(11, "forked")]
    assert office.balance_fen(own_money(2)) == 0
    assert office.discrepancies() == []
    assert _refused(kiosk) == "history_forked"


def test_a_restored_image_that_sold_nothing_yet_is_found_out(office: OfficeWorld, kiosk: Kiosk) -> None:
    kiosk.sell(10)
    _keep_image(kiosk)
    kiosk.sell(5)
    kiosk.push_all()
    _restore_image(kiosk)
    kiosk.agent.cursor.move(kiosk.journal_id, 8)
    with pytest.raises(HistoryLost):
        kiosk.push()


def test_nothing_is_added_to_a_sealed_journal(office: OfficeWorld, kiosk: Kiosk) -> None:
    kiosk.sell(2)
    kiosk.push_all()
    office.seal(kiosk.journal_id)
    kiosk.sell(1)
    with pytest.raises(JournalSealed, match="record 2"):
        kiosk.push()
    assert [(each.seq, each.code) for each in office.reviews()] == [(3, "after_seal")]
    assert office.head_seq(kiosk.journal_id) == 2


def test_a_revoked_kiosk_is_not_heard(office: OfficeWorld, kiosk: Kiosk) -> None:
    kiosk.sell(1)
    office.revoke(bytes.fromhex(kiosk.enrolment.device_id))
    with pytest.raises(Refused) as refusal:
        kiosk.push()
    assert refusal.value.reason == "revoked"
    with pytest.raises(Refused):
        kiosk.pull_all()


def test_a_key_that_was_never_enrolled_is_not_heard(kiosk: Kiosk) -> None:
    kiosk.sell(1)
    batch = kiosk.agent.push_stage._batch(kiosk.journal_id, 0)[0]
    assert _refusal(kiosk, batch, key=SigningKey(bytes(32))) == "unknown_key"


def test_one_kiosk_cannot_write_into_the_journal_of_another(make_kiosk: Callable[..., Kiosk]) -> None:
    mine, theirs = make_kiosk("mine"), make_kiosk("theirs")
    mine.sell(1)
    batch = mine.agent.push_stage._batch(mine.journal_id, 0)[0]
    _, other_key = read_enrolment(theirs.folder)
    assert _refusal(mine, batch, key=other_key) == "not_your_journal"


def test_a_signature_over_other_bytes_is_refused(office: OfficeWorld, kiosk: Kiosk) -> None:
    kiosk.sell(1)
    batch = kiosk.agent.push_stage._batch(kiosk.journal_id, 0)[0]
    _, key = read_enrolment(kiosk.folder)
    body = key.seal(signing.push_context(kiosk.journal_id), messages.encode(batch))
    envelope = messages.decode_envelope(body)
    more = messages.encode(msgspec.structs.replace(batch, claimed_seq=9))
    assert _exchanged(kiosk, messages.encode(msgspec.structs.replace(envelope, payload=more))) == Refusal(
        "wrong_signature", key.id.hex()
    )
    for_another_journal = key.seal(signing.push_context(bytes(16)), messages.encode(batch))
    assert _exchanged(kiosk, for_another_journal) == Refusal("wrong_signature", key.id.hex())
    assert office.head_seq(kiosk.journal_id) == 0


def test_records_that_do_not_make_a_chain_are_refused(kiosk: Kiosk) -> None:
    kiosk.sell(2)
    batch = kiosk.agent.push_stage._batch(kiosk.journal_id, 0)[0]
    assert _refusal(kiosk, msgspec.structs.replace(batch, head_hash=bytes(32))) == "broken_chain"


def test_too_many_records_at_once_are_refused(kiosk: Kiosk) -> None:
    kiosk.sell(1)
    batch = kiosk.agent.push_stage._batch(kiosk.journal_id, 0)[0]
    many = compression.compress(columns.pack([b"x"] * 501))
    assert _refusal(kiosk, msgspec.structs.replace(batch, records=many, dictionary=0)) == "batch_too_large"


def test_an_answer_from_a_stranger_moves_nothing(kiosk: Kiosk) -> None:
    kiosk.sell(1)
    with pytest.raises(UnknownKey):
        kiosk.agent.push_stage.run(kiosk.transport, signing.by_id(SigningKey(bytes(32)).public))
    assert kiosk.acked_seq() == 0


def test_an_answer_to_another_request_is_refused(kiosk: Kiosk) -> None:
    kiosk.sell(1)
    batch = kiosk.agent.push_stage._batch(kiosk.journal_id, 0)[0]
    _, key = read_enrolment(kiosk.folder)
    body = key.seal(signing.push_context(kiosk.journal_id), messages.encode(batch))
    answered = kiosk.transport.exchange(_path(kiosk), body)
    with pytest.raises(WrongSignature):
        signing.unseal(answered, signing.answer_context(body + b"!"), kiosk.enrolment.pinned)


def test_a_kind_that_is_not_known_yet_is_kept_and_put_up_for_review(
    office: OfficeWorld, kiosk: Kiosk
) -> None:
    kiosk.write("nap", 3, Nap(20), *meal_postings(1))
    kiosk.sell(1)
    kiosk.push_all()
    assert kiosk.acked_seq() == 2
    assert [(each.seq, each.code, each.detail) for each in office.reviews()] == [
        (1, "unknown_kind", "nap version 3")
    ]
    assert office.balance_fen(own_money(1)) == -2 * PRICE_FEN
    assert office.discrepancies() == []


HUGE = Posting(own_money(1), 2**64 - 1, Unit.FEN), Posting(own_money(2), -(2**63), Unit.FEN)


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (lambda raw, seq: b"\xc1 no record", "unreadable_record"),
        (lambda raw, seq: altered(raw, seq + 9), "wrong_seq"),
        (lambda raw, seq: altered(raw, seq, postings=meal_postings(1)[:2]), "unbalanced"),
        (
            lambda raw, seq: altered(raw, seq, postings=(HUGE[0], Posting("x", -(2**63)), HUGE[1])),
            "unbalanced",
        ),
        (
            lambda raw, seq: altered(
                raw, seq, postings=(Posting("x", 2**63), Posting("y", -(2**62)), Posting("z", -(2**62)))
            ),
            "unbookable",
        ),
        (lambda raw, seq: altered(raw, seq, body=msgspec.Raw(b"\x93\x01\x02\x03")), "unread_body"),
    ],
    ids=["garbage", "wrong seq", "unbalanced", "huge and unbalanced", "huge", "wrong body"],
)
def test_a_bad_record_is_kept_and_blocks_nothing(
    office: OfficeWorld, kiosk: Kiosk, make: Callable[[bytes, int], bytes], code: str
) -> None:
    kiosk.sell(2)
    raws = [kiosk.last_raw()]
    kiosk.push_all()
    head = kiosk.journal.head
    # A journal cannot go on from a record it cannot read, so the batch is made by hand.
    raws = [make(raws[0], head.seq + 1), altered(raws[0], head.seq + 2)]
    answer = _ask(kiosk, _batch(head.seq + 1, head.hash, raws))
    assert isinstance(answer, Ack)
    assert answer.head_seq == 4
    assert [(each.seq, each.code) for each in office.reviews()] == [(3, code)]
    served = 4 if code == "unread_body" else 3
    assert office.balance_fen(own_money(1)) == -served * PRICE_FEN
    assert office.count(servings) == 3
    assert office.discrepancies() == []


def test_a_greeting_tells_the_backlog(office: OfficeWorld, kiosk: Kiosk) -> None:
    empty = compression.compress(columns.pack([]))
    genesis = genesis_hash(kiosk.journal_id)
    answer = _ask(kiosk, Push(1, genesis[:8], genesis, 40, compression.NONE, empty))
    assert isinstance(answer, Ack)
    assert answer.head_seq == 0
    assert office._ask("SELECT max(claimed_seq) FROM journals") == [(40,)]


def test_kiosks_push_at_the_same_time(office: OfficeWorld, make_kiosk: Callable[..., Kiosk]) -> None:
    kiosks = [make_kiosk(f"kiosk{n}") for n in range(4)]
    for n, each in enumerate(kiosks):
        each.sell(600, resident_id=n % 2 + 1)
    threads = [threading.Thread(target=each.push_all) for each in kiosks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [office.head_seq(each.journal_id) for each in kiosks] == [600] * 4
    assert office.balance_fen(own_money(1)) == office.balance_fen(own_money(2)) == -1200 * PRICE_FEN
    assert office.discrepancies() == []


def test_a_stampede_is_told_to_come_back(
    tmp_path: pytest.TempPathFactory, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sync.office.office.GATE_WAIT_S", 0.01)
    with open_world(tmp_path / "office", database_url, intakes=1) as office:  # type: ignore[operator]
        kiosk = Kiosk(tmp_path / "kiosk", office)  # type: ignore[operator]
        kiosk.sell(1)
        with office.office.intake(), pytest.raises(OfficeBusy) as busy:
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


def _batch(first_seq: int, previous_hash: bytes, raws: list[bytes]) -> Push:
    head_hash = previous_hash
    for raw in raws:
        head_hash = chain_hash(head_hash, raw)
    packed = compression.compress(columns.pack(raws), compression.SALES)
    last_seq = first_seq + len(raws) - 1
    return Push(first_seq, previous_hash[:8], head_hash, last_seq, compression.SALES, packed)


def _path(kiosk: Kiosk) -> str:
    return f"/v1/journals/{kiosk.journal_id.hex()}"


def _ask(kiosk: Kiosk, batch: Push, key: SigningKey | None = None) -> messages.Answer:
    key = key or read_enrolment(kiosk.folder)[1]
    context = signing.push_context(kiosk.journal_id)
    return kiosk.transport.ask(_path(kiosk), context, batch, key, kiosk.enrolment.pinned)


def _refusal(kiosk: Kiosk, batch: Push, key: SigningKey | None = None) -> str:
    with pytest.raises(Refused) as refusal:
        _ask(kiosk, batch, key)
    return refusal.value.reason


def _exchanged(kiosk: Kiosk, body: bytes) -> messages.Answer:
    answered = kiosk.transport.exchange(_path(kiosk), body)
    payload = signing.unseal(answered, signing.answer_context(body), kiosk.enrolment.pinned)
    return messages.decode_answer(payload)


def _keep_image(kiosk: Kiosk) -> None:
    kiosk.close_journal()
    shutil.copy(kiosk.folder / "journal.db", kiosk.folder / "image")
    kiosk.journal = kiosk._open_journal()


def _restore_image(kiosk: Kiosk) -> None:
    kiosk.close_journal()
    kiosk.agent.push_stage._engine.dispose()
    for name in ("journal.db-wal", "journal.db-shm"):
        (kiosk.folder / name).unlink(missing_ok=True)
    shutil.copy(kiosk.folder / "image", kiosk.folder / "journal.db")
    kiosk.journal = kiosk._open_journal()


def _refused(kiosk: Kiosk) -> str:
    with kiosk.agent.cursor._engine.begin() as connection:
        return connection.execute(sa.select(journal_cursors.c.refused)).scalar_one()
