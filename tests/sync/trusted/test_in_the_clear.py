"""A remote office without TLS: refused at enrolment, and said at each start, unless the settings say so."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from sync.agent import Agent
from sync.cli import main
from sync.enrolling.codes import make_code
from sync.errors import Refused
from tests.sync.world import Kiosk

REMOTE = "http://192.0.2.1:8470"  # an address for documentation, where nobody is


def _sync(folder: Path, office: str, *words: str, extra: str = "") -> Result:
    config = folder / "kiosk.toml"
    config.write_text(
        f'[kiosk]\nname = "k"\nsite = "s"\n[store]\nfolder = "."\n[sync]\noffice = "{office}"\n{extra}\n'
    )
    return CliRunner().invoke(main, ["--config", str(config), *words])


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The offices that are asked, each of which says no."""
    offices: list[str] = []

    def ask(office: str, *_: object) -> None:
        offices.append(office)
        raise Refused("unknown_code")

    monkeypatch.setattr("sync.enrolling.enrol._ask", ask)
    return offices


def test_it_is_not_enrolled_with(tmp_path: Path, asked: list[str]) -> None:
    refused = _sync(tmp_path, REMOTE, "enrol", make_code(b"o" * 32))
    assert refused.exit_code == 2
    assert f"sync.office = {REMOTE}: https is allowed" in refused.output
    assert asked == []


@pytest.mark.parametrize(
    ("office", "extra"),
    [
        (REMOTE, "insecure_http = true"),
        ("https://office.example", ""),
        ("http://127.0.0.1:8470", ""),
        ("http://localhost:8470", ""),
    ],
)
def test_unless_that_is_meant_or_the_way_is_safe(
    tmp_path: Path, asked: list[str], office: str, extra: str
) -> None:
    assert "unknown_code" in _sync(tmp_path, office, "enrol", make_code(b"o" * 32), extra=extra).output
    assert asked == [office]


def test_a_kiosk_that_speaks_to_one_says_so_and_works(kiosk: Kiosk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Agent, "run", lambda agent, watch: None)
    said = _sync(kiosk.folder, REMOTE, "run")
    assert said.exit_code == 0
    assert "in step with" in said.output and "https is allowed" in said.output
    quiet = _sync(kiosk.folder, "", "run")  # the office it enrolled with, on this machine
    assert quiet.exit_code == 0
    assert "https" not in quiet.output
