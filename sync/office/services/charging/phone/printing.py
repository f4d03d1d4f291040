"""Sheets of labels for the sockets of a site, to be printed, cut out and put up.

`office print-labels` draws them as SVG, the page "Charging now" as PDF.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from kiosk.catalogue.items import Kind
from kiosk.services.charging.items import CHARGING_SITE, ChargingSite
from kiosk.services.charging.saying import labels
from kiosk.store.users import as_caller
from sync.office.catalogue.publishing import shown
from sync.office.commands.opening import Invocation, pass_invocation
from sync.office.console.reporting import paper
from sync.office.store.database import reading

if TYPE_CHECKING:
    from fpdf import FPDF

PT_IN_MM = 72 / 25.4


def labels_pdf(site: ChargingSite, title: str) -> bytes:
    """The same sheets as PDF. Raises `NoPage` or `FontMissing`."""
    pdf = paper.empty()
    for placed in labels.laid_out(site):
        pdf.add_page()
        for place, x_mm, y_mm in placed:
            _draw(pdf, site, title, place.label, x_mm, y_mm)
    return bytes(pdf.output())


def _draw(pdf: FPDF, site: ChargingSite, title: str, label: str, x_mm: float, y_mm: float) -> None:
    width_mm, height_mm = labels.LABEL_MM
    pdf.set_line_width(0.2)
    pdf.set_dash_pattern(dash=1, gap=1)
    pdf.rect(x_mm + 0.5, y_mm + 0.5, width_mm - 1, height_mm - 1)
    drawn = labels.code_of(labels.socket_url(site, label)).make_image().get_image()
    code_y_mm = y_mm + (height_mm - labels.CODE_MM) / 2 + 3
    pdf.image(drawn, x_mm + 2, code_y_mm, labels.CODE_MM, labels.CODE_MM)
    text_x_mm = x_mm + labels.CODE_MM + 2
    beside_mm = width_mm - labels.CODE_MM - 4
    paper.write(pdf, title, 4 * PT_IN_MM, x_mm + 4, y_mm + 9, width_mm - 8)
    paper.write(pdf, label, labels.size_mm(label) * PT_IN_MM, text_x_mm, y_mm + 26, beside_mm)
    for line, (chinese, english) in enumerate(labels.WORDS):
        paper.write(pdf, chinese, 3.9 * PT_IN_MM, text_x_mm, y_mm + 34 + 13 * line, beside_mm)
        paper.write(pdf, english, 2.6 * PT_IN_MM, text_x_mm, y_mm + 39 + 13 * line, beside_mm)


@click.command("print-labels")
@click.option("--site", required=True, help="Whose sockets.")
@click.option("--output", type=click.Path(path_type=Path, file_okay=False), required=True, help="A folder.")
@pass_invocation
def print_labels(invocation: Invocation, site: str, output: Path) -> None:
    """Draw a label for each of a site's sockets, with the code that leads to its page: A4 as SVG."""
    office = invocation.office
    with reading(office.engine) as connection:
        found = shown(connection, office.region_id, CHARGING_SITE, site)
        known = shown(connection, office.region_id, Kind.SITE, site)
    if found is None:
        raise click.UsageError(f"--site {site}: it has no sockets; a site of `charging_sites` is allowed")
    title = known.title.get("zh", site) if known is not None else site
    try:
        drawn = list(labels.sheets(found, title))
    except labels.NoPage as error:
        raise click.UsageError(str(error)) from error
    with as_caller():
        output.mkdir(parents=True, exist_ok=True)
        for number, svg in enumerate(drawn, start=1):
            (output / f"{site}-{number}.svg").write_text(svg, encoding="utf-8")
    click.echo(f"{len(found.sockets)} labels drawn in {output}, sheets of A4: {len(drawn)}")
