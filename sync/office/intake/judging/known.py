"""What the office knows about one journal while it judges a batch of it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from copy import copy
from functools import cached_property
from typing import TypeVar

import msgspec
import sqlalchemy as sa

from kiosk.catalogue.items import ItemKind
from kiosk.catalogue.values import Site
from kiosk.ledger.amount import Unit
from kiosk.ledger.audit.judging import Objection
from kiosk.ledger.audit.places import Place, first_place, places, recovered_of
from kiosk.ledger.audit.recovery import RECOVERED, Origin, decode_recovered, origin_of
from kiosk.ledger.follow_ups import FollowUp
from kiosk.ledger.holds import TAKEN_OVER, decode_taken_over, is_settlement
from kiosk.ledger.posting import JournalKey
from kiosk.ledger.records import Record, decode
from kiosk.ledger.sql import run
from kiosk.people.residents import Resident, Visitor
from sync.office.books.verdicts import suspended
from sync.office.books.watching import Placed, placed
from sync.office.intake.batch import Batch
from sync.office.intake.judging.lending import Lending, is_lent
from sync.office.intake.judging.past import Catalogue, Rules
from sync.office.intake.judging.purses import Purses
from sync.office.intake.left_holds import given_back
from sync.office.keys import devices

V = TypeVar("V")
AHEAD_MS = 12 * 3600 * 1000  # more than clocks drift apart, and less than from one lunch to the next
SILENT_MS = 92 * 24 * 3600 * 1000  # no kiosk is without the office for longer, and goes by what it told
FOLLOWING = ("refund", "reversal")
_follow_ups = msgspec.msgpack.Decoder(FollowUp)


class Knowledge:
    """One journal of a kiosk; see `kiosk.ledger.audit.judging.Known` and the services' own.

    Records of the batch that are believed are told to it in turn.
    """

    def __init__(self, connection: sa.Connection, batch: Batch, catalogue: Catalogue) -> None:
        key, device_id = batch.key, batch.device.id
        self._connection, self._key, self._device_id = connection, key, device_id
        self._catalogue, self._at_ms = catalogue, batch.at_ms
        self.sites: Collection[str] = {batch.head.site}
        self.journal_id, self._first_seq = key.journal_id, batch.first_seq
        self.repeats: set[int] = set()  # what was recovered, and is here already: it will be taken back
        self.sure = True  # nothing that the office once knew is forgotten
        self._placed: dict[Place, Record] = {}
        self._first_places: dict[Place, Place] = {}  # of what the batch recovers
        self._purses: dict[bytes, Purses] = {}
        self._lending = Lending(connection, key, device_id)
        # By the record that was followed: who followed it, and how much of it.
        self._followers: dict[Place, dict[Place, int]] = {}

    def has_come(self, at_ms: int) -> bool:
        """Not asked where the office forgot what it told.

        Its own clock may have been put back since: kiosks go on by what it told before, and it cannot say how
        long that has been.
        """
        is_put_back = self._at_ms + AHEAD_MS < self._told_ms
        longest_ms = SILENT_MS if is_put_back else AHEAD_MS
        return not self.sure or at_ms <= max(self._at_ms, self._told_ms) + longest_ms

    @cached_property
    def _told_ms(self) -> int:
        return int(run(self._connection, _TOLD, (self._key.region_id,))[0][0])

    # What the canteen asks

    def rules_at(self, revision: int) -> Rules | None:
        return self._catalogue.rules_at(revision) if self.sure else None

    @property
    def all_rules(self) -> Rules:
        return self._catalogue.all_rules

    def people(self, resident_id: int) -> Iterator[Resident | Visitor]:
        return self._catalogue.people(resident_id)

    def said_at(self, kind: ItemKind[V], revision: int) -> Sequence[V] | None:
        return self._catalogue.said_at(kind, revision) if self.sure else None

    def ever(self, kind: ItemKind[V]) -> Sequence[V] | None:
        return self._catalogue.ever(kind) if self.sure else None

    @property
    def forgot(self) -> bool:
        return self._catalogue.kept_from > 0

    def site(self, name: str) -> Collection[Site]:
        return self._catalogue.site(name)

    # What the journal may take

    def purses(self, journal_id: bytes) -> Purses:
        """Of this journal, or of one that it recovers records of, which had rights of its own."""
        if journal_id not in self._purses:
            key = JournalKey(self._key.region_id, journal_id)
            self._purses[journal_id] = Purses(self._connection, key, alone=self._wrote_no_other)
        return self._purses[journal_id]

    @cached_property
    def _wrote_no_other(self) -> bool:
        place = (self._key.region_id, self._device_id, self._key.journal_id)
        return not run(self._connection, _OTHERS, place)

    def beyond_right(self, placed: Placed) -> Objection | None:
        """Not asked where the office has forgotten what it granted."""
        if not self.sure:
            return None
        return self.purses(placed.journal_id).objection(placed.own) if placed.own else None

    def beyond_caps(self, placed: Placed) -> Objection | None:
        """Not asked where the office does not know what the caps were, or has forgotten what was repaid."""
        if not placed.courtesy or not is_lent(placed) or not self.sure:
            return None
        if placed.record.tariff_revision < self._catalogue.kept_from:
            return None
        sites = [site for name in self.sites for site in self.site(name)]
        return self._lending.objection(placed, sites) if sites else None

    # What follows up on earlier records

    def original(self, journal_id: bytes, seq: int) -> Record | None:
        first = self._first_place((journal_id, seq))
        return self._placed.get(first) or self._stored(*first)

    def followed(self, journal_id: bytes, seq: int, unit: Unit) -> int | None:
        """Wherever the record stands, and wherever it was followed."""
        first, found = self._first_place((journal_id, seq)), dict[Place, int]()
        if self._stands_only_here(first):
            found = self._followers.get(first, found)
            return sum(found.values()) if found else None
        met = [here for here, origin in self._first_places.items() if origin == first]
        for place in {*places(self._connection, self._key.region_id, first), *met}:
            found |= self._followers_of(place, unit)
        return sum(found.values()) if found else None

    def _stands_only_here(self, first: Place) -> bool:
        """Whether this batch brings a record, so that nobody has followed it yet: nothing is looked up."""
        journal_id, seq = first
        is_new = journal_id == self._key.journal_id and seq >= self._first_seq
        return is_new and self._goes_on_nowhere and first not in self._first_places.values()

    @cached_property
    def _goes_on_nowhere(self) -> bool:
        """Nothing of this journal was recovered into another one, or taken over there."""
        place = (self._key.region_id, self._key.journal_id)
        return not run(self._connection, _LEFT, place * 2)

    def _followers_of(self, place: Place, unit: Unit) -> dict[Place, int]:
        journal_id, seq = place
        stored = run(self._connection, _FOLLOWED, (self._key.region_id, journal_id, seq, unit.value))
        found = {(journal_id, follower): int(quantity) for follower, quantity in stored}
        found |= self._recovered_followers(place)  # also of this journal, where its records come late
        for taker, there in run(self._connection, _TAKEN_OVER, (self._key.region_id, *place)):
            found[bytes(taker), there] = 0
        if given_back(self._connection, self._key.region_id, place):
            found[place] = 0  # by the office, and in no journal of a kiosk
        return found | self._followers.get(place, {})

    def _recovered_followers(self, place: Place) -> dict[Place, int]:
        """Of a journal that was left: what followed a record there, and was recovered elsewhere."""
        found = {}
        for each in recovered_of(self._connection, self._key.region_id, place[0]):
            follower = _following(each.record) if each.record is not None else None
            if follower is not None and (follower.journal_id, follower.original_seq) == place:
                found[each.journal_id, each.seq] = follower.quantity
        return found

    def _first_place(self, place: Place) -> Place:
        if place in self._placed:
            return place
        met = self._first_places.get(place)
        return met or first_place(self._connection, self._key.region_id, place)

    def meet(self, seq: int, placed: Placed) -> None:
        """A record of the batch that is not held against the kiosk, and where it was first written."""
        here, first = (self._key.journal_id, seq), (placed.journal_id, placed.seq)
        if here != first:
            self._first_places[here] = first

    def believe(self, placed: Placed) -> None:
        """A record of the batch that is to be booked."""
        self._placed[placed.journal_id, placed.seq] = placed.record
        if placed.own:
            self.purses(placed.journal_id).take(placed.own)
        if placed.courtesy:
            self._lending.take(placed)
        body = _following(placed.record)
        if body is not None:
            followers = self._followers.setdefault((body.journal_id, body.original_seq), {})
            followers[placed.journal_id, placed.seq] = body.quantity

    def twin(self, origin: Origin) -> bool | None:
        """Whether the same bytes, in their old place or recovered before, were believed; None: not there."""
        place = (self._key.region_id, origin.journal_id, origin.seq)
        there = (
            [(origin.journal_id, origin.seq)] if run(self._connection, _SAME, (*place, origin.raw)) else []
        )
        there += run(self._connection, _TWINS, (*place, origin.digest))
        keys = [(JournalKey(self._key.region_id, bytes(journal_id)), seq) for journal_id, seq in there]
        return any(not suspended(self._connection, key, seq, seq) for key, seq in keys) if keys else None

    def at(self, journal_id: bytes, site: str) -> Knowledge:
        """The same for a record that was written in another journal, and at a site if that is known."""
        there = copy(self)
        there.journal_id, there.sites = journal_id, {site} if site else self.sites
        return there

    def site_of(self, journal_id: bytes) -> str | None:
        """Where the kiosk stood that wrote a journal from which it may recover; None: not its journal."""
        rows = run(self._connection, _JOURNAL, (self._key.region_id, journal_id))
        if not rows:
            return ""
        device_id, site, sealed = rows[0]
        return str(site) if device_id is not None and self._took_over(device_id, site, sealed) else None

    def _took_over(self, device_id: bytes, site: str, sealed: bool) -> bool:
        """Whether this kiosk goes on from one: that one itself, or one whose place it took."""
        if device_id == self._device_id:
            return True
        return sealed and (site in self.sites or self._is_of_lineage(device_id))

    def goes_on_from(self, journal_id: bytes) -> bool:
        rows = run(self._connection, _JOURNAL, (self._key.region_id, journal_id))
        if not rows or not rows[0][2]:
            return False
        return self._is_of_lineage(rows[0][0])

    def _is_of_lineage(self, device_id: bytes) -> bool:
        return device_id in devices.lineage(self._connection, self._key.region_id, self._device_id)

    def _stored(self, journal_id: bytes, seq: int) -> Record | None:
        rows = run(self._connection, _RECORD, (self._key.region_id, journal_id, seq))
        if rows:
            key = JournalKey(self._key.region_id, journal_id)
            return None if suspended(self._connection, key, seq, seq) else _readable(rows[0][0])
        for new_journal, new_seq in run(self._connection, _RECOVERED, (self._key.region_id, journal_id, seq)):
            found = self._stored(bytes(new_journal), new_seq)
            if found is not None:
                return placed_of(JournalKey(self._key.region_id, bytes(new_journal)), found).record
        return None


def placed_of(key: JournalKey, record: Record) -> Placed:
    """Where a record was first written, with what it moves where it stands now."""
    if (record.kind, record.version) == RECOVERED:
        origin = origin_of(decode_recovered(record.body))
        if origin.record is not None:
            inner = msgspec.structs.replace(origin.record, postings=record.postings)
            return placed(origin.journal_id, origin.seq, inner, record.seq)
    return placed(key.journal_id, record.seq, record, record.seq)


def _readable(raw: bytes) -> Record | None:
    try:
        return decode(raw)
    except msgspec.MsgspecError:
        return None


def _following(record: Record) -> FollowUp | None:
    if (record.kind, record.version) == TAKEN_OVER:
        taken = decode_taken_over(record.body)
        return FollowUp(taken.seq, 0, taken.journal_id)
    is_following = record.kind in FOLLOWING or is_settlement(record)
    return _follow_ups.decode(record.body) if is_following else None


_FOLLOWED = (
    "SELECT seq, quantity FROM follow_ups"
    " WHERE region_id = ? AND journal_id = ? AND original_seq = ? AND unit = ?"
)
_TAKEN_OVER = (
    "SELECT journal_id, seq FROM holds WHERE region_id = ? AND source_journal_id = ? AND source_seq = ?"
)
_RECORD = "SELECT raw FROM records WHERE region_id = ? AND journal_id = ? AND seq = ?"
_RECOVERED = (
    "SELECT journal_id, seq FROM recovered_records"
    " WHERE region_id = ? AND origin_journal_id = ? AND origin_seq = ?"
)
_SAME = "SELECT 1 FROM records WHERE region_id = ? AND journal_id = ? AND seq = ? AND raw = ?"
_LEFT = (
    "SELECT 1 FROM recovered_records WHERE region_id = ? AND origin_journal_id = ? UNION ALL"
    " SELECT 1 FROM holds WHERE region_id = ? AND source_journal_id = ? LIMIT 1"
)
_TWINS = (
    "SELECT journal_id, seq FROM recovered_records"
    " WHERE region_id = ? AND origin_journal_id = ? AND origin_seq = ? AND origin_digest = ?"
)
_TOLD = "SELECT COALESCE(MAX(told_ms), 0) FROM devices WHERE region_id = ?"
_OTHERS = "SELECT 1 FROM journals WHERE region_id = ? AND device_id = ? AND journal_id <> ? LIMIT 1"
_JOURNAL = "SELECT device_id, site, sealed FROM journals WHERE region_id = ? AND journal_id = ?"
