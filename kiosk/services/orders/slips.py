"""What the kitchen and the volunteers hold in their hands, as parts of a slip. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from drivers.slip import Code, Line, Pair, Rule, Slip
from kiosk.services.orders.rules import WAYS, Portion, deliveries, headcount
from kiosk.web.words.sentence import N_

Say = Callable[[str], str]  # a message, or a stable word such as `low_salt`, in the language of the paper


def delivery_label(portion: Portion, title: str, code: str, say: Say, word: Say) -> Slip:
    """One box: whose, where to, what to mind, and the code that books it. `title` names day and meal."""
    resident = portion.resident
    return (
        Line(f"{resident.name} {resident.honorific}".strip(), large=True, centred=True),
        Line(resident.building, large=True, centred=True),
        Line(title, centred=True),
        *(Line(f"※ {word(warning)}", large=True, centred=True) for warning in resident.diet),
        Code(code),
        Line(say(N_("Scan it when the meal is handed over.")), centred=True),
    )


def kitchen_sheet(portions: Sequence[Portion], title: str, say: Say, word: Say) -> Slip:
    """What to cook for one meal, and the round through the houses."""
    count = headcount(portions)
    return (
        Line(title, large=True, centred=True),
        Pair(say(N_("Portions")), str(count.portions), large=True),
        Rule(),
        *(Pair(word(each), str(count.by_dining[each])) for each in WAYS),
        Rule(),
        *(Pair(word(warning), str(number)) for warning, number in sorted(count.by_diet.items())),
        Rule(),
        *(_stop(each, word) for each in deliveries(portions)),
    )


def _stop(portion: Portion, word: Say) -> Pair:
    resident = portion.resident
    return Pair(f"{resident.building} {resident.name}", " ".join(map(word, resident.diet)))
