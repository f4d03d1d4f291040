"""Who may write, into which journal, and with whose signature."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import pytest

from sync.enrolling.enrolment import read_enrolment
from sync.errors import Refused, UnknownKey, WrongSignature
from sync.wire import columns, compression, messages, signing
from sync.wire.messages import Refusal
from sync.wire.signing import SigningKey
from tests.sync.batches import exchanged, path, refusal
from tests.sync.world import Kiosk, OfficeWorld


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
    assert refusal(kiosk, batch, key=SigningKey(bytes(32))) == "unknown_key"


def test_one_kiosk_cannot_write_into_the_journal_of_another(make_kiosk: Callable[..., Kiosk]) -> None:
    mine, theirs = make_kiosk("mine"), make_kiosk("theirs")
    mine.sell(1)
    batch = mine.agent.push_stage._batch(mine.journal_id, 0)[0]
    _, other_key = read_enrolment(theirs.folder)
    assert refusal(mine, batch, key=other_key) == "not_your_journal"


def test_a_signature_over_other_bytes_is_refused(office: OfficeWorld, kiosk: Kiosk) -> None:
    kiosk.sell(1)
    batch = kiosk.agent.push_stage._batch(kiosk.journal_id, 0)[0]
    _, key = read_enrolment(kiosk.folder)
    body = key.sign(signing.push_context(kiosk.journal_id), messages.encode(batch))
    envelope = messages.decode_envelope(body)
    more = messages.encode(msgspec.structs.replace(batch, claimed_seq=9))
    assert exchanged(kiosk, messages.encode(msgspec.structs.replace(envelope, payload=more))) == Refusal(
        "wrong_signature", key.id.hex()
    )
    for_another_journal = key.sign(signing.push_context(bytes(16)), messages.encode(batch))
    assert exchanged(kiosk, for_another_journal) == Refusal("wrong_signature", key.id.hex())
    assert office.head_seq(kiosk.journal_id) == 0


def test_records_that_do_not_make_a_chain_are_refused(kiosk: Kiosk) -> None:
    kiosk.sell(2)
    batch = kiosk.agent.push_stage._batch(kiosk.journal_id, 0)[0]
    assert refusal(kiosk, msgspec.structs.replace(batch, head_hash=bytes(32))) == "broken_chain"


def test_too_many_records_at_once_are_refused(kiosk: Kiosk) -> None:
    kiosk.sell(1)
    batch = kiosk.agent.push_stage._batch(kiosk.journal_id, 0)[0]
    many = compression.compress(columns.pack([b"x"] * 501))
    assert refusal(kiosk, msgspec.structs.replace(batch, records=many, dictionary=0)) == "batch_too_large"


def test_an_answer_from_a_stranger_moves_nothing(kiosk: Kiosk) -> None:
    kiosk.sell(1)
    with pytest.raises(UnknownKey):
        kiosk.agent.push_stage.run(kiosk.transport, signing.by_id(SigningKey(bytes(32)).public))
    assert kiosk.acked_seq() == 0


def test_an_answer_to_another_request_is_refused(kiosk: Kiosk) -> None:
    kiosk.sell(1)
    batch = kiosk.agent.push_stage._batch(kiosk.journal_id, 0)[0]
    _, key = read_enrolment(kiosk.folder)
    body = key.sign(signing.push_context(kiosk.journal_id), messages.encode(batch))
    answered = kiosk.transport.exchange(path(kiosk), body)
    with pytest.raises(WrongSignature):
        signing.verified(answered, signing.answer_context(body + b"!"), kiosk.enrolment.pinned)
