"""A card whose key is not here proves itself to somebody who holds it; the reader carries the messages."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from drivers.cards.crypto.ev2 import Challenge, ProofRefused
from drivers.cards.reader import NfcReader
from drivers.contracts import Authentication, CardTap, Relay, Relayed
from drivers.sim.cards.spec import CardKind, CardSpec
from drivers.sim.readers.pn532 import Pn532Simulator
from tests.drivers.witness import KeyRing, Witness

UID, KEY = bytes.fromhex("04958CAA5C5E80"), bytes(range(16))
GENUINE = CardSpec(CardKind.NTAG424, UID, key=KEY)
FORGED = CardSpec(CardKind.NTAG424, UID, key=b"f" * 16)


def holder(challenge: bytes) -> Relayed:
    """Somebody who holds the key."""
    under_way = Challenge.accept(KEY, b"a" * 16, challenge)

    def judge(proof: bytes) -> bool:
        try:
            under_way.confirm(proof)
        except ProofRefused:
            return False
        return True

    return Relayed(under_way.answer(), judge)


def silent_at_last(challenge: bytes) -> Relayed:
    return Relayed(holder(challenge).answer, lambda _proof: None)


@pytest.fixture
def tap(tmp_path: Path, witness: Witness) -> Iterator[Callable[[CardSpec, Relay | None], CardTap]]:
    keys = KeyRing()
    with Pn532Simulator(tmp_path / "reader") as simulator:
        reader = NfcReader(simulator.path, keys, witness)
        reader.start()

        def tap(card: CardSpec, relay: Relay | None) -> CardTap:
            if relay is not None:
                keys.relays[card.uid] = relay
            simulator.place(card)
            return witness.await_tap()

        yield tap
        reader.stop()


@pytest.mark.parametrize(
    ("card", "relay", "authentication"),
    [
        (GENUINE, holder, Authentication.PASSED),
        (FORGED, holder, Authentication.FAILED),
        (GENUINE, lambda _challenge: None, Authentication.NO_KEY),
        (FORGED, lambda _challenge: None, Authentication.NO_KEY),
        (GENUINE, silent_at_last, Authentication.NO_KEY),
        (GENUINE, lambda _challenge: Relayed(bytes(32), lambda _proof: True), Authentication.FAILED),
        (GENUINE, None, Authentication.NO_KEY),
    ],
)
def test_the_card_is_what_the_holder_of_its_key_says(
    tap: Callable[[CardSpec, Relay | None], CardTap],
    card: CardSpec,
    relay: Relay | None,
    authentication: Authentication,
) -> None:
    answer = tap(card, relay)
    assert (answer.uid, answer.authentication) == (UID, authentication)
