"""Why cash was not what it should be, as staff choose it at the end of a shift."""

from __future__ import annotations

from sync.office.console.marking import _

# By what a kiosk writes into its close-out.
REASONS = {
    "wrong change": _("change was given wrongly"),
    "miscounted": _("it was counted wrongly"),
    "cash taken out": _("cash had been taken out"),
    "nobody knows": _("the cause is not known"),
}
