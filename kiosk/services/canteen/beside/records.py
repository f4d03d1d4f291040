"""Records beside those of residents' own meals: portions taken away, and volunteers' meals."""

from __future__ import annotations

from datetime import date

import msgspec

from kiosk.ledger.records import Word

TAKEN_AWAY = ("taken_away", 1)
VOLUNTEER_MEAL = ("volunteer_meal", 1)


class TakenAway(msgspec.Struct, array_like=True, frozen=True):
    """A resident's portion is taken home, or eaten here after all; no postings.

    It names the portion's record of the same journal, and enough of it to be read alone.
    """

    original_seq: int
    away: bool
    site: Word
    day: date
    meal: Word


class VolunteerFed(msgspec.Struct, array_like=True, frozen=True):
    """A portion for somebody who works here unpaid and has no account. Who pays is in the postings."""

    site: Word
    day: date
    meal: Word
    band: str
    rule_id: str
    volunteer: str  # name or number, as staff typed it


_away = msgspec.msgpack.Decoder(TakenAway)
_fed = msgspec.msgpack.Decoder(VolunteerFed)


def decode_away(body: msgspec.Raw) -> TakenAway:
    return _away.decode(body)


def decode_fed(body: msgspec.Raw) -> VolunteerFed:
    return _fed.decode(body)
