"""Debian roots for containers: made with debootstrap once, and kept among the user's caches.

What a test changes goes into a layer of its own (`machine.Machine`); a root stays as it was made.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import platform
import re
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.container.machine import Machine

CACHE = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "neighbourhood-card"
ROOTS = CACHE / "roots"
SUITES = ("bookworm", "trixie")
UNASKED_S = 24 * 3600.0
INCLUDED = ("systemd-sysv", "dbus", "ca-certificates", "sudo", "python3")
# A container that is thrown away need not outlive a power cut of its host.
QUICK = "force-unsafe-io\n"

_NEEDED = """Package: needed
Version: 1
Architecture: all
Maintainer: nobody
Description: what is to be fetched
Depends: {depends}
"""


def host_suite() -> str:
    """The Debian of this machine, where there are roots of it; else the oldest that there are."""
    here = platform.freedesktop_os_release().get("VERSION_CODENAME", "")
    return here if here in SUITES else SUITES[0]


def other_suite() -> str:
    """The one of the two that this machine does not have."""
    return next(suite for suite in SUITES if suite != host_suite())


def bare(suite: str) -> Path:
    """A Debian with systemd and little else."""
    return kept(f"{suite}-bare", lambda root: _debootstrap(suite, root))


def stocked(suite: str, names: Sequence[str], depends: str) -> list[Path]:
    """The layers of a bare Debian which has fetched the packages `names`, and what `depends` asks for.

    Nothing of it is installed: a container without a network then installs it as its documents say.
    """
    lower = [bare(suite)]
    wanted = hashlib.sha256("\n".join([*sorted(names), depends]).encode()).hexdigest()[:12]

    def fetch(folder: Path) -> None:
        with Machine(lower, folder) as machine:
            machine.write("/etc/apt/sources.list", sources(suite))
            machine.write("/root/needed/DEBIAN/control", _NEEDED.format(depends=depends))
            machine.prepare(
                "apt-get -qq update && dpkg-deb -b /root/needed /root/needed.deb >&2"
                " && apt-get -qq install --download-only --no-install-recommends /root/needed.deb >&2"
                f" && apt-get -qq install --download-only {' '.join(names)} >&2"
                " && rm -r /root/needed*"
            )

    return [kept(f"{suite}-stocked-{wanted}", fetch) / "upper", *lower]


def sources(suite: str) -> str:
    """What apt in a container is told."""
    return f"deb {_mirror()} {suite} main\n"


def kept(name: str, make: Callable[[Path], None]) -> Path:
    """The folder of this name in the cache. Others that differ by the hash of what they hold are not kept
    for ever: they go once nobody asked for them for a day, which is longer than any run.
    """
    folder = made_once(ROOTS / name, make)
    for other in ROOTS.glob(re.sub(r"[0-9a-f]{12}", "?" * 12, name)):
        with _locked(other):
            if other.exists() and time.time() - other.stat().st_mtime > UNASKED_S:
                shutil.rmtree(other)
    return folder


def made_once(folder: Path, make: Callable[[Path], None]) -> Path:
    """The folder, made by whoever comes first, under another name: half of one is none. The others wait."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with _locked(folder):
        if not folder.exists():
            unfinished = folder.with_name(f"{folder.name}.unfinished")
            shutil.rmtree(unfinished, ignore_errors=True)
            unfinished.mkdir()
            make(unfinished)
            unfinished.rename(folder)
        os.utime(folder)  # asked for just now
    return folder


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    with folder.with_name(f"{folder.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _debootstrap(suite: str, root: Path) -> None:
    command = ["debootstrap", "--variant=minbase", f"--include={','.join(INCLUDED)}", suite, root, _mirror()]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    (root / "etc/dpkg/dpkg.cfg.d/quick").write_text(QUICK)
    (root / "etc/hostname").write_text("canteen\n")  # and not this machine's
    (root / "etc/hosts").write_text("127.0.0.1 localhost canteen\n")


def _mirror() -> str:
    """Where this machine has its own Debian from."""
    answer = subprocess.run(
        ["apt-get", "indextargets", "--format", "$(REPO_URI) $(RELEASE)", "Created-By: Packages"],
        check=True,
        capture_output=True,
        text=True,
    )
    here = platform.freedesktop_os_release()["VERSION_CODENAME"]
    return next(line.split()[0] for line in answer.stdout.splitlines() if line.split()[1] == here)
