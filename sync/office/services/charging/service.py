"""Charging, as the office is told of it."""

from __future__ import annotations

from kiosk.services.charging.records import CHARGING_BEGUN, decode_begun
from kiosk.services.charging.running.tables import KINDS
from sync.office.intake.batch import only_of
from sync.office.services.charging import (
    commands,
    demo,
    doubles,
    importing,
    pages,
    passes,
    recorded,
    tables,
)
from sync.office.services.charging.alarms import alerting, log
from sync.office.services.charging.phone import keys, orders, printing
from sync.office.services.charging.phone import pages as phone_pages
from sync.office.services.charging.prices.tariffs import TARIFFS
from sync.office.services.contract import OfficeService

CHARGING = OfficeService(
    name="charging",
    kinds=KINDS,
    projections=recorded.PROJECTIONS,
    tables=tables.TABLES,
    watches=(passes.PassHours,),
    commands=(commands.stop_charging, commands.renew_charging_key, printing.print_labels),
    reports=(commands.charging, commands.charging_ocpp),
    parts=importing.PARTS,
    about=(importing.about,),
    shown=pages.SHOWN,
    prices=(TARIFFS,),
    downloads=pages.DOWNLOADS,
    figures=log.FIGURES,
    public=(phone_pages.blueprint,),
    checks=(only_of(recorded.PROJECTIONS, doubles.check),),
    checks_alone=(only_of(recorded.PROJECTIONS, orders.check),),
    seen={CHARGING_BEGUN: lambda body: decode_begun(body).started_by},
    daily=(orders.forget, keys.forget_former),
    alerts=(alerting.alerts,),
    demo=demo.invented,
)
