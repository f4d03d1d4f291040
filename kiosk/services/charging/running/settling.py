"""What is written of how a session ended, and of what a box says of it only afterwards."""

from __future__ import annotations

import msgspec

from drivers.outlets.contracts import Ended
from kiosk.ledger import holds
from kiosk.ledger.holds import Settled
from kiosk.ledger.journal import Writing
from kiosk.ledger.records import Chained, Moment
from kiosk.services.charging.machine.judging import paid
from kiosk.services.charging.machine.session import Session
from kiosk.services.charging.records import CHARGING_ENDED, CHARGING_LATE, ChargingEnded, ChargingLate
from kiosk.services.charging.running.begun import Begun, ended, is_late_noted, passed_beside_s


def settled(writing: Writing, found: Begun, session: Session, hold_seq: int, at: Moment) -> Chained:
    """Write the end of a session, and pay what it came to. Raises a refusal of `kiosk.ledger.holds`."""
    beside_s = passed_beside_s(writing.connection, writing.key.region_id, found) if session.pass_s else 0
    session = msgspec.structs.replace(session, pass_s=max(0, session.pass_s - beside_s))
    body, use, fees = found.body, session.use, session.price

    def say(hold: Settled) -> ChargingEnded:
        return ChargingEnded(
            hold.original_seq,
            hold.quantity,
            hold.journal_id,
            hold.resident_id,
            hold.unit,
            order=body.order,
            site=body.site,
            box=body.box,
            socket=body.socket,
            reason=str(session.reason),
            tariff_id=body.tariff_id,
            tariff_revision=body.tariff_revision,
            first=session.first,
            last=session.last,
            energy_wh=use.energy_wh,
            charged_s=use.charged_s,
            dead_s=session.dead_s,
            tiers=session.tiers,
            electricity_fen=fees.electricity_fen,
            service_fen=fees.service_fen,
            subsidy_fen=fees.subsidy_fen,
            is_doubtful=session.is_doubtful,
            begun_journal_id=found.journal_id,
            begun_seq=found.seq,
            pass_s=use.pass_s,
        )

    to = paid(body.site, session.tariff, fees)
    return holds.settle(
        writing, CHARGING_ENDED, hold_seq, say, to, at=at, tariff_revision=body.tariff_revision
    )


def note_late(writing: Writing, event: Ended, site: str, now: Moment) -> None:
    """The word of a box on an order that was settled without it: once, and not what was billed already."""
    region_id = writing.key.region_id
    billed = ended(writing.connection, region_id, event.order)
    if is_late_noted(writing.connection, region_id, event.order) or _says_the_same(event, billed):
        return
    socket = event.socket
    said = (str(event.reason), event.energy_wh, event.charged_s)
    writing.append(*CHARGING_LATE, ChargingLate(event.order, site, socket.box, socket.number, *said), at=now)


def _says_the_same(event: Ended, billed: ChargingEnded | None) -> bool:
    """A box that did not hear that it may forget an order says once more what was settled by its word."""
    if billed is None or str(event.reason) != billed.reason:
        return False
    return event.energy_wh in (None, billed.energy_wh)
