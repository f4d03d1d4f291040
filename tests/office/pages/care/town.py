"""A canteen with people who come every Monday, and an office whose time passes when a test says so."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from kiosk.ledger.sql import run
from sync.office.services.care import rounds, settings, watches
from sync.office.services.care.settings import HOUR_MS, MINUTE_MS, SiteCare
from sync.office.services.care.watches import CareWatch
from sync.office.store.database import reading, writing
from sync.office.store.tables import devices
from tests.office.books import ELDER, HERE, TODAY, Books, small_file

WEEK = timedelta(days=7)
NEIGHBOUR = 3
CARE = SiteCare(watched=True)


def at_ms(hour: int, minute: int = 0) -> int:
    """Today, on the site's clock."""
    then = datetime.combine(TODAY, time(hour, minute), ZoneInfo("Asia/Shanghai"))
    return int(then.timestamp() * 1000)


class Town:
    """The elder and a neighbour had lunch on the last six Mondays; today the neighbour came alone."""

    def __init__(self, books: Books, monkeypatch: pytest.MonkeyPatch) -> None:
        self.books, self.now_ms = books, at_ms(13, 29)
        file = small_file()
        elder = {"name": "陈测试", "born": "1944-05-06", "home_site": HERE, "building": "3 号楼 2 单元"}
        file["residents"] = [{"id": ELDER, **elder}, {"id": NEIGHBOUR, **elder, "name": "王测试"}]
        file["cards"] = file["card_keys"] = []
        books.import_(file)
        for weeks in range(1, 7):
            self.eats(ELDER, weeks)
            self.eats(NEIGHBOUR, weeks)
        self.eats(NEIGHBOUR)
        monkeypatch.setattr(books.office, "now_ms", lambda: self.now_ms)
        self.heard()
        self.set(CARE)

    def set(self, care: SiteCare) -> None:
        with writing(self.books.office.engine) as connection:
            settings.keep(connection, self.region_id, HERE, care)

    @property
    def region_id(self) -> int:
        return self.books.office.region_id

    def eats(self, resident_id: int, weeks_ago: int = 0) -> None:
        self.books.sell(resident_id, day=TODAY - weeks_ago * WEEK, elders=500)

    def heard(self, at_ms: int | None = None) -> None:
        """All kiosks, now or then."""
        with writing(self.books.office.engine) as connection:
            connection.execute(devices.update().values(last_seen_ms=at_ms or self.now_ms))

    def taps(self, resident_id: int, site: str = HERE) -> None:
        with writing(self.books.office.engine) as connection:
            row = (self.region_id, resident_id, self.now_ms, site)
            run(connection, "DELETE FROM last_signs", ())
            run(connection, "INSERT INTO last_signs VALUES (?, ?, ?, ?)", row)

    def look(self, hours: float = 0, *, heard: bool = True) -> list[CareWatch]:
        """What is unanswered after so long, looked at twice as two processes would."""
        self.now_ms += int(hours * HOUR_MS)
        if heard:
            self.heard()
        rounds.look(self.books.office)
        rounds.look(self.books.office)
        return self.unanswered()

    def unanswered(self) -> list[CareWatch]:
        with reading(self.books.office.engine) as connection:
            return watches.unanswered(connection, self.region_id)

    def after_lunch(self, *, heard: bool = True) -> list[CareWatch]:
        """When the meal and the wait are over."""
        assert self.look(heard=heard) == [], "nobody is asked about before"
        return self.look(MINUTE_MS / HOUR_MS, heard=heard)

    def told(self) -> list[str]:
        """What was said and done about the elder."""
        with reading(self.books.office.engine) as connection:
            return [each.what for each in watches.words_of(connection, self.region_id, ELDER)]
