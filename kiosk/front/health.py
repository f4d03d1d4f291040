"""How the counter stands: meal and menu, devices, the way to the office, what keeps it from selling."""

from __future__ import annotations

import shutil
import time
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import msgspec
import sqlalchemy as sa

from drivers.contracts import DeviceState
from kiosk.catalogue.contact import Heard
from kiosk.catalogue.meal_hours import Meal, meal_at, next_meal
from kiosk.catalogue.values import Site
from kiosk.common.board import Standing
from kiosk.common.clock import ClockUncertain, local_time, unix_ms
from kiosk.common.lent import Meals
from kiosk.common.troubles import low_mb
from kiosk.counter import Counter
from kiosk.front.clock_question import question
from kiosk.ledger.journal import heads_in
from kiosk.ledger.posting import JournalKey
from kiosk.plain.exchange import Exchange
from kiosk.plain.refusals import Refusal
from kiosk.settings import StoreSection

DAY_MS = 24 * 3600 * 1000
RECORDS_OF_A_DAY = 10_000  # no counter writes as many: how far back to look for a meal after a restart


@dataclass(slots=True)
class Devices:
    """The last word of each device, written by the tap loop."""

    states: dict[str, DeviceState] = field(default_factory=dict)

    def heard(self, state: DeviceState) -> None:
        self.states[state.device] = state

    def printer_ready(self) -> bool:
        printer = self.states.get("printer")
        return bool(printer and printer.ready)

    def shown(self) -> dict[str, Any]:
        reader, scanner, printer = (self.states.get(each) for each in ("reader", "scanner", "printer"))
        return {
            "reader_ready": reader.ready if reader else None,
            "reader_reason": reader.reason if reader else "",
            "scanner_ready": scanner.ready if scanner else None,
            "scanner_reason": scanner.reason if scanner else "",
            "printer_ready": printer.ready if printer else None,
            "printer_reason": printer.reason if printer else "",
        }


@dataclass(frozen=True, slots=True)
class _Counted:
    """How many portions of a meal there were up to a record."""

    meal: tuple[str, str] = ("", "")
    journal_id: bytes = b""
    seq: int = 0
    portions: int = 0


