"""The form of a charging tariff, and what its fields say of each other.

A tariff that is changed from some day on ends on the day before, so that whatever the new one is billed by
holds then.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta

import msgspec
from flask_babel import gettext

from kiosk.catalogue.pricing.tariffs import ANY
from kiosk.services.charging.items import Basis, ChargingTariff, Tier
from sync.office.console.marking import _
from sync.office.console.names import Names
from sync.office.console.prices.form import Field, Group, Sort, Typed, in_days, in_yuan
from sync.office.services.charging.words import BASES

TIERS, MOST_W, DAY_MINUTES = 5, 10_000, 24 * 60


def _tiers() -> Iterator[Field]:
    for n in range(TIERS):
        yield Field(name=f"to_w_{n}", label=_("Up to, watts"), sort=Sort.NUMBER, most=MOST_W)
        yield Field(name=f"electricity_{n}", label=_("Electricity an hour"))
        yield Field(name=f"service_{n}", label=_("Service an hour"))


def _sites(names: Names) -> Mapping[str, str]:
    return {ANY: _("All sites"), **names.sites}


GROUPS = (
    Group(
        _("Where, for whom and when"),
        (
            Field(name="site", label=_("Site"), sort=Sort.CHOICE, choices=_sites),
            Field(
                name="category",
                label=_("Category"),
                sort=Sort.TEXT,
                hint=_("Of residents; empty: everybody."),
            ),
            Field(name="first_day", label=_("From this day on"), sort=Sort.DAY),
            Field(
                name="last_day",
                label=_("Until this day"),
                sort=Sort.DAY,
                hint=_("Empty: until it is changed."),
            ),
            Field(
                name="seen_from",
                label=_("People see it from"),
                sort=Sort.DAY,
                hint=_("At kiosk and phone, before it holds. Empty: at once."),
            ),
            Field(name="title_zh", label=_("What people read, in Chinese"), sort=Sort.TEXT),
            Field(name="title_en", label=_("What people read, in English"), sort=Sort.TEXT),
            Field(name="origin", label=_("Where the figures are from"), sort=Sort.TEXT),
        ),
    ),
    Group(
        _("What is billed"),
        (
            Field(name="basis", label=_("Billed by"), sort=Sort.CHOICE, choices=lambda names: BASES),
            Field(name="electricity_fen_per_kwh", label=_("Electricity for a kWh")),
            Field(name="service_fen_per_kwh", label=_("Service for a kWh")),
            Field(name="service_fen_per_start", label=_("Service for each charge")),
            Field(name="free_minutes", label=_("Free minutes"), sort=Sort.NUMBER, most=DAY_MINUTES),
            Field(
                name="programme",
                label=_("Programme that pays a part"),
                sort=Sort.CHOICE,
                choices=lambda names: names.programmes,
                is_optional=True,
            ),
            Field(name="subsidy_percent", label=_("How much of it, per cent"), sort=Sort.NUMBER, most=100),
        ),
    ),
    Group(
        _("By time or by power"),
        tuple(_tiers()),
        _(
            "By time one line is filled in, by power a line for each tier, the least first."
            " By energy none is."
        ),
        per_line=3,
    ),
)


def given(tariff: ChargingTariff | None, today: date) -> Mapping[str, str]:
    tomorrow = str(today + timedelta(days=1))
    if tariff is None:
        return {"site": ANY, "basis": Basis.ENERGY, "first_day": tomorrow}
    first_day = max(tariff.first_day, today + timedelta(days=1))
    given = {
        "site": tariff.site,
        "category": "" if tariff.category == ANY else tariff.category,
        "first_day": str(first_day),
        "last_day": in_days(tariff.last_day),
        "seen_from": in_days(tariff.seen_from) if tariff.first_day == first_day else "",
        "title_zh": tariff.title.get("zh", ""),
        "title_en": tariff.title.get("en", ""),
        "origin": tariff.origin,
        "basis": tariff.basis,
        "electricity_fen_per_kwh": in_yuan(tariff.electricity_fen_per_kwh),
        "service_fen_per_kwh": in_yuan(tariff.service_fen_per_kwh),
        "service_fen_per_start": in_yuan(tariff.service_fen_per_start),
        "free_minutes": str(tariff.free_minutes or ""),
        "programme": tariff.programme,
        "subsidy_percent": str(tariff.subsidy_percent or ""),
    }
    for n, tier in enumerate(tariff.tiers):
        given[f"to_w_{n}"] = str(tier.to_w)
        given[f"electricity_{n}"] = in_yuan(tier.electricity_fen_per_h)
        given[f"service_{n}"] = in_yuan(tier.service_fen_per_h)
    return given


def read(typed: Typed, old: ChargingTariff | None, today: date) -> Sequence[ChargingTariff]:
    """The new tariff, after the old one that ends before it."""
    first_day, last_day = typed.day("first_day", date.min), typed.day("last_day", date.max)
    seen_from = typed.day("seen_from", date.min)
    if first_day <= today:
        typed.fault("first_day", gettext("From tomorrow on: nobody pays a price that was not known."))
    if last_day < first_day:
        typed.fault("last_day", gettext("The last day is before the first day."))
    if seen_from > first_day:
        typed.fault(
            "seen_from", gettext("Not after the day from which it holds: nobody pays what was not shown.")
        )
    basis, tiers = Basis(typed.text("basis") or Basis.ENERGY), _tiers_of(typed)
    _check(typed, basis, tiers)
    site, category = typed.text("site") or ANY, typed.text("category") or ANY
    if typed.wrong:
        return []
    made = ChargingTariff(
        id=_id(old, basis, site, category, first_day),
        site=site,
        category=category,
        first_day=first_day,
        last_day=last_day,
        seen_from=seen_from,
        basis=basis,
        electricity_fen_per_kwh=typed.fen("electricity_fen_per_kwh"),
        service_fen_per_kwh=typed.fen("service_fen_per_kwh"),
        tiers=tiers,
        service_fen_per_start=typed.fen("service_fen_per_start"),
        free_minutes=typed.fen("free_minutes"),
        programme=typed.text("programme"),
        subsidy_percent=typed.fen("subsidy_percent"),
        title={language: words for language in ("zh", "en") if (words := typed.text(f"title_{language}"))},
        origin=typed.text("origin"),
    )
    if old is not None and _says(made) == _says(old) and old.first_day <= today + timedelta(days=1):
        return []
    if old is None or old.first_day >= first_day:
        return [made]
    return [msgspec.structs.replace(old, last_day=min(old.last_day, first_day - timedelta(days=1))), made]


def _says(tariff: ChargingTariff) -> ChargingTariff:
    """But for its name and its first day: a copy of these would change nothing."""
    return msgspec.structs.replace(tariff, id="", first_day=date.min, seen_from=date.min)


def _id(old: ChargingTariff | None, basis: Basis, site: str, category: str, first_day: date) -> str:
    """A tariff that is to come keeps its own; one that holds is followed by another."""
    if old is not None and old.first_day == first_day:
        return old.id
    stem = "-".join([basis.value, *(each for each in (site, category) if each != ANY)])
    if old is not None:
        stem = re.sub(r"-[0-9]{8}$", "", old.id)
    return f"{stem}-{first_day:%Y%m%d}"


def _tiers_of(typed: Typed) -> tuple[Tier, ...]:
    """Of those lines in which anything is typed."""
    lines = [
        (typed.fen(f"to_w_{n}"), typed.fen(f"electricity_{n}"), typed.fen(f"service_{n}"))
        for n in range(TIERS)
    ]
    return tuple(
        Tier(to_w or MOST_W, electricity, service)
        for to_w, electricity, service in lines
        if any((to_w, electricity, service))
    )


def _check(typed: Typed, basis: Basis, tiers: Sequence[Tier]) -> None:
    """What its parts say together; the same as an import file is held to."""
    by_energy = typed.fen("electricity_fen_per_kwh") or typed.fen("service_fen_per_kwh")
    if basis is Basis.ENERGY and tiers:
        typed.fault("to_w_0", gettext("By energy there are no prices for an hour."))
    if basis is Basis.TIME and len(tiers) != 1:
        typed.fault("to_w_0", gettext("By time one line is needed, and only one."))
    if basis is Basis.POWER and not tiers:
        typed.fault("to_w_0", gettext("By power at least one line is needed."))
    if basis is not Basis.ENERGY and by_energy:
        typed.fault(
            "electricity_fen_per_kwh", gettext("There is no price for a kWh unless it is billed by energy.")
        )
    ends = [each.to_w for each in tiers]
    if ends != sorted(set(ends)):
        typed.fault("to_w_0", gettext("The least power first, and each once."))
    if bool(typed.text("programme")) != bool(typed.fen("subsidy_percent")):
        typed.fault("programme", gettext("A programme and its per cent go together."))
