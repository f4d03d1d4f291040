"""The key of one kiosk in a stranger's hands, who knows the code: what is written with it is well formed."""

from __future__ import annotations

import itertools
import random
from dataclasses import dataclass, field

import msgspec

from kiosk.ledger.entries import Posting
from kiosk.ledger.machine.lifecycle import OPENED, JournalOpened
from kiosk.ledger.records import (
    ClockQuality,
    Record,
    chain_hash,
    decode,
    encode,
    encode_body,
    genesis_hash,
    turnover_fen,
)
from sync.enrolling.enrolment import current_journal, read_enrolment
from sync.office.api.routes import PREFIX
from sync.wire import columns, compression, messages, signing
from sync.wire.messages import HASH_PREFIX_BYTES, Answer, Ask, Pull, Push
from tests.simulation.kiosk import JOURNAL, SimKiosk
from tests.simulation.office import SimOffice

MANY_REQUESTS = 2**40  # no kiosk has made so many: from here on each is a new one


@dataclass
class Forged:
    """A journal that the thief goes on writing."""

    journal_id: bytes
    seq: int = 0
    hash: bytes = b""
    count: int = 0
    turnover_fen: int = 0
    unsent: list[tuple[bytes, bytes]] = field(default_factory=list)  # before it, and the record


class StolenKey:
    """Signs for a kiosk whose folder was read. The kiosk itself is switched off by now."""

    def __init__(self, office: SimOffice, kiosk: SimKiosk, dice: random.Random) -> None:
        self._office, self._dice = office, dice
        self._enrolment, key = read_enrolment(kiosk.folder)
        self._key = signing.SigningKey(key.seed)
        self._counter = itertools.count(MANY_REQUESTS)
        self.device_id = bytes.fromhex(self._enrolment.device_id)
        self.site = kiosk.site
        self.epoch, self.tariff_revision = _catalogue(office)
        self.journals = [_left(kiosk, current_journal(kiosk.folder, self._enrolment))]

    @property
    def journal(self) -> Forged:
        """The one that was begun last."""
        return self.journals[-1]

    def write(
        self,
        kind: tuple[str, int],
        body: msgspec.Struct | msgspec.Raw,
        *postings: Posting,
        into: Forged | None = None,
        at_ms: int | None = None,
        boot: int = 1,
    ) -> int:
        """One record, to be sent; returns its number. `at_ms` is true Unix time unless invented."""
        journal = into or self.journal
        moved = tuple(each for each in postings if each.quantity)
        journal.seq += 1
        journal.count += bool(moved)
        journal.turnover_fen += turnover_fen(moved)
        record = Record(
            seq=journal.seq,
            kind=kind[0],
            version=kind[1],
            boot=boot,
            monotonic_ms=7000 * journal.seq,
            boot_wall_ms=(self._office.now_ms() if at_ms is None else at_ms) - 7000 * journal.seq,
            quality=int(ClockQuality.KEPT),
            operator="",
            tariff_revision=self.tariff_revision,
            postings=moved,
            body=body if isinstance(body, msgspec.Raw) else encode_body(body),
            count=journal.count,
            turnover_fen=journal.turnover_fen,
        )
        raw = encode(record)
        journal.unsent.append((journal.hash, raw))
        journal.hash = chain_hash(journal.hash, raw)
        return journal.seq

    def begin_journal(self) -> Forged:
        """Another incarnation, which ends the one before."""
        journal_id = self._dice.randbytes(16)
        self.journals.append(Forged(journal_id, hash=genesis_hash(journal_id)))
        self.write(OPENED, JournalOpened(journal_id, self._enrolment.name, self.site))
        self.push()
        return self.journal

    def push(self, journal: Forged | None = None, *, claimed_seq: int | None = None) -> Answer:
        """Send what is not sent, in one batch."""
        journal = journal or self.journal
        before = journal.unsent[0][0] if journal.unsent else journal.hash
        return self.send(journal, journal.seq - len(journal.unsent) + 1, before, claimed_seq=claimed_seq)

    def send(
        self, journal: Forged, first_seq: int, before: bytes, *, claimed_seq: int | None = None
    ) -> Answer:
        """What is not sent, said to stand there."""
        raws = [raw for _, raw in journal.unsent]
        head_hash = before
        for raw in raws:
            head_hash = chain_hash(head_hash, raw)
        push = Push(
            first_seq=first_seq,
            previous_hash=before[:HASH_PREFIX_BYTES],
            head_hash=head_hash,
            claimed_seq=journal.seq if claimed_seq is None else claimed_seq,
            dictionary=compression.SALES,
            records=compression.compress(columns.pack(raws), compression.SALES),
        )
        journal.unsent.clear()
        context = signing.push_context(journal.journal_id)
        return self._say(f"journals/{journal.journal_id.hex()}", context, push)

    def ask(self, account: str, target_fen: int, resident_id: int) -> Answer:
        ask = Ask(next(self._counter), self.journal.journal_id, account, target_fen, resident_id)
        return self._say("rights", signing.ask_context(), ask)

    def pull(self, cursors: tuple[int, int]) -> Answer:
        """Claims to have read so far."""
        pull = Pull(next(self._counter), self.epoch, cursors)
        return self._say("catalogue", signing.pull_context(), pull)

    def _say(self, path: str, context: bytes, request: msgspec.Struct) -> Answer:
        body = self._key.sign(context, messages.encode(request))
        _, answered = self._office.deliver(f"{PREFIX}/{path}", body)
        return messages.decode_answer(messages.decode_envelope(answered).payload)


def _catalogue(office: SimOffice) -> tuple[bytes, int]:
    """Its epoch and revision, as the kiosk had read them."""
    ((epoch, revision),) = office.ask("SELECT epoch, revision FROM regions")
    return bytes(epoch), int(revision)


def _left(kiosk: SimKiosk, journal_id: bytes) -> Forged:
    """Where the kiosk's own code stopped."""
    query = "SELECT seq, raw, hash FROM records WHERE journal_id = ? ORDER BY seq DESC LIMIT 1"
    ((seq, raw, hash_),) = kiosk.ask(JOURNAL, query, journal_id)
    last = decode(raw)
    return Forged(journal_id, seq, hash_, last.count, last.turnover_fen)
