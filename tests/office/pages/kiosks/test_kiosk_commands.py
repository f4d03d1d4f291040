"""A technician tells a kiosk what to do, and sees what became of it."""

from __future__ import annotations

import re
import zlib
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from kiosk.common.clock import unix_ms
from kiosk.counter import open_counter
from kiosk.services.upkeep.actions import Upkeep
from kiosk.services.upkeep.items import KIOSK_COMMAND, Do
from kiosk.services.upkeep.records import COMMAND_ANSWERED, CommandAnswered
from sync.office.catalogue.published import current_values
from sync.office.console import formats
from sync.office.people.access.areas import EVERYWHERE
from sync.office.people.access.permissions import Role
from sync.office.people.access.posts import Post
from sync.office.services.upkeep import commands
from sync.office.services.upkeep.commands import CommandState
from sync.office.store.database import reading, writing
from sync.office.store.tables import catalogue_items, devices
from tests.charging.linked import Linked, charging_office
from tests.factories import OFFERED, TestTime
from tests.office.access.walking import walker
from tests.office.books import HERE, PASSWORD, Books, Browser

DEVICE = HERE.encode().ljust(16, b"-").hex()


@pytest.fixture
def technician(books: Books) -> Browser:
    books.sell()  # so that there is a kiosk with a journal
    books.hire("zhao", PASSWORD, [Post(Role.TECHNICIAN)])
    browser = books.browser()
    browser.log_in("zhao")
    return browser


def text(browser: Browser) -> str:
    return " ".join(browser.get("/upkeep?lang=en").get_data(as_text=True).split())


def tell(browser: Browser, do: str, status: int = 302) -> None:
    form = {**walker(browser).form, "device": DEVICE, "do": do}
    assert browser.post("/upkeep/tell", form).status_code == status


def command_of(books: Books) -> str:
    with reading(books.office.engine) as connection:
        (found,) = current_values(connection, books.office.region_id, KIOSK_COMMAND)
    return found.command


def read_by_the_kiosk(books: Books) -> None:
    with writing(books.office.engine) as connection:
        newest = connection.execute(
            catalogue_items.select().order_by(catalogue_items.c.revision.desc())
        ).first()
        assert newest is not None
        connection.execute(devices.update().values(block_cursor=newest.revision))


def test_a_command_is_asked_heard_and_answered_with_the_kiosks_log(books: Books, technician: Browser) -> None:
    tell(technician, "send_log")
    command = command_of(books)
    assert "Asked, not heard yet" in text(technician)
    read_by_the_kiosk(books)
    assert "Heard, not answered yet" in text(technician)
    answered = CommandAnswered(command, "done", log=zlib.compress(b"card_reader_lost"))
    assert books.write(COMMAND_ANSWERED, answered) == []
    page = text(technician)
    assert ">Done<" in page
    (log,) = re.findall(r'href="(/upkeep/[^"]+\.log)"', page)
    assert technician.get(log).get_data() == b"card_reader_lost\n"


def test_what_nobody_heard_in_time_is_said_not_to_be_done(
    books: Books, technician: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    tell(technician, "restart")
    later = books.office.now_ms() + commands.GOOD_FOR_MS + 1
    monkeypatch.setattr(books.office, "now_ms", lambda: later)
    assert "Not heard in time: it is not done" in text(technician)
    read_by_the_kiosk(books)
    assert books.write(COMMAND_ANSWERED, CommandAnswered(command_of(books), "too_old")) == []
    assert "Heard too late: it was not done" in text(technician)


def test_a_log_that_is_none_and_a_command_that_is_none_are_refused(books: Books, technician: Browser) -> None:
    tell(technician, "make_coffee", 400)
    tell(technician, "send_log")
    command = command_of(books)
    assert books.write(COMMAND_ANSWERED, CommandAnswered(command, "done", log=b"no zlib")) == []
    assert technician.get(f"/upkeep/{DEVICE}/{command}.log").status_code == 404


def test_commands_are_forgotten_a_month_after(books: Books, technician: Browser) -> None:
    tell(technician, "restart")
    with writing(books.office.engine) as connection:
        commands.forget(connection, books.office.region_id, formats.today() + timedelta(days=29))
    assert command_of(books)
    with writing(books.office.engine) as connection:
        commands.forget(connection, books.office.region_id, formats.today() + timedelta(days=32))
    assert "Nothing was asked yet." in text(technician)


def test_a_real_kiosk_hears_it_does_it_once_and_the_office_sees_it_done(tmp_path: Path) -> None:
    with charging_office(tmp_path / "office") as world:
        office, region_id = world.office, 1
        kiosk = Linked(tmp_path / "kiosk", world, time=TestTime(wall_ms=unix_ms()))
        counter = open_counter(kiosk.settings(), OFFERED, kiosk.time.source())
        kiosk.push()
        with reading(office.engine) as connection:
            (device,) = connection.execute(sa.select(devices.c.device_id)).scalars()
        with writing(office.engine) as connection:
            commands.tell(connection, region_id, device, Do.RESTART, by="zhao", at_ms=office.now_ms())
        kiosk.pull()
        ended: list[str] = []
        for _again in range(2):  # and once more, as if it had just been started anew
            Upkeep(counter.here, lambda: ended.append("restart"), lambda: True).step()
        kiosk.push()
        with reading(office.engine) as connection:
            (told,) = commands.told(connection, region_id, EVERYWHERE, office.now_ms())
        assert (ended, told.state, told.by) == (["restart"], CommandState.DONE, "zhao")
        counter.close()
        kiosk.close()
