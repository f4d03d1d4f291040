"""What reviews of corrections say, for people."""

from __future__ import annotations

from collections.abc import Mapping

from sync.office.console.marking import _
from sync.office.console.shown import Said

REVIEWS: Mapping[str, Said] = {
    "correction_asked": Said(
        _("A counter asks to correct what the register has about a resident"),
        advice=_("Look whether it is right. If so, correct the resident; then settled."),
    ),
}
