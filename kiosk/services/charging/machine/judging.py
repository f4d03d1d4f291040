"""What the end of a session may move, recomputed from its readings, seconds and the tariff of its revision.

A kiosk's key proves who wrote it, and nothing of what it says: fees that other readings give, a register of
a lifetime, one that ran faster than current can flow, dead time that is billed, another site or socket, more
than was held, a tariff of another day or person, a pass of another month. The day is that of the time which
the session gives for its beginning: a kiosk chooses by that very time, however wrong its clock is. What the
office no longer knows is not held against anybody: then only who is paid is looked at, and how much of what
was held.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date
from typing import Protocol, TypeVar

from kiosk.catalogue.items import ItemKind
from kiosk.catalogue.values import Site
from kiosk.common.clock import local_time
from kiosk.ledger.accounts import programme, revenue
from kiosk.ledger.amount import Unit
from kiosk.ledger.audit.judging import (
    ELSEWHERE,
    NOT_AS_SET,
    NOT_ITS_TO_MOVE,
    NOTHING_TO_FOLLOW,
    Judges,
    Known,
    Objection,
    hold_of,
    moves_nothing,
    settled,
)
from kiosk.ledger.entries import Posting
from kiosk.ledger.holds import decode_settled
from kiosk.ledger.records import ClockQuality, Record
from kiosk.people.residents import Resident, Visitor
from kiosk.services.charging.errors import NoChargingTariff
from kiosk.services.charging.items import CHARGING_PASS, CHARGING_SITE, CHARGING_TARIFF, ChargingTariff
from kiosk.services.charging.machine.metering import goes_on
from kiosk.services.charging.machine.pricing import Price, Use, price
from kiosk.services.charging.machine.tariffs import tariff_for
from kiosk.services.charging.records import (
    CHARGING_ALARM,
    CHARGING_BEGUN,
    CHARGING_CLEARED,
    CHARGING_ENDED,
    CHARGING_FLOWING,
    CHARGING_LATE,
    CHARGING_REFUSED,
    CHARGING_REPORTED,
    PURPOSE,
    ChargingBegun,
    ChargingEnded,
    decode_begun,
    decode_ended,
)

V = TypeVar("V")
ELECTRICITY, SERVICE = "charging_electricity", "charging_service"  # what is earned, apart
NOT_METERED = "not_metered"  # its readings cannot be, or give another figure than it says
TOO_LONG = "too_long"  # more seconds than went by
MOST_W = 5_000  # where no site says less: more than any socket gives
SLACK_MS = 120_000  # two clocks were read, and a session is stored once a minute
LONGEST_MS = 30 * 24 * 3600 * 1000  # a kiosk that was off longer settles it all the same, but by no clock


class KnownToCharging(Known, Protocol):
    """What the office knows of prices, people and sockets."""

    def said_at(self, kind: ItemKind[V], revision: int) -> Sequence[V] | None:
        """What items of a kind said at a revision of the catalogue; None: it is not known any more."""

    def site(self, name: str) -> Collection[Site]:
        """A site as the catalogue has it now, and as it had it; nothing if it never did."""

    def ever(self, kind: ItemKind[V]) -> Sequence[V] | None:
        """What items of a kind say and have said; None: the office does not know any more."""

    def people(self, resident_id: int) -> Iterator[Resident | Visitor]:
        """A resident as the catalogue has them now, and then as it had them; nobody if it never did."""


def paid(site: str, tariff: ChargingTariff | None, found: Price) -> tuple[Posting, ...]:
    """Who is paid: both fees apart, and the programme that adds its part."""
    parts = [
        Posting(revenue(ELECTRICITY, site), found.electricity_fen),
        Posting(revenue(SERVICE, site), found.service_fen),
    ]
    if found.subsidy_fen and tariff is not None:
        parts.append(Posting(programme(tariff.programme), -found.subsidy_fen))
    return tuple(each for each in parts if each.quantity)


def judge_ended(record: Record, known: KnownToCharging) -> Objection | None:
    """The end of a session, and what it paid."""
    body, settlement = decode_ended(record.body), decode_settled(record.body)
    if body.site not in known.sites:
        return Objection(ELSEWHERE)
    whole = hold_of(settlement, known)
    if whole is None or whole.purpose != f"{PURPOSE}{body.site}/{body.order}" or body.unit is not Unit.FEN:
        return Objection(NOTHING_TO_FOLLOW)
    began = _began(body, known)
    if began is None:
        return Objection(NOTHING_TO_FOLLOW)
    why = _as_begun(body, decode_begun(began.body)) or _timed(body, began, record)
    return why or _metered(body, _gone_ms(began, record), known) or _priced(record, body, began, known)


def _began(body: ChargingEnded, known: Known) -> Record | None:
    found = known.original(body.begun_journal_id, body.begun_seq)
    return found if found is not None and (found.kind, found.version) == CHARGING_BEGUN else None


def _as_begun(body: ChargingEnded, began: ChargingBegun) -> Objection | None:
    """It is the session that it says: payer, socket, tariff and first reading are those it began with."""
    said = (body.order, body.resident_id, body.site, body.box, body.socket, body.tariff_id)
    if said != (began.order, began.resident_id, began.site, began.box, began.socket, began.tariff_id):
        return Objection(NOTHING_TO_FOLLOW)
    if body.tariff_revision != began.tariff_revision or body.pass_s > began.pass_s:
        return Objection(NOT_AS_SET)
    if began.register is None:
        of_a_lifetime = body.first is not None and not body.first.is_of_order
        return Objection(NOT_METERED) if of_a_lifetime else None
    return Objection(NOT_METERED) if body.first != began.register else None


def _gone_ms(began: Record, record: Record) -> int | None:
    """How long the session took by the kiosk's own clocks; None where these cannot tell."""
    if record.boot == began.boot:
        return record.monotonic_ms - began.monotonic_ms
    if min(record.quality, began.quality) < ClockQuality.SYNCED:
        return None
    return record.wall_ms - began.wall_ms


