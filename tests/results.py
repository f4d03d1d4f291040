"""What answers come to, made up by their codes: for screens, voice and slips that nobody tapped for."""

from __future__ import annotations

import dataclasses
from typing import Any

import msgspec

from kiosk.common.outcomes import MealSold, Outcome, Paid, Person, Result, Tone
from kiosk.plain.refusals import Refusal
from kiosk.services.canteen.saying.results import Delivered, Served, SoldForCash, VolunteerServed
from kiosk.services.charging.results import (
    Agreeing,
    AtSocket,
    Ended,
    Failed,
    Flowing,
    Joining,
    Reported,
    Running,
    Starting,
    Stopping,
    Warned,
)
from kiosk.services.listed import SERVICES
from kiosk.services.orders.actions import Ordered
from kiosk.services.till.results import Booked

assert SERVICES, "all refusals are known"
OF_CODES: dict[str, type[Result]] = {
    "served": Served,
    "delivered": Delivered,
    "already_delivered": Delivered,
    "volunteer_fed": VolunteerServed,
    "sold": Paid,
    "sold_for_cash": SoldForCash,
    "charging_starting": Starting,
    "charging_flowing": Flowing,
    "charging_running": Running,
    "charging_stopping": Stopping,
    "charging_ended": Ended,
    "charging_failed": Failed,
    "charging_alarm": Warned,
    "charging_reported": Reported,
    "charging_helper": AtSocket,
    "charging_payer": Agreeing,
    "charging_cleared": AtSocket,
    "phone_joining": Joining,
    **dict.fromkeys(("order_placed", "order_cancelled", "delivery_failed"), Ordered),
    **dict.fromkeys(("topped_up", "refunded", "undone", "topup_undone", "cash_given_back"), Booked),
}
_A3: dict[str, Any] = {"label": "A3"}
USUAL: dict[type[Result], dict[str, Any]] = {
    AtSocket: _A3,
    Agreeing: _A3 | {"helper": "陈阿姨", "held_fen": 300},
    Starting: _A3 | {"held_fen": 300},
    Flowing: _A3 | {"held_fen": 300, "power_w": 182},
    Running: _A3 | {"minutes": 75, "cost_fen": 123},
    Stopping: _A3,
    Ended: _A3
    | {"own_fen": 123, "reason": "", "energy_wh": 612, "minutes": 212, "dead_minutes": 0}
    | {"electricity_fen": 83, "service_fen": 60},
    Failed: _A3 | {"reason": ""},
    Joining: {"digits": "1234 5678", "address": "https://card.example.org/charge?code=12345678"},
    Warned: _A3 | {"alarm": "", "is_on": True},
    Reported: _A3 | {"fault": ""},
    Served: {"own_fen": 0, "meal": "lunch"},
    Paid: {"own_fen": 0},
    SoldForCash: {"amount_fen": 0},
    Delivered: {"amount_fen": 0, "day": "2025-06-12", "meal": "lunch"},
    VolunteerServed: {"volunteer": "", "meal": "lunch", "price_fen": 0},
    Ordered: {"day": "2025-06-12", "meal": "lunch"},
}


def result_of(code: str, **figures: Any) -> Result | Refusal:
    """What an answer of this code comes to, with as many of the figures as it has."""
    kind = OF_CODES.get(code)
    if kind is None:
        return _told(_refusal(code), figures)
    if kind is Booked:
        figures = {"amount_fen": figures.get("back_fen", 0), **figures}
        if {"meal", "portion", "delivered"} & figures.keys():
            figures["meal"] = _known(MealSold, {"day": "", "meal": "", "portion": 1} | figures)
    return _known(kind, USUAL.get(kind, {}) | figures)


def answer(tone: Tone, code: str, person: Person | None = None, **figures: Any) -> Outcome:
    """An outcome that nobody tapped for."""
    return Outcome(tone=tone, code=code, at_ms=0, result=result_of(code, **figures), person=person)


def _known(kind: type[Result], figures: dict[str, Any]) -> Result:
    fields = {field.name: field for field in msgspec.structs.fields(kind)}
    values = {name: each for name, each in figures.items() if name in fields}
    return kind(**{name: bool(each) if fields[name].type is bool else each for name, each in values.items()})


def _told(kind: type[Refusal], figures: dict[str, Any]) -> Refusal:
    """What nobody gave is not known."""
    return kind(**{field.name: figures.get(field.name) for field in dataclasses.fields(kind)})


def _refusal(code: str, of: type[Refusal] = Refusal) -> type[Refusal]:
    """The refusal of a code, or one that nobody makes."""
    found = [each for each in _all(of) if getattr(each, "code", "") == code]
    return found[0] if found else type("MadeUp", (Refusal,), {"code": code})


def _all(of: type[Refusal]) -> list[type[Refusal]]:
    return [each for sub in of.__subclasses__() for each in (sub, *_all(sub))]
