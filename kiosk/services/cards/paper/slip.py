"""What goes on a paper card."""

from __future__ import annotations

from drivers.slip import Code, Line, Rule, Slip
from kiosk.common.outcomes import Person


def paper_card(person: Person, site: str, code: str, advice: tuple[str, ...]) -> Slip:
    """The card of `person` with its signed `code`; `advice` is what they should know about keeping it."""
    return (
        Line(site, centred=True),
        Line(f"{person.name} {person.honorific}".strip(), large=True, centred=True),
        Rule(),
        Code(code),
        Rule(),
        *(Line(each, centred=True) for each in advice),
    )
