"""Labels to print, cut out and put on the sockets: what the socket is called, a code to scan, and few words.

A sheet is an A4 page as SVG, drawn in millimetres. The code is the address of the socket's page at the
office; whoever has no phone reads what else to do. On paper both languages stand one below the other.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from html import escape
from typing import Any
from urllib.parse import urlencode

import qrcode
import qrcode.constants

from kiosk.services.charging.items import ChargingSite, SocketPlace

SHEET_MM = (210, 297)
LABEL_MM = (96, 66)
COLUMNS, ROWS = 2, 4
MARGIN_MM = ((SHEET_MM[0] - COLUMNS * LABEL_MM[0]) / 2, (SHEET_MM[1] - ROWS * LABEL_MM[1]) / 2)
CODE_MM = 44
QUIET_ZONE_MODULES = 4
FONT = "Noto Sans CJK SC, Noto Sans SC, sans-serif"
WORDS = (
    ("手机扫一扫，开始充电", "Scan with a phone to charge"),
    ("没有手机？到机器上刷卡", "No phone? Card at the machine"),
)
COLOURS = {"ink": "#1d1b16", "leaf": "#0a5537"}


class NoPage(ValueError):
    """The site has no page for phones, so that there is nothing to scan."""


def socket_url(site: ChargingSite, label: str) -> str:
    """The socket's page at the office. Raises `NoPage`."""
    if not site.page:
        raise NoPage(
            f"site {site.site}: `page` is empty; the address of the office's page for phones is needed"
        )
    return f"{site.page}?{urlencode({'site': site.site, 'socket': label})}"


def sheets(site: ChargingSite, title: str) -> Iterator[str]:
    """Pages of labels, in the order of the shelter. `title`: what the site is called. Raises `NoPage`."""
    for placed in laid_out(site):
        yield _sheet(site, title, placed)


def laid_out(site: ChargingSite) -> Iterator[list[tuple[SocketPlace, float, float]]]:
    """For each sheet its sockets, with the upper left corner of each label in millimetres."""
    places = sorted(site.sockets, key=lambda place: (place.row, place.column, place.label))
    corners = [
        (MARGIN_MM[0] + column * LABEL_MM[0], MARGIN_MM[1] + row * LABEL_MM[1])
        for row in range(ROWS)
        for column in range(COLUMNS)
    ]
    for first in range(0, len(places), len(corners)):
        some = places[first : first + len(corners)]
        yield [(place, *corner) for place, corner in zip(some, corners, strict=False)]


def code_of(text: str) -> qrcode.QRCode[Any]:
    """Level Q: a quarter of it may be soiled, for it hangs in the open."""
    code = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_Q, border=QUIET_ZONE_MODULES)
    code.add_data(text)
    return code


def size_mm(label: str) -> float:
    """Large, and smaller where it is long."""
    return min(18.0, 60.0 / max(len(label), 1))


def _sheet(site: ChargingSite, title: str, placed: Sequence[tuple[SocketPlace, float, float]]) -> str:
    width, height = SHEET_MM
    drawn = [
        f'<g transform="translate({x:g} {y:g})">{_label(site, title, place)}</g>' for place, x, y in placed
    ]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}mm" height="{height}mm" '
        f'viewBox="0 0 {width} {height}" font-family="{FONT}" fill="{COLOURS["ink"]}">'
        f'<rect width="{width}" height="{height}" fill="#fff"/>{"".join(drawn)}</svg>\n'
    )


def _label(site: ChargingSite, title: str, place: SocketPlace) -> str:
    width, height = LABEL_MM
    text_x, code_y = CODE_MM + 2, (height - CODE_MM) / 2 + 3
    words = "".join(
        f'<text x="{text_x}" y="{34 + 13 * line}" font-size="3.9">{chinese}</text>'
        f'<text x="{text_x}" y="{39 + 13 * line}" font-size="2.6">{english}</text>'
        for line, (chinese, english) in enumerate(WORDS)
    )
    return (
        f'<rect x=".5" y=".5" width="{width - 1}" height="{height - 1}" rx="4" fill="none" '
        f'stroke="{COLOURS["ink"]}" stroke-width=".2" stroke-dasharray="1 1"/>'
        f'<g transform="translate(2 {code_y:g})">{_code(socket_url(site, place.label))}</g>'
        f'<text x="4" y="9" font-size="4">{escape(title)}</text>'
        f'<text x="{text_x}" y="26" font-size="{size_mm(place.label)}" font-weight="700" '
        f'fill="{COLOURS["leaf"]}">{escape(place.label)}</text>{words}'
    )


def _code(text: str) -> str:
    matrix = code_of(text).get_matrix()
    module_mm = CODE_MM / len(matrix)
    dark = "".join(
        f"M{x} {y}h{len(run)}v1h-{len(run)}z" for y, line in enumerate(matrix) for run, x in _runs(line)
    )
    return f'<path transform="scale({module_mm:.5f})" d="{dark}" fill="#000"/>'


def _runs(line: Sequence[bool]) -> Iterator[tuple[str, int]]:
    text = "".join("1" if dark else "0" for dark in line)
    return ((found.group(), found.start()) for found in re.finditer("1+", text))
