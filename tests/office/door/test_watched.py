"""The service manager hears of an office at work, and a worker that answers nothing is replaced."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
from gunicorn.config import Config
from gunicorn.glogging import Logger

from sync.office.serving.worker import Worker
from tests.office.process import PlainBrowser
from tests.ports import free_port
from tests.process_logs import shown_on_failure
from tests.sync.world import eventually
from tests.waiting import PATIENCE_S


def test_a_worker_whose_threads_are_stuck_says_no_more_that_it_is_well():
    config, go_on = Config(), threading.Event()
    worker = Worker(1, os.getppid(), [], None, 30, config, Logger(config))
    with ThreadPoolExecutor(1) as worker.tpool:
        worker.notify()
        worker._answered.result(timeout=PATIENCE_S)
        worker.tpool.submit(go_on.wait, PATIENCE_S)
        worker.notify()
        last_s = worker.tmp.last_update()
        for _ in range(3):
            worker.notify()
            assert worker.tmp.last_update() == last_s
        go_on.set()
        worker._answered.result(timeout=PATIENCE_S)
        worker.notify()
        assert worker.tmp.last_update() > last_s
    worker.tmp.close()


@contextmanager
def watched_office(folder: Path) -> Iterator[tuple[int, int, socket.socket]]:
    """Its port, its process, and what the service manager hears; a worker may be silent for a second."""
    port, address = free_port(), str(folder / "notify")
    program = (
        "from pathlib import Path; from sync.office.serving import serve; serve.SILENT_S = 1\n"
        "from sync.office.settings import OfficeSettings\n"
        f"serve.serve(OfficeSettings(data=Path({str(folder / 'data')!r}), listen='127.0.0.1:{port}'))"
    )
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ear:
        ear.bind(address)
        ear.settimeout(PATIENCE_S)
        with shown_on_failure(folder / "office.log").open("wb") as log:
            environment = {**os.environ, "NOTIFY_SOCKET": address}
            process = subprocess.Popen(
                [sys.executable, "-c", program], env=environment, stdout=log, stderr=log
            )
        try:
            yield port, process.pid, ear
        finally:
            process.terminate()
            process.wait()


@pytest.mark.deep
def test_a_stopped_worker_is_replaced_and_the_office_answers_again(tmp_path: Path):
    with watched_office(tmp_path) as (port, arbiter, ear):
        assert ear.recv(256).startswith(b"READY=1")
        assert ear.recv(256) == b"WATCHDOG=1"
        (worker,) = children(arbiter)
        os.kill(worker, signal.SIGSTOP)
        assert eventually(lambda: worker not in children(arbiter), within_s=PATIENCE_S)
        assert eventually(lambda: len(children(arbiter)) == 1, within_s=PATIENCE_S)
        assert PlainBrowser(port).get("/healthz")[0] == 200
        ear.setblocking(False)
        drain(ear)
        ear.settimeout(PATIENCE_S)
        assert ear.recv(256) == b"WATCHDOG=1"


def children(process: int) -> list[int]:
    return [int(each) for each in Path(f"/proc/{process}/task/{process}/children").read_text().split()]


def drain(ear: socket.socket) -> None:
    try:
        while True:
            ear.recv(256)
    except BlockingIOError:
        pass
