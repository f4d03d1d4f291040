"""Residents, as the catalogue brings them, and age as the law counts it."""

from __future__ import annotations

from datetime import date, timedelta
from enum import StrEnum

import msgspec


class ResidentStatus(StrEnum):
    ACTIVE = "active"
    CLOSED = "closed"  # moved away, or deceased


class Resident(msgspec.Struct, frozen=True, kw_only=True):
    """What the counter of the home site needs to know of a person, and no more.

    Somebody at home elsewhere has neither name nor home here, unless the office told of them; see `Visitor`.
    """

    id: int
    name: str
    honorific: str = ""  # how staff address them, such as 奶奶
    born: date
    categories: tuple[str, ...] = ()  # such as `living_alone`, which a tariff may name
    home_site: str
    building: str = ""
    photo: str = ""  # name of the picture that the office has of them, see `people.photos`; empty: none
    diet: tuple[str, ...] = ()  # warnings for the cook
    status: ResidentStatus = ResidentStatus.ACTIVE
    initials: str = ""  # of the name in pinyin, such as `cgy`; of several readings the commonest first
    phone_tail: str = ""  # the last four digits, to find somebody by; the whole number is nobody's business


class Visitor(msgspec.Struct, frozen=True, kw_only=True):
    """What a meal away from home needs to know of a person; every kiosk has it of everybody.

    Neither name, building, photo nor telephone: a kiosk can be carried away.
    """

    id: int
    born: date  # 1 January of the year where no price rule turns on the day any more
    categories: tuple[str, ...] = ()  # those that a price rule names, and no other
    diet: tuple[str, ...] = ()  # an allergy goes along
    status: ResidentStatus = ResidentStatus.ACTIVE

    def as_resident(self) -> Resident:
        return Resident(
            id=self.id,
            name="",
            born=self.born,
            categories=self.categories,
            home_site="",
            diet=self.diet,
            status=self.status,
        )


def age_on(born: date, day: date) -> int:
    """Full years on `day`; a year is complete from midnight at the start of the birthday.

    In a common year a person born on 29 February completes it on 1 March, the day after the end of the
    month that lacks the birthday (Civil Code of the PRC, article 202).
    """
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def has_birthday(born: date, day: date) -> bool:
    """Whether a year is complete on `day`, by the same rule."""
    return age_on(born, day) > age_on(born, day - timedelta(days=1))
