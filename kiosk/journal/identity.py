"""Who this kiosk is: what enrolment left in the store folder, and which journal it writes since."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import msgspec

from kiosk.journal import incarnation
from kiosk.journal.incarnation import Predecessor
from kiosk.ledger.posting import JournalKey
from kiosk.plain.refusals import Refusal
from kiosk.store.files import holds_something, read_proved

FILE = "enrolment.json"


class NotEnrolled(Refusal):
    """The office does not know this kiosk yet: `kiosk enrol CODE`."""

    code = "not_enrolled"


class EnrolmentDamaged(NotEnrolled):
    """There is an enrolment that cannot be read, and no copy of it either."""

    code = "enrolment_damaged"
    reason: str


class Identity(msgspec.Struct, frozen=True, kw_only=True):
    """The part of the enrolment that the counter needs; the sync process keeps more in the same file."""

    region_id: Annotated[int, msgspec.Meta(ge=1, lt=2**31)]
    journal_id: str  # 32 hexadecimal digits

    def __post_init__(self) -> None:
        incarnation.check_journal_id(self.journal_id)

    office: str = ""  # URL

    @property
    def journal(self) -> JournalKey:
        return JournalKey(self.region_id, bytes.fromhex(self.journal_id))


def read_identity(folder: Path) -> Identity:
    """The enrolment, with the journal to write now: its own, or the one begun in its place.

    Raises `NotEnrolled` if there is no enrolment, or none that can be read.
    """
    enrolled = read_enrolled(folder)
    begun = incarnation.read(folder, enrolled.journal_id)
    return msgspec.structs.replace(enrolled, journal_id=begun.journal_id) if begun else enrolled


def read_enrolled(folder: Path) -> Identity:
    """What enrolment left. Raises `NotEnrolled`; the installation lays down an empty file, which is none."""
    try:
        return read_proved(folder / FILE, Identity)
    except FileNotFoundError:
        raise NotEnrolled from None
    except (OSError, msgspec.MsgspecError) as error:
        if holds_something(folder / FILE):
            raise EnrolmentDamaged(reason=str(error)) from error
        raise NotEnrolled from None


def begin_anew(folder: Path, before: Predecessor) -> Identity:
    """Begin another journal after the current one. Raises `NotEnrolled` or `OSError`."""
    enrolled = read_enrolled(folder)
    incarnation.begin(folder, enrolled.journal_id, before)
    return read_identity(folder)


def predecessors(folder: Path) -> tuple[Predecessor, ...]:
    """The journals that this kiosk wrote before the current one, oldest first. Raises `NotEnrolled`."""
    begun = incarnation.read(folder, read_enrolled(folder).journal_id)
    return begun.predecessors if begun else ()
