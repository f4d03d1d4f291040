"""Each service can be left out of the list: the rest starts, serves, and shows its pages."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from drivers.contracts import Authentication, CardFamily, CardTap
from kiosk.app import Kiosk, create_app
from kiosk.common.board import News
from kiosk.journal.proof import examine
from kiosk.services.contract import Service, offered
from kiosk.services.listed import SERVICES
from kiosk.web.events.display import Display
from kiosk.web.events.staff import StaffScreen
from tests.factories import World, resident, uid_of

WHO = 1001
NO_PAGES = ("/healthz",)  # and those that never end
TAP = CardTap(uid_of(WHO), CardFamily.TYPE2, Authentication.NOT_OFFERED, None, 0)


def opened(world: World, services: tuple[Service, ...]) -> Kiosk:
    kiosk = create_app(world.settings(), lambda *_: [], world.time.source(), services)
    kiosk.look()
    return kiosk


def close(kiosk: Kiosk) -> None:
    kiosk.taps.start()
    kiosk._looker.start()
    kiosk.stop()


@pytest.fixture(params=SERVICES, ids=lambda service: f"without {service.name}")
def left_out(request: pytest.FixtureRequest) -> Service:
    return request.param


@pytest.fixture
def rest(left_out: Service) -> tuple[Service, ...]:
    return tuple(each for each in SERVICES if each is not left_out)


@pytest.fixture
def kiosk(world: World, rest: tuple[Service, ...]) -> Iterator[Kiosk]:
    world.add(resident(WHO))
    made = opened(world, rest)
    yield made
    close(made)


def test_a_tap_is_answered(kiosk: Kiosk, left_out: Service) -> None:
    assert kiosk.board.standing.trouble == ""
    kiosk.taps.handle(TAP)
    found = kiosk.board.recent[0]
    assert found.code == ("nothing_offered" if left_out.name == "canteen" else "served")
    assert found.person is not None


def test_every_page_of_the_others_opens(kiosk: Kiosk) -> None:
    kiosk.taps.handle(TAP)
    client = kiosk.web.test_client()
    pages = [rule for rule in kiosk.web.url_map.iter_rules() if "GET" in (rule.methods or ())]
    plain = [rule.rule for rule in pages if not rule.arguments and rule.rule not in NO_PAGES]
    about_somebody = [
        rule.rule.replace("<int:resident_id>", str(WHO))
        for rule in pages
        if rule.arguments == {"resident_id"}
    ]
    assert len(plain) > 5
    for path in (*plain, *about_somebody):
        assert client.get(path).status_code < 500, path


def test_both_screens_show_the_answer(kiosk: Kiosk) -> None:
    kiosk.taps.handle(TAP)
    with kiosk.web.test_request_context("/staff"):
        shown = dict(StaffScreen(kiosk.board, kiosk.duty, "session").first())
        assert "测试1001" in shown["tapped"] + shown["now"]
        for news in (News(outcome=kiosk.board.recent[0]), News(standing=kiosk.board.standing)):
            assert list(Display(kiosk.board, 6.0, kiosk.settings.voice.volume_percent).after(news))


def test_what_was_served_before_is_proved_and_told_by_the_rest(
    world: World, rest: tuple[Service, ...]
) -> None:
    """The journal keeps what a service wrote that is listed no more."""
    world.add(resident(WHO))
    all_there = opened(world, SERVICES)
    all_there.taps.handle(TAP)
    close(all_there)
    fewer = opened(world, rest)
    counter = fewer.counter()
    with counter.reader.connect() as connection, connection.begin():
        assert examine(connection, counter.journal.key, offered(rest).books).holds
    close(fewer)
    again = opened(world, SERVICES)
    counter = again.counter()
    with counter.reader.connect() as connection, connection.begin():
        assert examine(connection, counter.journal.key, offered(SERVICES).books).holds
    assert [each.code for each in again.board.recent] == ["served"]
    close(again)
