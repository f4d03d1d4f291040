"""A card proves itself to the office by way of a kiosk that does not hold its key.

The office takes the reader's part of EV2First (see `drivers.cards.crypto.ev2`): it answers the card's
challenge, and says whether what the card says then proves it. The key stays here, and nobody is told anything
of the session that card and office now share. What the office has to remember in between travels in the
ticket, encrypted with the card's own key and bound to kiosk, journal and card, so that any process of the
office can go on.
"""

from __future__ import annotations

import hashlib
import hmac
import os

import msgspec
import sqlalchemy as sa
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from drivers.cards.crypto.ev2 import NONCE_BYTES, Challenge, ProofRefused
from kiosk.catalogue.items import Kind
from kiosk.ledger.posting import JournalKey
from kiosk.people.cards import Card, CardKey, CardLevel, CardStatus, uid_of_token
from sync.errors import Refused
from sync.office.books import heads
from sync.office.catalogue.publishing import shown
from sync.office.keys.devices import Device
from sync.wire.messages import Proof, Prove

TICKET_LIFE_MS = 5000  # the card lies there meanwhile; nobody waits longer than a second
_TICKET_CONTEXT = b"neighbourhood-card proof ticket 1\n"
_NONCE_BYTES = 12


class _Ticket(msgspec.Struct, array_like=True, frozen=True):
    """An exchange under way."""

    rnd_a: bytes
    rnd_b: bytes
    until_ms: int  # Unix time


_tickets = msgspec.msgpack.Decoder(_Ticket)


def answer(connection: sa.Connection, region_id: int, device: Device, prove: Prove, now_ms: int) -> Proof:
    """Answer a card's challenge, or say whether it proved itself.

    Raises `Refused` for a journal that this device does not write, a card that is not in use or has no key,
    and a ticket that is not of this exchange or too old.
    """
    if JournalKey(region_id, prove.journal_id) not in heads.open_journals(connection, region_id, device.id):
        raise Refused("not_your_journal", prove.journal_id.hex())
    key = _key_of(connection, region_id, prove.token)
    whose = device.id + prove.journal_id + prove.token.encode()
    if not prove.ticket:
        return _answer_challenge(key, whose, prove.said, now_ms)
    challenge = _open(key, whose, prove.ticket, now_ms)
    try:
        challenge.confirm(prove.said)
    except ProofRefused:
        return Proof(proved=False)
    return Proof(proved=True)


def _answer_challenge(key: bytes, whose: bytes, said: bytes, now_ms: int) -> Proof:
    try:
        challenge = Challenge.accept(key, os.urandom(NONCE_BYTES), said)
    except ProofRefused as refusal:
        raise Refused("no_challenge", str(refusal)) from refusal
    ticket = _Ticket(challenge.rnd_a, challenge.rnd_b, now_ms + TICKET_LIFE_MS)
    return Proof(challenge.answer(), _encrypted(key, whose, ticket))


def _key_of(connection: sa.Connection, region_id: int, token: str) -> bytes:
    """Of a chip that was issued with a key and is in use; the seeds of phones' codes are not for this."""
    card: Card | None = shown(connection, region_id, Kind.CARD, token)
    in_use = card is not None and card.status is CardStatus.ACTIVE
    blocked = shown(connection, region_id, Kind.BLOCK, token) is not None
    if not in_use or blocked or not uid_of_token(token):
        raise Refused("card_not_in_use", token)
    found: CardKey | None = shown(connection, region_id, Kind.CARD_KEY, token)
    if found is None or card is None or card.level is not CardLevel.AUTHENTICATED:
        raise Refused("card_without_key", token)
    return found.key


def _encrypted(key: bytes, whose: bytes, ticket: _Ticket) -> bytes:
    nonce = os.urandom(_NONCE_BYTES)
    return nonce + _cipher(key).encrypt(nonce, msgspec.msgpack.encode(ticket), whose)


def _open(key: bytes, whose: bytes, ticket: bytes, now_ms: int) -> Challenge:
    nonce, encrypted = ticket[:_NONCE_BYTES], ticket[_NONCE_BYTES:]
    try:
        opened = _tickets.decode(_cipher(key).decrypt(nonce, encrypted, whose))
    except (InvalidTag, ValueError) as fault:
        raise Refused("no_such_ticket") from fault
    if now_ms > opened.until_ms:
        raise Refused("ticket_too_old")
    return Challenge(key, opened.rnd_a, opened.rnd_b)


def _cipher(key: bytes) -> AESGCM:
    return AESGCM(hmac.digest(key, _TICKET_CONTEXT, hashlib.sha256))
