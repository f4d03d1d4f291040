"""Cards that are not what a reader hopes for: copies, chips that refuse, two at once, identity cards."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from drivers.cards.reader import NfcReader
from drivers.contracts import Authentication, CardFamily, CardTap, ReadFailure, Trouble
from drivers.sim.cards.making import make_card
from drivers.sim.cards.ntag21x import NTAG213, Ntag21x
from drivers.sim.cards.spec import CardKind, CardSpec
from drivers.sim.readers.pn532 import Pn532Simulator
from tests.drivers.witness import KeyRing, Witness, until

h = bytes.fromhex
PROVEN, KEY = h("04958CAA5C5E80"), bytes(range(16))
FIRST = CardSpec(CardKind.NTAG213, h("04A1B2C3D4E5F6"), record=b"first")
SECOND = CardSpec(CardKind.NTAG215, h("04A1B2C3D4E5F7"), record=b"second")


class Eager(KeyRing):
    """A counter that wants the number and nothing else."""

    def suffices(self, tap: CardTap) -> bool:
        return True


@pytest.fixture
def simulator(tmp_path: Path) -> Iterator[Pn532Simulator]:
    with Pn532Simulator(tmp_path / "reader") as opened:
        yield opened


def watch(simulator: Pn532Simulator, keys: KeyRing, witness: Witness) -> NfcReader:
    reader = NfcReader(simulator.path, keys, witness)
    reader.start()
    witness.await_state(ready=True)
    return reader


@pytest.fixture
def reader(simulator: Pn532Simulator, witness: Witness) -> Iterator[NfcReader]:
    reader = watch(simulator, KeyRing(**{f"x{PROVEN.hex()}": KEY.hex()}), witness)
    yield reader
    reader.stop()


def look_on(simulator: Pn532Simulator, rounds: int = 12) -> None:
    looked = simulator.field.searches
    until(lambda: simulator.field.searches >= looked + rounds, f"{rounds} more looks")


@pytest.mark.parametrize(
    "copy",
    [
        CardSpec(CardKind.NTAG424, PROVEN, key=bytes(16)),
        CardSpec(CardKind.NTAG215, PROVEN, record=b"copied"),
        CardSpec(CardKind.CLASSIC, PROVEN),
        CardSpec(CardKind.TYPE4, PROVEN),
    ],
)
def test_a_copy_is_read_twice_before_it_is_told(
    copy: CardSpec, simulator: Pn532Simulator, reader: NfcReader, witness: Witness
) -> None:
    simulator.place(copy)
    tap = witness.next(CardTap)
    assert (tap.uid, tap.authentication, tap.complete_reads) == (PROVEN, Authentication.FAILED, 2)


def test_a_processor_card_that_refuses_rats_is_told_by_its_number(
    simulator: Pn532Simulator, witness: Witness
) -> None:
    reader = watch(simulator, Eager(), witness)
    simulator.place(CardSpec(CardKind.RATS_REFUSED, FIRST.uid))
    tap = witness.next(CardTap)
    assert (tap.uid, tap.family, tap.complete_reads) == (FIRST.uid, CardFamily.TYPE4, 0)
    reader.stop()


def test_our_card_that_refuses_rats_has_not_failed_its_proof(
    simulator: Pn532Simulator, reader: NfcReader, witness: Witness
) -> None:
    simulator.place(CardSpec(CardKind.RATS_REFUSED, PROVEN))
    tap = witness.next(CardTap)
    assert (tap.uid, tap.authentication, tap.complete_reads) == (PROVEN, Authentication.NOT_OFFERED, 0)


def test_a_memory_card_that_keeps_its_pages_to_itself_is_told_by_its_number(
    simulator: Pn532Simulator, witness: Witness
) -> None:
    reader = watch(simulator, Eager(), witness)
    card = Ntag21x(NTAG213, FIRST.uid, b"hidden")
    card.protect(4, b"pass", b"ok", reading=True)
    simulator.field.place(card)
    tap = witness.next(CardTap)
    assert (tap.uid, tap.signed_record, tap.complete_reads) == (FIRST.uid, None, 0)
    reader.stop()


def test_two_cards_at_once_get_one_calm_answer(
    simulator: Pn532Simulator, reader: NfcReader, witness: Witness
) -> None:
    simulator.place(FIRST)
    simulator.field.place_beside(make_card(SECOND))
    tap = witness.next(CardTap)
    assert tap.signed_record in (FIRST.record, SECOND.record)
    assert witness.next(ReadFailure).trouble is Trouble.TWO_CARDS
    look_on(simulator)
    assert witness.heard_nothing_more
    simulator.lift()
    look_on(simulator)
    simulator.place(FIRST)
    assert witness.next(CardTap).uid == FIRST.uid


def test_an_identity_card_is_told_once(
    simulator: Pn532Simulator, reader: NfcReader, witness: Witness
) -> None:
    simulator.place(CardSpec(CardKind.IDENTITY))
    assert witness.next(ReadFailure).trouble is Trouble.FOREIGN
    look_on(simulator)
    assert witness.heard_nothing_more
    simulator.place(FIRST)
    assert witness.next(CardTap).uid == FIRST.uid
