"""What is written of charging sessions, alarms, and what a technician cleared.

A session is a hold with the purpose `charging/SITE/ORDER`, a `charging_begun` written with it, and a
`charging_ended`, which settles the hold itself: its body begins as `kiosk.ledger.holds.Settled`.
"""

from __future__ import annotations

from enum import StrEnum

import msgspec

from drivers.outlets.contracts import AlarmKind
from kiosk.ledger.amount import Unit
from kiosk.ledger.records import Record, Word
from kiosk.services.charging.items import ChargingTariff

CHARGING_BEGUN = ("charging_begun", 1)
CHARGING_FLOWING = ("charging_flowing", 1)
CHARGING_REFUSED = ("charging_refused", 1)
CHARGING_ENDED = ("charging_ended", 1)
CHARGING_LATE = ("charging_late", 1)
CHARGING_ALARM = ("charging_alarm", 1)
CHARGING_CLEARED = ("charging_cleared", 1)
CHARGING_REPORTED = ("charging_reported", 1)

PURPOSE = "charging/"  # and the site, and the order

# For these somebody goes there at once, and they stand until a technician clears them.
GRAVE = frozenset(
    {AlarmKind.SMOKE, AlarmKind.FIRE_SYSTEM, AlarmKind.HEAT, AlarmKind.WATER, AlarmKind.RELAY_WELDED}
)


class Means(StrEnum):
    """How a session was started."""

    CARD = "card"
    PHONE = "phone"  # the office's page, over the catalogue
    CODE = "code"  # the office's page, with a code that the kiosk was shown
    KIOSK_PAGE = "kiosk_page"  # the kiosk's own page, on its own network
    STAFF = "staff"


class Reading(msgspec.Struct, array_like=True, frozen=True):
    """A register as it stood: see `drivers.outlets.contracts.Register`."""

    name: str
    wh: int
    is_of_order: bool = False


class ChargingBegun(msgspec.Struct, array_like=True, frozen=True):
    """Money is held, and the socket will be switched on. Moves nothing by itself.

    The tariff is frozen for the session as it stood at `tariff_revision` of the catalogue, so that it is
    priced alike whatever is lost; the office goes by its own catalogue.
    """

    order: Word  # 16 hexadecimal digits, made by the kiosk, or by the office of a start from afar
    hold_seq: int
    resident_id: int  # who pays
    started_by: int  # who started it; the same, unless for somebody else
    means: str  # a `Means`
    site: Word
    box: Word
    socket: int
    tariff_id: Word
    tariff_revision: int
    cap_fen: int
    register: Reading | None  # before current flows; None: this box has none
    nonce: bytes = b""  # of the code that started it, so that it is used once
    tariff: ChargingTariff | None = None
    pass_s: int = 0  # of charging that a monthly pass still covers that day


class ChargingFlowing(msgspec.Struct, array_like=True, frozen=True):
    """Current flows for the first time in a session: only now is it said to have started. Moves nothing."""

    order: Word
    site: Word
    box: Word
    socket: int
    power_dw: int  # 0.1 W, by the first look that saw any


class ChargingRefused(msgspec.Struct, array_like=True, frozen=True):
    """What the office's page asked for was not done, so that whoever waits there is told why. Moves nothing.

    Of a start nothing is held; of one that was held and got no current, `ChargingEnded` says why.
    """

    order: Word  # of the `RemoteOrder`
    site: Word
    box: Word
    socket: int
    reason: Word  # the code of a refusal at the kiosk, such as `socket_taken`, or a `StopReason`


class TierTime(msgspec.Struct, array_like=True, frozen=True):
    """How long a session drew power in one tier of its tariff."""

    to_w: int
    s: int


class ChargingEnded(msgspec.Struct, array_like=True, frozen=True):
    """The socket is off and seen at zero, and what flowed is paid. Begins as `Settled` does.

    `energy_wh` is the end register less the first, or 0 where these cannot be believed (`is_doubtful`):
    then nothing is billed by energy and a person looks. `charged_s` leaves out `dead_s`, without power.
    """

    original_seq: int  # of the hold
    quantity: int
    journal_id: bytes
    resident_id: int
    unit: Unit
    order: Word
    site: Word
    box: Word
    socket: int
    reason: str  # a `drivers.outlets.reasons.StopReason`
    tariff_id: Word
    tariff_revision: int
    first: Reading | None
    last: Reading | None
    energy_wh: int
    charged_s: int
    dead_s: int
    tiers: tuple[TierTime, ...]
    electricity_fen: int
    service_fen: int
    subsidy_fen: int
    is_doubtful: bool = False
    begun_journal_id: bytes = b""  # where its `ChargingBegun` was first written as far as this kiosk knows
    begun_seq: int = 0
    pass_s: int = 0  # of `charged_s`, covered by a monthly pass


class ChargingLate(msgspec.Struct, array_like=True, frozen=True):
    """What a box said of an order that was settled without it. Nothing is billed; the office compares."""

    order: Word
    site: Word
    box: Word
    socket: int
    reason: str
    energy_wh: int | None
    charged_s: int | None


class ChargingAlarm(msgspec.Struct, array_like=True, frozen=True):
    """What a person must hear of. `socket` 0: the whole box."""

    site: Word
    box: Word
    socket: int
    alarm: str  # a `drivers.outlets.contracts.AlarmKind`
    is_on: bool


class ChargingCleared(msgspec.Struct, array_like=True, frozen=True):
    """A technician looked, and the socket, or with `socket` 0 the whole box, may be used again."""

    site: Word
    box: Word
    socket: int
    alarm: str
    note: str = ""
    alarm_journal_id: bytes = b""  # which `ChargingAlarm` it clears
    alarm_seq: int = 0


class ChargingReported(msgspec.Struct, array_like=True, frozen=True):
    """What somebody who scanned a socket says is wrong with it. Moves nothing."""

    site: Word
    box: Word
    socket: int
    fault: Word  # a `kiosk.services.charging.phone.page.Fault`


_reported = msgspec.msgpack.Decoder(ChargingReported)
_alarm = msgspec.msgpack.Decoder(ChargingAlarm)
_cleared = msgspec.msgpack.Decoder(ChargingCleared)
_flowing = msgspec.msgpack.Decoder(ChargingFlowing)
_begun = msgspec.msgpack.Decoder(ChargingBegun)
_ended = msgspec.msgpack.Decoder(ChargingEnded)


def decode_alarm(body: msgspec.Raw) -> ChargingAlarm:
    return _alarm.decode(body)


def is_grave(record: Record) -> bool:
    """Whether this `ChargingAlarm` says that a grave one began."""
    alarm = decode_alarm(record.body)
    return alarm.is_on and alarm.alarm in GRAVE


def clears(record: Record) -> bool:
    """Whether this can be read as a `ChargingCleared`: whoever heard of an alarm wants to hear of its end."""
    return isinstance(decode_cleared(record.body), ChargingCleared)


def decode_reported(body: msgspec.Raw) -> ChargingReported:
    return _reported.decode(body)


def decode_begun(body: msgspec.Raw) -> ChargingBegun:
    return _begun.decode(body)


def decode_cleared(body: msgspec.Raw) -> ChargingCleared:
    return _cleared.decode(body)


def decode_ended(body: msgspec.Raw) -> ChargingEnded:
    return _ended.decode(body)


def decode_flowing(body: msgspec.Raw) -> ChargingFlowing:
    return _flowing.decode(body)
