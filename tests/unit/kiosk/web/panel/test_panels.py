"""The staff's screen shows what the site offers: of a service that a site leaves out no button shows."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from drivers.contracts import Authentication, CardFamily, CardTap
from kiosk.app import Kiosk
from kiosk.catalogue.items import Kind
from kiosk.services.listed import SERVICES
from kiosk.web.events.staff import StaffScreen
from kiosk.web.panel.panels import shown_actions, shown_panels
from tests.factories import SITE, World, resident, site, uid_of
from tests.services.test_left_out import close, opened

WHO = 1001
TAP = CardTap(uid_of(WHO), CardFamily.TYPE2, Authentication.NOT_OFFERED, None, 0)
OF_MEALS = ("Forgot the card", "Guest", "Kitchen", "Another portion", "Something extra", "Order ahead")
OF_ANY_SITE = ("Cards", "Shift", "Top up", "Something is wrong")


@pytest.fixture
def kiosk(world: World) -> Iterator[Kiosk]:
    """Somebody was just served."""
    world.add(resident(WHO))
    kiosk = opened(world, SERVICES)
    kiosk.taps.handle(TAP)
    yield kiosk
    close(kiosk)


def told(kiosk: Kiosk, world: World, offers: tuple[str, ...], *, meals: bool = True) -> None:
    """What the office says of the site."""
    here = site(offers=offers) if meals else site(offers=offers, meals=())
    world.publish(Kind.SITE, {SITE: here})
    kiosk.look()


def shown(kiosk: Kiosk) -> str:
    """The bar, and what can be done about the last answer."""
    with kiosk.web.test_request_context("/staff?lang=en"):
        parts = dict(StaffScreen(kiosk.board, kiosk.duty, "session").first())
    return parts["jobs"] + parts["now"]


def owners(kiosk: Kiosk) -> set[str]:
    """Whose buttons there are, but for those that wait for something live."""
    panels, actions = (
        shown_panels(kiosk.web, kiosk.board.standing),
        shown_actions(kiosk.web, kiosk.board.standing),
    )
    listed = kiosk.web.config["STAFF_PANELS"] + kiosk.web.config["STAFF_ACTIONS"]
    return {service for service, each in listed if each in [*panels, *actions]}


def test_a_service_that_a_site_leaves_out_has_no_button(kiosk: Kiosk, world: World) -> None:
    everybody = owners(kiosk)
    told(kiosk, world, ("charging",))
    assert owners(kiosk) == everybody - {"canteen"}
    told(kiosk, world, ())
    assert owners(kiosk) == everybody, "as soon as the office says so, without a new start"


def test_where_bicycles_only_are_charged_nothing_of_meals_is_shown(kiosk: Kiosk, world: World) -> None:
    assert all(words in shown(kiosk) for words in (*OF_MEALS, *OF_ANY_SITE))
    told(kiosk, world, ("charging",), meals=False)
    assert not [words for words in OF_MEALS if words in shown(kiosk)]
    assert all(words in shown(kiosk) for words in OF_ANY_SITE)
