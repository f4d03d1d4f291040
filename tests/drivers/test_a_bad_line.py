"""Frames that arrive damaged, and lines that do not bear what they claim."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import serial

from drivers.cards.presence import Presence
from drivers.cards.reader import NfcReader, ReaderSession
from drivers.cards.sensing import WAITING_LINK
from drivers.clock import monotonic_ms
from drivers.contracts import CardTap, DeviceEvent
from drivers.pn532.chipset import ACKNOWLEDGED_MS
from drivers.pn532.line import FrameTTY
from drivers.sim.cards.spec import CardKind, CardSpec
from drivers.sim.faults import Fault
from drivers.sim.lines.noise import Noise
from drivers.sim.lines.pace import Pace
from drivers.sim.readers.pn532 import Pn532Simulator
from drivers.sim.readers.pn532_frames import Command, Frame
from drivers.supervision import Patience, Reason
from tests.drivers.witness import KeyRing, Witness, until

h = bytes.fromhex
RECORD = bytes(range(150))
SHARE, SEED = 0.03, 13
READS_TO_ACCUSE = 2  # see `drivers.cards.reads`
HASTE = Patience(first_pause_ms=20, longest_pause_ms=50)
CHALLENGE = h("90710000")  # the first half of AuthenticateEV2First
MOST_ROUNDS = 40  # a second and more on a counter


class Issuer(KeyRing):
    """All cards carry a record: one that seems to have none is read again, and twice without it is a copy."""

    def suffices(self, tap: CardTap) -> bool:
        return is_good(tap)


def is_good(tap: CardTap) -> bool:
    return tap.signed_record == RECORD


class Counter:
    """A reader to which cards are brought one after the other, with no rest in between."""

    def __init__(self, link: Path, seed: int) -> None:
        self.noise = Noise(SHARE, seed)
        self.simulator = Pn532Simulator(link, noise=self.noise)
        self.told: list[DeviceEvent] = []
        self.reopened = 0
        self._keys = Issuer()
        self._presence = Presence(WAITING_LINK.rounds_until_lifted)
        self._session = self._open()

    def _open(self) -> ReaderSession:
        if not self.simulator.device_file:
            self.simulator.__enter__()
        session = ReaderSession(
            self.simulator.path, WAITING_LINK, self._presence, self._keys, self.told.append, monotonic_ms
        )
        session.open()
        return session

    def tap(self, card: CardSpec) -> list[CardTap]:
        """Lay a card down until it is answered, and lift it."""
        self.told.clear()
        self.simulator.place(card)
        for _ in range(MOST_ROUNDS):
            self._round()
            if self.told:
                break
        self.simulator.lift()
        while self._presence.card is not None:
            self._round()
        return [event for event in self.told if isinstance(event, CardTap)]

    def _round(self) -> None:
        try:
            self._session.step()
        except OSError:
            self.reopened += 1
            self._session.close()
            self._session = self._open()

    def close(self) -> None:
        self._session.close()
        self.simulator.__exit__(None, None, None)


@pytest.fixture
def simulator(tmp_path: Path) -> Iterator[Pn532Simulator]:
    with Pn532Simulator(tmp_path / "reader") as opened:
        yield opened


def brought(link: Path, seed: int, taps: int) -> tuple[int, int, int]:
    """Bring so many cards; return how many were answered, accused, and how often the reader was reopened."""
    counter = Counter(link, seed)
    answered = accused = 0
    for number in range(taps):
        card = CardSpec(CardKind.NTAG215, h("04A1B2C3") + number.to_bytes(3), record=RECORD)
        for tap in counter.tap(card):
            answered += tap.uid == card.uid and is_good(tap)
            accused += tap.complete_reads >= READS_TO_ACCUSE and not is_good(tap)
    counter.close()
    return answered, accused, counter.reopened


def test_taps_through_noise_are_answered_without_opening_the_reader_again(tmp_path: Path) -> None:
    assert brought(tmp_path / "reader", SEED, 25) == (25, 0, 0)


def test_waiting_for_cards_on_a_noisy_line_does_not_open_the_reader_again(
    tmp_path: Path, witness: Witness
) -> None:
    with Pn532Simulator(tmp_path / "reader", noise=Noise(0.2, seed=2)) as simulator:
        reader = NfcReader(simulator.path, KeyRing(), witness)
        reader.start()
        witness.await_state(ready=True)
        opened, looked = simulator.openings, simulator.field.searches
        until(lambda: simulator.field.searches >= looked + 12, "twelve looks")
        assert simulator.openings == opened
        reader.stop()


class LateChip(Pn532Simulator):
    """Acknowledges the challenge so late that the driver sends it again: the card then hears it twice."""

    _before: Frame | None = None

    def _take(self, frame: Frame) -> None:
        if isinstance(frame, Command) and CHALLENGE in frame.data and frame != self._before:
            time.sleep(1.2 * ACKNOWLEDGED_MS[0] / 1000)
        self._before = frame
        super()._take(frame)


def test_a_card_that_was_made_to_prove_itself_twice_at_once_is_no_copy(
    tmp_path: Path, witness: Witness
) -> None:
    card = CardSpec(CardKind.NTAG424, h("04A1B2C3D4E5F6"), key=bytes(range(16)))
    keys = KeyRing(x04A1B2C3D4E5F6=bytes(range(16)).hex())
    with LateChip(tmp_path / "reader") as simulator:
        reader = NfcReader(simulator.path, keys, witness)
        reader.start()
        witness.await_state(ready=True)
        simulator.place(card)
        tap = witness.await_tap()
        reader.stop()
    assert tap.uid == card.uid
    assert tap.complete_reads < READS_TO_ACCUSE


@pytest.mark.deep
def test_thousands_of_taps_through_noise(tmp_path: Path) -> None:
    print(f"seeds {SEED} to {SEED + 3}")
    with ThreadPoolExecutor() as pool:
        counters = pool.map(lambda n: brought(tmp_path / f"reader-{n}", SEED + n, 500), range(4))
    answered, accused, reopened = (sum(figures) for figures in zip(*counters, strict=True))
    print(f"{answered} answered, {accused} accused, {reopened} times reopened")
    assert answered >= 1_980
    assert accused == 0


def test_the_speed_is_raised_and_the_reader_left_at_its_first_one(
    simulator: Pn532Simulator, witness: Witness
) -> None:
    reader = NfcReader(simulator.path, KeyRing(), witness, patience=HASTE)
    reader.start()
    witness.await_state(ready=True)
    assert simulator.baudrate == 921_600
    reader.stop()
    assert simulator.baudrate == 115_200


def test_a_line_that_does_not_bear_the_higher_speed_is_left_at_its_first_one(
    tmp_path: Path, witness: Witness
) -> None:
    """The chip went over to a speed at which nobody can call it back: it takes pulling the plug, once."""
    with Pn532Simulator(tmp_path / "reader", Pace(fastest_baud=115_200)) as simulator:
        reader = NfcReader(simulator.path, KeyRing(), witness, patience=HASTE)
        reader.start()
        witness.await_state(ready=False, reason=Reason.SILENT)
        simulator.fail(Fault.UNPLUGGED)
        simulator.recover()
        witness.await_state(ready=True)
        simulator.place(CardSpec(CardKind.NTAG215, h("04A1B2C3D4E5F6"), record=RECORD))
        assert witness.await_tap().signed_record == RECORD
        assert simulator.baudrate == 115_200
        reader.stop()


def test_an_adapter_is_asked_to_hold_nothing_back(
    simulator: Pn532Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A pseudo terminal, like most adapters, has nothing to set, and refuses."""
    asked = []

    def refuse(_: serial.Serial, wanted: bool) -> None:
        asked.append(wanted)
        raise ValueError("no such flag")

    monkeypatch.setattr(serial.Serial, "set_low_latency_mode", refuse)
    FrameTTY(simulator.device_file).close()
    assert asked == [True]


def test_what_an_adapter_takes(simulator: Pn532Simulator) -> None:
    line = FrameTTY(simulator.device_file)
    assert line.takes(921_600)
    assert not line.takes(1_234)
    assert line.baudrate == 115_200
    line.close()
