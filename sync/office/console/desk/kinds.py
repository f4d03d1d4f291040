"""What records of the house are called: those that follow others, and the office's own by their reason."""

from __future__ import annotations

from sync.office.console.marking import _
from sync.office.console.reviewing import settling as reviewing

KINDS = {
    "refund": _("Given back"),
    "reversal": _("Undone"),
    "hold": _("Held"),
    "capture": _("Taken of what was held"),
    "release": _("Held money given free"),
    "recovered": _("Recovered"),
    "opening": _("Brought along from before"),
    "believed": _("Believed after all"),
    "refused": _("Not believed"),
    "refusal_taken_back": _("Waits to be decided once more"),
    "belief_taken_back": _("Belief taken back"),
    "recovered_twice": _("Recovered twice, taken back"),
    "hold_given_back": _("Held money given back"),
    "write_off": _("Kiosk written off"),
    "write_off_released": _("Written off money given free"),
    "late_sales": _("Sales of a kiosk that was written off"),
    "right_spent_twice": _("Money spent twice"),
    "debt_collected_twice": _("Debt collected twice"),
    **reviewing.KINDS,
}
