"""The table of programmes, as the pages of prices show it.

Whose meals one pays for, how much and from when stands in the prices of meals: each has a column there.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from flask_babel import gettext

from kiosk.catalogue.items import Kind
from kiosk.catalogue.values import Programme
from kiosk.ledger.accounts import programme
from sync.office.console import formats
from sync.office.console.files import yuan
from sync.office.console.marking import _
from sync.office.console.names import Names
from sync.office.console.prices.changes import Entries, TableChange
from sync.office.console.prices.form import Field, Group, Sort, Typed, in_yuan
from sync.office.console.prices.tables import PriceTable, Trial, Tried
from sync.office.console.reporting.sheets import Cell, Column, Shape
from sync.office.services.canteen.prices.trying import paid_by_programmes
from sync.office.services.canteen.reports import meals_report

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
ALWAYS = (date.min, date.max)

COLUMNS = (
    Column("name", _("Short name"), Shape.TEXT),
    Column("title", _("Name in Chinese"), Shape.TEXT),
    Column("english", _("Name in English"), Shape.TEXT),
    Column("payer", _("Who pays"), Shape.TEXT),
    Column("budget_fen", _("Budget of a year, yuan"), Shape.FEN),
)
GROUPS = (
    Group(
        _("The programme"),
        (
            Field(
                name="name",
                label=_("Short name"),
                sort=Sort.TEXT,
                hint=_("Small letters and digits, such as elders; it stands in the books and stays."),
            ),
            Field(name="zh", label=_("Name in Chinese"), sort=Sort.TEXT),
            Field(name="en", label=_("Name in English"), sort=Sort.TEXT),
            Field(name="payer", label=_("Who pays"), sort=Sort.TEXT, hint=_("Whom the claim goes to.")),
            Field(name="budget", label=_("Budget of a year, yuan"), hint=_("Empty: none is set.")),
        ),
        _("Whose meals it pays for, how much and from when is written into the prices of meals."),
    ),
)


def _row(each: Programme, _names: Names) -> Sequence[Cell]:
    return each.name, each.title.get("zh", ""), each.title.get("en", ""), each.payer, each.budget_fen or None


def _given(each: Programme | None, _today: date) -> Mapping[str, str]:
    if each is None:
        return {}
    return {
        "name": each.name,
        "zh": each.title.get("zh", ""),
        "en": each.title.get("en", ""),
        "payer": each.payer,
        "budget": in_yuan(each.budget_fen),
    }


def _read(typed: Typed, old: Programme | None, _today: date) -> Sequence[Programme]:
    title = {language: words for language in ("zh", "en") if (words := typed.text(language))}
    name = old.name if old else typed.text("name")
    if not _NAME.fullmatch(name):
        typed.fault("name", gettext("1 to 40 small letters, digits and hyphens are needed."))
    if "zh" not in title:
        typed.fault("zh", gettext("A name in Chinese is needed."))
    if typed.wrong:
        return []
    return [Programme(name=name, title=title, payer=typed.text("payer"), budget_fen=typed.fen("budget"))]


def _try_on(trial: Trial[Programme]) -> Tried:
    """What the programme would pay for everybody on the next day, and what is left of a year's budget."""
    (changed, *_more) = (*trial.change.entries, *trial.change.before)
    day = trial.today + timedelta(days=1)
    paid = paid_by_programmes(trial.connection, trial.region_id, day).get(str(programme(changed.name)))
    residents, fen = (len(paid.residents), paid.fen) if paid else (0, 0)
    year = meals_report(trial.connection, trial.region_id, trial.today.replace(month=1, day=1), trial.today)
    claimed_fen = year.total.claimed_fen(changed.name)
    left_fen = max(0, changed.budget_fen - claimed_fen)
    sums = [
        (_("Residents it pays for"), f"{residents:,}"),
        (_("A day if all eat, yuan"), formats.yuan(fen)),
        (_("Paid this year, yuan"), formats.yuan(claimed_fen)),
    ]
    if changed.budget_fen:
        sums.append((_("Left of the budget, yuan"), formats.yuan(left_fen)))
    if changed.budget_fen and fen:
        sums.append((_("Days for which that is enough if all eat"), f"{left_fen // fen:,}"))
    return Tried(_("By the prices of meals as they are, on %(day)s:"), {"day": day}, sums)


PROGRAMMES = PriceTable(
    name="programmes",
    title=_("Programmes"),
    place=40,
    lead=_("Who pays subsidies. Each has a column of its own in the prices of meals and its own claims."),
    entries=Entries(
        kind=Kind.PROGRAMME,
        key=lambda each: each.name,
        figure=lambda each: f"{each.title.get('zh', each.name)}; {each.payer}; {yuan(each.budget_fen)}",
        label=lambda each: " ".join(each.title.values()),
    ),
    payload=TableChange[Programme],
    columns=COLUMNS,
    row=_row,
    words={},
    days=lambda each: ALWAYS,
    groups=GROUPS,
    given=_given,
    read=_read,
    try_on=_try_on,
)
