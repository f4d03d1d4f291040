"""Residents, as the catalogue brings them, and age as the law counts it."""

from __future__ import annotations

from datetime import date, timedelta
from enum import StrEnum

import msgspec


class ResidentStatus(StrEnum):
    ACTIVE = "active"
    CLOSED = "closed"  # moved away, or deceased


class Resident(msgspec.Struct, frozen=True, kw_only=True):
    """What the counter needs to know of a person, and no more."""

    id: int
    name: str
    honorific: str = ""  # how staff address them, such as 奶奶
    born: date
    categories: tuple[str, ...] = ()  # such as `living_alone`, which a tariff may name
    home_site: str
    building: str = ""
    photo: str = ""  # name of a picture in the kiosk's photo folder
    diet: tuple[str, ...] = ()  # warnings for the cook
    status: ResidentStatus = ResidentStatus.ACTIVE
    initials: str = ""  # of the name in pinyin, such as `cgy`; several readings with spaces between
    phone_tail: str = ""  # the last four digits, to find somebody by; the whole number is nobody's business


def age_on(born: date, day: date) -> int:
    """Full years on `day`; a year is complete from midnight at the start of the birthday.

    In a common year a person born on 29 February completes it on 1 March, the day after the end of the
    month that lacks the birthday (Civil Code of the PRC, article 202).
    """
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def has_birthday(born: date, day: date) -> bool:
    """Whether a year is complete on `day`, by the same rule."""
    return age_on(born, day) > age_on(born, day - timedelta(days=1))
