"""Sentences for whoever charges, and for the people behind the counter."""

from __future__ import annotations

from collections.abc import Mapping

from drivers.outlets.contracts import AlarmKind
from drivers.outlets.reasons import StopReason
from kiosk.services.charging.phone.page import Fault
from kiosk.services.charging.reasons import AWAY, WHY
from kiosk.web.words import TroubleWords
from kiosk.web.words.sentence import N_, TELL, Sentence

NOT_NOW = N_("Please choose another socket.")
THANKS = N_("Thank you. Somebody will look at it.")
REPORTED: Mapping[Fault, str] = {
    Fault.NO_POWER: N_("%(label)s, reported by phone: no current comes."),
    Fault.BROKEN: N_("%(label)s, reported by phone: the socket is broken."),
    Fault.HOT_OR_SMELL: N_("%(label)s, reported by phone: hot, or it smells. Look at it now."),
    Fault.BLOCKED: N_("%(label)s, reported by phone: something stands in the way."),
}
ALARMS: Mapping[AlarmKind, Sentence] = {
    AlarmKind.SMOKE: WHY[StopReason.SMOKE],
    AlarmKind.FIRE_SYSTEM: WHY[StopReason.FIRE_SYSTEM],
    AlarmKind.HEAT: WHY[StopReason.OVERHEAT],
    AlarmKind.WATER: WHY[StopReason.WATER],
    AlarmKind.POWER_CUT: WHY[StopReason.POWER_LOST],
    AlarmKind.TAMPERED: Sentence(
        N_("Somebody opened or moved the box"), AWAY, N_("%(label)s: the box was opened, tilted or moved.")
    ),
    AlarmKind.BOX_OVERLOAD: WHY[StopReason.BOX_OVERLOAD],
    AlarmKind.RELAY_WELDED: WHY[StopReason.RELAY_WELDED],
    AlarmKind.BOX_FAULT: WHY[StopReason.BOX_FAULT],
}

TROUBLES = {
    "charging_alarm": TroubleWords(
        N_("Sockets shut by an alarm"),
        N_("An alarm shut sockets for bicycles"),
        N_("All else goes on as usual. Nobody can charge at these sockets."),
        (
            N_("Go and look now. Smoke or fire: leave, and call 119."),
            N_("Call the technician. Nobody pulls a hot plug."),
            N_("Once it was looked at, the technician clears it here, under E-bikes."),
        ),
    ),
}

