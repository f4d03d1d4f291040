"""A claim as a file. What was filed is the JSON; CSV and the workbook are made of it, always the same.

They count sites, meals and rules by their codes and residents by their numbers, as the JSON does.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Sequence

import msgspec

from sync.office.api.openapi import Download
from sync.office.console.files import Value, new_workbook, sheet, unformulated, workbook_bytes, yuan
from sync.office.services.canteen.settlement.claims import ClaimLine, PeriodClaim
from sync.office.services.canteen.settlement.filing import as_bytes

DOWNLOADS = [
    Download(
        "/claim.json", "A claim that was filed, byte for byte", PeriodClaim, {"programme": str, "number": str}
    )
]
Gettext = Callable[[str], str]
_FIELDS = ("day", "site", "meal", "resident", "band", "portion", "served", "rule", "revision")


def export(made: PeriodClaim, file_format: str, gettext: Gettext) -> bytes:
    """The claim as `json`, `csv` or `xlsx`."""
    if file_format == "json":
        return as_bytes(made)
    return _as_csv(made) if file_format == "csv" else _as_xlsx(made, gettext)


def claim_in(content: bytes) -> PeriodClaim:
    """What a filed file says."""
    return msgspec.json.decode(content, type=PeriodClaim)


def file_name(made: PeriodClaim, file_format: str) -> str:
    """In letters that every system takes; the programme's name may be any."""
    return f"claim-{made.number}-{made.first_day}-{made.last_day}.{file_format}"


def _as_csv(made: PeriodClaim) -> bytes:
    """One row for each line; the mark in front is for Excel."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["part", *_FIELDS, "yuan", "receipt", "why"])
    for part, lines in (("period", made.period), ("adjustment", made.adjustments)):
        for line in lines:
            writer.writerow(
                [part, *(unformulated(each) if isinstance(each, str) else each for each in _row(line))]
            )
    return text.getvalue().encode("utf-8-sig")


def _row(line: ClaimLine) -> list[Value]:
    told: list[Value] = [line.day.isoformat(), *(getattr(line, name) for name in _FIELDS[1:])]
    return [*told, yuan(line.fen), line.receipt, line.why]


def _as_xlsx(made: PeriodClaim, gettext: Gettext) -> bytes:
    """Three sheets: what it comes to, the period, and the adjustments of earlier days."""
    book = new_workbook()
    sheet(book, gettext("Claim"), _summary(made, gettext))
    sheet(book, gettext("This period"), _line_rows(made.period, gettext))
    sheet(book, gettext("Adjustments"), _line_rows(made.adjustments, gettext))
    return workbook_bytes(book)


def _summary(made: PeriodClaim, gettext: Gettext) -> Iterator[Sequence[Value]]:
    yield [gettext("Programme"), made.programme, "", ""]
    yield [gettext("Number"), made.number, gettext("Portions"), gettext("Amount, yuan")]
    days = f"{made.first_day} – {made.last_day}"
    yield [gettext("This period"), days, made.of_period.portions, yuan(made.of_period.fen)]
    late = made.of_adjustments
    yield [gettext("Adjustments of earlier days"), "", late.portions, yuan(late.fen)]
    yield [gettext("Total"), "", made.total.portions, yuan(made.total.fen)]


def _line_rows(lines: Iterable[ClaimLine], gettext: Gettext) -> Iterator[Sequence[Value]]:
    yield [
        *(gettext("Day"), gettext("Site"), gettext("Meal"), gettext("Resident"), gettext("Age")),
        *(gettext("Portion"), gettext("Portions"), gettext("Price rule"), gettext("Revision")),
        *(gettext("Amount, yuan"), gettext("Receipt"), gettext("Reason")),
    ]
    portions = total_fen = 0
    for line in lines:
        portions, total_fen = portions + line.served, total_fen + line.fen
        yield _row(line)
    yield [gettext("Total"), "", "", "", "", "", portions, "", "", yuan(total_fen), "", ""]
