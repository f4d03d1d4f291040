"""Who this kiosk is to the office: `enrolment.json`, and `device.key` beside it in the store folder.

The counter reads two fields of the same file, see `kiosk.journal.identity`; it never reads the key.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec

from kiosk.journal import incarnation
from kiosk.journal.identity import FILE
from kiosk.store.files import read_proved, sync_folder, write_proved
from sync.enrolling.keyfiles import LiveKey, read_key
from sync.errors import NotEnrolled
from sync.wire.signing import PublicKeys, by_id

KEY_FILE = "device.key"
NEXT_KEY_FILE = "device.key.next"  # while the kiosk changes its key


class Enrolment(msgspec.Struct, frozen=True, kw_only=True):
    """What enrolment left. Bytes are in hexadecimal, for people read this file."""

    office: str  # URL
    region_id: int
    journal_id: str
    device_id: str  # the id of its key
    name: str
    site: str
    office_keys: tuple[str, ...]
    predecessors: tuple[str, ...] = ()  # journals of the kiosk that this one replaces, the oldest first

    @property
    def journal(self) -> bytes:
        return bytes.fromhex(self.journal_id)

    @property
    def pinned(self) -> PublicKeys:
        """The keys that speak for the office, the newest last."""
        return by_id(*map(bytes.fromhex, self.office_keys))


def read_enrolment(folder: Path) -> tuple[Enrolment, LiveKey]:
    """Raises `NotEnrolled` if there is none, or the key is not the one that was enrolled."""
    enrolment, key = _read(folder), LiveKey(folder / KEY_FILE)
    try:
        if key.id.hex() != enrolment.device_id and not _adopted(folder, enrolment):
            raise NotEnrolled(f"{KEY_FILE} is not the key that was enrolled")
    except (OSError, ValueError) as error:
        raise NotEnrolled(str(error)) from error
    return enrolment, key


def adopt_next_key(folder: Path) -> Enrolment:
    """The office knows the next key: from now on it is this kiosk's."""
    with _alone(folder):
        enrolment, next_file = _read(folder), folder / NEXT_KEY_FILE
        if next_file.exists():
            enrolment = msgspec.structs.replace(enrolment, device_id=read_key(next_file).id.hex())
            write_enrolment(folder, enrolment)
            _put_in_place(folder)
        return enrolment


def _adopted(folder: Path, enrolment: Enrolment) -> bool:
    """Whether the key that the enrolment names stood ready, and is in its place now."""
    with _alone(folder):
        next_file = folder / NEXT_KEY_FILE
        if next_file.exists() and read_key(next_file).id.hex() == enrolment.device_id:
            _put_in_place(folder)
        return read_key(folder / KEY_FILE).id.hex() == enrolment.device_id


def _put_in_place(folder: Path) -> None:
    (folder / NEXT_KEY_FILE).replace(folder / KEY_FILE)
    sync_folder(folder)


def write_enrolment(folder: Path, enrolment: Enrolment) -> None:
    content = msgspec.json.format(msgspec.json.encode(enrolment), indent=2)
    write_proved(folder / FILE, content + b"\n")


def current_journal(folder: Path, enrolment: Enrolment) -> bytes:
    """The journal that the kiosk writes now: it may have begun another one since it was enrolled."""
    begun = incarnation.read(folder, enrolment.journal_id)
    return bytes.fromhex(begun.journal_id) if begun else enrolment.journal


def update_enrolment(folder: Path, **changes: Any) -> Enrolment:
    """The enrolment with some fields changed. One process at a time, and nothing is written for nothing."""
    with _alone(folder):
        enrolment = _read(folder)
        changed = msgspec.structs.replace(enrolment, **changes)
        if changed != enrolment:
            write_enrolment(folder, changed)
        return changed


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _read(folder: Path) -> Enrolment:
    try:
        return read_proved(folder / FILE, Enrolment)
    except (OSError, ValueError, msgspec.MsgspecError) as error:
        raise NotEnrolled(str(error)) from error
