"""What became of a command of the office's."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from kiosk.ledger.records import Word

COMMAND_ANSWERED = ("command_answered", 1)


class CommandOutcome(StrEnum):
    """Of a command."""

    DONE = "done"
    FAILED = "failed"
    TOO_OLD = "too_old"


class CommandAnswered(msgspec.Struct, array_like=True, frozen=True):
    """`log`: lines in UTF-8, compressed by zlib; empty unless they were asked for. `why`: of what failed."""

    command: Word
    outcome: Word
    why: Word = ""
    log: bytes = b""


_answered = msgspec.msgpack.Decoder(CommandAnswered)


def decode_answered(body: msgspec.Raw) -> CommandAnswered:
    return _answered.decode(body)
