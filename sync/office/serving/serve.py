"""The office under gunicorn: one process with many threads, since waiting kiosks are most of its work."""

from __future__ import annotations

import gc
import os
import time
from typing import Any

from gunicorn.app.base import BaseApplication  # type: ignore[import-untyped]
from gunicorn.arbiter import Arbiter  # type: ignore[import-untyped]

from kiosk.plain.service_manager import tell
from sync.office.office import Office
from sync.office.services.contract import offered
from sync.office.services.listed import SERVICES
from sync.office.serving.app import create_office
from sync.office.serving.beside import Beside
from sync.office.serving.housekeeping import Housekeeping
from sync.office.settings import OfficeSettings

CONNECTIONS = 1000
SILENT_S = 30  # a worker that answers nothing for so long is replaced
STOP_S = 2  # for requests that are being answered when the office is told to stop


class _Arbiter(Arbiter):  # type: ignore[misc]
    """Tells the service manager that it is at work, while all its workers are."""

    def murder_workers(self) -> None:
        super().murder_workers()
        if self.WORKERS and all(_answers(worker) for worker in self.WORKERS.values()):
            tell("WATCHDOG=1")


def _answers(worker: Any) -> bool:
    return bool(time.monotonic() - worker.tmp.last_update() <= SILENT_S)


class _Server(BaseApplication):  # type: ignore[misc]
    def __init__(self, settings: OfficeSettings) -> None:
        self._settings = settings
        super().__init__()

    def load_config(self) -> None:
        options: dict[str, Any] = {
            "bind": self._settings.listen,
            "worker_class": "sync.office.serving.worker.Worker",
            "workers": 1,
            "threads": self._settings.threads,
            "worker_connections": CONNECTIONS,
            # Whether a request came by TLS is said by the web server in front, and by nobody else.
            "forwarded_allow_ips": "127.0.0.1,::1" if self._settings.trusted_proxies else "",
            "timeout": SILENT_S,
            "graceful_timeout": STOP_S,
            "post_worker_init": _settle,
            "worker_exit": _close,
            "control_socket_disable": True,
            # Who this is by now: gunicorn takes whoever it was when it was imported.
            "user": os.geteuid(),
            "group": os.getegid(),
        }
        for name, value in options.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        return create_office(self._settings)

    def run(self) -> None:
        _Arbiter(self).run()


def _settle(worker: Any) -> None:
    """What is loaded by now stays for good: the collector need not look at it after every batch."""
    office = worker.app.callable.extensions["office"]
    Housekeeping(office).start()
    Beside(office).start()
    gc.collect()
    gc.freeze()


def _close(_server: Any, worker: Any) -> None:
    app = worker.app.callable
    if app is not None:
        app.extensions["office"].close()


def serve(settings: OfficeSettings) -> None:
    """Answer kiosks and clerks until told to stop. Raises what is wrong with key or database at once."""
    Office(settings, offered(SERVICES)).close()
    _Server(settings).run()
