"""Whose files these are. What root types is done as the service's user, so that the service can go on.

A folder is worked in as whoever it belongs to. Where the installation made the users, the store of a kiosk
has two of them, of one group: the exchange writes its database and its key there, the counter all else.
"""

from __future__ import annotations

import os
import pwd
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

COUNTER, EXCHANGE, OFFICE = "kiosk", "kiosk-sync", "office"  # the services, and their users where installed
INSTALLED = Path("/var/lib/neighbourhood-card")  # what lies here is theirs, whoever put it there
OF_THE_EXCHANGE = ("catalogue.db", "enrolment.json", "device.key")  # with what follows on these names
SHARED_MASK, PRIVATE_MASK = 0o007, 0o077
SHARED_DATABASE_MODE = 0o660  # each locks the other's, and SQLite gives its mode to what lies beside it

Whose = Callable[[str], str]  # the service that a path within a folder belongs to


@dataclass(frozen=True, slots=True)
class User:
    """A user of this machine; without a `name` where the machine knows none."""

    uid: int
    gid: int
    name: str = ""

    def __str__(self) -> str:
        return self.name or str(self.uid)


def user_of(folder: Path, service: str) -> User | None:
    """Who runs the service on this folder; None where that is root, or nobody can tell."""
    there = next(each for each in (folder, *folder.absolute().parents) if each.exists())
    found = there.stat()
    if found.st_uid:
        return _known(found.st_uid, found.st_gid)
    if folder.parent == INSTALLED or (there == folder and found.st_gid):
        with suppress(KeyError):
            group = pwd.getpwnam(OFFICE if service == OFFICE else COUNTER).pw_gid
            gid = found.st_gid if there == folder and found.st_gid else group
            return User(pwd.getpwnam(service).pw_uid, gid, service)
    return None


def owner_of(path: Path) -> User:
    """Whose this is, or the folder in which it would be."""
    found = next(each for each in (path, *path.absolute().parents) if each.exists()).stat()
    return _known(found.st_uid, found.st_gid)


def of_a_store(path: str) -> str:
    """Which service of a kiosk a path of its store belongs to."""
    return EXCHANGE if path.startswith(OF_THE_EXCHANGE) else COUNTER


def of_the_office(_path: str) -> str:
    return OFFICE


def work_in(folder: Path, service: str, whose: Whose, tell: Callable[[str], None]) -> None:
    """To be called before anything is opened: new files are nobody else's, and root goes on as the service.

    What root has left in the folder is given back first, and told.
    """
    if os.geteuid() == 0 and (user := user_of(folder, service)) is not None:
        if folder.parent == INSTALLED:
            _lay_down(folder, service, user)
        for path in give_back(folder, whose):
            tell(f"{path}: was root's, is the service's again")
        _become(user)
    os.umask(mask_for(folder))


def mask_for(folder: Path) -> int:
    """What others may not do with new files: nothing; where two users share a folder, the two may."""
    shared = folder.is_dir() and folder.stat().st_mode & stat.S_ISGID
    return SHARED_MASK if shared else PRIVATE_MASK


def for_good() -> None:
    """Never root again: to be called before strangers are answered."""
    if _was_root():
        uid, gid = os.geteuid(), os.getegid()
        os.seteuid(0)
        os.setresgid(gid, gid, gid)
        os.setresuid(uid, uid, uid)


def forbidden(error: PermissionError) -> str:
    """What to say to somebody who may not: whose it is, and how it can be done."""
    path = Path(os.fsdecode(error.filename)) if error.filename else None
    with suppress(OSError):
        if path is not None:
            return f"{path}: is {owner_of(path)}'s; type the command with sudo"
    return f"{path or error.strerror}: may not be opened; type the command with sudo"


@contextmanager
def as_caller() -> Iterator[None]:
    """As whoever typed the command, for what was named there: it may lie where the service cannot go."""
    if not _was_root():
        yield
        return
    user = os.geteuid()
    os.seteuid(0)
    try:
        yield
    finally:
        os.seteuid(user)


@contextmanager
def acting_as(user: User | None) -> Iterator[None]:
    """Where this is root: as somebody else for a while, to see what they can."""
    if user is None or os.geteuid() != 0:
        yield
        return
    groups, gid, environment = os.getgroups(), os.getegid(), dict(os.environ)
    _become(user)
    try:
        yield
    finally:
        os.setresuid(0, 0, 0)
        os.setresgid(gid, gid, gid)
        os.setgroups(groups)
        os.environ.update(environment)


def give_back(folder: Path, whose: Whose) -> list[Path]:
    """Hand what is root's in a folder to the users whose it should be. For root."""
    mode = SHARED_DATABASE_MODE if mask_for(folder) == SHARED_MASK else None
    return [
        path
        for path, user, within in _left_by_root(folder, whose)
        if _hand_over(within, path.name, user, mode if ".db" in path.name else None)
    ]


def _left_by_root(folder: Path, whose: Whose) -> Iterator[tuple[Path, User, int]]:
    """The last one is the open folder in which it lies."""
    if not folder.exists():
        return
    for at, folders, files, within in os.fwalk(folder):
        for name in sorted((*folders, *files)):
            path = Path(at, name)
            user = user_of(folder, whose(str(path.relative_to(folder))))
            if user is not None and os.lstat(name, dir_fd=within).st_uid == 0:
                yield path, user, within


def _hand_over(within: int, name: str, user: User, mode: int | None) -> bool:
    """Not what leads elsewhere: a link that somebody made to a file of root's must not give that away."""
    try:
        descriptor = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=within)
    except OSError:
        return False
    try:
        found = os.fstat(descriptor)
        if not stat.S_ISDIR(found.st_mode) and not (stat.S_ISREG(found.st_mode) and found.st_nlink == 1):
            return False
        os.fchown(descriptor, user.uid, user.gid)
        if mode is not None:
            os.fchmod(descriptor, mode)
        return True
    finally:
        os.close(descriptor)


def _lay_down(folder: Path, service: str, user: User) -> None:
    """As `systemd/tmpfiles.d` does at each start of the machine."""
    folder.mkdir(parents=True, exist_ok=True)
    alone = service == OFFICE
    os.chown(folder, user.uid if alone else 0, user.gid)
    folder.chmod(0o700 if alone else 0o2770)


def _become(user: User) -> None:
    """So that root can come back, see `as_caller`."""
    os.setgroups(os.getgrouplist(user.name, user.gid) if user.name else [user.gid])
    os.setresgid(user.gid, user.gid, 0)
    os.setresuid(user.uid, user.uid, 0)
    with suppress(KeyError):
        known = pwd.getpwuid(user.uid)
        os.environ.update(HOME=known.pw_dir, USER=known.pw_name, LOGNAME=known.pw_name)


def _was_root() -> bool:
    return os.geteuid() != 0 and os.getresuid()[2] == 0


def _known(uid: int, gid: int) -> User:
    try:
        return User(uid, gid, pwd.getpwuid(uid).pw_name)
    except KeyError:
        return User(uid, gid)
