"""How care speaks on pages: plainly, and so that nobody is alarmed."""

from __future__ import annotations

from kiosk.plain.refusals import Refusal
from sync.office.console.marking import _
from sync.office.services.care.contacts import Of
from sync.office.services.care.watches import CLIMBED, RAISED, TAKEN_BACK, UNREACHED, Outcome

# What was said or done, in no language yet.
WORDS = {
    RAISED: _("Stayed away"),
    CLIMBED: _("The next person is asked"),
    UNREACHED: _("Not reached"),
    TAKEN_BACK: _("Taken back"),
    Outcome.SEEN: _("Seen since"),
    Outcome.AWAY: _("Away, as is known"),
    Outcome.SHUT: _("Nobody came there: it was closed"),
    Outcome.WELL: _("Well"),
    Outcome.HELP: _("Needs help"),
    Outcome.MISTAKEN: _("Mistake"),
}
KINDS = {
    Of.BUILDING: _("Building"),
    Of.GRID_WORKER: _("Grid worker"),
    Of.DIVISION: _("Division"),
}
REFUSED = {"not_open": _("Somebody has said already how this resident is.")}


def sentence(refusal: Refusal) -> str:
    return REFUSED[refusal.code]