def _metered(body: ChargingEnded, gone_ms: int | None, known: KnownToCharging) -> Objection | None:
    """What is billed by energy is the difference of two readings of one count, which can have gone on so."""
    first, last = body.first, body.last
    if body.is_doubtful or first is None or last is None:
        return Objection(NOT_METERED) if body.energy_wh else None
    if first.is_of_order and first.wh:
        return Objection(NOT_METERED)
    elapsed_ms = (LONGEST_MS if gone_ms is None else gone_ms) + SLACK_MS
    if body.energy_wh != last.wh - first.wh or not goes_on(
        first, last, elapsed_ms, _most_w(body.site, known)
    ):
        return Objection(NOT_METERED)
    return None


def _most_w(site: str, known: KnownToCharging) -> int:
    said = [each for each in known.ever(CHARGING_SITE) or () if each.site == site]
    return max((each.thresholds.register_most_w for each in said), default=MOST_W)


def _timed(body: ChargingEnded, began: Record, record: Record) -> Objection | None:
    """No more seconds than went by, less those without power where one clock counted both."""
    if min(body.charged_s, body.dead_s, body.pass_s) < 0 or any(each.s < 0 for each in body.tiers):
        return Objection(TOO_LONG)
    if sum(each.s for each in body.tiers) > body.charged_s or body.pass_s > body.charged_s:
        return Objection(TOO_LONG)
    gone_ms = _gone_ms(began, record)
    said_s = body.charged_s + (body.dead_s if record.boot == began.boot else 0)
    most_ms = LONGEST_MS if gone_ms is None else gone_ms
    return Objection(TOO_LONG) if said_s * 1000 > most_ms + SLACK_MS else None


