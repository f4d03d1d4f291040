"""What one phone sees of one socket, put together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from kiosk.services.charging.errors import NoChargingTariff
from kiosk.services.charging.items import (
    CHARGING_SITE,
    CHARGING_TARIFF,
    ChargingSite,
    ChargingTariff,
    SocketPlace,
)
from kiosk.services.charging.looks import Look
from kiosk.services.charging.machine.tariffs import tariff_for
from kiosk.services.charging.phone.page import SocketPage
from sync.office.catalogue.published import current_values, residents_by_id
from sync.office.catalogue.publishing import shown
from sync.office.console import formats
from sync.office.console.languages import current
from sync.office.console.names import Names, load_names
from sync.office.office import Office
from sync.office.services.charging.phone import prices
from sync.office.services.charging.phone.asking import ByPhone
from sync.office.services.charging.phone.joined import Joined, joined
from sync.office.services.charging.phone.sockets import Running, heard_ms, standing
from sync.office.services.charging.recorded import ends_of


@dataclass(frozen=True, slots=True)
class SocketSeen:
    """`silent_since_ms`: since when no kiosk of the site was heard, 0: ever; None: one is in contact."""

    site: ChargingSite
    place: SocketPlace
    phone: Joined | None
    silent_since_ms: int | None
    page: SocketPage
    zone: str


def seen(connection: sa.Connection, office: Office, site_name: str, label: str) -> SocketSeen | None:
    """None: there is no such socket."""
    site = shown(connection, office.region_id, CHARGING_SITE, site_name)
    place = next((each for each in site.sockets if each.label == label.upper()), None) if site else None
    if site is None or place is None:
        return None
    look = _Looking(connection, office, site, place)
    return SocketSeen(site, place, look.phone, look.silent_since_ms, look.page(), look.zone)


class _Looking:
    """One look at one socket, from one phone."""

    def __init__(
        self, connection: sa.Connection, office: Office, site: ChargingSite, place: SocketPlace
    ) -> None:
        self._connection, self._region_id = connection, office.region_id
        self._site, self._place = site, place
        self._now = office.moment()
        self._names: Names = load_names(connection, office.region_id, current())
        self.zone = self._names.time_zones.get(site.site, "")
        self._today = formats.local(self._now.at_ms, self.zone).date()
        self.phone = joined(connection, office.region_id, self._today)
        self.silent_since_ms = heard_ms(connection, office.region_id, site.site, self._now)

    def page(self) -> SocketPage:
        now_ms = self._now.at_ms
        found = standing(self._connection, self._region_id, self._site, self._place, now_ms)
        tariffs = list(current_values(self._connection, self._region_id, CHARGING_TARIFF))
        running, look, reason = found.running, found.look, ""
        is_mine = running is not None and self.phone is not None and running.is_of(self.phone.resident_id)
        if self.phone is not None and (look is Look.FREE or is_mine):
            look, reason = self._asked(self.phone, look)
        tariff = self._tariff(tariffs)
        return SocketPage(
            site=self._names.site(self._site.site),
            label=self._place.label,
            look=look,
            who=self.phone.tail if self.phone else "",
            is_mine=is_mine,
            order=running.order if running else "",
            power_w=running.power_dw // 10 if running and running.power_dw else None,
            charged_min=running.minutes(now_ms) if running else 0,
            cost_fen=self._cost_fen(running, now_ms) if running is not None and is_mine else None,
            is_estimate=True,
            caps_fen=self._site.caps_fen,
            prices=_prices(tariffs, tariff, self._today),
            reason=reason,
        )

    def _cost_fen(self, running: Running, now_ms: int) -> int | None:
        began, _ended = ends_of(self._connection, self._region_id, running.order)
        return running.cost_fen(began, now_ms) if began is not None else None

    def _asked(self, phone: Joined, look: Look) -> tuple[Look, str]:
        """What became of what this phone asked for here, where nothing else is to be said."""
        asking = ByPhone(
            self._connection, self._region_id, self._site, self._place, phone.resident_id, self._now.at_ms
        )
        asked = asking.latest()
        if asked is None:
            return look, ""
        if look is Look.FREE and asking.is_awaited(asked):
            return Look.STARTING, ""
        return look, asking.outcome(asked) if look is Look.FREE else ""

    def _tariff(self, tariffs: Iterable[ChargingTariff]) -> ChargingTariff | None:
        """What holds for whoever looks; for a stranger, what holds for everybody."""
        categories: Sequence[str] = ()
        if self.phone is not None:
            resident_id = self.phone.resident_id
            people = residents_by_id(self._connection, self._region_id, [resident_id])
            categories = people[resident_id].categories
        try:
            return tariff_for(
                tariffs, self._site.site, categories, self._today, is_metered=self._place.is_metered
            )
        except NoChargingTariff:
            return None


def _prices(tariffs: Iterable[ChargingTariff], tariff: ChargingTariff | None, today: date) -> Sequence[str]:
    if tariff is None:
        return ()
    return (*prices.in_words(tariff), *prices.coming(tariffs, tariff, today))
