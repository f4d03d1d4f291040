"""The sheets that are printed for a site's sockets, from the office's own command."""

from __future__ import annotations

from pathlib import Path

import pytest
import zxingcpp
from click.testing import CliRunner, Result
from pypdfium2 import PdfDocument

from sync.office.commands.opening import Invocation
from sync.office.services.charging.phone.printing import print_labels
from sync.office.services.contract import offered
from sync.office.services.listed import SERVICES
from tests.office.books import HERE
from tests.office.charging.point import PAGE, open_point


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


def test_a_clerk_prints_them_from_the_browser_and_each_code_leads_to_its_socket(tmp_path: Path) -> None:
    with open_point(tmp_path / "office") as books:
        books.hire()
        clerk = books.browser()
        clerk.log_in()
        page = clerk.get("/charging/running").get_data(as_text=True)
        assert f'href="/charging/labels/{HERE}.pdf"' in page
        pdf = PdfDocument(clerk.get(f"/charging/labels/{HERE}.pdf").get_data())
        assert clerk.get("/charging/labels/elsewhere.pdf").status_code == 404
    (sheet,) = pdf
    read = zxingcpp.read_barcodes(sheet.render(scale=2).to_pil())
    assert {each.text for each in read} == {f"{PAGE}?site={HERE}&socket={label}" for label in ("A1", "A2")}
    text = sheet.get_textpage().get_text_range()
    assert all(word in text for word in ("A1", "A2", "手机扫一扫", "华圣食堂"))


def test_a_site_without_sockets_is_named(folder: Path) -> None:
    done = printed(folder, "elsewhere")
    assert done.exit_code == 2
    assert "--site elsewhere: it has no sockets" in done.output
