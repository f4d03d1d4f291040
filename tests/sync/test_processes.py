"""The commands as they are run: the office under gunicorn, the sync process beside it."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner

from kiosk.common.clock import unix_ms
from sync.cli import main
from sync.office.keys import devices
from sync.office.office import Office
from sync.office.services.contract import offered
from sync.office.services.listed import SERVICES
from sync.office.settings import OfficeSettings
from sync.office.store.database import reading, writing
from sync.office.store.tables import journals
from tests.ports import free_port
from tests.process_logs import shown_on_failure
from tests.sync.world import eventually
from tests.waiting import PATIENCE_S


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[OfficeSettings, subprocess.Popen[bytes]]]:
    """The office as a process of its own."""
    port = free_port()
    settings = OfficeSettings(data=tmp_path / "office", listen=f"127.0.0.1:{port}", threads=8)
    program = (
        "from pathlib import Path; from sync.office.serving.serve import serve;"
        "from sync.office.settings import OfficeSettings;"
        f"serve(OfficeSettings(data=Path({str(settings.data)!r}), listen={settings.listen!r}, threads=8))"
    )
    with shown_on_failure(tmp_path / "office.log").open("wb") as log:
        process = subprocess.Popen([sys.executable, "-c", program], stdout=log, stderr=log)
    try:
        assert eventually(lambda: _listens(port), within_s=PATIENCE_S)
        yield settings, process
    finally:
        process.terminate()
        process.wait()


def _listens(port: int) -> bool:
    with closing(socket.socket()) as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@contextmanager
def _beside(settings: OfficeSettings) -> Iterator[Office]:
    office = Office(settings, offered(SERVICES))
    try:
        yield office
    finally:
        office.close()


def _code(settings: OfficeSettings) -> str:
    with _beside(settings) as office, writing(office.engine) as connection:
        return devices.new_code(
            connection, 1, office_key=office.key.public, name="kiosk", site="tianping", at_ms=unix_ms()
        )


@contextmanager
def _service_manager(monkeypatch: pytest.MonkeyPatch) -> Iterator[socket.socket]:
    """What it hears of processes that are started meanwhile."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ear, tempfile.TemporaryDirectory() as folder:
        ear.bind(f"{folder}/notify")
        ear.settimeout(PATIENCE_S)
        monkeypatch.setenv("NOTIFY_SOCKET", f"{folder}/notify")
        yield ear
        monkeypatch.delenv("NOTIFY_SOCKET")


def test_enrol_once_and_run(
    served: tuple[OfficeSettings, subprocess.Popen[bytes]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings, office_process = served
    config = tmp_path / "kiosk.toml"
    config.write_text(
        '[kiosk]\nname = "kiosk"\nsite = "tianping"\n[store]\nfolder = "store"\n'
        f'[sync]\noffice = "http://{settings.listen}"\n'
    )
    run = CliRunner()
    at = ["--config", str(config)]
    assert run.invoke(main, [*at, "once"]).exit_code == 2  # not enrolled
    assert run.invoke(main, [*at, "enrol", "ABCD"]).exit_code == 2  # no code
    enrolled = run.invoke(main, [*at, "enrol", _code(settings)])
    assert enrolled.exit_code == 0, enrolled.output
    assert enrolled.output.startswith("enrolled as kiosk at tianping, journal ")
    assert run.invoke(main, [*at, "enrol", _code(settings)]).exit_code == 1  # already
    once = run.invoke(main, [*at, "once"])
    assert once.exit_code == 0, once.output
    assert once.output.splitlines() == ["pull: 1", "pull: 0"]  # the office's key

    with _service_manager(monkeypatch) as heard:
        sync = subprocess.Popen([sys.executable, "-m", "sync.cli", *at, "run"], stderr=subprocess.PIPE)
        assert sync.stderr is not None
        assert b"in step with" in sync.stderr.readline()
        assert [heard.recv(64), heard.recv(64)] == [b"READY=1", b"WATCHDOG=1"]
        sync.send_signal(signal.SIGTERM)
        assert sync.wait(timeout=PATIENCE_S) == 0
        while (said := heard.recv(64)) == b"WATCHDOG=1":
            pass
        assert said == b"STOPPING=1"
        sync.stderr.close()

    office_process.terminate()
    office_process.wait()
    failed = run.invoke(main, [*at, "once"])
    assert failed.exit_code == 1
    assert "office_unreachable" in failed.output
    assert "trying again can help" in failed.output
    with _beside(settings) as office, reading(office.engine) as connection:
        assert len(connection.execute(journals.select()).all()) == 2


def test_a_wrong_configuration_is_named(tmp_path: Path) -> None:
    config = tmp_path / "kiosk.toml"
    config.write_text('[kiosk]\nname = "k"\nsite = "s"\nnmae = "x"\n[store]\nfolder = "store"\n')
    result = CliRunner().invoke(main, ["--config", str(config), "once"])
    assert result.exit_code == 2
    assert f"{config}:4: kiosk.nmae" in result.output
    assert CliRunner().invoke(main, ["nonsense"]).exit_code == 2
