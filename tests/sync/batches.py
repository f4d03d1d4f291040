"""Batches and requests made by hand, for what an honest kiosk would not send."""

from __future__ import annotations

import pytest

from kiosk.ledger.records import chain_hash
from sync.enrolling.enrolment import read_enrolment
from sync.errors import Refused
from sync.wire import columns, compression, messages, signing
from sync.wire.messages import Push
from sync.wire.signing import SigningKey
from tests.sync.world import Kiosk


def batch(first_seq: int, previous_hash: bytes, raws: list[bytes]) -> Push:
    head_hash = previous_hash
    for raw in raws:
        head_hash = chain_hash(head_hash, raw)
    packed = compression.compress(columns.pack(raws), compression.SALES)
    last_seq = first_seq + len(raws) - 1
    return Push(first_seq, previous_hash[:8], head_hash, last_seq, compression.SALES, packed)


def path(kiosk: Kiosk) -> str:
    return f"/v1/journals/{kiosk.journal_id.hex()}"


def ask(kiosk: Kiosk, batch: Push, key: SigningKey | None = None) -> messages.Answer:
    key = key or read_enrolment(kiosk.folder)[1]
    context = signing.push_context(kiosk.journal_id)
    return kiosk.transport.ask(path(kiosk), context, batch, key, kiosk.enrolment.pinned)


def refusal(kiosk: Kiosk, batch: Push, key: SigningKey | None = None) -> str:
    with pytest.raises(Refused) as refusal:
        ask(kiosk, batch, key)
    return refusal.value.reason


def exchanged(kiosk: Kiosk, body: bytes) -> messages.Answer:
    answered = kiosk.transport.exchange(path(kiosk), body)
    payload = signing.verified(answered, signing.answer_context(body), kiosk.enrolment.pinned)
    return messages.decode_answer(payload)
