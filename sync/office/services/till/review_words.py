"""What reviews of cash say, for people."""

from __future__ import annotations

from collections.abc import Mapping

from sync.office.console.marking import _
from sync.office.console.shown import Said

REVIEWS: Mapping[str, Said] = {
    "cash_difference": Said(
        _("Much more or less cash was counted at the end of a shift than there should be"),
        (_("Shift %(shift)s: %(counted_fen)s yuan counted, %(expected_fen)s yuan expected"),),
    ),
}
