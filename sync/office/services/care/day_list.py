"""Who to ask after today, as a sheet of paper for each contact: no phone and no login is needed for it."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import date
from itertools import groupby
from typing import TYPE_CHECKING

from flask_babel import gettext

from sync.office.console.names import Names
from sync.office.console.reporting import paper
from sync.office.services.care.shown import AskedAfter

if TYPE_CHECKING:
    from fpdf import FPDF

LEFT_MM, WIDTH_MM, TOP_MM, ROW_MM, BOTTOM_MM = 15.0, 180.0, 22.0, 26.0, 280.0


def day_lists(several: Sequence[AskedAfter], names: Names, today: date) -> bytes:
    """A PDF; each contact's sheets begin anew. Raises `paper.FontMissing`."""
    pdf = paper.empty()
    in_order = sorted(several, key=_contact)
    for (name, phone), theirs in groupby(in_order, key=_contact):
        title = " ".join(filter(None, (name or gettext("Office"), phone)))
        y_mm = _begin(pdf, title, today)
        for each in theirs:
            if y_mm + ROW_MM > BOTTOM_MM:
                y_mm = _begin(pdf, title, today)
            _row(pdf, each, names, y_mm)
            y_mm += ROW_MM
    if not in_order:
        _begin(pdf, gettext("Nobody has to be asked after."), today)
    target = io.BytesIO()
    pdf.output(target)
    return target.getvalue()


def _contact(each: AskedAfter) -> tuple[str, str]:
    return (each.contact.name, each.contact.phone) if each.contact else ("", "")


def _begin(pdf: FPDF, title: str, today: date) -> float:
    pdf.add_page()
    paper.write(pdf, f"{title} · {today}", 20, LEFT_MM, TOP_MM, WIDTH_MM)
    said = gettext("They usually come and did not. Please look in or call when you can.")
    paper.write(pdf, said, 11, LEFT_MM, TOP_MM + 8, WIDTH_MM)
    return TOP_MM + 20


def _row(pdf: FPDF, each: AskedAfter, names: Names, y_mm: float) -> None:
    who, key = each.person.resident, each.watch.key
    pdf.line(LEFT_MM, y_mm - 7, LEFT_MM + WIDTH_MM, y_mm - 7)
    title = "   ".join(filter(None, (f"{who.name}{who.honorific}", who.building, each.person.dossier.phone)))
    paper.write(pdf, title, 16, LEFT_MM, y_mm, WIDTH_MM)
    paper.write(pdf, f"{key.day} {names.meal(key.occasion)}", 11, LEFT_MM, y_mm + 7, WIDTH_MM)
    boxes = [gettext("Well"), gettext("Needs help"), gettext("Mistake"), gettext("Not reached")]
    paper.write(pdf, "    ".join(f"□ {each}" for each in boxes), 13, LEFT_MM, y_mm + 14, WIDTH_MM)
