"""What charging refuses. Refusals of codes stand in `codes`. `label` is what stands on the socket."""

from __future__ import annotations

from kiosk.common.purses import MoneyShort
from kiosk.plain.refusals import NothingToPay, Refusal


class ChooseSocket(NothingToPay):
    """A card was tapped and no socket chosen."""

    code = "charging_choose"
    is_told = True
    again_helps = True


class NoSuchSocket(Refusal):
    code = "no_such_socket"


class SocketTaken(Refusal):
    """Somebody's session runs there, or something still draws current."""

    code = "socket_taken"
    is_told = True
    label: str


class SocketBroken(Refusal):
    """A fault keeps it from being used; where an alarm did, a technician has to look first."""

    code = "socket_broken"
    is_told = True
    label: str


class BoxAway(Refusal):
    """Its box does not answer."""

    code = "box_away"
    is_told = True
    again_helps = True
    label: str


class MeterAway(Refusal):
    """Its meter does not answer: what flows there could not be billed, nor watched."""

    code = "meter_away"
    is_told = True
    again_helps = True
    label: str


class BoxFull(Refusal):
    """All sockets of the box together draw so much that no other may begin."""

    code = "box_full"
    is_told = True
    again_helps = True
    label: str


class NoChargingTariff(Refusal):
    code = "no_charging_tariff"


class ChargingMoneyShort(MoneyShort):
    """The account lacks `missing_fen` for what is held."""

    code = "charging_money_short"
    balance_fen: int


class MoneyElsewhere(Refusal):
    """What is not lent to this kiosk, and nobody could be asked for just now: it may be there."""

    code = "charging_money_elsewhere"
    is_told = True
    again_helps = True


class SomebodyChooses(Refusal):
    """Another socket, or the same for another, waits for a card: who taps now means that one."""

    code = "charging_somebody_chooses"
    is_told = True
    again_helps = True


class NotYours(Refusal):
    """Whoever asked to stop neither pays for it nor started it, and is no staff."""

    code = "charging_not_yours"
    is_told = True
    label: str


class NothingRuns(Refusal):
    """No session runs there, or under that number."""

    code = "charging_nothing_runs"
    is_told = True


class AlarmStillOn(Refusal):
    """What is still reported cannot be cleared."""

    code = "charging_alarm_still_on"
    again_helps = True
    label: str


class NothingToClear(Refusal):
    code = "charging_nothing_to_clear"
    is_told = True
    label: str
