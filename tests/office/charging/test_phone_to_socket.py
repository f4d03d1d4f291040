"""From a button on a phone to current in the socket, and back to the office's books: both ends are real."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import click
import pytest

from kiosk.catalogue.items import Kind
from kiosk.common.clock import unix_ms
from kiosk.ledger.accounts import held, own_money
from kiosk.services.charging.codes import JOIN_WINDOW_S, JoinCode, TypedAt, find_typed, join_digits
from kiosk.services.charging.items import CHARGING_KEY, REMOTE_ORDER, ChargingKey
from kiosk.services.charging.phone.coming import Coming
from kiosk.services.charging.records import Means
from sync.office.catalogue.published import current_values
from sync.office.catalogue.publishing import shown, site_scope
from sync.office.console import formats
from sync.office.console.names import load_names
from sync.office.console.reporting.sheets import Sheet
from sync.office.office import Office
from sync.office.services.charging.commands import stop
from sync.office.services.charging.pages import REPORTS
from sync.office.services.charging.phone import keys
from sync.office.services.charging.reports.asked import AskedDays
from sync.office.serving.app import create_office
from sync.office.settings import OfficeSettings
from sync.office.store.database import reading, writing
from tests.charging.linked import Linked
from tests.charging.point import ELECTRICITY, OTHER, SERVICE, WHO, Point
from tests.factories import SITE, TestTime, card, site
from tests.office.books import Browser
from tests.office.charging.test_phone_page import act, text
from tests.sync.world import OfficeWorld, served

SECRET = bytes(range(32))
A1 = f"/c/{SITE}/A1"
OWN, HELD = own_money(WHO), held(WHO)


@dataclass
class Town:
    """An office, a charging point that it speaks to, and a phone."""

    world: OfficeWorld
    point: Point
    phone: Browser

    def lose_the_network(self) -> None:
        """The kiosk was heard for the last time an hour ago."""
        with self.world.office.engine.begin() as connection:
            connection.exec_driver_sql(
                "UPDATE devices SET last_seen_ms = last_seen_ms - 3600000,"
                " last_seen_monotonic_ms = last_seen_monotonic_ms - 3600000"
            )

    def sync(self) -> None:
        """The kiosk brings what it wrote, and hears what there is."""
        assert isinstance(self.point.world, Linked)
        self.point.world.push()
        self.point.world.pull()
        self.point.look()

    def join(self) -> None:
        code = JoinCode(SITE, WHO, unix_ms() // 1000 // JOIN_WINDOW_S)
        page = f"/c/{SITE}/join"
        assert act(self.phone, page, page, code=join_digits(code, SECRET)).status_code == 303

    def touch(self, verb: str, **form: str) -> str:
        return text(act(self.phone, f"{A1}/{verb}", A1, **form))

    def page(self) -> str:
        return text(self.phone.get(f"{A1}?lang=en"))

    def report(self, name: str) -> Sheet:
        office, today = self.world.office, formats.today()
        with reading(office.engine) as connection:
            names = load_names(connection, office.region_id, "en")
            days = AskedDays(today - timedelta(days=9), today + timedelta(days=9))
            return REPORTS[name](connection, office.region_id, days, names)

    def agrees(self) -> None:
        at_office = tuple(self.world.balance_fen(each) for each in (OWN, HELD, ELECTRICITY, SERVICE))
        assert at_office == self.point.books()
        assert self.world.reviews() == [] and self.world.discrepancies() == []


@pytest.fixture
def town(tmp_path: Path, database_url: str) -> Iterator[Town]:
    with open_town(tmp_path, database_url) as opened:
        yield opened


@contextmanager
def open_town(tmp_path: Path, database_url: str = "") -> Iterator[Town]:
    settings = OfficeSettings(data=tmp_path / "office", database=database_url, proxies=0)
    app = create_office(settings)
    office: Office = app.extensions["office"]
    try:
        with served(app) as url:
            world = OfficeWorld(office, url)
            world.publish(Kind.SITE, SITE, site())
            scope = site_scope(SITE)
            world.publish(CHARGING_KEY, SITE, ChargingKey(site=SITE, secret=SECRET), scope=scope)
            folder = tmp_path / "kiosk"
            folder.mkdir()
            point = Point(Linked(folder, world, time=TestTime(wall_ms=unix_ms())), tick_s=1.0)  # type: ignore[arg-type]
            for who in (WHO, OTHER):
                world.publish(Kind.CARD, card(who).token, card(who), label=str(who))
            try:
                yield Town(world, point, Browser(app.test_client()))
            finally:
                point.close()
                assert isinstance(point.world, Linked)
                point.world.close()
    finally:
        office.close()


def orders(town: Town) -> int:
    with reading(town.world.office.engine) as connection:
        return len(list(current_values(connection, town.world.office.region_id, REMOTE_ORDER)))


def test_a_button_on_a_phone_starts_a_socket_and_another_stops_it(town: Town) -> None:
    town.join()
    town.point.plug(1)
    town.touch("start", cap_fen="500")
    town.sync()
    town.point.pass_by(3)
    assert town.point.view().order, "the kiosk has heard of it and carries it out"
    town.sync()
    page = town.page()
    assert "Stop charging" in page, "current flows, and the office has been told"
    assert orders(town) == 0, "what is answered is asked no more"
    town.point.pass_by(60)
    town.touch("stop")
    town.sync()
    town.point.pass_by(10)
    town.sync()
    (ended,) = town.point.ends()
    assert (ended.reason, ended.energy_wh > 0) == ("stopped", True)
    page = town.page()
    assert "Start charging" in page
    assert "Stop charging" not in page
    assert orders(town) == 0
    town.agrees()


def test_a_phone_is_told_that_nothing_was_plugged_in(town: Town) -> None:
    town.join()
    town.touch("start", cap_fen="500")
    town.sync()
    town.point.pass_by(400)
    town.sync()
    (ended,) = town.point.ends()
    assert ended.electricity_fen + ended.service_fen == 0
    page = town.page()
    assert "It did not charge" in page
    assert "Start charging" in page
    town.agrees()


def test_a_socket_that_is_taken_meanwhile_is_refused_and_nothing_is_held(town: Town) -> None:
    town.join()
    town.point.plug(1)
    assert town.point.start(who=OTHER) == "charging_starting"
    town.touch("start", cap_fen="500")
    town.sync()
    town.point.pass_by(2)
    town.sync()
    assert town.world.balance_fen(HELD) == 0
    assert "Being started" not in town.page()
    assert orders(town) == 0


def test_what_a_code_promised_is_held_by_the_kiosk_alone(town: Town) -> None:
    town.join()
    town.lose_the_network()
    page = town.touch("start", cap_fen="500")
    at = TypedAt(SITE, "east", 1, (300, 500, 1000))
    code = find_typed(digits_on(page), at, [WHO, OTHER], SECRET, unix_ms() // 1000)
    town.point.plug(1)
    now = town.point.counter.clock.now()
    started = town.point.charging.start(
        town.point.payer(WHO), "A1", means=Means.CODE, at=now, cap_fen=code.cap_fen, nonce=code.nonce
    )
    assert started.code == "charging_starting"
    town.point.pass_by(900)
    assert town.point.start(nonce=code.nonce, number=2) == "start_code_used"
    town.sync()
    assert "Stop charging" in town.page(), "the phone sees what its code has started"
    town.point.stop()
    town.point.pass_by(10)
    town.sync()
    town.agrees()


def digits_on(page: str) -> str:
    typed = re.search(r'class="digits">(\d{4}) (\d{4})<', page)
    assert typed is not None, page
    return "".join(typed.groups())


def renew(town: Town, *, at_once: bool = False) -> None:
    with writing(town.world.office.engine) as connection:
        assert keys.renew(connection, town.world.office.region_id, SITE, at_once=at_once)


def key_of(town: Town) -> ChargingKey:
    with writing(town.world.office.engine) as connection:
        keys.forget_former(connection, town.world.office.region_id, formats.today())
        found = shown(connection, town.world.office.region_id, CHARGING_KEY, SITE)
    assert found is not None
    return found


def typed(town: Town, digits: str, request_id: str) -> str:
    coming = Coming(town.point.counter.here, town.point.charging)
    return town.point.asked(lambda: coming.typed("A1", digits, request_id))


def test_a_code_under_way_stays_good_when_the_sites_key_is_renewed(town: Town) -> None:
    town.join()
    town.lose_the_network()
    before = digits_on(town.touch("start", cap_fen="500"))
    renew(town)
    assert digits_on(town.touch("start", cap_fen="500")) == before, (
        "a kiosk that is cut off has the former key"
    )
    renew(town)
    assert key_of(town).former == SECRET, "and it is kept however often another is made"
    town.point.plug(1)
    assert typed(town, "00000000", "1" * 32) == "start_code_wrong"
    town.sync()  # the kiosk has the new key, and the office does not know that yet
    assert typed(town, before, "2" * 32) == "charging_starting", "also at a kiosk that has heard of it"
    town.sync()
    assert (key_of(town).former, key_of(town).secret == SECRET) == (b"", False)
    town.point.stop()
    town.point.pass_by(10)
    town.lose_the_network()
    after = digits_on(town.touch("start", cap_fen="300"))
    town.sync()
    assert typed(town, after, "3" * 32) in ("charging_starting", "start_code_used")


def test_a_key_in_wrong_hands_goes_at_once_and_its_codes_with_it(town: Town) -> None:
    town.join()
    town.lose_the_network()
    before = digits_on(town.touch("start", cap_fen="500"))
    renew(town, at_once=True)
    town.sync()
    town.point.plug(1)
    assert typed(town, before, "1" * 32) == "start_code_wrong"
    town.lose_the_network()
    after = digits_on(town.touch("start", cap_fen="500"))
    assert after != before
    assert typed(town, after, "2" * 32) == "charging_starting"


def test_the_office_stops_what_runs(town: Town) -> None:
    office = town.world.office
    town.point.plug(1)
    assert town.point.start() == "charging_starting"
    town.point.pass_by(5)
    town.sync()
    with writing(office.engine) as connection:
        with pytest.raises(click.ClickException, match="nothing runs there"):
            stop(connection, office, SITE, "A2")
        with pytest.raises(click.UsageError, match="A1, A2, A3, A4 allowed"):
            stop(connection, office, SITE, "Z9")
        stop(connection, office, SITE, "a1")
    town.sync()
    town.point.pass_by(10)
    town.sync()
    assert [each.reason for each in town.point.ends()] == ["stopped_by_office"]
    assert orders(town) == 0
    town.agrees()


def test_after_a_week_offline_every_report_says_what_the_kiosk_wrote(town: Town) -> None:
    for day in range(3):
        town.point.plug(1)
        assert town.point.start() == "charging_starting"
        town.point.pass_by(900)
        town.point.stop()
        town.point.pass_by(10)
        assert day == 2 or town.point.away(86_400) is None
    town.sync()
    town.agrees()
    ends = town.point.ends()
    money = town.report("money")
    assert [row[2] for row in money.rows] == [1, 1, 1]
    energy_wh, electricity_fen, service_fen = (
        sum(each)
        for each in zip(
            *((each.energy_wh, each.electricity_fen, each.service_fen) for each in ends), strict=True
        )
    )
    assert money.total[4:7] == (energy_wh, electricity_fen, service_fen)
    assert (electricity_fen, service_fen) == town.point.books()[2:]
    assert len(town.report("sessions").rows) == 3
    assert sum(int(row[3]) for row in town.report("hours").rows) >= 3 * 14
    assert town.report("orphans").rows == []
