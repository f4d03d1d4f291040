"""What reviews of cash say, for people."""

from __future__ import annotations

from collections.abc import Mapping

from sync.office.console.marking import _
from sync.office.console.shown import Said

REVIEWS: Mapping[str, Said] = {
    "close_out_otherwise": Said(
        _("A close-out expected another sum than the kiosk's own records put into the box"),
        (_("Shift %(shift)s: %(expected_fen)s yuan said, %(recorded_fen)s yuan by its records"),),
        advice=_("Compare the kiosk's list of the shift with the sum. Settled once you know why."),
    ),
    "cash_difference": Said(
        _("Much more or less cash was counted at the end of a shift than there should be"),
        (_("Shift %(shift)s: %(counted_fen)s yuan counted, %(expected_fen)s yuan expected"),),
        advice=_("Count once more, and ask whoever closed the shift. Settled once the reason is known."),
    ),
}
