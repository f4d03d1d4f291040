"""Charging points, their prices and passes, as an import file brings them.

A site's key, by which its kiosks check codes from the phone page, is made here when the site first comes, and
goes to that site alone. It stands in no file and is printed nowhere.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence

import sqlalchemy as sa

from kiosk.catalogue.pricing.tariffs import ANY
from kiosk.ledger.entries import MOST_BOOKED
from kiosk.plain.addresses import is_in_the_clear, is_web_address
from kiosk.services.charging.items import (
    CHARGING_KEY,
    CHARGING_PASS,
    CHARGING_SITE,
    CHARGING_TARIFF,
    REMOTE_ORDER,
    Basis,
    ChargingPass,
    ChargingSite,
    ChargingTariff,
    SocketPlace,
    Thresholds,
    Tier,
)
from sync.office.catalogue.published import current_values, residents_by_id
from sync.office.catalogue.publishing import Change, shown, site_scope
from sync.office.importing.field_checks import Known, code, from_to, in_some_language, one_of, resident_of
from sync.office.importing.item_checks import check_days
from sync.office.importing.parts import Part
from sync.office.importing.reading import FieldChecks, Reader
from sync.office.services.charging.phone import keys
from sync.office.store.tables import catalogue_items

MOST_SOCKETS = 200  # of a site, as many as a list within an item may have
_HOUR = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
_DAY_S = 24 * 3600

# Whatever a site may set, it stays within what people and cables bear.
_RANGES = {
    "no_load_w": (1, 50),
    "no_load_s": (10, 3600),
    "unplugged_dw": (1, 100),
    "unplugged_s": (1, 600),
    "faint_dw": (1, 200),
    "faint_s": (10, 3600),
    "top_off_percent": (1, 90),
    "top_off_w": (1, 200),
    "top_off_s": (0, 3 * 3600),
    "top_off_restart_w": (1, 100),
    "longest_s": (60, 12 * 3600),
    "longest_wall_s": (60, _DAY_S),
    "socket_most_w": (50, 3500),
    "box_refuse_w": (50, 50_000),
    "box_most_w": (50, 50_000),
    "hot_c": (40, 90),
    "hot_rise_c_per_min": (1, 60),
    "meter_silent_s": (5, 600),
    "resume_within_s": (0, 3600),
    "register_most_w": (100, 10_000),
}


def _of_sites(known: Known) -> FieldChecks:
    return {
        (ChargingSite, "site"): one_of(known.sites),
        (ChargingSite, "sockets"): _sockets,
        (ChargingSite, "caps_fen"): _caps,
        (ChargingSite, "quiet_from"): _hour,
        (ChargingSite, "quiet_to"): _hour,
        (ChargingSite, "page"): _page,
        (SocketPlace, "box"): code,
        (SocketPlace, "number"): from_to(1, MOST_SOCKETS),
        (SocketPlace, "label"): _label,
        (SocketPlace, "column"): from_to(0, MOST_SOCKETS),
        (SocketPlace, "row"): from_to(0, MOST_SOCKETS),
        **{(Thresholds, name): from_to(*ends) for name, ends in _RANGES.items()},
    }


def _of_tariffs(known: Known) -> FieldChecks:
    rate = from_to(0, MOST_BOOKED)
    return {
        (ChargingTariff, "id"): code,
        (ChargingTariff, "site"): one_of({ANY, *known.sites}),
        (ChargingTariff, "category"): _filled,
        (ChargingTariff, "electricity_fen_per_kwh"): rate,
        (ChargingTariff, "service_fen_per_kwh"): rate,
        (ChargingTariff, "service_fen_per_start"): rate,
        (ChargingTariff, "free_minutes"): from_to(0, 24 * 60),
        (ChargingTariff, "programme"): one_of({"", *known.programmes}),
        (ChargingTariff, "subsidy_percent"): from_to(0, 100),
        (ChargingTariff, "title"): lambda title: in_some_language(title) if title else None,
        (Tier, "to_w"): from_to(1, 10_000),
        (Tier, "electricity_fen_per_h"): rate,
        (Tier, "service_fen_per_h"): rate,
    }


def _of_passes(known: Known) -> FieldChecks:
    return {
        (ChargingPass, "resident_id"): resident_of(known),
        (ChargingPass, "hours_per_day"): from_to(1, 24),
    }


def _filled(given: str) -> str | None:
    return None if given.strip() else f"a category of residents, or {ANY} for everybody"


def _hour(given: str) -> str | None:
    return None if _HOUR.fullmatch(given) else "an hour and minute such as 22:00"


def _label(given: str) -> str | None:
    good = re.fullmatch(r"[A-Z0-9]{1,4}", given)
    return None if good else "1 to 4 of the characters A-Z 0-9, as it is printed on the socket, such as `A3`"


def _page(given: str) -> str | None:
    good = re.fullmatch(r"[^\s?#]{1,80}", given) and is_web_address(given) and not is_in_the_clear(given)
    return None if good or not given else "an address such as https://card.example/c, or nothing"


def _caps(given: Collection[int]) -> str | None:
    good = (
        0 < len(given) <= 6
        and list(given) == sorted(set(given))
        and all(0 < each <= 100_000 for each in given)
    )
    return None if good else "1 to 6 different sums of 1 to 100000 fen, the least first"


def _sockets(given: Sequence[SocketPlace | None]) -> str | None:
    return None if given else "at least one socket"


def _check_site(path: str, site: ChargingSite, reader: Reader) -> None:
    places = [each for each in site.sockets if each is not None]
    _each_once(path, "label", [each.label for each in places], reader)
    _each_once(path, "number", [f"{each.box}/{each.number}" for each in places], reader)
    limits = site.thresholds
    if limits is not None and limits.box_most_w < limits.box_refuse_w:
        allowed = f"{limits.box_refuse_w} (`box_refuse_w`) or more"
        reader.fault(f"{path}.thresholds.box_most_w", limits.box_most_w, allowed)


def _each_once(path: str, name: str, given: Sequence[str], reader: Reader) -> None:
    for n, each in enumerate(given):
        if each in given[:n]:
            first = given.index(each)
            reader.fault(f"{path}.sockets[{n}].{name}", each, f"each once; sockets[{first}] has it already")


def _check_tariff(path: str, tariff: ChargingTariff, reader: Reader) -> None:
    check_days(path, tariff, reader)
    if tariff.seen_from > tariff.first_day:
        allowed = f"{tariff.first_day} (`first_day`) or earlier: nobody pays a price that was not shown"
        reader.fault(f"{path}.seen_from", tariff.seen_from, allowed)
    if bool(tariff.programme) != bool(tariff.subsidy_percent):
        reader.fault(f"{path}.programme", tariff.programme, "a programme together with its `subsidy_percent`")
    _check_tiers(path, tariff, reader)


def _check_tiers(path: str, tariff: ChargingTariff, reader: Reader) -> None:
    allowed = {
        Basis.ENERGY: "none, by energy",
        Basis.TIME: "one, by time",
        Basis.POWER: "at least one, by power",
    }
    count = len(tariff.tiers)
    good = {Basis.ENERGY: count == 0, Basis.TIME: count == 1, Basis.POWER: count > 0}
    if not good[tariff.basis]:
        reader.fault(f"{path}.tiers", count, allowed[tariff.basis])
    ends = [tier.to_w for tier in tariff.tiers if tier is not None]
    if ends != sorted(set(ends)):
        reader.fault(f"{path}.tiers", ends, "tiers by `to_w`, the least first, each once")
    if tariff.basis is not Basis.ENERGY and (tariff.electricity_fen_per_kwh or tariff.service_fen_per_kwh):
        rate = tariff.electricity_fen_per_kwh or tariff.service_fen_per_kwh
        reader.fault(f"{path}.basis", rate, f"no price for energy where it is billed by {tariff.basis.value}")


def _publish_sites(
    connection: sa.Connection, region_id: int, sites: Sequence[ChargingSite]
) -> Iterator[Change]:
    for each in sites:
        scope = site_scope(each.site)
        yield Change(CHARGING_SITE, each.site, each, scope)
        if shown(connection, region_id, CHARGING_KEY, each.site) is None:
            yield Change(CHARGING_KEY, each.site, keys.make(each.site), scope)


def _publish_tariffs(
    _connection: sa.Connection, _region_id: int, tariffs: Sequence[ChargingTariff]
) -> Iterator[Change]:
    for each in tariffs:
        yield Change(CHARGING_TARIFF, each.id, each)


def _publish_passes(
    connection: sa.Connection, region_id: int, passes: Sequence[ChargingPass]
) -> Iterator[Change]:
    """The file's, and those whose owner moved to another site with it."""
    wanted = {each.resident_id: each for each in current_values(connection, region_id, CHARGING_PASS)}
    wanted |= {each.resident_id: each for each in passes}
    for resident in residents_by_id(connection, region_id, wanted).values():
        yield pass_change(wanted[resident.id], resident.home_site)


def pass_change(charging_pass: ChargingPass, home_site: str) -> Change:
    number = str(charging_pass.resident_id)
    return Change(CHARGING_PASS, number, charging_pass, site_scope(home_site), label=number)


def about(resident_id: int) -> sa.ColumnElement[bool]:
    """Their pass, and what they asked for by phone."""
    c = catalogue_items.c
    return c.kind.in_((CHARGING_PASS, REMOTE_ORDER)) & (c.label == str(resident_id))


PARTS = (
    Part(
        name="charging_sites",
        entry=ChargingSite,
        fields=_of_sites,
        once=lambda each: str(each.site),
        changes=_publish_sites,
        check=_check_site,
    ),
    Part(
        name="charging_tariffs",
        entry=ChargingTariff,
        fields=_of_tariffs,
        once=lambda each: str(each.id),
        changes=_publish_tariffs,
        check=_check_tariff,
    ),
    Part(
        name="charging_passes",
        entry=ChargingPass,
        fields=_of_passes,
        once=lambda each: str(each.resident_id),
        changes=_publish_passes,
        check=check_days,
    ),
)
