"""The fast suite on the other Debian: `python -m tests.container.suite`, followed by options of pytest's.

Debian 12 has Python 3.11 and Debian 13 has 3.13, and each has its own SQLite, OpenSSL, nginx and systemd.
Whatever `make test` needs is installed into a root that is kept for as long as the locks stay as they are;
each run has a layer of its own, and no network but loopback.
"""

from __future__ import annotations

import hashlib
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.container import roots
from tests.container.machine import CHECKOUT, Machine

THERE = "/root/card"
ROOTS_UMASK = 0o022  # as Debian's own: with a stricter one its services cannot read their files
NEEDED = ["Makefile", "pyproject.toml", ".ci"]  # what decides on what is installed


def main(options: list[str]) -> int:
    if os.geteuid() != 0:
        print("Only root can make containers: the other Debian is left out.")
        return 0
    os.umask(ROOTS_UMASK)
    suite = roots.other_suite()
    ready = roots.kept(f"{suite}-tests-{_wanted()}", lambda folder: _install(suite, folder))
    layers = [ready / "upper", roots.bare(suite)]
    with TemporaryDirectory(prefix="card-") as folder, Machine(layers, Path(folder)) as machine:
        _copy_checkout(machine)
        print(f"The fast suite on {suite}:", flush=True)
        return machine.attend(
            command(), "--private-network", f"--setenv=PYTEST_ADDOPTS={shlex.join(options)}"
        )


def command() -> str:
    """`make test` there, trying again what is tried again here."""
    again = shlex.quote(f"AGAIN={os.environ.get('AGAIN', 'false')}")
    # Older than the checkout's files, the marks would have make install all of it once more.
    return f"cd {THERE} && touch .venv/run .venv/dev .venv/pcsc && make test {again}"


def _wanted() -> str:
    """Another one for other locks."""
    content = hashlib.sha256()
    for path in _files(NEEDED):
        content.update((CHECKOUT / path).read_bytes())
    return content.hexdigest()[:12]


def _install(suite: str, folder: Path) -> None:
    """A virtual environment, and the Debian packages that are wanted beside it."""
    with Machine([roots.bare(suite)], folder) as machine:
        machine.write("/etc/apt/sources.list", roots.sources(suite))
        _copy_checkout(machine)
        machine.prepare(
            f"cd {THERE} && apt-get -qq update && apt-get -qq install make >&2"
            " && make .venv/dev .venv/pcsc >&2"
            " && find . -mindepth 1 -maxdepth 1 ! -name .venv -exec rm -r {} +",
            *_told_to_pip(),
        )


def _copy_checkout(machine: Machine) -> None:
    """As it is, with what is not committed yet."""
    for path in _files(["."]):
        machine.write(f"{THERE}/{path}", (CHECKOUT / path).read_bytes(), (CHECKOUT / path).stat().st_mode)


def _files(below: list[str]) -> list[str]:
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", *below]
    listed = subprocess.run(command, cwd=CHECKOUT, check=True, capture_output=True, text=True).stdout
    return sorted(path for path in listed.split("\0") if path and (CHECKOUT / path).is_file())


def _told_to_pip() -> list[str]:
    """This machine's index and authority, for the container's pip."""
    command = [sys.executable, "-m", "pip", "config", "list"]
    listed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    told = dict(re.findall(r"^[a-z:]*\.(index.url|cert)='(.*)'$", listed, re.MULTILINE))
    options = [f"--setenv=PIP_{key.upper().replace('-', '_')}={value}" for key, value in told.items()]
    return [*options, f"--bind-ro={told['cert']}"] if "cert" in told else options


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
