"""The office's private keys: the one that signs, the next one while it is made known, and the one before.

Each is a file of its own, so that a running office sees at its next answer that another one signs.
"""

from __future__ import annotations

from pathlib import Path

from kiosk.store.files import sync_folder, write_whole
from sync.enrolling.keyfiles import LiveKey, read_key, read_or_make_key
from sync.errors import Refused
from sync.wire.signing import SigningKey


class KeyRing:
    """The files; made once in a process."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._next, self._former = path.with_name(f"{path.name}.next"), path.with_name(f"{path.name}.former")
        read_or_make_key(path)
        self._signing = LiveKey(path)

    @property
    def signing(self) -> SigningKey:
        return self._signing.now

    @property
    def next(self) -> SigningKey | None:
        return read_key(self._next) if self._next.exists() else None

    @property
    def former(self) -> SigningKey | None:
        return read_key(self._former) if self._former.exists() else None

    def all(self) -> list[SigningKey]:
        """The newest last."""
        return [each for each in (self.former, self.signing, self.next) if each is not None]

    def make_next(self) -> SigningKey:
        """The next key, made unless there is one."""
        return read_or_make_key(self._next)

    def use_next(self) -> None:
        """Let the next key sign from now on; repeated after a power cut it comes to the same end.

        Raises `Refused` with `no_next_key` or `former_key_trusted`.
        """
        if self.next is None:
            raise Refused("no_next_key", "make one first: office key new")
        if self.former is not None and self.former.id != self.signing.id:
            raise Refused("former_key_trusted", "end the one before first: office key retire")
        write_whole(self._former, self.signing.seed, mode=0o600)
        self._next.replace(self._path)
        sync_folder(self._path.parent)

    def forget_former(self) -> None:
        self._former.unlink(missing_ok=True)
        sync_folder(self._path.parent)
