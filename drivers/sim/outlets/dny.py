"""A DNY box: as a thing that is given bytes and time, see `dny_dialling` for one that dials a server.

It keeps settlements until they are acknowledged, also without mains, and what was running goes on when these
come back, as it does on real ones. Its times are those of its sockets.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass, field

from drivers.outlets.dny.bodies import WH_A_STEP, ZERO_C, Switch, Switched, order_bytes
from drivers.outlets.dny.frames import Frame, Splitter
from drivers.outlets.dny.words import DONE, SOCKETS, Command
from drivers.sim.outlets.faults import BoxFault, OutletFault
from drivers.sim.outlets.shelter import Shelter

ICCID = b"89860000000000000001"
HEARTBEAT_S, POWER_S, LINK_S = 180.0, 300.0, 30.0
SETTLE_AGAIN_S, SETTLE_NEXT_S = 1800.0, 60.0
UNPLUGGED_DW, UNPLUGGED_S, FAINT_DW, FAINT_S = 3, 10.0, 10, 300.0
FLOAT_SHARE, FLOAT_S, FLOAT_MORE_S = 0.2, 1800.0, 3600.0
LONGEST_S, MOST_DW = 36_000, 20_000
MOST_OF_ALL_DW = 60_000
MAINS_DV = 2_200


@dataclass(slots=True)
class Order:
    order: str
    began_s: float
    began_wh: float
    until_s: float
    ends_when_full: bool
    most_dw: int
    peak_dw: int = 0
    low_since_s: float | None = None
    faint_since_s: float | None = None
    float_since_s: float | None = None


@dataclass(slots=True)
class Eeprom:
    """What survives without mains."""

    settlements: list[Frame] = field(default_factory=list)
    orders: dict[int, Order] = field(default_factory=dict)  # by socket


class Box:
    """What it says goes to `send`, while it is connected."""

    def __init__(self, box_id: int, send: Callable[[bytes], None], shelter: Shelter | None = None) -> None:
        self.box_id, self._send = box_id, send
        self.shelter = shelter or Shelter(SOCKETS[box_id >> 24])
        self.eeprom = Eeprom()
        self.next_answer: BoxFault | None = None
        self.started: list[str] = []  # orders, as often as they were begun
        self.says_old_heartbeat = True
        self._splitter = Splitter()
        self._message = 0
        self._answers: dict[int, Frame] = {}  # to the last command, which may come again
        self._is_connected = self._is_registered = False
        self._beat_s = self._link_s = 0.0
        self._power_s: dict[int, float] = {}
        self._settle_s = 0.0

    # Its connection.

    def connected(self) -> None:
        self._is_connected, self._splitter = True, Splitter()
        self._say(ICCID)
        self._register()
        self._say_frame(Command.TIME)
        self._beat()
        self._settle_s = self.shelter.own_s + 2

    def disconnected(self) -> None:
        self._is_connected = False

    def received(self, data: bytes) -> None:
        for frame in self._splitter.feed(data):
            if frame.box == self.box_id:
                self._take(frame)

    def step(self) -> None:
        now_s = self.shelter.own_s
        for number in list(self.eeprom.orders):
            self._watch(number, now_s)
        if self.shelter.power_dw > MOST_OF_ALL_DW:
            self.overload()
        if not self._is_connected:
            return
        if now_s - self._beat_s >= HEARTBEAT_S:
            self._beat()
        for number in self.eeprom.orders:
            if now_s - self._power_s.get(number, now_s) >= POWER_S:
                self._tell_power(number)
        if self.eeprom.settlements and now_s >= self._settle_s:
            self._settle_s = now_s + SETTLE_AGAIN_S
            self._say(self.eeprom.settlements[0].encode())
        if now_s - self._link_s >= LINK_S:
            self._say(b"link")

    # What happens to it.

    def restart(self) -> None:
        """Mains lost and back: relays open and, for what was running, close again."""
        self._answers.clear()
        self._is_registered = False
        for number, socket in enumerate(self.shelter, start=1):
            socket.is_closed = number in self.eeprom.orders

    def overload(self) -> None:
        for number in list(self.eeprom.orders):
            self._end(number, 0x06)

    def alarm(self, kind: int, port: int = 0) -> None:
        self._say_frame(Command.ALARM, bytes([kind, port, 0]))

    def lay_card(self, uid: bytes, number: int | None) -> None:
        port = 0xFF if number is None else number - 1
        self._say_frame(Command.CARD, uid + bytes([0, port]) + bytes(2))

    def settle_again(self, order: str, number: int = 1, energy: int = 30, reason: int = 1) -> None:
        """A settlement of days ago that was acknowledged, and that it has forgotten so."""
        self._keep(Order(order, 0, 0, 0, True, 0), number, 3600, energy, reason)

    # Answers.

    def _take(self, frame: Frame) -> None:
        if frame.command == Command.SETTLEMENT:
            self._acknowledged(frame)
            return
        if frame.command < 0x80:
            return  # an answer to what it said
        if self.next_answer is OutletFault.LOST_QUESTION:
            self.next_answer = None
            return
        known = self._answers.get(frame.message)
        answer = known if known is not None else self._done(frame)
        if answer is None:
            return
        self._answers = {frame.message: answer}
        spoilt, self.next_answer = self.next_answer, None
        raw = answer.encode()
        if spoilt is OutletFault.WRONG_SUM:
            self._say(raw[:-1] + bytes([raw[-1] ^ 0x10]))
        elif spoilt is not OutletFault.LOST_ANSWER:
            self._say(raw)

    def _done(self, frame: Frame) -> Frame | None:
        match frame.command:
            case Command.ASK:
                self._register()
                if self.says_old_heartbeat:
                    self._beat_as_of_old()
                self._beat()
                return None
            case Command.SWITCH:
                switch = Switch.read(frame.data)
                return frame.answer(Switched(self._switch(switch), switch.order, switch.port).data())
            case Command.ADJUST:
                return frame.answer(bytes([self._adjust(*struct.unpack("<BBH", frame.data[:4]))]))
            case Command.RESTART:
                self.restart()
        return frame.answer(DONE)

    def _switch(self, switch: Switch) -> int:
        number = switch.port + 1
        if number > len(self.shelter):
            return 4
        socket, running = self.shelter[number], self.eeprom.orders.get(number)
        if not switch.is_on:
            if running is None:
                return 2
            if switch.order not in (running.order, ""):
                return 2
            self._end(number, 0x07)
            return 0
        if running is not None:
            return 2
        if not socket.is_plugged:
            return 1
        if socket.is_broken:
            return 8
        now_s = self.shelter.own_s
        longest_s = switch.longest_s or LONGEST_S
        self.eeprom.orders[number] = Order(
            switch.order,
            now_s,
            socket.energy_wh,
            now_s + (switch.timed_s or longest_s),
            not switch.timed_s,
            switch.most_dw or MOST_DW,
        )
        self._power_s[number] = now_s
        socket.is_closed = True
        self.started.append(switch.order)
        return 0

    def _adjust(self, mode: int, port: int, timed_s: int) -> int:
        order = self.eeprom.orders.get(port + 1)
        if order is None:
            return 1
        order.until_s, order.ends_when_full = order.began_s + timed_s, mode == 1
        return 0

    # What it says of itself.

    def _register(self) -> None:
        data = struct.pack("<HBBBBH", 126, len(self.shelter), 0, 0x21, 0, 0)
        self._say_frame(Command.REGISTER, data)

    def _beat(self) -> None:
        self._beat_s = self.shelter.own_s
        states = bytes(self._state(number) for number in range(1, len(self.shelter) + 1))
        room = max((round(each.temperature_c) for each in self.shelter), default=25) + ZERO_C
        data = struct.pack("<HB", MAINS_DV, len(self.shelter)) + states + bytes([0, room])
        self._say_frame(Command.HEARTBEAT, data)

    def _beat_as_of_old(self) -> None:
        count = len(self.shelter)
        states = bytes(self._state(number) for number in range(1, count + 1))
        powers = struct.pack(f"<{count}H", *(each.power_dw for each in self.shelter))
        self._say_frame(
            Command.OLD_HEARTBEAT,
            struct.pack("<HHB", 126, MAINS_DV, count) + states + powers + bytes(2 * count + 5),
        )

    def _state(self, number: int) -> int:
        socket, order = self.shelter[number], self.eeprom.orders.get(number)
        if socket.is_broken:
            return 0x0B
        if socket.is_welded and order is None:
            return 9
        if order is None:
            return 2 if socket.is_plugged else 0
        return 5 if order.float_since_s is not None else 1

    def _tell_power(self, number: int) -> None:
        socket, order = self.shelter[number], self.eeprom.orders[number]
        now_s = self.shelter.own_s
        self._power_s[number] = now_s
        energy = int((socket.energy_wh - order.began_wh) // WH_A_STEP)
        power_dw = socket.power_dw
        data = struct.pack(
            "<BBHHBHHHH",
            number - 1,
            self._state(number),
            int(now_s - order.began_s),
            energy,
            1,
            *[power_dw] * 4,
        )
        rest = struct.pack("<HHHHBB", 0, order.peak_dw, MAINS_DV, power_dw * 100 // 220, 0, 0)
        heat = bytes([round(socket.temperature_c) + ZERO_C])
        self._say_frame(Command.POWER, data + order_bytes(order.order) + rest[:-1] + heat)

    def _watch(self, number: int, now_s: float) -> None:
        order, power_dw = self.eeprom.orders[number], self.shelter[number].power_dw
        order.peak_dw = max(order.peak_dw, power_dw)
        order.low_since_s = (order.low_since_s or now_s) if power_dw < UNPLUGGED_DW else None
        order.faint_since_s = (order.faint_since_s or now_s) if power_dw < FAINT_DW else None
        is_floating = power_dw < FLOAT_SHARE * order.peak_dw
        order.float_since_s = (order.float_since_s or now_s) if is_floating else None
        low_s, faint_s, float_s = (
            now_s - (since_s or now_s)
            for since_s in (order.low_since_s, order.faint_since_s, order.float_since_s)
        )
        if power_dw > order.most_dw:
            self._end(number, 0x06)
        elif low_s >= UNPLUGGED_S or faint_s >= FAINT_S:
            self._end(number, 0x05 if order.peak_dw > FAINT_DW else 0x0E)
        elif order.ends_when_full and float_s >= FLOAT_S + FLOAT_MORE_S:
            self._end(number, 0x01)
        elif now_s >= order.until_s:
            self._end(number, 0x03)

    def _end(self, number: int, reason: int) -> None:
        socket = self.shelter[number]
        order = self.eeprom.orders.pop(number)
        socket.is_closed = False
        energy = int((socket.energy_wh - order.began_wh) // WH_A_STEP)
        self._keep(order, number, self.shelter.own_s - order.began_s, energy, reason)

    def _keep(self, order: Order, number: int, charged_s: float, energy: int, reason: int) -> None:
        data = struct.pack(
            "<HHHBBIB", min(int(charged_s), 0xFFFF), order.peak_dw, energy, number - 1, 1, 0, reason
        )
        frame = self._frame(
            Command.SETTLEMENT, data + order_bytes(order.order) + struct.pack("<H", order.peak_dw)
        )
        self.eeprom.settlements.append(frame)
        if len(self.eeprom.settlements) == 1:
            self._settle_s = self.shelter.own_s + 2

    def _acknowledged(self, frame: Frame) -> None:
        kept = self.eeprom.settlements
        if kept and kept[0].message == frame.message:
            del kept[0]
            self._settle_s = self.shelter.own_s + SETTLE_NEXT_S

    def _frame(self, command: int, data: bytes = b"") -> Frame:
        self._message = self._message % 0xFFFF + 1
        return Frame(self.box_id, self._message, command, data)

    def _say_frame(self, command: int, data: bytes = b"") -> None:
        self._say(self._frame(command, data).encode())

    def _say(self, data: bytes) -> None:
        self._link_s = self.shelter.own_s
        if self._is_connected:
            self._send(data)
