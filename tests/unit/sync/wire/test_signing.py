"""A signature is good for one key, one purpose and these very bytes."""

from __future__ import annotations

import msgspec
import pytest

from sync.errors import Garbled, UnknownKey, WrongSignature
from sync.wire import messages, signing
from sync.wire.signing import SigningKey, by_id, key_id, verified

KEY, OTHER = SigningKey(b"a" * 32), SigningKey(b"b" * 32)
SEALED = KEY.sign(b"context", b"payload")


def test_the_payload_comes_out_when_the_signature_holds() -> None:
    assert verified(SEALED, b"context", by_id(OTHER.public, KEY.public)) == b"payload"


def test_another_context_is_refused() -> None:
    with pytest.raises(WrongSignature):
        verified(SEALED, b"other", by_id(KEY.public))


@pytest.mark.parametrize("field", ["payload", "signature"])
def test_other_bytes_are_refused(field: str) -> None:
    envelope = messages.decode_envelope(SEALED)
    changed = msgspec.structs.replace(envelope, **{field: b"x" + getattr(envelope, field)[1:]})
    with pytest.raises(WrongSignature):
        verified(messages.encode(changed), b"context", by_id(KEY.public))


def test_a_key_that_is_not_known_is_named() -> None:
    with pytest.raises(UnknownKey, match=KEY.id.hex()):
        verified(SEALED, b"context", by_id(OTHER.public))


def test_a_key_under_the_id_of_another_is_refused() -> None:
    with pytest.raises(WrongSignature):
        verified(SEALED, b"context", {KEY.id: OTHER.public})
    with pytest.raises(WrongSignature):
        verified(SEALED, b"context", {KEY.id: b"no key"})


def test_what_is_no_envelope_is_refused() -> None:
    with pytest.raises(Garbled):
        verified(b"\x00", b"context", {})


def test_purposes_do_not_overlap() -> None:
    contexts = [
        signing.push_context(bytes(16)),
        signing.pull_context(),
        signing.enrol_context(),
        signing.answer_context(b""),
    ]
    for a in contexts:
        assert not any(b.startswith(a) for b in contexts if b is not a)
    assert signing.answer_context(b"one") != signing.answer_context(b"two")


def test_a_key_id_comes_from_the_key() -> None:
    assert key_id(KEY.public) == KEY.id
    assert len(KEY.id) == signing.KEY_ID_BYTES
    assert KEY.id != OTHER.id
