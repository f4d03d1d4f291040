"""A cup: its price is held when it begins, captured when it is out, released when it never comes."""

from __future__ import annotations

import secrets
import threading
from typing import Protocol

import msgspec
import sqlalchemy as sa

from kiosk.common.here import Here
from kiosk.common.outcomes import Moved, Outcome, Result, Tone, person_of
from kiosk.common.purses import purse_of
from kiosk.ledger.accounts import revenue
from kiosk.ledger.follow_ups import original
from kiosk.ledger.holds import HOLD, capture, decode_held, decode_settled, hold, release
from kiosk.ledger.holds.under_way import OpenHold, OpenHolds
from kiosk.ledger.journal import Writing
from kiosk.ledger.records import Chained, Moment
from kiosk.people.identify import Identified
from kiosk.plain.refusals import Refusal
from tests.services.coffee_machine.device import CupEnded, Word
from tests.services.coffee_machine.tables import PURPOSE

PRICE_FEN = 600
LONGEST_MS = 120_000  # a cup that takes longer never comes
CODES = {"hold": "coffee_coming", "capture": "coffee_paid", "release": "coffee_failed"}


class MachineAway(Refusal):
    """It is not there, or does not answer."""

    code = "machine_away"
    again_helps = True


class MachineBusy(Refusal):
    """A cup is under way."""

    code = "machine_busy"
    is_told = True
    again_helps = True


class HeldCup(Result, frozen=True, kw_only=True):
    """The price of a cup that is coming, or never came."""

    held_fen: int


class Machine(Protocol):
    """What is asked of it; it answers as `CupEnded`."""

    @property
    def ready(self) -> bool: ...

    def brew(self, ref: str) -> None: ...

    def ask(self, ref: str) -> None: ...


class Coffee:
    """The machine of one site, and who pays for its cups."""

    def __init__(self, here: Here, machine: Machine | None) -> None:
        self._here, self._machine = here, machine
        self._begun = OpenHolds(here.journal.key, PURPOSE)
        self._beginning = threading.Lock()  # a cup is asked for only after it was begun

    def begin(self, who: Identified, at: Moment) -> Outcome:
        """Hold the price and start the machine. Raises a `Refusal`."""
        here, machine = self._here, self._machine
        if machine is None or not machine.ready:
            raise MachineAway
        with self._beginning:
            with here.journal.writing() as writing:
                if self._under_way(writing.connection):
                    raise MachineBusy
                purse = purse_of(writing, here.catalogue, who.resident.id)
                ref = secrets.token_hex(8)
                purpose = f"{PURPOSE}{here.site}/{ref}"
                held = hold(writing, purse, who.resident.id, PRICE_FEN, purpose, at=at)
                outcome = self._told(writing, held)
            machine.brew(ref)  # once the hold is durable
        return outcome

    def ended(self, event: CupEnded) -> Outcome | None:
        """The machine's word settles the hold, however often it says so."""
        with self._here.journal.writing() as writing:
            for each in self._under_way(writing.connection):
                if ref_of(each) == event.ref:
                    return self._told(writing, self._settle(writing, each.seq, event.word))
        return None

    def step(self) -> None:
        """Ask for what is under way, also after a restart; give up what takes too long."""
        with self._beginning:
            with self._here.reader.connect() as connection, connection.begin():
                under_way = self._under_way(connection)
            for each in under_way:
                if self._here.clock.now().wall_ms - each.since_ms > LONGEST_MS:
                    self.ended(CupEnded(Word.NONE, ref_of(each)))
                elif self._machine is not None and self._machine.ready:
                    self._machine.ask(ref_of(each))

    def told(self, writing: Writing, chained: Chained) -> Outcome | None:
        """The answer that a record was; None for what others held."""
        record = chained.record
        begun = chained if record.kind == HOLD[0] else self._begun_by(writing, record.body)
        if begun is None or not decode_held(begun.record.body).purpose.startswith(PURPOSE):
            return None
        return self._told(writing, chained)

    def _begun_by(self, writing: Writing, body: msgspec.Raw) -> Chained | None:
        return original(writing.connection, writing.key, decode_settled(body).original_seq)

    def _under_way(self, connection: sa.Connection) -> list[OpenHold]:
        return self._begun.read(connection)

    def _settle(self, writing: Writing, seq: int, word: Word) -> Chained:
        at = self._here.clock.now()
        if word is Word.CUP:
            return capture(writing, seq, PRICE_FEN, revenue("coffee", self._here.site), at=at)
        return release(writing, seq, at=at)

    def _told(self, writing: Writing, chained: Chained) -> Outcome:
        record = chained.record
        resident_id = (
            decode_held(record.body) if record.kind == HOLD[0] else decode_settled(record.body)
        ).resident_id
        resident = self._here.catalogue.resident(resident_id)
        balance_fen = purse_of(writing, self._here.catalogue, resident_id).balance
        result: Result = HeldCup(held_fen=PRICE_FEN)
        if record.kind == "capture":
            result = Moved(amount_fen=PRICE_FEN, balance_fen=balance_fen)
        return Outcome(
            tone=Tone.TOLD if record.kind == "release" else Tone.GOOD,
            code=CODES[record.kind],
            at_ms=record.wall_ms,
            result=result,
            person=person_of(resident, self._here.local(record.wall_ms).date()) if resident else None,
            receipt=chained.receipt,
        )


def ref_of(each: OpenHold) -> str:
    """What the machine calls the cup; it knows nothing of journals."""
    return each.held.purpose.rpartition("/")[2]
