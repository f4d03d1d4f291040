"""A kiosk says how it is with what it asks anyway, once and when that changes."""

from __future__ import annotations

from msgspec.structs import replace

from kiosk.plain.word_beside import WordBeside
from kiosk.services.canteen.items import PRODUCT, Product
from sync.office.console.kiosks.wall import KioskOnWall, on_the_wall
from sync.office.people.access.areas import EVERYWHERE
from sync.office.store.database import reading
from sync.wire import messages, signing
from sync.wire.messages import KioskState, Page
from tests.sync.world import Kiosk, OfficeWorld


def shown(office: OfficeWorld) -> KioskOnWall:
    with reading(office.office.engine) as connection:
        (only,) = on_the_wall(connection, office.office.region_id, office.office.moment(), EVERYWHERE)
    return only


def codes(office: OfficeWorld) -> list[str]:
    return [each.code for each in shown(office).faults]


def test_the_office_hears_of_an_empty_roll_and_that_it_was_changed(office: OfficeWorld, kiosk: Kiosk) -> None:
    kiosk.agent.once()
    assert codes(office) == ["not_running"], "no counter has the folder open"
    counter = WordBeside(kiosk.folder)
    counter.open()
    counter.say(["printer_out_of_paper"])
    kiosk.agent.once()
    found = shown(office)
    assert [each.code for each in found.faults] == ["printer_out_of_paper"]
    assert found.state is not None
    assert found.state.version
    assert found.state.disk_free_mb > 0
    assert abs(found.state.clock_ahead_ms) < 60_000
    counter.say([])
    kiosk.agent.once()
    assert codes(office) == []
    counter.close()


def test_nothing_is_said_twice(office: OfficeWorld, kiosk: Kiosk) -> None:
    kiosk.agent.once()
    told = shown(office).state
    kiosk.agent.once()
    assert shown(office).state == told


def test_a_kiosk_is_behind_until_it_has_asked_from_beyond_what_is_new(
    office: OfficeWorld, kiosk: Kiosk
) -> None:
    kiosk.agent.once()
    kiosk.agent.once()
    assert (shown(office).has_read, shown(office).revisions_behind) == (True, 0)
    office.publish(PRODUCT, "soup", Product(id="soup", name={}, price_fen=100))
    assert shown(office).revisions_behind == 1
    kiosk.agent.pull_stage.run(kiosk.transport, kiosk.agent.pinned())
    assert shown(office).revisions_behind == 1, "it was sent, and not yet confirmed"
    kiosk.agent.pull_stage.run(kiosk.transport, kiosk.agent.pinned())
    assert shown(office).revisions_behind == 0


def test_what_cannot_be_read_of_it_keeps_no_news_back(office: OfficeWorld, kiosk: Kiosk) -> None:
    kiosk.agent.once()
    told = shown(office).state
    for said in (b"\xc1", messages.encode(KioskState(-1, "x", 1)), b"\x90"):
        pull = replace(kiosk.agent.pull_stage.request(), state=said)
        pinned = kiosk.agent.pinned()
        answer = kiosk.transport.ask("/v1/catalogue", signing.pull_context(), pull, kiosk.agent.key, pinned)
        assert isinstance(answer, Page)
    assert shown(office).state == told
