"""The sheets that are printed for a site's sockets, from the office's own command."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from sync.office.commands.opening import Invocation
from sync.office.services.charging.printing import print_labels
from sync.office.services.contract import offered
from sync.office.services.listed import SERVICES
from tests.office.books import HERE
from tests.office.charging.point import open_point


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Of an office that knows the point."""
    with open_point(tmp_path / "office"):
        return tmp_path


def printed(folder: Path, site: str) -> Result:
    config = folder / "office.toml"
    config.write_text(f'[office]\ndata = "{folder / "office"}"\n')
    invocation = Invocation(config, offered(SERVICES))
    try:
        words = ["--site", site, "--output", str(folder / "labels")]
        return CliRunner().invoke(print_labels, words, obj=invocation)
    finally:
        invocation.close()


def test_every_socket_of_the_site_has_a_label_on_a_sheet(folder: Path) -> None:
    done = printed(folder, HERE)
    assert (done.exit_code, done.output) == (0, f"2 labels drawn in {folder / 'labels'}, sheets of A4: 1\n")
    sheet = (folder / "labels" / f"{HERE}-1.svg").read_text(encoding="utf-8")
    assert ">A1</text>" in sheet and ">A2</text>" in sheet


def test_a_site_without_sockets_is_named(folder: Path) -> None:
    done = printed(folder, "elsewhere")
    assert done.exit_code == 2
    assert "--site elsewhere: it has no sockets" in done.output
