"""A Debian machine in a container: booted with systemd, spoken to, and cut off.

It has a network of its own, with loopback and nothing else. Needs root, and `systemd-nspawn`.
"""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self
from uuid import uuid4

CHECKOUT = Path(__file__).parents[2]
CGROUPS = Path("/sys/fs/cgroup")
BOOT_S, COMMAND_S = 300, 900
ENVIRONMENT = {
    "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "HOME": "/root",
    "LANG": "C.UTF-8",
    "TERM": "dumb",
    "DEBIAN_FRONTEND": "noninteractive",
}

# The layers are mounted where nobody but the container sees them, so they go when it goes. Without a systemd
# around it, a container takes the control group that it is started in for its own, so each is given one.
_SPAWN = """
set -eu
mount -t overlay overlay -o "lowerdir=$LOWER,upperdir=$FOLDER/upper,workdir=$FOLDER/work" "$FOLDER/root"
for group in $GROUPS_OF_ITS_OWN; do mkdir -p "$group"; echo $$ >"$group/cgroup.procs"; done
exec systemd-nspawn --quiet --register=no --directory="$FOLDER/root" --machine="$NAME" "$@"
"""


class Failed(AssertionError):
    """A command in a machine ended otherwise than it should have."""

    def __init__(self, command: str, done: subprocess.CompletedProcess[str]) -> None:
        super().__init__(f"{command}\nexit {done.returncode}\n{done.stdout}{done.stderr}")
        self.done = done


class Machine:
    """`lower`: the folders that it is made of, the topmost first; what it changes goes to `folder/upper`."""

    def __init__(self, lower: Sequence[Path], folder: Path) -> None:
        self._lower, self.folder = list(lower), folder
        self._name = f"card-{uuid4().hex[:12]}"
        self._container: subprocess.Popen[bytes] | None = None
        for part in ("upper", "work", "root"):
            (folder / part).mkdir(parents=True, exist_ok=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.power_cut()
        shutil.rmtree(self.folder / "work", ignore_errors=True)  # holds nothing between two mounts

    @property
    def layers(self) -> list[Path]:
        """What another machine is to be made of that begins where this one ended."""
        return [self.folder / "upper", *self._lower]

    @property
    def disk(self) -> Path:
        """The whole file system, as the running machine sees it."""
        return Path(f"/proc/{self._leader}/root")

    def write(self, path: str, content: str | bytes, mode: int = 0o644) -> None:
        """Into a file of the machine, which is not running."""
        target = self.folder / "upper" / path.lstrip("/")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content.encode() if isinstance(content, str) else content)
        target.chmod(mode & 0o777)

    def attend(self, command: str, *options: str) -> int:
        """Like `prepare`, for as long as it takes, and seen as it prints. Returns its exit code."""
        done = subprocess.run(self._unbooted(command, options), env=self._environment(), check=False)
        return done.returncode

    def prepare(self, command: str, *options: str) -> str:
        """Run it in the file system without booting, with the host's network. Returns what it printed."""
        done = subprocess.run(
            self._unbooted(command, options),
            env=self._environment(),
            capture_output=True,
            text=True,
            check=False,
            timeout=2 * COMMAND_S,
        )
        if done.returncode != 0:
            raise Failed(command, done)
        return done.stdout

    def boot(self) -> None:
        """Start it, and return when systemd has started all there is to start."""
        assert self._container is None
        options = ["--boot", "--private-network", "--console=pipe", "--link-journal=no"]
        options.append(f"--bind-ro={CHECKOUT}:/checkout")
        with (self.folder / "console.log").open("ab") as log:
            self._container = subprocess.Popen(
                ["setpriv", "--pdeathsig", "TERM", *self._spawn(), *options],
                env=self._environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        deadline = time.monotonic() + BOOT_S
        while self._state() not in ("running", "degraded"):
            assert self._container.poll() is None, f"ended: {self.folder / 'console.log'}"
            assert time.monotonic() < deadline, f"not booted within {BOOT_S} s: {self._state()}"
            time.sleep(0.1)

    def run(self, command: str, *, typed: str = "") -> str:
        """What a shell of root's in the running machine prints. Raises Failed if it does not exit with 0."""
        done = self.ask(command, typed=typed)
        if done.returncode != 0:
            raise Failed(command, done)
        return done.stdout

    def ask(self, command: str, *, typed: str = "") -> subprocess.CompletedProcess[str]:
        """Like `run`, for a command that may fail."""
        return subprocess.run(
            ["nsenter", "--target", str(self._leader), "--all", "/bin/sh", "-c", command],
            env=ENVIRONMENT,
            input=typed,
            capture_output=True,
            text=True,
            check=False,
            timeout=COMMAND_S,
        )

    def put(self, path: str, content: str | bytes) -> None:
        """Into a file of the running machine."""
        target = self.disk / path.lstrip("/")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content.encode() if isinstance(content, str) else content)

    def reboot(self) -> None:
        self.shut_down("reboot")
        self.boot()

    def shut_down(self, how: str = "poweroff") -> None:
        """In order: systemd stops all services first."""
        self.ask(f"systemctl {how}")
        self._ended()

    def power_cut(self) -> None:
        """From one moment to the next nothing runs any more; whatever the kernel was given is on the disk."""
        if self._container is None:
            return
        leader = self._children()
        for process in leader or [self._container.pid]:
            os.kill(process, signal.SIGKILL)  # the first process of a container takes all others along
        self._ended()

    def _ended(self) -> None:
        assert self._container is not None
        self._container.wait(BOOT_S)
        self._container = None
        for group in self._groups():
            for folder in sorted(group.rglob("*/"), reverse=True):
                folder.rmdir()
            group.rmdir()

    def _unbooted(self, command: str, options: Sequence[str]) -> list[str]:
        return [*self._spawn(), "--pipe", *options, "/bin/sh", "-ec", command]

    def _spawn(self) -> list[str]:
        keep = [] if _has_systemd() else ["--keep-unit"]
        return ["unshare", "--mount", "/bin/sh", "-c", _SPAWN, "sh", *keep]

    def _environment(self) -> dict[str, str]:
        return {
            **ENVIRONMENT,
            "SYSTEMD_NSPAWN_UNIFIED_HIERARCHY": "1",
            "LOWER": ":".join(str(layer) for layer in self._lower),
            "FOLDER": str(self.folder),
            "NAME": self._name,
            "GROUPS_OF_ITS_OWN": shlex.join(str(group) for group in self._groups()),
        }

    def _groups(self) -> list[Path]:
        if _has_systemd():
            return []
        trees = [CGROUPS, CGROUPS / "systemd", CGROUPS / "unified"]
        return [tree / self._name for tree in trees if (tree / "cgroup.procs").exists()]

    def _children(self) -> list[int]:
        assert self._container is not None
        pid = self._container.pid
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]

    @property
    def _leader(self) -> int:
        (leader,) = self._children()
        return leader

    def _state(self) -> str:
        try:
            return self.ask("systemctl is-system-running").stdout.strip()
        except (ValueError, OSError):  # no first process yet
            return ""


def _has_systemd() -> bool:
    return Path("/run/systemd/system").is_dir()
