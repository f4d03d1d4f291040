"""The wall of kiosks, and what a clerk does to one in the browser."""

from __future__ import annotations

import re

import sqlalchemy as sa

from kiosk.ledger.sql import run
from sync.enrolling.codes import code_hash
from sync.office.people.access import audit
from sync.office.people.access.permissions import Role
from sync.office.people.access.posts import Post
from sync.office.store.database import reading, writing
from sync.office.store.tables import devices, enrolment_codes
from tests.office.access.walking import walker
from tests.office.books import HERE, PASSWORD, THERE, Books, Browser

DEVICE = HERE.encode().ljust(16, b"-")
PAGE = f"/kiosks/{DEVICE.hex()}"


def text(browser: Browser, path: str) -> str:
    answer = browser.get(path)
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def says(books: Books, troubles: str = "", disk_free_mb: int = 9000, clock_ahead_ms: int = 0) -> None:
    """The kiosk at HERE said so a moment ago."""
    row = (books.office.region_id, DEVICE, books.office.now_ms(), "0.5.0", disk_free_mb, clock_ahead_ms)
    with writing(books.office.engine) as connection:
        run(connection, "DELETE FROM device_states", ())
        run(connection, "INSERT INTO device_states VALUES (?, ?, ?, ?, ?, ?, ?)", (*row, troubles))


def last_deed(books: Books) -> audit.Deed:
    with reading(books.office.engine) as connection:
        return list(audit.kept(connection, books.office.region_id))[-1].deed


def test_each_fault_says_what_to_do(books: Books, clerk: Browser) -> None:
    books.sell(elders=500)
    says(books)
    page = text(clerk, "/kiosks?lang=en")
    assert "All kiosks are in order" in page
    says(books, "reader_unplugged printer_out_of_paper", disk_free_mb=120, clock_ahead_ms=-600_000)
    page = text(clerk, "/kiosks?lang=en")
    assert "1 kiosk needs somebody." in page
    assert page.index("The card reader does not work") < page.index("The printer is out of paper")
    assert "Have a new roll laid in." in page
    assert "Little room on its disk: 120 MB" in page
    assert "Its clock is 10 minutes off" in page
    assert "读卡器不工作" in text(clerk, "/kiosks?lang=zh")
    says(books, "outlets_on_fire")
    assert "It says: outlets_on_fire" in text(clerk, "/kiosks?lang=en")


def test_the_wall_is_searched_and_turned_over(books: Books, clerk: Browser) -> None:
    books.sell(elders=500)
    books.sell(site=THERE, elders=500)
    says(books, "reader_unplugged")
    assert "kiosk at fuyuan" not in text(clerk, "/kiosks?which=faulty")
    assert "kiosk at fuyuan" not in text(clerk, "/kiosks?q=huash")
    assert "kiosk at huasheng" not in text(clerk, f"/kiosks?site={THERE}")
    assert "kiosk at" not in text(clerk, "/kiosks?page=1")


def test_a_kiosk_is_enrolled_with_the_code_that_the_page_shows(books: Books, clerk: Browser) -> None:
    form = walker(clerk).form
    page = clerk.post("/kiosks/new?lang=en", {**form, "name": "front", "site": HERE}).get_data(as_text=True)
    (code,) = re.findall(r'<p class="code">([0-9A-Z-]{35})</p>', page)
    assert f"sudo kiosk enrol {code}" in page
    assert f'site = "{HERE}"' in page
    with reading(books.office.engine) as connection:
        row = connection.execute(sa.select(enrolment_codes)).one()
    assert (row.code_hash, row.name, row.site, row.replaces) == (code_hash(code), "front", HERE, None)
    deed = last_deed(books)
    assert (deed.who, deed.what, deed.about) == ("wang", "enrol_kiosk", {"name": "front", "site": HERE})


def test_what_is_missing_is_said_at_its_field(books: Books, clerk: Browser) -> None:
    form = walker(clerk).form
    answer = clerk.post("/kiosks/new?lang=en", {**form, "name": " ", "site": "nowhere"})
    assert answer.status_code == 400
    page = answer.get_data(as_text=True)
    assert "A name of 1 to 40 characters" in page
    assert "Please choose a site." in page
    with reading(books.office.engine) as connection:
        assert connection.execute(sa.select(enrolment_codes)).all() == []


def test_a_kiosk_is_named_and_replaced(books: Books, clerk: Browser) -> None:
    books.sell(elders=500)
    form = walker(clerk).form
    assert clerk.post(f"{PAGE}/rename", {**form, "name": "by the door"}).location == PAGE
    assert "by the door" in text(clerk, "/kiosks")
    deed = last_deed(books)
    assert (deed.before, deed.after) == ({"name": "kiosk at huasheng"}, {"name": "by the door"})
    assert clerk.post(f"{PAGE}/rename", {**form, "name": ""}).status_code == 400
    moved = clerk.post(f"{PAGE}/replace?lang=en", {**form, "name": "by the door", "site": THERE})
    assert "sudo kiosk-sync enrol --again" in moved.get_data(as_text=True)
    with reading(books.office.engine) as connection:
        row = connection.execute(sa.select(enrolment_codes)).one()
    assert (row.site, row.replaces) == (THERE, DEVICE)


def test_revoking_asks_first_and_writing_off_is_for_those_who_move_money(books: Books) -> None:
    books.sell(elders=500)
    books.hire("tech", PASSWORD, [Post(Role.TECHNICIAN)])
    technician = books.browser()
    technician.log_in("tech")
    question = text(technician, f"{PAGE}/revoke?lang=en")
    assert "no way back" in question
    assert "write_off" not in question
    form = walker(technician).form
    assert technician.post(f"{PAGE}/revoke", {**form, "write_off": "1"}).status_code == 403
    assert revoked_at_ms(books) is None
    technician.post(f"{PAGE}/revoke", form)
    assert revoked_at_ms(books) is not None
    assert last_deed(books).after == {"state": "revoked"}
    assert "Rename" not in text(technician, PAGE)


def test_a_lost_kiosk_is_written_off(books: Books, clerk: Browser) -> None:
    books.sell(elders=500)
    clerk.post(f"{PAGE}/revoke", {**walker(clerk).form, "write_off": "1"})
    assert last_deed(books).after == {"state": "revoked", "set_aside_fen": "0"}
    assert "已封存" in text(clerk, f"{PAGE}?lang=zh")


def revoked_at_ms(books: Books) -> int | None:
    with reading(books.office.engine) as connection:
        query = sa.select(devices.c.revoked_at_ms).where(devices.c.device_id == DEVICE)
        return connection.execute(query).scalar_one()
