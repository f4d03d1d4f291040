"""Who works at a counter, as the catalogue brings them."""

from __future__ import annotations

from enum import StrEnum

import msgspec


class Role(StrEnum):
    """What somebody may do. A supervisor may do all that a server may; a technician moves no money."""

    SERVER = "server"
    SUPERVISOR = "supervisor"
    TECHNICIAN = "technician"


class Staff(msgspec.Struct, frozen=True, kw_only=True):
    """One member of staff of a site. Somebody who is dismissed is withdrawn from the catalogue."""

    id: str  # what records name as operator
    name: str
    roles: tuple[Role, ...]
    pin_hash: str = ""  # argon2id, in its usual encoding; empty: no PIN
    badges: tuple[str, ...] = ()  # tokens of cards, see `people.cards`
