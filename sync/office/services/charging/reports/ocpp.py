"""Sessions as OCPP 2.0.1 tells them: the `TransactionEvent` requests that a station would have sent.

`docs/decisions.md` has the mapping, and why the office keeps sessions in a form of its own. Energy is in Wh,
power in W, times are UTC. What the standard has no field for (fees in fen, dead time) is in `customData`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import msgspec
import sqlalchemy as sa

from drivers.outlets.reasons import StopReason
from kiosk.services.charging.records import Means
from sync.office.services.charging.places import Places
from sync.office.services.charging.reports.asked import AskedDays
from sync.office.services.charging.reports.sessions import that_ended
from sync.office.services.charging.tables import charging_answers, charging_bills, charging_starts

VENDOR = "neighbourhood-card"
MS_PER_S = 1000
Payload = dict[str, Any]

# What made it tell, `triggerReason`, and why it ended, `stoppedReason`.
ENDS: Mapping[str, tuple[str, str]] = {
    StopReason.FULL: ("ChargingStateChanged", "SOCLimitReached"),
    StopReason.TIME_UP: ("TimeLimitReached", "TimeLimitReached"),
    StopReason.LONGEST: ("TimeLimitReached", "TimeLimitReached"),
    StopReason.ENERGY_UP: ("EnergyLimitReached", "EnergyLimitReached"),
    StopReason.MONEY_UP: ("Deauthorized", "LocalOutOfCredit"),
    StopReason.STOPPED: ("StopAuthorized", "Local"),
    StopReason.STOPPED_BY_OFFICE: ("RemoteStop", "Remote"),
    StopReason.UNPLUGGED: ("EVCommunicationLost", "EVDisconnected"),
    StopReason.NO_LOAD: ("EVConnectTimeout", "Timeout"),
    StopReason.NO_PLUG: ("EVConnectTimeout", "Timeout"),
    StopReason.OVERLOAD: ("AbnormalCondition", "OvercurrentFault"),
    StopReason.BOX_OVERLOAD: ("AbnormalCondition", "OvercurrentFault"),
    StopReason.SHORT_CIRCUIT: ("AbnormalCondition", "OvercurrentFault"),
    StopReason.OVER_VOLTAGE: ("AbnormalCondition", "PowerQuality"),
    StopReason.UNDER_VOLTAGE: ("AbnormalCondition", "PowerQuality"),
    StopReason.POWER_LOST: ("AbnormalCondition", "PowerLoss"),
    StopReason.SMOKE: ("AbnormalCondition", "EmergencyStop"),
    StopReason.FIRE_SYSTEM: ("AbnormalCondition", "EmergencyStop"),
    StopReason.OVERHEAT: ("AbnormalCondition", "EmergencyStop"),
    StopReason.WATER: ("AbnormalCondition", "EmergencyStop"),
}
OTHER = ("AbnormalCondition", "Other")


@dataclass(frozen=True, slots=True)
class Told:
    """One session as its records say: how it began, when current flowed, and how it ended.

    `begun` and `flowing` are None where that record has not come, or never was. Readings are None where the
    box has no register, or what it said is not believed.
    """

    order: str
    site: str
    box: str
    socket: int
    resident_id: int
    begun: Begun | None
    flowing: Flowing | None
    ended: Ended


@dataclass(frozen=True, slots=True)
class Begun:
    at_ms: int
    means: str  # a `Means`
    register_wh: int | None


@dataclass(frozen=True, slots=True)
class Flowing:
    at_ms: int
    power_w: float


@dataclass(frozen=True, slots=True)
class Ended:
    at_ms: int
    reason: str  # a `StopReason`
    register_wh: int | None
    charged_s: int
    custom: Mapping[str, int | str]  # what goes into `customData`


def transaction_events(told: Told) -> Iterator[Payload]:
    """The requests of one session, in order; the first has `seqNo` 0."""
    for n, event in enumerate(_events(told)):
        yield {**event, "seqNo": n, "evse": {"id": told.socket, "connectorId": 1}}


def _events(told: Told) -> Iterator[Payload]:
    if told.begun is not None:
        is_remote = told.begun.means in (Means.PHONE, Means.KIOSK_PAGE)
        yield {
            **_event("Started", told.begun.at_ms, "RemoteStart" if is_remote else "Authorized"),
            "transactionInfo": {"transactionId": told.order, "chargingState": "EVConnected"},
            "idToken": {"idToken": str(told.resident_id), "type": "Local"},
            **_energy(told.begun.at_ms, told.begun.register_wh, "Transaction.Begin"),
        }
    if told.flowing is not None:
        yield {
            **_event("Updated", told.flowing.at_ms, "ChargingStateChanged"),
            "transactionInfo": {"transactionId": told.order, "chargingState": "Charging"},
            **_sampled(told.flowing.at_ms, told.flowing.power_w, "Power.Active.Import", "W", "Trigger"),
        }
    ended = told.ended
    trigger, reason = ENDS.get(ended.reason, OTHER)
    info = {"transactionId": told.order, "chargingState": "Idle", "stoppedReason": reason}
    yield {
        **_event("Ended", ended.at_ms, trigger),
        "transactionInfo": {**info, "timeSpentCharging": ended.charged_s},
        **_energy(ended.at_ms, ended.register_wh, "Transaction.End"),
        "customData": {"vendorId": VENDOR, "reason": ended.reason, **ended.custom},
    }


def _event(event_type: str, at_ms: int, trigger: str) -> Payload:
    return {"eventType": event_type, "timestamp": _time(at_ms), "triggerReason": trigger}


def _energy(at_ms: int, wh: int | None, context: str) -> Payload:
    if wh is None:
        return {}
    return _sampled(at_ms, wh, "Energy.Active.Import.Register", "Wh", context)


def _sampled(at_ms: int, value: float, measurand: str, unit: str, context: str) -> Payload:
    sample = {"value": value, "context": context, "measurand": measurand, "unitOfMeasure": {"unit": unit}}
    return {"meterValue": [{"timestamp": _time(at_ms), "sampledValue": [sample]}]}


def _time(at_ms: int) -> str:
    at = datetime.fromtimestamp(at_ms / MS_PER_S, UTC)
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def lines(
    connection: sa.Connection, region_id: int, asked: AskedDays, zones: Mapping[str, str]
) -> Iterator[bytes]:
    """The sessions that ended on the days asked for, one request in a line of JSON, with its station."""
    for told in _told(connection, region_id, asked, zones):
        for event in transaction_events(told):
            yield msgspec.json.encode({"station": f"{told.site}/{told.box}", "request": event}) + b"\n"


def _told(
    connection: sa.Connection, region_id: int, asked: AskedDays, zones: Mapping[str, str]
) -> Iterator[Told]:
    b, s, a = charging_bills.c, charging_starts.c, charging_answers.c
    began = (s.region_id == b.region_id) & (s.order_id == b.order_id)
    flowed = (a.region_id == b.region_id) & (a.order_id == b.order_id) & (a.reason == "")
    query = (
        sa.select(
            *(charging_bills, s.wall_ms.label("began_ms"), s.means, s.register.label("first_register")),
            *(s.register_wh, a.wall_ms.label("flowed_ms"), a.power_dw),
        )
        .outerjoin(charging_starts, began)
        .outerjoin(charging_answers, flowed)
        .where(*that_ended(region_id, asked, zones, Places.read(connection, region_id)))
        .order_by(b.wall_ms, b.journal_id, b.seq)
    )
    told: set[str] = set()  # a record may be there twice, once as it was recovered
    for row in connection.execute(query):
        if row.order_id not in told:
            told.add(row.order_id)
            yield _of_row(row)


def _of_row(row: sa.Row[Any]) -> Told:
    begun = flowing = None
    if row.began_ms is not None:
        begun = Begun(row.began_ms, row.means, row.register_wh if row.first_register else None)
    if row.flowed_ms is not None:
        flowing = Flowing(row.flowed_ms, row.power_dw / 10)
    is_read = row.register and not row.doubtful
    custom = {
        "energyWh": row.energy_wh,
        "deadS": row.dead_s,
        "tariff": row.tariff_id,
        "electricityFen": row.electricity_fen,
        "serviceFen": row.service_fen,
        "subsidyFen": row.subsidy_fen,
    }
    ended = Ended(row.wall_ms, row.reason, row.last_wh if is_read else None, row.charged_s, custom)
    place = (row.order_id, row.site, row.box, row.socket, row.resident_id)
    return Told(*place, begun, flowing, ended)
