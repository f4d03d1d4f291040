"""What the overview and the page of kiosks say of them."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from kiosk.catalogue.contact import SILENCE_MS, Heard
from sync.office.console import formats
from sync.office.keys.devices import seen
from sync.office.store.database import writing
from sync.office.store.tables import devices, journals
from tests.office.books import HERE, MONDAY, THERE


def test_overview(sold, clerk, monkeypatch):
    monkeypatch.setattr(formats, "today", lambda zone_name="": MONDAY)
    page = " ".join(clerk.text("/").split())
    assert '<h2>华圣食堂</h2> <p class="figure">2<small>' in page
    assert "<dt>居民自付</dt><dd>25.00</dd>" in page
    assert "<dt>补贴</dt><dd>5.00</dd>" in page
    assert '<h2>富源食堂</h2> <p class="figure">0<small>' in page
    assert page.count("在线") == 2


def test_kiosks_tell_what_is_not_yet_sent(sold, clerk):
    with writing(sold.office.engine) as connection:
        connection.execute(journals.update().where(journals.c.site == HERE).values(claimed_seq=1314))
        connection.execute(devices.update().where(devices.c.site == THERE).values(revoked_at_ms=1))
    page = clerk.text("/kiosks?lang=en")
    assert 'data-label="Not yet sent">1,312</td>' in page
    assert "kiosk at huasheng" in page
    assert "1312 records wait there though it is in contact" in page
    assert "kiosk at fuyuan" not in page
    assert "kiosk at fuyuan" in clerk.text("/kiosks?which=revoked")
    assert "kiosk at fuyuan" not in clerk.text("/")


@pytest.mark.parametrize("path", ["/", "/kiosks"])
def test_a_kiosk_that_is_not_heard_says_since_when_within_a_minute(sold, clerk, monkeypatch, path):
    heard = sold.office.moment()
    with writing(sold.office.engine) as connection:
        for device in (HERE, THERE):
            wanted = devices.c.site == device
            device_id = connection.execute(sa.select(devices.c.device_id).where(wanted)).scalar_one()
            seen(connection, sold.office.region_id, device_id, heard)

    def later(ms: int, wall_step_ms: int = 0) -> None:
        moment = Heard(heard.at_ms + ms + wall_step_ms, heard.boot_id, heard.monotonic_ms + ms)
        monkeypatch.setattr(sold.office, "moment", lambda: moment)

    later(SILENCE_MS - 1, wall_step_ms=3_600_000)
    assert clerk.text(f"{path}?lang=en").count("In contact") == 2, "a clock that is set cuts no cable"
    later(SILENCE_MS)
    page = clerk.text(f"{path}?lang=zh")
    assert page.count(f"{formats.when(heard.at_ms)} 起没有联系") == 2
    unsent = '<td class="num" data-label="待送">–</td>' if path == "/kiosks" else '<td class="num">–</td>'
    assert page.count(unsent) == 2, "what it has not sent is not known"
    later(600_000, wall_step_ms=-600_000)
    assert clerk.text(path).count("起没有联系") == 2, "nor does it mend one"
    later(2 * 86_400_000)
    assert clerk.text(path).count('lamp brick">') == 2
