"""What is missing in the catalogue."""

from __future__ import annotations

from kiosk.plain.refusals import Refusal


class NoCatalogue(Refusal):
    """The office has not told this kiosk about its site yet."""

    code = "no_catalogue"
    again_helps = True
