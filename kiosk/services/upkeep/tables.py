"""The answers are looked up at the office alone, and the office hears them before their turn."""

from __future__ import annotations

from kiosk.common.books import Kinds
from kiosk.ledger.audit.judging import moves_nothing
from kiosk.ledger.posting import nothing_to_find
from kiosk.services.upkeep.records import COMMAND_ANSWERED

KINDS = Kinds(
    projections={COMMAND_ANSWERED: nothing_to_find},
    judges={COMMAND_ANSWERED: moves_nothing},
    urgent={COMMAND_ANSWERED: lambda record: True},
)