class Health:
    """Looks at everything and says how it stands."""

    def __init__(
        self, site_name: str, devices: Devices, store: StoreSection, exchange: Exchange | None
    ) -> None:
        self._site_name = site_name
        self._devices = devices
        self._store = store
        self._exchange = exchange
        self._counted = _Counted()

    def out_of_order(self, refusal: Refusal) -> Standing:
        """There is no counter, and this is why."""
        now = local_time(unix_ms())
        return Standing(
            site={"zh": self._site_name},
            local_time=now.strftime("%H:%M"),
            day=now.date().isoformat(),
            trouble=refusal.code,
            disk_low_mb=disk_low_mb(self._store),
            **self._devices.shown(),
        )

    def standing(self, counter: Counter) -> Standing:
        standing = self._standing(counter)
        return msgspec.structs.replace(standing, exchange_stopped=self._exchange_stopped())

    def _exchange_stopped(self) -> str:
        """By this machine's own clocks, as it is about processes of this machine."""
        if self._exchange is None:
            return ""
        now_ms = unix_ms()
        since_ms = self._exchange.stopped_since_ms(time.monotonic_ns() // 1_000_000, now_ms)
        return "" if since_ms is None else _shown(local_time(since_ms), local_time(now_ms))

    def _standing(self, counter: Counter) -> Standing:
        at = counter.clock.now()
        try:
            site = counter.site()
            counter.day_of(at)
        except ClockUncertain as refusal:
            known = {"site": dict(site.title), "local_time": "", "question": question(counter)}
            return msgspec.structs.replace(self.out_of_order(refusal), **known)
        except Refusal as refusal:
            return self.out_of_order(refusal)
        local = local_time(at.wall_ms, site.time_zone)
        contact = counter.catalogue.contact(counter.journal.key.journal_id)
        standing = Standing(
            site=dict(site.title),
            local_time=local.strftime("%H:%M"),
            day=local.date().isoformat(),
            unsent=max(counter.journal.head.seq - contact.acked_seq, 0),
            notice=counter.notice(at),
            disk_low_mb=disk_low_mb(self._store),
        )
        changes = {
            **self._devices.shown(),
            **_contact(counter.clock.silent_since_ms(contact.heard), contact.heard, at.wall_ms, site),
            **self._meal(counter, site, local),
        }
        return msgspec.structs.replace(standing, **changes)

    def _meal(self, counter: Counter, site: Site, local: datetime) -> dict[str, Any]:
        now = meal_at(site, local)
        meal = now or next_meal(site, local)
        if meal is None:
            return {}
        lent = counter.opened.get(Meals)
        cooked = (site.name, meal.day.isoformat(), meal.period.meal)
        return {
            "meal": now.period.meal if now else "",
            "meal_name": dict(meal.period.name),
            "meal_names": {period.meal: dict(period.name) for period in site.meals},
            "opens": meal.period.opens.strftime("%H:%M"),
            "closes": meal.period.closes.strftime("%H:%M"),
            "next_is_today": meal.day == local.date(),
            "dishes": tuple(lent.dishes(*cooked)) if lent else (),
            "served": self._served(counter, now) if now else 0,
        }

    def _served(self, counter: Counter, meal: Meal) -> int:
        """Portions of this meal: those counted before, and those written since."""
        day, name = meal.day.isoformat(), meal.period.meal
        key, head_seq = counter.journal.key, counter.journal.head.seq
        counted = self._counted
        if (day, name, key.journal_id) != (*counted.meal, counted.journal_id):
            counted = _Counted((day, name), key.journal_id, 0, self._in_other_journals(counter, day, name))
        if head_seq > counted.seq:
            after = max(counted.seq, head_seq - RECORDS_OF_A_DAY)
            with counter.reader.connect() as connection:
                more = _handed_out(counter, connection, key, after, head_seq, day, name)
            counted = _Counted((day, name), key.journal_id, head_seq, counted.portions + more)
        self._counted = counted
        return counted.portions

    def _in_other_journals(self, counter: Counter, day: str, name: str) -> int:
        """Portions of a meal that journals before this one gave."""
        region_id, current = counter.journal.key.region_id, counter.journal.key.journal_id
        portions = 0
        with counter.reader.connect() as connection:
            for journal_id, head in heads_in(connection, region_id):
                if journal_id != current:
                    key = JournalKey(region_id, journal_id)
                    after = head.seq - RECORDS_OF_A_DAY
                    portions += _handed_out(counter, connection, key, after, head.seq, day, name)
        return portions


def _handed_out(
    counter: Counter,
    connection: sa.Connection,
    key: JournalKey,
    after_seq: int,
    to_seq: int,
    day: str,
    meal: str,
) -> int:
    meals = counter.opened.get(Meals)
    return meals.handed_out(connection, key, after_seq, to_seq, day, meal) if meals else 0


def _contact(since_ms: int | None, heard: Heard, wall_ms: int, site: Site) -> dict[str, Any]:
    if not heard.at_ms:
        return {}
    last_ms = heard.at_ms if since_ms is None else since_ms
    then, today = (local_time(each, site.time_zone) for each in (last_ms, wall_ms))
    return {
        "last_contact": _shown(then, today),
        "offline_since_ms": since_ms,
        "offline_days": offline_days(since_ms, wall_ms),
    }


def _shown(then: datetime, now: datetime) -> str:
    """The time, or the date where it is another day's."""
    return then.strftime("%H:%M") if then.date() == now.date() else then.date().isoformat()


def disk_low_mb(store: StoreSection) -> int | None:
    """What is free in MB where the records are; None while that is enough."""
    return low_mb(shutil.disk_usage(store.folder).free, store.warn_below_mb)


def offline_days(since_ms: int | None, wall_ms: int) -> int:
    """Whole days for which the office is not heard (Unix times); 0 while it is."""
    return max(wall_ms - since_ms, 0) // DAY_MS if since_ms is not None else 0
