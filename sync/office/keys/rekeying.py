"""A device goes on under another key: its journals, rights and place in the books stay what they are."""

from __future__ import annotations

import sqlalchemy as sa

from sync.errors import Refused, UnknownKey, WrongSignature
from sync.office.store.database import lock
from sync.office.store.tables import devices
from sync.wire import messages, signing
from sync.wire.messages import Noted, Rekey
from sync.wire.signing import key_id


def rekey(connection: sa.Connection, region_id: int, body: bytes) -> Noted:
    """Take the new key for the old one. The same request again, its answer lost, gets the same answer.

    Raises `UnknownKey`, `WrongSignature`, or `Refused` with `revoked` or `key_in_use`.
    """
    envelope = messages.decode_envelope(body)
    request = messages.decode_request(envelope.payload, Rekey)
    _check_proof(request, envelope.key_id)
    new_id = key_id(request.public_key)
    d = devices.c
    mine = (d.region_id == region_id) & (d.key_id == envelope.key_id)
    row = connection.execute(lock(sa.select(devices).where(mine))).one_or_none()
    if row is None:
        return _repeated(connection, region_id, body, new_id)
    signing.verify(envelope, signing.rekey_context(), row.public_key)
    if row.revoked_at_ms is not None:
        raise Refused("revoked")
    taken = sa.select(d.device_id).where(d.region_id == region_id, d.key_id == new_id)
    if connection.execute(taken).first() is not None:
        raise Refused("key_in_use", new_id.hex())
    change = {"public_key": request.public_key, "key_id": new_id, "former_public_key": row.public_key}
    connection.execute(devices.update().where(mine).values(change))
    return Noted()


def _check_proof(request: Rekey, old_id: bytes) -> None:
    """Whoever asks has the new key, and means to put it in this one's place."""
    keys = signing.by_id(request.public_key)
    if signing.verified(request.proof, signing.rekey_proof_context(), keys) != old_id:
        raise WrongSignature("a proof for another key")


def _repeated(connection: sa.Connection, region_id: int, body: bytes, new_id: bytes) -> Noted:
    """It was done before, by the very key that this device had until then; or by nobody we know."""
    d = devices.c
    query = sa.select(d.former_public_key).where(d.region_id == region_id, d.key_id == new_id)
    former = connection.execute(query).scalar()
    if former is None:
        raise UnknownKey(messages.decode_envelope(body).key_id.hex())
    signing.verified(body, signing.rekey_context(), signing.by_id(former))
    return Noted()
