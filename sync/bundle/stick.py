"""A memory stick as a folder of files that are there whole or not at all.

It may be pulled out at any moment, be full, carry files of other kiosks and of people, and come back damaged.
Whoever finds a file can tell from its first bytes whether it is whole and whose it is, and nothing more.
"""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import msgspec

from kiosk.store.files import sync_folder, write_whole
from kiosk.store.users import as_caller
from sync.errors import Garbled, StickFailing, StickFull, SyncError
from sync.wire import messages

FOLDER = "neighbourhood-card"  # on the stick
MAX_FILE_BYTES = 4 * 1024 * 1024  # an answer is at most half of that
_MAGIC = b"neighbourhood-card stick 1\n"
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
MAY_NOT = (
    "may not be written by this user. Type the command with sudo; or mount a stick with FAT as"
    " `sudo mount -o umask=000 DEVICE FOLDER`, and on any other `sudo chmod -R a+rwX` the folder on it"
)
_NOT_OURS = "not a file of ours"


class Parcel(msgspec.Struct, array_like=True, frozen=True):
    """Bytes that only the key `to` can open; both keys by their id. `name`: of the file it was written to."""

    to: bytes
    sender: bytes
    wrapped: bytes
    name: str = ""


class Stick:
    """The folder of ours on a stick. Everything raises `StickFull` or `StickFailing` as may be."""

    def __init__(self, path: Path) -> None:
        self.folder = path / FOLDER
        with _named(path):
            if not path.is_dir():
                raise StickFailing(f"{path}: no such folder; is the stick mounted?")
            if self.folder.is_symlink():
                raise StickFailing(f"{self.folder}: leads elsewhere")
            self.folder.mkdir(exist_ok=True)
            _open_to_all(self.folder, 0o777)
            for partial in self.folder.glob("*.part"):
                partial.unlink()

    def names(self, *endings: str) -> list[str]:
        """Files, of these endings if any are given, in order of their names."""
        with _named(self.folder), os.scandir(self.folder) as entries:
            files = [each.name for each in entries if each.is_file(follow_symlinks=False)]
        return sorted(name for name in files if not endings or name.endswith(endings))

    def read(self, name: str) -> Parcel:
        """Raises `Garbled` for what was cut, changed or is nothing of ours."""
        with _named(self.folder / name), (self.folder / name).open("rb") as file:
            content = file.read(MAX_FILE_BYTES + 1)
        if len(content) > MAX_FILE_BYTES or not content.startswith(_MAGIC):
            raise Garbled(_NOT_OURS)
        rest = content[len(_MAGIC) :]
        if hashlib.sha256(rest[32:]).digest() != rest[:32]:
            raise Garbled("cut short or changed")
        try:
            return messages.decode_request(rest[32:], Parcel)
        except Garbled as error:
            raise Garbled(_NOT_OURS) from error

    def holds(self, name: str, to: bytes, sender: bytes) -> bool:
        """Whether this very file is there, whole."""
        try:
            parcel = self.read(name)
        except SyncError:
            return False
        return (parcel.to, parcel.sender, parcel.name) == (to, sender, name)

    def write(self, name: str, parcel: Parcel) -> None:
        packed = msgspec.msgpack.encode(msgspec.structs.replace(parcel, name=name))
        content = _MAGIC + hashlib.sha256(packed).digest() + packed
        path = self.folder / name
        with _named(path):
            try:
                write_whole(path, content)
                _open_to_all(path, 0o666)
            except OSError:
                with suppress(OSError):
                    path.with_name(f"{name}.part").unlink()
                raise

    def remove(self, *names: str) -> None:
        with _named(self.folder):
            for name in names:
                (self.folder / name).unlink(missing_ok=True)
            sync_folder(self.folder)


def _open_to_all(path: Path, mode: int) -> None:
    """The next one is another user, at another machine; what is on it is wrapped. FAT knows no owners."""
    if stat.S_IMODE(path.stat().st_mode) != mode:
        with suppress(PermissionError):  # somebody else's, or FAT: whether it can be written shows soon
            path.chmod(mode)


@contextmanager
def _named(path: Path) -> Iterator[None]:
    """As who typed the command: a stick is theirs, where the store is the service's."""
    try:
        with as_caller():
            yield
    except PermissionError as error:
        raise StickFailing(f"{path}: {MAY_NOT}") from error
    except OSError as error:
        kind = StickFull if error.errno in _FULL else StickFailing
        raise kind(f"{path}: {error.strerror}") from error
