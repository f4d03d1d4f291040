"""A PC/SC service of our own, with readers behind vpcd, apart from the machine's.

pcscd has its socket at a fixed place. In a mount namespace that place is a folder of ours; where the system
allows none, pcscd runs at the place itself, one test process after the other.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.drivers.witness import until
from tests.ports import free_port
from tests.process_logs import shown_on_failure
from tests.waiting import PATIENCE_S

PCSCD = "/usr/sbin/pcscd"
DRIVER = "/usr/lib/pcsc/drivers/serial/libifdvpcd.so"
SYSTEM_SOCKET = Path("/run/pcscd/pcscd.comm")
SLOTS = 2  # vpcd makes two readers of an entry, on ports that follow each other, and serves one entry alone
ENTRY = 'FRIENDLYNAME "{name}"\nDEVICENAME /dev/null:0x{port:04X}\nLIBPATH {driver}\nCHANNELID 0x{port:04X}\n'
APART = 'mount -t tmpfs tmpfs /run && mkdir /run/pcscd && mount --bind "$1" /run/pcscd && shift && exec "$@"'


class Pcscd:
    """The service, with one reader of two slots; slot 0 is reached at `port`, slot 1 at the next."""

    def __init__(self, folder: Path) -> None:
        self._run, self._entry = folder / "run", folder / "reader.conf.d" / "vpcd"
        self._run.mkdir()
        self._entry.parent.mkdir()
        self._namespace = _namespace()
        self.socket = self._run / "pcscd.comm" if self._namespace else SYSTEM_SOCKET
        self.port = free_port(neighbours=SLOTS - 1)
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        command = [PCSCD, "--foreground", "--critical", "--config", str(self._entry.parent), *_unasked()]
        if self._namespace:
            command = [*self._namespace, "sh", "-c", APART, "pcscd", str(self._run), *command]
        with shown_on_failure(self._run.with_name("pcscd.log")).open("ab") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=log)
        until(self._answers, "the PC/SC service")

    def _answers(self) -> bool:
        """Its socket is there before it listens."""
        with socket.socket(socket.AF_UNIX) as client:
            return client.connect_ex(str(self.socket)) == 0

    def stop(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=PATIENCE_S)
            self.socket.unlink(missing_ok=True)

    def plug(self, name: str) -> None:
        """Let a reader of this name be there, in place of any other.

        vpcd is no USB device, which the service would see come and go: it finds it when it starts.
        """
        self._become(ENTRY.format(name=name, port=self.port, driver=DRIVER))

    def unplug(self) -> None:
        """Let there be no reader."""
        self._become("")

    def _become(self, configuration: str) -> None:
        if self._entry.exists() and self._entry.read_text() == configuration:
            return
        self.stop()
        self._entry.write_text(configuration)
        self.start()


@contextlib.contextmanager
def pcscd() -> Iterator[Pcscd]:
    """A running service that has no reader yet. pcsclite notes its socket once in each process."""
    with _folder() as folder, _alone():
        service = Pcscd(folder)
        os.environ["PCSCLITE_CSOCK_NAME"] = str(service.socket)
        service.start()
        try:
            yield service
        finally:
            service.stop()
            del os.environ["PCSCLITE_CSOCK_NAME"]


@contextlib.contextmanager
def _folder() -> Iterator[Path]:
    """The same for every service of this process, for it is the first that pcsclite notes."""
    folder = Path(tempfile.gettempdir(), f"pcscd-{os.getpid()}")
    folder.mkdir()
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


def _unasked() -> list[str]:
    """Newer services ask polkit, which a test has not."""
    said = subprocess.run([PCSCD, "--help"], capture_output=True, text=True)
    return [option for option in ("--disable-polkit",) if option in said.stdout + said.stderr]


def _namespace() -> list[str]:
    """How to get a mount namespace here; empty if there is none to be had."""
    for command in (["unshare", "--mount"], ["unshare", "--mount", "--map-root-user"]):
        if subprocess.run([*command, "true"], capture_output=True).returncode == 0:
            return command
    return []


@contextlib.contextmanager
def _alone() -> Iterator[None]:
    """Only one test process may have the system's place at a time, where there is no other."""
    if _namespace():
        yield
        return
    with Path(tempfile.gettempdir(), "pcscd.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        SYSTEM_SOCKET.parent.mkdir(exist_ok=True)
        yield
