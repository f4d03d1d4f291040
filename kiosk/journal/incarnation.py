"""A new journal in place of one that cannot be gone on with, and what came before it.

Enrolment gives a kiosk its first journal. When its history turns out to be another than the office's, or the
file is damaged, the kiosk begins a new journal by itself and goes on selling. `incarnation.json` says which;
it counts only for the enrolment that it follows, so enrolling again begins afresh.
"""

from __future__ import annotations

import secrets
from pathlib import Path

import msgspec
import structlog

from kiosk.store.files import read_proved, write_proved

log = structlog.get_logger()

FILE = "incarnation.json"
JOURNAL_ID_BYTES = 16

FORKED = "history_forked"  # the office holds other records under the same numbers
LOST = "history_lost"  # the office, or the witness, knows more of the journal than the file
SEALED = "journal_sealed"  # the office has ended the journal
DAMAGED = "journal_damaged"  # the file does not prove itself
ENROLLED_AGAIN = "enrolled_again"  # a new enrolment beside an old journal
REASONS = (FORKED, LOST, SEALED, DAMAGED, ENROLLED_AGAIN)
DOUBTED = "history_doubted"  # a grant does not fit the journal: the office is to be asked; no reason yet


class Predecessor(msgspec.Struct, frozen=True, kw_only=True):
    """A journal that was gone on with under another id, where it stood here, and why."""

    journal_id: str  # 32 hexadecimal digits
    seq: int  # the last record here
    hash: str  # of that record, 64 hexadecimal digits
    reason: str  # one of `REASONS`
    at_ms: int = 0  # Unix time by this kiosk's clock

    def __post_init__(self) -> None:
        check_journal_id(self.journal_id)
        bytes.fromhex(self.hash)


class Incarnation(msgspec.Struct, frozen=True, kw_only=True):
    """The journal to write, the journal of the enrolment that it follows, and all before it, oldest first."""

    journal_id: str
    follows: str
    predecessors: tuple[Predecessor, ...]

    def __post_init__(self) -> None:
        check_journal_id(self.journal_id)


def check_journal_id(journal_id: str) -> None:
    """Raises `ValueError` for what is no id."""
    if len(bytes.fromhex(journal_id)) != JOURNAL_ID_BYTES:
        raise ValueError(f"{journal_id!r} is no id of a journal")


def read(folder: Path, enrolled: str) -> Incarnation | None:
    """What was begun after this enrolment's journal; None if that one is still written."""
    try:
        found = read_proved(folder / FILE, Incarnation)
    except FileNotFoundError:
        return None
    except (OSError, msgspec.MsgspecError) as error:
        # The enrolment's journal comes next: the office has sealed it, so another one will be begun.
        log.error("incarnation_unreadable", reason=str(error))
        return None
    return found if found.follows == enrolled else None


def begin(folder: Path, enrolled: str, before: Predecessor) -> Incarnation:
    """Draw a new journal id; durable when this returns. Raises `OSError`."""
    known = read(folder, enrolled)
    begun = Incarnation(
        journal_id=secrets.token_hex(16),
        follows=enrolled,
        predecessors=(*(known.predecessors if known else ()), before),
    )
    write_proved(folder / FILE, msgspec.json.format(msgspec.json.encode(begun), indent=2) + b"\n")
    return begun
