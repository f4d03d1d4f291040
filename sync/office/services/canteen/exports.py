"""The meals report as a file: JSON and CSV for programs, a workbook for the finance clerk.

JSON counts fen, CSV and the workbook show yuan as exact decimals. Texts that came from a kiosk are written
as texts even where they look like a formula.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from datetime import date

import msgspec

from sync.office.api.openapi import Download
from sync.office.console.files import Value, new_workbook, sheet, unformulated, workbook_bytes, yuan
from sync.office.console.names import Names
from sync.office.services.canteen.reports import MealFigures, MealsReport, in_order

Gettext = Callable[[str], str]

DOWNLOADS = [
    Download("/meals.json", "Meals, who pays, and the proof; in fen", MealsReport, {"from": date, "to": date})
]


def export(report: MealsReport, file_format: str, names: Names, gettext: Gettext) -> bytes:
    """The report as `json`, `csv` or `xlsx`."""
    if file_format == "json":
        return as_json(report)
    if file_format == "csv":
        return as_csv(report)
    return as_xlsx(report, names, gettext)


def file_name(report: MealsReport, file_format: str) -> str:
    return f"meals-{report.first_day}-{report.last_day}.{file_format}"


def as_json(report: MealsReport) -> bytes:
    return msgspec.json.format(msgspec.json.encode(report), indent=2) + b"\n"


def as_csv(report: MealsReport) -> bytes:
    """One row per line of the report and a column per programme; the mark in front is for Excel."""
    programmes = [claim.programme for claim in report.total.claims]
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(
        ["day", "site", "meal", "band", "portions", "full_yuan", "own_yuan", "subsidy_yuan", "other_yuan"]
        + [f"programme_{unformulated(each)}_yuan" for each in programmes]
    )
    for line in report.lines:
        place = [unformulated(each) for each in (line.site, line.meal, line.band)]
        writer.writerow([line.day.isoformat(), *place, *_money(line.figures, programmes)])
    return text.getvalue().encode("utf-8-sig")


def as_xlsx(report: MealsReport, names: Names, gettext: Gettext) -> bytes:
    """Four sheets: the meals with their total, guests and extras, the programmes' bills, and the proof."""
    book = new_workbook()
    sheet(book, gettext("Meals"), _meal_rows(report, names, gettext))
    sheet(book, gettext("Guests and extras"), _extras_rows(report, names, gettext))
    sheet(book, gettext("Programmes"), _programme_rows(report, names, gettext))
    sheet(book, gettext("Proof"), _proof_rows(report, gettext))
    return workbook_bytes(book)


def _meal_rows(report: MealsReport, names: Names, gettext: Gettext) -> Iterable[Sequence[Value]]:
    programmes = [claim.programme for claim in report.total.claims]
    yield [
        *(gettext("Day"), gettext("Site"), gettext("Meal"), gettext("Age"), gettext("Portions")),
        *(gettext("Full price"), gettext("Paid by residents"), gettext("Subsidy"), gettext("Other")),
        *(names.programme(each) for each in programmes),
    ]
    for line in in_order(report.lines, names):
        place = (line.day.isoformat(), names.site(line.site), names.meal(line.meal), line.band)
        yield [*place, *_money(line.figures, programmes)]
    yield [gettext("Total"), "", "", "", *_money(report.total, programmes)]


def _extras_rows(report: MealsReport, names: Names, gettext: Gettext) -> Iterable[Sequence[Value]]:
    titles = (gettext("Day"), gettext("Site"), gettext("Meal"), gettext("Guests"), gettext("Amount, yuan"))
    yield titles
    for line in report.extras:
        place = (line.day.isoformat(), names.site(line.site), names.meal(line.meal))
        yield [*place, line.guests, yuan(line.fen)]
    guests = sum(line.guests for line in report.extras)
    yield [gettext("Total"), "", "", guests, yuan(report.proof.extras_fen)]


def _programme_rows(report: MealsReport, names: Names, gettext: Gettext) -> Iterable[Sequence[Value]]:
    yield [gettext("Programme"), gettext("Portions"), gettext("To be paid, yuan")]
    for claim in report.total.claims:
        yield [names.programme(claim.programme), claim.portions, yuan(claim.fen)]
    yield [gettext("Total"), "", yuan(report.total.subsidy_fen)]


def _proof_rows(report: MealsReport, gettext: Gettext) -> Iterable[Sequence[Value]]:
    proof = report.proof
    yield [gettext("Proof"), gettext("Proved") if proof.holds else gettext("Does not agree")]
    for label, fen in proof_figures(report, gettext):
        yield [label, yuan(fen)]


def proof_figures(report: MealsReport, gettext: Gettext) -> list[tuple[str, int]]:
    """What the proof compares, in words and fen."""
    proof = report.proof
    payments_fen = proof.own_fen + proof.subsidy_fen + proof.other_fen
    return [
        (gettext("Residents, programmes and others paid"), payments_fen),
        (gettext("The canteen earned, by the ledger"), proof.revenue_fen),
        (gettext("The servings add up to"), proof.servings_full_fen),
        (gettext("Guests and extras brought in, by the ledger"), proof.extras_revenue_fen),
        (gettext("Sales to guests and of extras add up to"), proof.extras_fen),
        (gettext("The canteen earned in all, by the ledger"), proof.books_fen),
        (gettext("All servings and sales ever add up to"), proof.explained_fen),
    ]


def _money(figures: MealFigures, programmes: Iterable[str]) -> list[Value]:
    columns_fen = [figures.full_fen, figures.own_fen, figures.subsidy_fen, figures.other_fen]
    columns_fen += [figures.claimed_fen(each) for each in programmes]
    return [figures.portions, *(yuan(fen) for fen in columns_fen)]
