"""The form of a week's menus: a dish in each line."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import date

import msgspec
from flask_babel import gettext

from sync.office.services.canteen.menus.week import Dishes, Place

MOST_DISHES, LONGEST_DISH = 12, 30  # what a display has room for


def field_of(place: Place) -> str:
    day, meal = place
    return f"{day}.{meal}"


def fingerprint(dishes: Dishes) -> str:
    """What a form was filled with, to know whether somebody else wrote meanwhile."""
    said = sorted((day.isoformat(), meal, each) for (day, meal), each in dishes.items())
    return hashlib.sha256(msgspec.json.encode(said)).hexdigest()


class MenuForm:
    """Reads what was typed; of days that are over nothing. `wrong` says by field what it cannot be."""

    def __init__(self, given: Mapping[str, str], now: Dishes, today: date) -> None:
        self.wrong: dict[str, str] = {}
        self.dishes: Dishes = {
            place: self._dishes(field_of(place), given[field_of(place)])
            for place in now
            if place[0] >= today and field_of(place) in given
        }

    def _dishes(self, field: str, typed: str) -> tuple[str, ...]:
        lines = (" ".join(line.split()) for line in typed.replace("\0", "").splitlines())
        dishes = tuple(line for line in lines if line)
        if len(dishes) > MOST_DISHES or any(len(each) > LONGEST_DISH for each in dishes):
            most = {"dishes": MOST_DISHES, "characters": LONGEST_DISH}
            self.wrong[field] = gettext(
                "At most %(dishes)s dishes of %(characters)s characters each.", **most
            )
        return dishes
