"""What a doctor finds, and how it says so: well, a next step of whoever installs, or wrong."""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import click

from kiosk.store.users import User, Whose, acting_as, owner_of, user_of


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at. `advice` is empty when it is well; `is_step`: nothing is wrong, it is next."""

    name: str
    found: str
    advice: str = ""
    is_step: bool = False

    @property
    def well(self) -> bool:
        return not self.advice


def say_all(checks: Iterable[Check]) -> bool:
    """Print each as it is found; whether nothing is wrong."""
    good = True
    for check in checks:
        mark = "ok " if check.well else "do " if check.is_step else "-> "
        click.echo(f"{mark} {check.name}: {check.found}")
        if not check.well:
            click.echo(f"    {check.advice}")
            good &= check.is_step
    return good


@dataclass(frozen=True, slots=True)
class Needed:
    """A file that a service opens; `mode` is what it should have."""

    service: str
    name: str
    writes: bool
    mode: int


def files(folder: Path, needed: Iterable[Needed], whose: Whose) -> Iterator[Check]:
    """Open each as its service does: as root for all of them, else for the services of this user."""
    wrong = False
    for each in needed:
        user = user_of(folder, each.service)
        if user is not None and os.geteuid() in (0, user.uid) and not _opens(folder / each.name, each, user):
            wrong = True
            yield _unopened(folder / each.name, each, user, user_of(folder, whose(each.name)) or user)
    if not wrong and folder.exists():
        yield Check("files", f"{folder} can be read by who needs it")


def _opens(path: Path, needed: Needed, user: User) -> bool:
    with acting_as(user):
        try:
            os.close(os.open(path, os.O_RDWR if needed.writes else os.O_RDONLY))
        except FileNotFoundError:
            return True  # made when it is needed
        except OSError:
            return False
    return True


def _unopened(path: Path, needed: Needed, user: User, rightful: User) -> Check:
    does = "written" if needed.writes else "read"
    found = f"{path} is {owner_of(path)}'s, and cannot be {does} by {needed.service} (user {user})"
    quoted = shlex.quote(str(path))
    advice = f"Type: sudo chown {rightful}:{rightful.gid} {quoted} && sudo chmod {needed.mode:o} {quoted}"
    return Check("files", found, advice)
