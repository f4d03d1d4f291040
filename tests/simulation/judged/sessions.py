"""Every charging session as it truly was: who asked for it, what flowed, and what that costs in this town.

Records are read as bytes, and prices worked out here once more.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field
from fractions import Fraction
from math import floor
from typing import Any

from tests.simulation.charging.shelter import Shelter
from tests.simulation.judged.oracle import Broken, Fact

BEGUN, ENDED, REFUSED = "charging_begun", "charging_ended", "charging_refused"
COARSE_WH = 2  # a register counts whole Wh
SLACK_S = 60  # until somebody looks who could see that nothing flows any more
LATE_MS = 5 * 60_000  # beyond what a start by phone may wait, by a clock that is a little off
LONG_CUT_MS = 15 * 60_000  # after it nothing goes on


@dataclass(frozen=True, slots=True)
class Begun:
    """A session, and where the truth of its socket stood then."""

    fact: Fact
    flowed_wh: float
    flowed_s: int

    @property
    def body(self) -> list[Any]:
        return self.fact.fields[10]


@dataclass
class Sessions:
    """`went_back`: kiosks with an old image, which may have anything once more, or have forgotten it."""

    went_back: Collection[str]
    tariffs: list[dict[str, Any]] = field(default_factory=list)  # every one that there ever was
    wanted: tuple[int, str, int] | None = None  # somebody stands there: payer, box, socket
    by_phone: dict[str, int] = field(default_factory=dict)  # order -> true Unix ms until which it is good
    begun: dict[str, Begun] = field(default_factory=dict)
    ended: Counter[str] = field(default_factory=Counter)
    last: dict[tuple[str, int], tuple[str, str]] = field(default_factory=dict)  # socket -> order and reason
    cut_off_wh: dict[str, float] = field(default_factory=dict)  # order -> what had flowed at a long cut
    energy_wh: int = 0
    paid_fen: int = 0

    def note(self, fact: Fact, shelter: Shelter) -> None:
        """What became durable just now. Raises `Broken`."""
        if fact.kind == BEGUN:
            self._begin(fact, shelter)
        elif fact.kind == ENDED:
            self._end(fact, shelter)
        elif fact.kind == REFUSED and fact.fields[10][2] != shelter.box.name:
            raise Broken("only_what_was_asked", f"{fact.kiosk} {fact.receipt}: it answers for another's box")

    def last_ended(self, box: str, socket: int) -> tuple[str, str] | None:
        """The order that ended there last, and why."""
        return self.last.get((box, socket))

    def was_cut(self, shelter: Shelter, now_ms: int) -> None:
        """A kiosk starts after nobody has watched: for how long, and what goes on there, is remembered."""
        if now_ms - shelter.watched_ms <= LONG_CUT_MS:
            return
        for order, begun in self.begun.items():
            box, socket = begun.body[6:8]
            if not self.ended[order] and box == shelter.box.name:
                self.cut_off_wh.setdefault(order, shelter.box.all[socket].flowed_wh)

    def _begin(self, fact: Fact, shelter: Shelter) -> None:
        body = fact.fields[10]
        order, who, box, socket = body[0], body[2], body[6], body[7]
        if (who, box, socket) != self.wanted and shelter.at_ms > self.by_phone.get(order, 0):
            raise Broken(
                "only_what_was_asked", f"{fact.kiosk} {fact.receipt}: nobody started {order} at {socket}"
            )
        if order in self.begun and fact.kiosk not in self.went_back:
            raise Broken("nothing_twice", f"{fact.kiosk} {fact.receipt}: {order} began before")
        self.wanted = None
        self.begun[order] = Begun(fact, shelter.box.all[socket].flowed_wh, shelter.flowed_s[socket])

    def _end(self, fact: Fact, shelter: Shelter) -> None:
        body = fact.fields[10]
        order, socket = body[5], body[8]
        self.ended[order] += 1
        self.last[body[7], socket] = order, body[9]
        if fact.kiosk in self.went_back:
            return
        begun = self.begun.get(order)
        if begun is None or self.ended[order] > 1:
            raise Broken(
                "nothing_twice", f"{fact.kiosk} {fact.receipt}: {order} ended {self.ended[order]} times"
            )
        energy_wh, charged_s = body[14], body[15]
        flowed_wh = shelter.box.all[socket].flowed_wh - begun.flowed_wh
        flowed_s = shelter.flowed_s[socket] - begun.flowed_s
        if energy_wh > flowed_wh + COARSE_WH or charged_s > flowed_s + SLACK_S:
            detail = f"{energy_wh} Wh and {charged_s} s, where {flowed_wh:.0f} Wh flowed in {flowed_s} s"
            raise Broken("billed_within_what_flowed", f"{fact.kiosk} {fact.receipt}: {detail}")
        if shelter.box.all[socket].flowed_wh > self.cut_off_wh.get(order, 1e9) + COARSE_WH:
            raise Broken("nothing_goes_on_after_a_long_cut", f"{fact.kiosk} {fact.receipt}: {order} did")
        self._check_price(fact, begun)
        self.energy_wh += energy_wh

    def _check_price(self, fact: Fact, begun: Begun) -> None:
        body, tariff = fact.fields[10], begun.body[13]
        if tariff not in self.tariffs:
            raise Broken("price_as_published", f"{fact.kiosk} {fact.receipt}: by {tariff}")
        expected = fees_fen(tariff, held_fen=begun.body[10], energy_wh=body[14], charged_s=body[15])
        if tuple(body[18:21]) != expected:
            raise Broken("price_as_published", f"{fact.kiosk} {fact.receipt}: {body[18:21]}, not {expected}")
        due_fen = expected[0] + expected[1] - expected[2]
        moved = Counter({account: fen for account, fen, _ in fact.postings})
        paid = (
            moved[f"own/{body[3]}"] - begun.body[10],
            moved[f"held/{body[3]}"],
            moved[f"revenue/charging_electricity/{body[6]}"],
            moved[f"revenue/charging_service/{body[6]}"],
        )
        if paid != (-due_fen, -begun.body[10], *expected[:2]) or body[1] != begun.body[10]:
            raise Broken("price_as_published", f"{fact.kiosk} {fact.receipt}: {dict(moved)} for {due_fen}")
        self.paid_fen += due_fen


def fees_fen(
    tariff: dict[str, Any], *, held_fen: int, energy_wh: int, charged_s: int
) -> tuple[int, int, int]:
    """Electricity, service, and what the programme pays of them; never more of one's own than was held."""
    if tariff["basis"] == "energy":
        used = Fraction(energy_wh, 1000)
        rates = tariff["electricity_fen_per_kwh"], tariff["service_fen_per_kwh"]
    else:
        used = Fraction(max(0, charged_s - 60 * tariff["free_minutes"]), 3600)
        rates = tariff["tiers"][0][1:]
    electricity_fen, service_fen = (floor(used * rate + Fraction(1, 2)) for rate in rates)
    percent = tariff["subsidy_percent"]
    most_fen = held_fen * 100 // (100 - percent)
    service_fen = max(0, min(service_fen, most_fen - electricity_fen))
    electricity_fen = min(electricity_fen, most_fen)
    return electricity_fen, service_fen, (electricity_fen + service_fen) * percent // 100
