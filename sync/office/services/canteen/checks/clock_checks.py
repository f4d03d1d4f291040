"""Whether meals were booked to the period in which they were served. Findings only: no money moves.

Looked at whenever a kiosk writes that it heard the office, for then all that came before is known to the
second; and when a meal comes in whose time nobody vouched for.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

import msgspec
import sqlalchemy as sa

from kiosk.catalogue.items import Kind, decode_value
from kiosk.catalogue.meal_hours import Meal, hours_ms
from kiosk.catalogue.values import Site
from kiosk.ledger.audit.nesting import nests_too_deep
from kiosk.ledger.figures import figures
from kiosk.ledger.machine.clock_records import CLOCK, CLOCK_CONFIRMED, MealConfirmed
from kiosk.ledger.posting import Finding, JournalKey, Link
from kiosk.ledger.records import END_OF_TIME_MS, ClockQuality, Record, decode
from kiosk.ledger.sql import run
from kiosk.services.canteen.records import DELIVERED, MEAL_SERVED, decode_meal
from sync.office.books.arrivals import links_between
from sync.office.books.times import Contact, Interval, Reading, intervals
from sync.office.intake.batch import Batch

TOLERANCE_MS = 2000  # by so much a kiosk's clock may be off before it writes down that it was set


class _Peek(msgspec.Struct, array_like=True, frozen=True):
    """The beginning of a record: enough to know whether there is anything to look at."""

    seq: int
    kind: str
    version: int
    boot: int
    monotonic_ms: int
    boot_wall_ms: int
    quality: int


@dataclass(frozen=True, slots=True)
class _Claim:
    """That a meal was being served at a record's time."""

    record: Record
    site: str
    day: str
    meal: str


_peeks = msgspec.msgpack.Decoder(_Peek)
_words = msgspec.msgpack.Decoder(MealConfirmed)


def check(connection: sa.Connection, batch: Batch) -> list[Finding]:
    """What is wrong or uncertain about the times of new records, and of those before that can now be judged.

    Closes the doubts that are settled.
    """
    key, new, received_at_ms = batch.key, batch.links, batch.at_ms
    peeks = list(_readable(new))
    heard = any((each.kind, each.version) == CLOCK for each in peeks)
    last_seq, last_contacts = _contact_before(connection, key, new[0].seq)
    floor_ms = last_contacts[0].office_ms if last_contacts else 0
    if not heard and not any(
        _is_doubtful(each) or _is_out_of_order(each, floor_ms, received_at_ms) for each in peeks
    ):
        return []
    stretch = links_between(connection, key, last_seq + 1, new[-1].seq) if heard else new
    records = list(_decoded(stretch))
    contacts = [*last_contacts, *_contacts_after(connection, key, last_seq, new[-1].seq)]
    readings = [Reading(each.boot, each.monotonic_ms) for each in records]
    when = intervals(readings, contacts, floor_ms, received_at_ms)
    by_seq = {record.seq: each for record, each in zip(records, when, strict=True)}
    judge = _Judge(connection, key.region_id)
    findings, settled = [], []
    for claim in _claims(records, batch.device.site):
        code, detail = judge.verdict(claim, by_seq[claim.record.seq])
        if code:
            findings.append(Finding(claim.record.seq, code, detail))
        if code != "uncertain_period" and _is_doubtful(claim.record):
            settled.append(claim.record.seq)
    _close(connection, key, settled, received_at_ms)
    return findings


class _Judge:
    """Knows the hours of the sites."""

    def __init__(self, connection: sa.Connection, region_id: int) -> None:
        self._connection, self._region_id = connection, region_id
        self._sites: dict[str, Site | None] = {}

    def verdict(self, claim: _Claim, when: Interval) -> tuple[str, str]:
        """A code and its figures, both empty where there is nothing to say."""
        site = self._site(claim.site)
        period = next((each for each in site.meals if each.meal == claim.meal), None) if site else None
        if site is None or period is None:
            return "", ""
        try:
            meal = Meal(date.fromisoformat(claim.day), period)
            opens_ms, closes_ms = hours_ms(meal, site.time_zone)
        except (ValueError, OverflowError):  # a day that is none
            return "", ""
        earliest, latest = _on_its_clock(when, site)
        said = figures(site=site.name, meal=claim.meal, day=claim.day, earliest=earliest, latest=latest)
        if when.latest_ms < opens_ms - TOLERANCE_MS or when.earliest_ms > closes_ms + TOLERANCE_MS:
            confirmed = (claim.record.kind, claim.record.version) == CLOCK_CONFIRMED
            return "wrong_clock_confirmed" if confirmed else "wrong_period", said
        inside = opens_ms - TOLERANCE_MS <= when.earliest_ms and when.latest_ms <= closes_ms + TOLERANCE_MS
        return ("uncertain_period", said) if not inside and _is_doubtful(claim.record) else ("", "")

    def _site(self, name: str) -> Site | None:
        if name not in self._sites:
            found = run(self._connection, _SITE, (self._region_id, Kind.SITE, name))
            self._sites[name] = decode_value(Kind.SITE, found[0][0]) if found else None
        return self._sites[name]


