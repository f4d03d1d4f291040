"""Who works at a counter, as the catalogue brings them, and what they are refused."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from kiosk.plain.refusals import Refusal

SHORTEST_PIN, LONGEST_PIN = 6, 8  # digits


class Role(StrEnum):
    """What somebody may do. A supervisor may do all that a server may; a technician moves no money."""

    SERVER = "server"
    SUPERVISOR = "supervisor"
    TECHNICIAN = "technician"


class Staff(msgspec.Struct, frozen=True, kw_only=True):
    """One member of staff of a site. Somebody who is dismissed is withdrawn from the catalogue."""

    id: str  # what records name as operator
    name: str
    site: str
    roles: tuple[Role, ...]
    pin_hash: str = ""  # argon2id, in its usual encoding; empty: no PIN
    pin_digits: int = 0  # how many it has; 0: set before `SHORTEST_PIN` was asked for
    badges: tuple[str, ...] = ()  # tokens of cards, see `people.cards`; one that proves itself signs in

    def may(self, role: Role) -> bool:
        return role in self.roles or (role is Role.SERVER and Role.SUPERVISOR in self.roles)


class SignInFirst(Refusal):
    """Nobody answers for what is done at this counter."""

    code = "sign_in_first"


class SupervisorNeeded(Refusal):
    """Whoever is on duty may not do this."""

    code = "supervisor_needed"


class WrongPin(Refusal):
    code = "wrong_pin"
    again_helps = True


class TooManyPins(Refusal):
    """So many wrong ones that the next is not even looked at for `wait_s`."""

    code = "too_many_pins"
    wait_s: int
    again_helps = True
