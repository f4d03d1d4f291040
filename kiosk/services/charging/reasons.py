"""Why current stopped, or nothing was done, in words for screens, receipts and phones.

`headline` and `advice` are for whoever charges, `staff` for the people who can do something about it.
"""

from __future__ import annotations

from collections.abc import Mapping

from drivers.outlets.reasons import StopReason
from kiosk.web.words.sentence import N_, Sentence

PLUG = N_("Push the plug in firmly, see that the charger's lamp is on, and start again.")
OTHER = N_("Please use another socket, and tell the person on duty.")
AWAY = N_("Keep away from it, and tell the person on duty.")
ASK = N_("Please ask the person on duty.")
AGAIN = N_("To charge on, start again.")

WHY: Mapping[StopReason, Sentence] = {
    StopReason.FULL: Sentence(
        N_("Fully charged"), N_("Please move the bicycle, others are waiting."), N_("Full: it may be moved.")
    ),
    StopReason.TIME_UP: Sentence(N_("The time is up"), AGAIN, N_("The time that was chosen is up.")),
    StopReason.ENERGY_UP: Sentence(N_("The energy is used up"), AGAIN, N_("The energy chosen is used up.")),
    StopReason.MONEY_UP: Sentence(N_("The amount is used up"), AGAIN, N_("The amount chosen is used up.")),
    StopReason.STOPPED: Sentence(N_("Charging stopped"), "", N_("Stopped by whoever started it.")),
    StopReason.STOPPED_BY_OFFICE: Sentence(
        N_("The office stopped charging"), ASK, N_("Stopped by the office: call it.")
    ),
    StopReason.UNPLUGGED: Sentence(N_("The plug was pulled out"), "", N_("Unplugged while charging.")),
    StopReason.NO_LOAD: Sentence(
        N_("It did not charge: nothing drew current"), PLUG, N_("No load within the time set: charger off?")
    ),
    StopReason.NO_PLUG: Sentence(
        N_("It did not charge: the plug is not in"), PLUG, N_("Nothing was plugged in.")
    ),
    StopReason.LONGEST: Sentence(
        N_("The longest time is over"),
        N_("Please look after the battery before you charge on."),
        N_("Stopped at the longest time that a session may take."),
    ),
    StopReason.OVERLOAD: Sentence(
        N_("Too much power, switched off"),
        N_("Please plug in one bicycle's charger only."),
        N_("The socket's limit of power was passed."),
    ),
    StopReason.BOX_OVERLOAD: Sentence(
        N_("Too much power on all sockets"),
        N_("Please try again in a while."),
        N_("The box's limit of power was passed."),
    ),
    StopReason.SHORT_CIRCUIT: Sentence(
        N_("Short circuit, switched off"),
        N_("Do not plug this charger in again. Tell the person on duty."),
        N_("Short circuit. A technician must look before it is used again."),
    ),
    StopReason.OVERHEAT: Sentence(
        N_("Too hot, switched off"), AWAY, N_("Overheated. A technician must look before it is used again.")
    ),
    StopReason.SMOKE: Sentence(
        N_("Smoke: all is switched off"),
        N_("Leave the shelter and call 119."),
        N_("Smoke detector. All sockets are off until a technician has looked."),
    ),
    StopReason.FIRE_SYSTEM: Sentence(
        N_("Fire alarm: all is switched off"),
        N_("Leave the shelter and call 119."),
        N_("Fire system. All sockets are off until a technician has looked."),
    ),
    StopReason.WATER: Sentence(
        N_("Water in the box, switched off"),
        AWAY,
        N_("Water. A technician must look before it is used again."),
    ),
    StopReason.OVER_VOLTAGE: Sentence(
        N_("Mains voltage too high"), N_("Please try again in a while."), N_("Mains voltage too high.")
    ),
    StopReason.UNDER_VOLTAGE: Sentence(
        N_("Mains voltage too low"), N_("Please try again in a while."), N_("Mains voltage too low.")
    ),
    StopReason.BAD_CONTACT: Sentence(N_("The plug has bad contact"), PLUG, N_("Loose plug, or its fuse.")),
    StopReason.RELAY_WELDED: Sentence(
        N_("The socket cannot be switched off"), AWAY, N_("Welded relay: switch the box off at the mains.")
    ),
    StopReason.RELAY_BROKEN: Sentence(
        N_("This socket does not work"), OTHER, N_("The relay does not conduct.")
    ),
    StopReason.METER_SILENT: Sentence(
        N_("The meter does not answer, switched off"), OTHER, N_("The socket's meter went silent.")
    ),
    StopReason.METER_IMPLAUSIBLE: Sentence(
        N_("The meter reads wrongly, switched off"), OTHER, N_("The meter's figures cannot be believed.")
    ),
    StopReason.BOX_SILENT: Sentence(
        N_("The box does not answer"), OTHER, N_("The box of sockets went silent: cable, mains?")
    ),
    StopReason.BOX_FAULT: Sentence(N_("The box reports a fault"), OTHER, N_("The box reports a fault.")),
    StopReason.POWER_LOST: Sentence(
        N_("The power went out"), N_("Nothing is taken for that time."), N_("Power cut. Dead time is free.")
    ),
}

# Why a phone got no current at all: codes of refusals, at the kiosk or at the office.
REFUSED: Mapping[str, Sentence] = {
    "socket_taken": Sentence(N_("Somebody charges here"), N_("Please choose another socket."), ""),
    "socket_broken": Sentence(N_("This socket cannot be used now"), OTHER, ""),
    "box_away": Sentence(N_("The box does not answer"), OTHER, ""),
    "meter_away": Sentence(N_("The meter does not answer"), OTHER, ""),
    "box_full": Sentence(N_("Too much power on all sockets"), N_("Please try again in a while."), ""),
    "no_charging_tariff": Sentence(N_("There is no price for charging yet"), ASK, ""),
    "charging_money_short": Sentence(
        N_("The balance is too low"), N_("Choose a smaller amount, or top up."), ""
    ),
    "charging_money_elsewhere": Sentence(
        N_("Your money cannot be asked for just now"), N_("Please try again in a while."), ""
    ),
    "charging_somebody_chooses": Sentence(
        N_("Somebody is choosing a socket at the machine"), N_("Please try again in half a minute."), ""
    ),
    "charging_money_not_lent": Sentence(
        N_("The machine has no network, and your money is kept elsewhere"),
        N_("Choose a smaller amount, or try again in a while."),
        "",
    ),
    "cap_unknown": Sentence(N_("This amount cannot be chosen any more"), N_("Please choose again."), ""),
    "kiosk_away": Sentence(N_("The machine did not answer in time"), N_("Please try again in a while."), ""),
    "order_too_old": Sentence(
        N_("The machine heard of it too late"), N_("Please touch the button once more."), ""
    ),
    "charging_nothing_runs": Sentence(N_("Nothing charges there"), "", ""),
    "start_code_wrong": Sentence(
        N_("These digits do not fit"),
        N_("Tap the card at the machine once more, and type what is shown."),
        "",
    ),
    "too_many_start_codes": Sentence(N_("Too many wrong digits"), N_("Please try again in a while."), ""),
}
UNKNOWN = Sentence(N_("Nothing was done"), ASK, "")


def why(reason: str) -> Sentence:
    """Untranslated. Of a reason that is not known here, only that it did not work."""
    return WHY[StopReason(reason)] if reason in list(StopReason) else REFUSED.get(reason, UNKNOWN)