def _is_doubtful(record: _Peek | Record) -> bool:
    """A meal that the kiosk itself did not vouch the time of."""
    return (record.kind, record.version) == MEAL_SERVED and record.quality < ClockQuality.KEPT


def _is_out_of_order(record: _Peek | Record, floor_ms: int, received_at_ms: int) -> bool:
    """A meal that says it was before the office was last heard, or is still to come."""
    says_ms = record.boot_wall_ms + record.monotonic_ms
    is_meal = (record.kind, record.version) == MEAL_SERVED
    return is_meal and not floor_ms - TOLERANCE_MS <= says_ms <= received_at_ms + TOLERANCE_MS


def _claims(records: Iterable[Record], site: str) -> Iterator[_Claim]:
    for record in records:
        try:
            if (record.kind, record.version) == MEAL_SERVED:
                meal = decode_meal(record.body)
                if meal.level == DELIVERED:
                    continue  # written down when the volunteer was back
                yield _Claim(record, meal.site, meal.day.isoformat(), meal.meal)
            elif (record.kind, record.version) == CLOCK_CONFIRMED:
                word = _words.decode(record.body)
                yield _Claim(record, site, word.day, word.meal)
        except msgspec.MsgspecError:
            continue  # `unread_body` says so already


def _readable(links: Iterable[Link]) -> Iterator[_Peek | Record]:
    for link in links:
        if isinstance(link.read, Record):
            yield link.read
            continue
        if nests_too_deep(link.raw):
            continue
        try:
            yield _peeks.decode(link.raw)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            continue


def _decoded(links: Iterable[Link]) -> Iterator[Record]:
    """Records that can be read and stand where they say they do; the others are in review already."""
    for link in links:
        try:
            record = decode(link.raw)
        except (msgspec.MsgspecError, UnicodeDecodeError):
            continue
        if record.seq == link.seq:
            yield record


_SITE = "SELECT value FROM catalogue_items WHERE region_id = ? AND kind = ? AND key = ? AND value IS NOT NULL"
_BEFORE = (
    "SELECT seq, boot, monotonic_ms, wall_ms, blur_ms FROM clock_marks"
    " WHERE region_id = ? AND journal_id = ? AND seq < ? AND until_ms = 0 ORDER BY seq DESC LIMIT 1"
)
_CONTACTS = (
    "SELECT boot, monotonic_ms, wall_ms, blur_ms FROM clock_marks"
    " WHERE region_id = ? AND journal_id = ? AND seq > ? AND seq <= ? AND until_ms = 0 ORDER BY seq"
)
_CLOSE = (
    "UPDATE reviews SET closed_at_ms = ? WHERE region_id = ? AND journal_id = ? AND seq = ?"
    " AND code = 'uncertain_period' AND closed_at_ms IS NULL"
)


def _contact_before(connection: sa.Connection, key: JournalKey, seq: int) -> tuple[int, list[Contact]]:
    """The last contact before a record, and where it was written down; 0 and none if there is none."""
    found = run(connection, _BEFORE, (key.region_id, key.journal_id, seq))
    return (found[0][0], [Contact(*found[0][1:])]) if found else (0, [])


def _contacts_after(connection: sa.Connection, key: JournalKey, after_seq: int, to_seq: int) -> list[Contact]:
    rows = run(connection, _CONTACTS, (key.region_id, key.journal_id, after_seq, to_seq))
    return [Contact(*row) for row in rows]


def _close(connection: sa.Connection, key: JournalKey, seqs: Iterable[int], at_ms: int) -> None:
    for seq in seqs:
        run(connection, _CLOSE, (at_ms, key.region_id, key.journal_id, seq))


def _on_its_clock(when: Interval, site: Site) -> tuple[str, str]:
    zone = ZoneInfo(site.time_zone)
    in_reach = (min(max(each, 0), END_OF_TIME_MS) for each in (when.earliest_ms, when.latest_ms))
    earliest, latest = (datetime.fromtimestamp(each / 1000, zone) for each in in_reach)
    return earliest.isoformat(sep=" ", timespec="seconds"), latest.isoformat(sep=" ", timespec="seconds")