def _priced(record: Record, body: ChargingEnded, began: Record, known: KnownToCharging) -> Objection | None:
    """The fees that its use gives by the tariff as the office had it then, for this person and day."""
    said = Price(body.electricity_fen, body.service_fen, body.subsidy_fen)
    tariffs = known.said_at(CHARGING_TARIFF, body.tariff_revision)
    if tariffs is None:
        # Prices of charging were kept from the first: nobody can have gone by one of before that.
        is_forgotten = known.ever(CHARGING_TARIFF) is None
        return _within_hold(record, body, said) if is_forgotten else Objection(NOT_AS_SET)
    days = _days(body.site, began, known)
    tariff = next((each for each in tariffs if each.id == body.tariff_id), None)
    if tariff is None or not _is_due(tariff, tariffs, body, days, known):
        return Objection(NOT_AS_SET)
    if body.pass_s and not _has_pass(body, days, known):
        return Objection(NOT_AS_SET)
    use = Use(body.energy_wh, body.charged_s, body.tiers, body.pass_s)
    expected = price(tariff, use, body.quantity)
    why = settled(record, decode_settled(record.body), paid(body.site, tariff, expected))
    return why or (None if said == expected else Objection(NOT_AS_SET))


def _days(site: str, began: Record, known: KnownToCharging) -> Collection[date]:
    """When it began, by the site's clock as it is and was; nothing if the office never knew the site."""
    return {local_time(began.wall_ms, each.time_zone).date() for each in known.site(site)}


def _is_due(
    tariff: ChargingTariff,
    tariffs: Sequence[ChargingTariff],
    body: ChargingEnded,
    days: Collection[date],
    known: KnownToCharging,
) -> bool:
    """Whether it is the one of these that held for this person there, as far as the office knows them.

    Whether its box counted energy only the kiosk knows. Whoever is forgotten may have been of any category.
    """
    if not days:
        return True
    person = None
    for person in known.people(body.resident_id):  # one after the other: the last are looked up
        if _held(tariff, tariffs, body.site, person.categories, days):
            return True
    return person is None and _held(tariff, tariffs, body.site, (tariff.category,), days)


def _held(
    tariff: ChargingTariff,
    tariffs: Sequence[ChargingTariff],
    site: str,
    categories: Iterable[str],
    days: Collection[date],
) -> bool:
    return any(
        _chosen(tariffs, site, categories, day, is_metered=is_metered) == tariff
        for day in days
        for is_metered in (True, False)
    )


def _chosen(
    tariffs: Sequence[ChargingTariff], site: str, categories: Iterable[str], day: date, *, is_metered: bool
) -> ChargingTariff | None:
    try:
        return tariff_for(tariffs, site, categories, day, is_metered=is_metered)
    except NoChargingTariff:
        return None


def _has_pass(body: ChargingEnded, days: Collection[date], known: KnownToCharging) -> bool:
    """One that was bought for that day, and covers so much of it."""
    passes = known.ever(CHARGING_PASS)
    if passes is None:
        return True
    return any(
        each.resident_id == body.resident_id
        and body.pass_s <= each.hours_per_day * 3600
        and (not days or any(each.first_day <= day <= each.last_day for day in days))
        for each in passes
    )


def _within_hold(record: Record, body: ChargingEnded, said: Price) -> Objection | None:
    """A price that the office has forgotten: who pays and who earns, no more than was held, no programme."""
    if min(said.electricity_fen, said.service_fen, said.subsidy_fen) < 0:
        return Objection(NOT_ITS_TO_MOVE)
    programmes = [each for each in record.postings if each.account.startswith(programme(""))]
    if sum(each.quantity for each in programmes) != -said.subsidy_fen:
        return Objection(NOT_ITS_TO_MOVE)
    earned = paid(body.site, None, said)
    return settled(record, decode_settled(record.body), (*earned, *programmes))


def _kinds_that_say() -> Collection[tuple[str, int]]:
    return (
        CHARGING_BEGUN,
        CHARGING_FLOWING,
        CHARGING_REFUSED,
        CHARGING_LATE,
        CHARGING_ALARM,
        CHARGING_CLEARED,
        CHARGING_REPORTED,
    )


JUDGES: Judges = {CHARGING_ENDED: judge_ended, **dict.fromkeys(_kinds_that_say(), moves_nothing)}
