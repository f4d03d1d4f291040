"""A charging point on which anything happens at any time: people, plugs, meters, relays, power, fire.

After each moment it is asked what must hold whatever happened; see `Storm.check`.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field

from drivers.outlets.contracts import AlarmKind, Ended, SocketId
from drivers.outlets.reasons import StopReason
from drivers.sim.outlets.battery import LOADS
from kiosk.ledger.accounts import held, own_money
from kiosk.ledger.records import Record
from kiosk.services.charging.items import Thresholds
from kiosk.services.charging.machine.session import OVER
from kiosk.services.charging.records import CHARGING_BEGUN, ChargingBegun, decode_begun
from tests.charging.point import ELECTRICITY, MONEY_FEN, OTHER, SERVICE, WHO, Point

HURRIED = Thresholds(no_load_s=60, faint_s=60, top_off_s=120, resume_within_s=120, box_most_w=1200)
PEOPLE = (WHO, OTHER)
TICK_S = 5.0
CALM_S = 200.0  # after which whatever was under way has ended
COARSE_WH = 2  # a register counts whole Wh, and what an order got in its first moment may go unseen
OPEN_WITHIN_S = 15.0  # a socket that nobody pays for is open by then, whatever was killed


@dataclass
class Storm:
    """`dice` decides everything: the same seed gives the same storm."""

    point: Point
    dice: random.Random
    stray_s: dict[int, float] = field(default_factory=dict)
    flowed_before: dict[str, float] = field(default_factory=dict)  # by order, what had flowed at its socket
    happened: list[str] = field(default_factory=list)

    def rage(self, moments: int) -> None:
        for _ in range(moments):
            what = self.dice.choices(list(WHAT), [WHAT[each] for each in WHAT])[0]
            self.happened.append(what.__name__)
            what(self)
            for _ in range(self.dice.randint(1, 5)):
                self._moment()

    def calm(self) -> None:
        """Everything is mended and everybody goes home: then nothing is under way and nothing is held."""
        for socket in self.point.box.all.values():
            socket.load, socket.is_welded, socket.is_meter_silent = None, False, False
            socket.power_dw, socket.temperature_c, socket.refuses = None, 25, None
        self.point.box.is_silent, self.point.box.ready, self.point.box.has_power = False, True, True
        self.happened.append("calm")
        for _ in range(int(CALM_S / TICK_S)):
            self._moment()
        for who in PEOPLE:
            assert self.point.fen(held(who)) == 0, self
        assert len(self.point.ends()) == len(self.point.records(CHARGING_BEGUN)), self

    @property
    def number(self) -> int:
        return self.dice.randint(1, self.point.box.sockets)

    def _moment(self) -> None:
        self._note_asked()
        self.point.pass_by(TICK_S)
        self._note_asked()
        self.check()

    def _note_asked(self) -> None:
        for number, order in self.point.box.asked:
            self.flowed_before.setdefault(order, self.point.box.all[number].flowed_wh)

    def check(self) -> None:
        """No current for nobody, nothing billed beyond what flowed, and no fen made or lost."""
        for number, socket in self.point.box.all.items():
            view = self.point.view(number)
            has_session = bool(view.order) and view.state not in OVER
            is_stray = bool(socket.order) and not (has_session and view.order == socket.order)
            self.stray_s[number] = self.stray_s.get(number, 0.0) + TICK_S if is_stray else 0.0
            assert self.stray_s[number] <= OPEN_WITHIN_S, self

    def check_money(self) -> None:
        own = sum(self.point.fen(own_money(who)) + self.point.fen(held(who)) for who in PEOPLE)
        earned = self.point.fen(ELECTRICITY) + self.point.fen(SERVICE)
        assert own + earned == len(PEOPLE) * MONEY_FEN, self
        begun = {body.order: body for body in map(_begun, self.point.records(CHARGING_BEGUN))}
        ends = self.point.ends()
        assert len({each.order for each in ends}) == len(ends), self
        for end in ends:
            flowed_wh = self.point.box.all[end.socket].flowed_wh - self.flowed_before.get(end.order, 0.0)
            assert end.energy_wh <= flowed_wh + COARSE_WH, (self, end)
            assert end.electricity_fen + end.service_fen - end.subsidy_fen <= end.quantity, (self, end)
            assert not (end.is_doubtful and end.energy_wh), (self, end)
            assert end.charged_s <= 3600 * 24 and begun[end.order].box == end.box, (self, end)

    def __repr__(self) -> str:
        return f"after {', '.join(self.happened)}"


def _begun(record: Record) -> ChargingBegun:
    return decode_begun(record.body)


def start(storm: Storm) -> None:
    storm.point.start(
        storm.number, storm.dice.choice(PEOPLE), cap_fen=storm.dice.choice([None, 3, 300, 2000])
    )


def stop(storm: Storm) -> None:
    storm.point.stop(storm.number, by=0)


def plug(storm: Storm) -> None:
    storm.point.plug(storm.number, storm.dice.choice(list(LOADS)), storm.dice.choice([30.0, 88.0, 99.0]))


def plug_and_start(storm: Storm) -> None:
    """Where nothing runs yet, if there is such a socket."""
    free = [number for number in storm.point.box.all if not storm.point.view(number).order]
    number = storm.dice.choice(free or [1])
    storm.point.plug(number, "bicycle", storm.dice.choice([30.0, 88.0]))
    storm.point.start(number, storm.dice.choice(PEOPLE))


def unplug(storm: Storm) -> None:
    storm.point.unplug(storm.number)


def kill(storm: Storm) -> None:
    storm.point.restart(off_s=storm.dice.choice([0, 20, 60]))


def cut_power(storm: Storm) -> None:
    storm.point.box.cut_power()
    storm.point.restart(off_s=storm.dice.choice([20, 60, 600]), reboots=True)
    storm.point.box.cut_power(is_off=False)


def lose_progress(storm: Storm) -> None:
    storm.point.counter.close()
    for path in storm.point.folder.glob("charging.db*"):
        path.unlink()
    storm.point.counter = storm.point.open()


def silence(storm: Storm) -> None:
    storm.point.box.is_silent = not storm.point.box.is_silent


def silence_meter(storm: Storm) -> None:
    socket = storm.point.box.all[storm.number]
    socket.is_meter_silent = not socket.is_meter_silent


def jump(storm: Storm) -> None:
    storm.point.box.all[storm.number].counted_wh += storm.dice.choice([-50, 60_000])  # less may have flowed


def change_meter(storm: Storm) -> None:
    storm.point.box.all[storm.number].meter += "'"


def lie_of_power(storm: Storm) -> None:
    storm.point.box.all[storm.number].power_dw = storm.dice.choice([None, 0, 7, 900, 90_000])


def weld(storm: Storm) -> None:
    socket = storm.point.box.all[storm.number]
    socket.is_welded = not socket.is_welded


def warm(storm: Storm) -> None:
    storm.point.box.all[storm.number].temperature_c = storm.dice.choice([None, 25, 40, 64, 80])


def refuse(storm: Storm) -> None:
    storm.point.box.all[storm.number].refuses = storm.dice.choice([None, StopReason.SHORT_CIRCUIT])


def ends_by_itself(storm: Storm) -> None:
    number = storm.number
    if storm.point.box.all[number].order:
        storm.point.box.end(number, storm.dice.choice(list(StopReason)), storm.dice.choice([None, 5, 99_999]))


def late_word(storm: Storm) -> None:
    """Of any order that there ever was, or of none."""
    orders = [order for _, order in storm.point.box.asked] + ["00000000000000ff", ""]
    order = storm.dice.choice(orders)
    storm.point.box.ended[order] = Ended(
        SocketId("east", storm.number), order, StopReason.FULL, storm.dice.choice([None, 7, 50_000]), 60
    )


def smoke(storm: Storm) -> None:
    storm.point.box.alarm(storm.dice.choice([AlarmKind.SMOKE, AlarmKind.WATER, AlarmKind.FIRE_SYSTEM]))


def technician(storm: Storm) -> None:
    """Looks at everything, mends it, and clears it."""
    for kind in AlarmKind:
        storm.point.box.alarm(kind, is_on=False)
    for socket in storm.point.box.all.values():
        socket.is_welded, socket.temperature_c = False, 25
    storm.point.pass_by(TICK_S)
    for box, number, _ in storm.point.charging.alarms():
        storm.point.asked(
            lambda box=box, number=number: storm.point.charging.clear(box, number, operator="w")
        )  # type: ignore[misc]


WHAT: dict[Callable[[Storm], None], int] = {
    plug_and_start: 40,
    start: 4,
    stop: 12,
    plug: 4,
    unplug: 3,
    kill: 2,
    cut_power: 1,
    lose_progress: 1,
    silence: 1,
    silence_meter: 1,
    jump: 2,
    change_meter: 1,
    lie_of_power: 2,
    weld: 1,
    warm: 1,
    refuse: 1,
    ends_by_itself: 2,
    late_word: 2,
    smoke: 1,
    technician: 12,
}
