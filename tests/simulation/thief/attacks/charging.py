"""Sessions that nobody charged in, at sockets that nobody used."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from msgspec.structs import replace

from kiosk.ledger.accounts import held, own_money, revenue
from kiosk.ledger.entries import Posting
from kiosk.ledger.holds import HOLD, RELEASE, TAKEN_OVER, Held, Settled, TakenOver, decode_held
from kiosk.ledger.records import decode
from kiosk.services.charging.items import ChargingTariff
from kiosk.services.charging.machine.judging import paid
from kiosk.services.charging.machine.pricing import Price, Use, price
from kiosk.services.charging.records import (
    CHARGING_BEGUN,
    CHARGING_ENDED,
    CHARGING_FLOWING,
    PURPOSE,
    ChargingBegun,
    ChargingEnded,
    ChargingFlowing,
    Means,
    Reading,
)
from tests.simulation.charging.shelter import METERED, box_of
from tests.simulation.charging.told import tariffs
from tests.simulation.thief.attacks.listing import attack
from tests.simulation.thief.stolen import Forged
from tests.simulation.thief.thief import Thief

HOURS = 24 * 3600
MOST_FEN = 50_000


@dataclass(frozen=True, slots=True)
class Session:
    """What was written of one that goes on."""

    begun: ChargingBegun
    seq: int  # of its begin
    journal: Forged

    @property
    def tariff(self) -> ChargingTariff:
        assert self.begun.tariff is not None
        return self.begun.tariff


def begin(thief: Thief, who: int, fen: int, **changed: Any) -> Session:
    """The hold, and how it began, as the kiosk writes them."""
    key, site = thief.key, thief.key.site
    order = thief.dice.randbytes(8).hex()
    by_energy, by_time = tariffs(0)
    tariff = by_energy if site in METERED else by_time
    moved = Posting(own_money(who), -fen), Posting(held(who), fen)
    hold_seq = key.write(HOLD, Held(who, fen, f"{PURPOSE}{site}/{order}"), *moved)
    begun = ChargingBegun(
        order=order,
        hold_seq=hold_seq,
        resident_id=who,
        started_by=who,
        means=str(Means.CARD),
        site=site,
        box=box_of("z"),
        socket=1,
        tariff_id=tariff.id,
        tariff_revision=key.tariff_revision,
        cap_fen=fen,
        register=Reading("meter", 1_000) if site in METERED else None,
        tariff=tariff,
    )
    begun = replace(begun, **changed)
    return Session(begun, key.write(CHARGING_BEGUN, begun), key.journal)


def end(thief: Thief, session: Session, *moved: Posting, fees: Price | None = None, **changed: Any) -> None:
    """As long and as dear as can be, by clocks of two boots that nobody can compare."""
    begun = session.begun
    use = Use(3_000 * HOURS // 3600 if begun.register else 0, HOURS)
    fees = fees or price(session.tariff, use, begun.cap_fen)
    body = ChargingEnded(
        begun.hold_seq,
        begun.cap_fen,
        session.journal.journal_id,
        begun.resident_id,
        Held(0, 0, "").unit,
        order=begun.order,
        site=begun.site,
        box=begun.box,
        socket=begun.socket,
        reason="full",
        tariff_id=begun.tariff_id,
        tariff_revision=begun.tariff_revision,
        first=begun.register,
        last=Reading("meter", 1_000 + use.energy_wh) if begun.register else None,
        energy_wh=use.energy_wh,
        charged_s=use.charged_s,
        dead_s=0,
        tiers=(),
        electricity_fen=fees.electricity_fen,
        service_fen=fees.service_fen,
        subsidy_fen=fees.subsidy_fen,
        begun_journal_id=session.journal.journal_id,
        begun_seq=session.seq,
    )
    earned = moved or (
        Posting(own_money(begun.resident_id), begun.cap_fen - fees.due_fen),
        Posting(held(begun.resident_id), -begun.cap_fen),
        *paid(begun.site, session.tariff, fees),
    )
    thief.key.write(CHARGING_ENDED, replace(body, **changed), *earned, boot=2)


def lent(thief: Thief, who: int, fen: int) -> int:
    return min(fen, thief.ask(who, fen))


@attack("charging that never was, for its own residents", quiet=True)
def _never_charged(thief: Thief) -> None:
    for who in thief.own_people:
        if (fen := lent(thief, who, MOST_FEN)) > 0:
            end(thief, begin(thief, who, fen))
    thief.push()


@attack("charging that never was, for people at home elsewhere", quiet=True)
def _strangers(thief: Thief) -> None:
    for who in thief.strangers:
        if (fen := lent(thief, who, 3_000)) > 0:
            end(thief, begin(thief, who, fen))
            thief.push()


@attack("charging for people at home elsewhere, without asking")
def _unasked(thief: Thief) -> None:
    end(thief, begin(thief, thief.stranger(), 9_000))


@attack("charging by energy that no register ran, or of another tariff, or with a pass that nobody has")
def _invented(thief: Thief) -> None:
    lies: tuple[dict[str, Any], ...] = (
        {"energy_wh": 90_000},
        {"first": Reading("meter", 0), "last": Reading("meter", 939_000), "energy_wh": 939_000},
        {"electricity_fen": MOST_FEN},
        {"tariff_id": "by-energy" if thief.key.site not in METERED else "by-time"},
        {"pass_s": HOURS},
        {"charged_s": 400 * HOURS},
        {"site": thief.other_site},
    )
    who = thief.victim()
    for each in lies:
        if (fen := lent(thief, who, 2_000)) > 0:
            end(thief, begin(thief, who, fen), **each)


@attack("charging at a price of before anybody remembers, of which a programme pays nearly all")
def _forgotten_price(thief: Thief) -> None:
    who = thief.accomplice()
    fees = Price(electricity_fen=MOST_FEN * 20, service_fen=0, subsidy_fen=MOST_FEN * 20 - 1)
    for revision in (-1, 0):
        if (fen := lent(thief, who, 100)) > 0:
            end(thief, begin(thief, who, fen, tariff_revision=revision), fees=fees)


@attack("what was held for charging paid to an accomplice, or to another site")
def _paid_away(thief: Thief) -> None:
    victim, who = thief.victim(), thief.accomplice()
    for to in (own_money(who), revenue("charging_service", thief.other_site)):
        if (fen := lent(thief, victim, 2_000)) > 0:
            session = begin(thief, victim, fen)
            end(thief, session, Posting(held(victim), -fen), Posting(to, fen))


@attack("one session ended twice, and let go besides, in two journals")
def _twice(thief: Thief) -> None:
    who = thief.accomplice()
    if (fen := lent(thief, who, 2_000)) <= 0:
        return
    session = begin(thief, who, fen)
    end(thief, session)
    end(thief, session)
    back = Posting(held(who), -fen), Posting(own_money(who), fen)
    settled = Settled(session.begun.hold_seq, fen, session.journal.journal_id, who)
    thief.key.write(RELEASE, settled, *back)
    thief.push()
    thief.key.begin_journal()
    thief.key.write(TAKEN_OVER, _taken(session, who, fen))
    thief.key.write(
        RELEASE,
        replace(settled, original_seq=thief.key.journal.seq, journal_id=thief.key.journal.journal_id),
        *back,
    )
    thief.push()
    thief.shop(who)


def _taken(session: Session, who: int, fen: int) -> TakenOver:
    purpose = f"{PURPOSE}{session.begun.site}/{session.begun.order}"
    return TakenOver(
        who, fen, purpose, Held(0, 0, "").unit, session.journal.journal_id, session.begun.hold_seq
    )


@attack("holds of another kiosk settled, or taken over")
def _others(thief: Thief) -> None:
    for journal_id, seq, raw in thief.holds_of_others():
        body = decode_held(decode(raw).body)
        back = (
            Posting(held(body.resident_id), -body.quantity),
            Posting(own_money(thief.accomplice()), body.quantity),
        )
        thief.key.write(RELEASE, Settled(seq, body.quantity, journal_id, body.resident_id), *back)
        taken = TakenOver(body.resident_id, body.quantity, body.purpose, body.unit, journal_id, seq)
        mine = thief.key.write(TAKEN_OVER, taken)
        settled = Settled(mine, body.quantity, thief.key.journal.journal_id, body.resident_id)
        thief.key.write(RELEASE, settled, *back)


@attack("money in records of charging that move none")
def _movers(thief: Thief) -> None:
    who, fen = thief.accomplice(), 8_000
    moved = Posting(own_money(who), fen), Posting(revenue("charging_service", thief.other_site), -fen)
    thief.key.write(
        CHARGING_FLOWING, ChargingFlowing("00000000000000ff", thief.key.site, box_of("z"), 1, 900), *moved
    )
