"""What purses are called."""

from __future__ import annotations

from sync.office.console.marking import _

PURSE_NAMES = {
    "own": _("Own money"),
    "held": _("Held for something under way"),
    "courtesy": _("Owed for courtesy meals"),
    "set_aside": _("Put aside for a kiosk that was lost"),
    "suspense": _("In suspense, not believed yet"),
}
