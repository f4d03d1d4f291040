"""Charging as a value."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from drivers.contracts import Device, DeviceEvent, Emit
from drivers.outlets.contracts import Alarm, CardAtBox, Ended, OutletBox, Refused, Sample
from drivers.outlets.opening import DRIVERS, open_boxes
from kiosk.common.board import Live
from kiosk.common.claims import Claims
from kiosk.common.clock import unix_ms
from kiosk.common.here import Here, Kind, Opened
from kiosk.common.outcomes import Outcome
from kiosk.services.charging import screens
from kiosk.services.charging.actions import Charging
from kiosk.services.charging.items import ChargingSection
from kiosk.services.charging.phone.coming import Coming
from kiosk.services.charging.phone.reporting import FaultReported, Reports
from kiosk.services.charging.phone.screens import OnPhones, PhonePages
from kiosk.services.charging.picture import picture_of
from kiosk.services.charging.records import (
    CHARGING_ALARM,
    CHARGING_BEGUN,
    CHARGING_CLEARED,
    CHARGING_ENDED,
    CHARGING_FLOWING,
    CHARGING_REPORTED,
)
from kiosk.services.charging.running.tables import KINDS
from kiosk.services.charging.words import WORDS
from kiosk.services.contract import Service
from kiosk.settings import Settings

NAME = "charging"
TOLD: Sequence[Kind] = (CHARGING_BEGUN, CHARGING_FLOWING, CHARGING_ENDED, CHARGING_ALARM, CHARGING_CLEARED)


class Boxes:
    """All boxes of sockets of a kiosk, started and stopped together."""

    def __init__(self, boxes: Sequence[OutletBox]) -> None:
        self.boxes = boxes

    def start(self) -> None:
        for each in self.boxes:
            each.start()

    def stop(self) -> None:
        """All are told to open before the first is waited for."""
        for each in self.boxes:
            each.all_off()
        for each in self.boxes:
            each.stop()


def _devices(settings: Settings, emit: Emit) -> list[Device]:
    """Those whose drivers are boxes of sockets; another service may have outlets of its own."""
    boxes = [each for each in settings.outlets if each.driver in DRIVERS]
    phones = settings.of(ChargingSection).phones
    pages = [PhonePages(phones, settings, emit)] if phones else []
    return [Boxes(open_boxes(boxes, emit, unix_ms)), *pages]


def _opens(here: Here) -> Iterable[object]:
    found = here.opened.get(Boxes)
    charging = Charging(here, found.boxes if found is not None else ())
    yield charging
    coming = Coming(here, charging)
    yield coming
    yield Reports(here, charging)
    if pages := here.opened.get(PhonePages):
        pages.attach(OnPhones(here, charging, coming))


def _live(opened: Opened) -> Live | None:
    """Nothing where the office has told no sockets."""
    shown = picture_of(opened[Charging])
    return shown if shown.sockets else None


def _heard(opened: Opened, event: DeviceEvent, _newest: Outcome | None) -> Outcome | None:
    return opened[Charging].heard(event)


CHARGING = Service(
    name=NAME,
    kinds=KINDS,
    opens=_opens,
    told={
        **dict.fromkeys(TOLD, lambda opened: opened[Charging].told),
        CHARGING_REPORTED: lambda opened: opened[Reports].told,
    },
    claims=Claims(
        waiting=lambda opened, who, _newest: opened[Coming].awaited(who) or opened[Charging].awaited(who),
        named=lambda opened, text: opened[Coming].named(text),
        offered=lambda site, _local: NAME in site.offers,
        answer=lambda opened, who, at: opened[Charging].answer(who, at),
        heard={
            **dict.fromkeys((Sample, Refused, Ended, Alarm, CardAtBox), _heard),
            FaultReported: lambda opened, event, _newest: opened[Reports].heard(event),
        },
    ),
    words=WORDS,
    screens=(screens.blueprint,),
    live=_live,
    step=lambda opened: opened[Charging].step(),
    devices=_devices,
    section=ChargingSection,
)
