"""Who this kiosk is: what enrolment left in the store folder."""

from __future__ import annotations

from pathlib import Path

import msgspec

from kiosk.ledger.posting import JournalKey
from kiosk.refusals import Refusal

FILE = "enrolment.json"


class NotEnrolled(Refusal):
    """The office does not know this kiosk yet: `kiosk enrol CODE`."""

    code = "not_enrolled"


class Identity(msgspec.Struct, frozen=True, kw_only=True):
    """The part of the enrolment that the counter needs; the sync process keeps more in the same file."""

    region_id: int
    journal_id: str  # 32 hexadecimal digits

    @property
    def journal(self) -> JournalKey:
        return JournalKey(self.region_id, bytes.fromhex(self.journal_id))


def read_identity(folder: Path) -> Identity:
    """Raises `NotEnrolled` if there is no enrolment, or none that can be read."""
    try:
        return msgspec.json.decode((folder / FILE).read_bytes(), type=Identity)
    except FileNotFoundError:
        raise NotEnrolled from None
    except (OSError, msgspec.MsgspecError) as error:
        raise NotEnrolled(reason=str(error)) from error
