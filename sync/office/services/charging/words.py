"""What the reports and pages of charging say, for people."""

from __future__ import annotations

from collections.abc import Mapping

from drivers.outlets.contracts import AlarmKind
from drivers.outlets.reasons import StopReason
from kiosk.services.charging.items import Basis
from kiosk.services.charging.records import Means
from sync.office.console.marking import _
from sync.office.console.shown import Said

REASONS: Mapping[str, str] = {
    StopReason.FULL: _("full"),
    StopReason.TIME_UP: _("the time was up"),
    StopReason.ENERGY_UP: _("the energy was used up"),
    StopReason.MONEY_UP: _("the sum set aside was used up"),
    StopReason.STOPPED: _("stopped by the person"),
    StopReason.STOPPED_BY_OFFICE: _("stopped by the office"),
    StopReason.UNPLUGGED: _("unplugged"),
    StopReason.NO_LOAD: _("nothing drew current"),
    StopReason.NO_PLUG: _("nothing was plugged in"),
    StopReason.LONGEST: _("the longest time was reached"),
    StopReason.OVERLOAD: _("too much power at the socket"),
    StopReason.BOX_OVERLOAD: _("too much power in all"),
    StopReason.SHORT_CIRCUIT: _("short circuit"),
    StopReason.OVERHEAT: _("too hot"),
    StopReason.SMOKE: _("smoke"),
    StopReason.FIRE_SYSTEM: _("the fire alarm system"),
    StopReason.WATER: _("water"),
    StopReason.OVER_VOLTAGE: _("the voltage was too high"),
    StopReason.UNDER_VOLTAGE: _("the voltage was too low"),
    StopReason.BAD_CONTACT: _("a loose plug or a fuse"),
    StopReason.RELAY_WELDED: _("the relay does not open"),
    StopReason.RELAY_BROKEN: _("the relay does not close"),
    StopReason.METER_SILENT: _("the meter did not answer"),
    StopReason.METER_IMPLAUSIBLE: _("the meter cannot be believed"),
    StopReason.BOX_SILENT: _("the box did not answer"),
    StopReason.BOX_FAULT: _("the box reports a fault"),
    StopReason.POWER_LOST: _("the power failed"),
}

MEANS: Mapping[str, str] = {
    Means.CARD: _("card"),
    Means.PHONE: _("phone"),
    Means.CODE: _("code from the phone"),
    Means.KIOSK_PAGE: _("the kiosk's own page"),
    Means.STAFF: _("staff"),
}

ALARMS: Mapping[str, str] = {
    AlarmKind.SMOKE: _("Smoke"),
    AlarmKind.FIRE_SYSTEM: _("The fire alarm system"),
    AlarmKind.HEAT: _("Heat"),
    AlarmKind.WATER: _("Water"),
    AlarmKind.POWER_CUT: _("A power cut"),
    AlarmKind.TAMPERED: _("The box was tilted or opened"),
    AlarmKind.BOX_OVERLOAD: _("Too much power in all"),
    AlarmKind.RELAY_WELDED: _("A relay does not open"),
    AlarmKind.BOX_FAULT: _("The box reports a fault"),
}

BASES: Mapping[str, str] = {
    Basis.ENERGY: _("by energy"),
    Basis.TIME: _("by time"),
    Basis.POWER: _("by time and power"),
}

_SOCKET = (_("%(site)s, socket %(socket)s"),)

REVIEWS: Mapping[str, Said] = {
    "charging_reported_no_power": Said(
        _("Somebody says that no current comes from a socket"),
        _SOCKET,
        advice=_("Have somebody try the socket; then settled."),
    ),
    "charging_reported_broken": Said(
        _("Somebody says that a socket is broken"), _SOCKET, advice=_("Have it repaired; then settled.")
    ),
    "charging_reported_hot_or_smell": Said(
        _("Somebody says that a socket is hot or smells"),
        _SOCKET,
        advice=_("Send somebody at once, and stop what charges there; then settled."),
    ),
    "charging_reported_blocked": Said(
        _("Somebody says that something stands before a socket"),
        _SOCKET,
        advice=_("Have it cleared away; then settled."),
    ),
    "charging_billed_twice": Said(
        _("The same energy of a meter was billed in two sessions, unless the meter was changed"),
        (_("%(site)s, %(box)s/%(socket)s: the other is order %(other)s"),),
        advice=_("Was the meter changed? Then settled. Else pay one of them back on the resident's page."),
    ),
    "charging_doubtful": Said(
        _("A meter could not be believed, and the energy of the session was not billed"),
        (_("%(site)s, %(box)s/%(socket)s: the meter stood at %(first_wh)s Wh, then at %(last_wh)s Wh"),),
        advice=_("If the charge is plausible, bill it below; if not, settled: nothing is billed."),
    ),
    "pass_used_up": Said(
        _("A session is covered by more hours of a pass than the day had left"),
        (_("Covered here: %(said_s)s seconds; by other sessions of that day: %(used_s)s"),),
        advice=_("The office bears it. Settled; often the same person: look at the pass."),
    ),
    "charging_late": Said(
        _("A box told of a session after it was settled; nothing of it was billed"),
        (_("%(site)s, %(box)s/%(socket)s: %(energy_wh)s Wh in %(charged_s)s seconds"),),
        advice=_("If the resident charged, bill it below; if not, settled: nothing is billed."),
    ),
}
