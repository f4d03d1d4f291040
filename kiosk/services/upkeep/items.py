"""What the office tells one kiosk to do."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from kiosk.catalogue.items import ItemKind


class Do(StrEnum):
    """What a kiosk does with itself."""

    RESTART = "restart"
    SEND_LOG = "send_log"


class KioskCommand(msgspec.Struct, frozen=True, kw_only=True):
    """To the kiosk that writes this journal; after `until_ms` (Unix time) it is not carried out any more."""

    command: str  # 16 hexadecimal digits
    journal_id: bytes
    do: str  # a `Do`, or what a later office knows
    until_ms: int


KIOSK_COMMAND = ItemKind("kiosk_command", KioskCommand)  # by command; only to its journal