SENTENCES = {
    "phone_joining": Sentence(
        N_("Point your phone at the code"),
        N_("Or type %(digits)s on the socket's page."),
        N_("A phone may join this card for a few minutes."),
    ),
    "charging_choose": Sentence(
        N_("Choose a socket"),
        N_("Touch a free one on the screen, then tap the card."),
        N_("A card was tapped and no socket chosen: touch one, then tap again."),
    ),
    "charging_helper": Sentence(
        N_("Now the helper's card"),
        N_("Whoever tapped first pays for %(label)s."),
        N_("%(label)s: the first card pays. Waiting for the card of whoever helps."),
    ),
    "charging_payer": Sentence(
        N_("Now the card that pays"),
        N_("%(helper)s starts %(label)s. At most %(held)s yuan is paid."),
        N_("%(label)s: %(helper)s starts it. Waiting for the card that pays, up to %(held)s yuan."),
    ),
    "charging_starting": Sentence(
        N_("%(label)s is being started"),
        N_("Put the plug in firmly. It takes a few seconds."),
        N_("%(label)s: %(held)s yuan held, waiting for current."),
    ),
    "charging_flowing": Sentence(
        N_("Charging"),
        N_("What is not used up is free again at the end."),
        N_("%(label)s: current flows, %(power_w)s W."),
    ),
    "charging_running": Sentence(
        N_("%(label)s has cost %(cost)s yuan so far"),
        N_("Tap the card once more to stop charging."),
        N_("%(label)s: %(minutes)s min, %(cost)s yuan. The same card within %(stop_within_s)s s stops it."),
    ),
    "charging_stopping": Sentence(
        N_("%(label)s is being stopped"),
        N_("One moment, then you may pull the plug."),
        N_("%(label)s: being stopped."),
    ),
    "charging_cleared": Sentence(
        N_("%(label)s may be used again"), "", N_("%(label)s: cleared by a technician.")
    ),
    "charging_reported": Sentence(THANKS, "", N_("%(label)s: something was reported by phone.")),
    **{f"charging_reported.{fault}": Sentence(THANKS, "", said) for fault, said in REPORTED.items()},
    "charging_ended": Sentence(N_("Charging is over"), "", N_("%(label)s: charging is over.")),
    **{f"charging_ended.{reason}": said for reason, said in WHY.items()},
    "charging_failed": Sentence(N_("It did not charge"), TELL, N_("%(label)s: no current flowed.")),
    **{f"charging_failed.{reason}": said for reason, said in WHY.items()},
    "charging_alarm": Sentence(N_("An alarm at the sockets"), AWAY, N_("%(label)s: an alarm.")),
    **{f"charging_alarm.{kind}": said for kind, said in ALARMS.items()},
    "charging_alarm.over": Sentence(
        N_("The alarm at %(label)s is over"), "", N_("%(label)s: a technician may look and clear it.")
    ),
    "no_such_socket": Sentence(
        N_("There is no such socket"), TELL, N_("The office's list of sockets does not have it.")
    ),
    "socket_taken": Sentence(N_("%(label)s is in use"), NOT_NOW, N_("%(label)s: somebody charges there.")),
    "socket_broken": Sentence(
        N_("%(label)s cannot be used now"),
        NOT_NOW,
        N_("%(label)s: a fault, or a technician must look first."),
    ),
    "box_away": Sentence(
        N_("%(label)s does not answer"), NOT_NOW, N_("%(label)s: its box does not answer. Cable, mains?")
    ),
    "meter_away": Sentence(
        N_("The meter of %(label)s does not answer"),
        NOT_NOW,
        N_("%(label)s: its meter does not answer. Cable, address?"),
    ),
    "box_full": Sentence(
        N_("All sockets together draw too much"),
        N_("Please try again in a while."),
        N_("%(label)s: the box's limit of power would be passed."),
    ),
    "no_charging_tariff": Sentence(
        N_("There is no price for charging yet"), TELL, N_("The office has no price that holds here today.")
    ),
    "charging_money_short": Sentence(
        N_("%(missing)s yuan too little"),
        N_("Choose a smaller amount, or top up."),
        N_("%(missing)s yuan short of what would be held; the balance is %(balance)s."),
    ),
    "charging_money_elsewhere": Sentence(
        N_("Your money cannot be asked for just now"),
        N_("Please tap once more in a moment."),
        N_("This machine holds too little of it, and the office did not answer. It may be there."),
    ),
    "charging_nothing_runs": Sentence(
        N_("Nothing is charging there"),
        N_("It has ended already."),
        N_("No session runs at that socket."),
    ),
    "charging_alarm_still_on": Sentence(
        N_("The alarm at %(label)s is still on"),
        AWAY,
        N_("%(label)s: the box still reports it. It cannot be cleared before that is over."),
    ),
    "charging_nothing_to_clear": Sentence(
        N_("Nothing to clear"), "", N_("%(label)s: no alarm is open there.")
    ),
    "charging_somebody_chooses": Sentence(
        N_("Somebody is choosing a socket"),
        N_("Please try again in half a minute."),
        N_("A socket was chosen and waits for its card; that comes first."),
    ),
    "charging_not_yours": Sentence(
        N_("Another card started this"),
        N_("Please tap the card that charges there."),
        N_("%(label)s: only who pays, who started it, or staff may stop it."),
    ),
    "start_code_foreign": Sentence(
        N_("This code is not for here"),
        N_("Scan the code on the socket once more."),
        N_("Another site's, or changed."),
    ),
    "start_code_old": Sentence(
        N_("The start code is too old"),
        N_("Touch the button on the phone once more."),
        N_("It is good for some ten minutes, by the clock of this machine."),
    ),
    "start_code_used": Sentence(
        N_("This code was used already"),
        N_("Touch the button on the phone once more."),
        N_("Each starts once."),
    ),
    "start_code_wrong": Sentence(
        N_("These digits do not fit"),
        N_("Look whether the socket on the phone is the one you chose."),
        N_("Not this socket's, too old, or mistyped."),
    ),
    "too_many_start_codes": Sentence(
        N_("Too many wrong digits"),
        N_("Please wait %(wait_s)s seconds, or hold the phone's code to the scanner."),
        N_("The keypad rests for %(wait_s)s seconds; cards and scanned codes work."),
    ),
}
