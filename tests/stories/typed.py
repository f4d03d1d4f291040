"""Commands as root types them, in folders that belong to somebody else."""

from __future__ import annotations

import json
import os
import pwd
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path

import pytest

NOBODY = pwd.getpwnam("nobody")
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")

# One interpreter for all, as importing is what takes time; all but the last in processes of their own.
_EACH_IN_TURN = """
import json, os, sys
from kiosk.cli import main as kiosk
from sync.cli import main as sync
from sync.office.cli import main as office
*commands, (last, *last_words) = json.loads(sys.argv[1])
programs = {"kiosk": kiosk, "kiosk-sync": sync, "office": office}
for name, *words in commands:
    child = os.fork()
    if not child:
        programs[name](words)
    _, status = os.waitpid(child, 0)
    if status:
        sys.exit(f"{name} {words}: ended with {os.waitstatus_to_exitcode(status)}")
programs[last](last_words)
"""
# Without the site's own packages, which may not be those that the tests were given.
_OURS = {"PYTHONPATH": os.pathsep.join(each for each in sys.path if not each.startswith(sys.base_prefix))}
Command = list[str | Path]


@cache
def _interpreter() -> str:
    """One that anybody may run; with ours below /root, Debian's if it is of the same kind."""
    program = f"import sys, alembic, kiosk; sys.exit(sys.version_info[:2] != {sys.version_info[:2]})"
    for path in (sys.executable, "/usr/bin/python3"):
        with suppress(OSError):
            done = subprocess.run(
                [path, "-S", "-c", program],
                env=_OURS,
                user=NOBODY.pw_uid,
                group=NOBODY.pw_gid,
                extra_groups=[],
                capture_output=True,
                check=False,
            )
            if done.returncode == 0:
                return path
    pytest.skip("no other user may read this interpreter, or what is tested")


def start_as_root(*commands: Command) -> subprocess.Popen[str]:
    """Each in turn, while all end well; what they print, on either stream, can be read."""
    words = json.dumps([[str(word) for word in command] for command in commands])
    return subprocess.Popen(
        [_interpreter(), "-S", "-c", _EACH_IN_TURN, words],
        env={**os.environ, **_OURS},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL,
        text=True,
    )


def type_as_root(*commands: Command) -> str:
    """What they printed; all must end well."""
    process = start_as_root(*commands)
    said, _ = process.communicate()
    assert process.returncode == 0, said
    return said


@contextmanager
def folder_of(user: pwd.struct_passwd) -> Iterator[Path]:
    """A folder that this user can reach, unlike those of pytest."""
    with tempfile.TemporaryDirectory(prefix="somebodys-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        os.chown(folder, user.pw_uid, user.pw_gid)
        yield folder


def owners(folder: Path) -> dict[str, int]:
    """The user of each file and folder within."""
    return {str(path.relative_to(folder)): path.lstat().st_uid for path in sorted(folder.rglob("*"))}
