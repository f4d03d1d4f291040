"""What a browser gets in which nobody signed in, at a real kiosk."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from argon2 import PasswordHasher
from flask.testing import FlaskClient
from msgspec.structs import replace

from kiosk.app import Kiosk, create_app
from kiosk.catalogue.items import Kind
from kiosk.common.outcomes import Person, Tone
from kiosk.people.staff import Role, Staff
from kiosk.web.panel.signing_in import OPEN
from kiosk.web.security.headers import is_static
from tests.factories import SITE, World
from tests.results import answer

PIN, OLD_PIN = "258046", "2580"
CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
STAFF = [
    Staff(id="wang", name="王师傅", site=SITE, roles=(Role.SERVER,), pin_hash=CHEAP.hash(PIN)),
    Staff(id="old", name="老张", site=SITE, roles=(Role.SERVER,), pin_hash=CHEAP.hash(OLD_PIN)),
]
MATTER = {"matter": "name"}  # the one part of an address that has to be one of a few words
FACE = Person(
    resident_id=1,
    name="林秀英",
    honorific="奶奶",
    age=82,
    building="7 号楼",
    categories=(),
    diet=(),
    photo="",
)


@pytest.fixture
def kiosk(world: World) -> Iterator[Kiosk]:
    world.publish(Kind.STAFF, {each.id: each for each in STAFF})
    made = create_app(world.settings(), lambda *_: [], world.time.source())
    made.look()
    made.board.show(replace(answer(Tone.GOOD, "served", FACE, own_fen=730), at_ms=1))
    made.taps.start()
    yield made
    made._looker.start()
    made.stop()


@pytest.fixture
def client(kiosk: Kiosk) -> FlaskClient:
    return kiosk.web.test_client()


def token(client: FlaskClient) -> dict[str, str]:
    found = re.search(r'name="csrf-token" content="([^"]+)"', client.get("/staff").get_data(as_text=True))
    assert found
    return {"X-CSRFToken": found[1]}


def sign_in(client: FlaskClient, staff_id: str = "wang", pin: str = PIN, **form: str) -> tuple[int, str, str]:
    answer = client.post("/duty/in", data={"staff": staff_id, "pin": pin, **form}, headers=token(client))
    return answer.status_code, answer.headers.get("X-Open", ""), answer.get_data(as_text=True)


# Whoever stands at a charging point chooses a socket, types a phone's code, and joins a phone to the card
# that is tapped then. What a technician clears is asked for there.
TO_ALL = {
    f"charging.{each}"
    for each in ("shelter", "socket", "choose", "code", "start_by_code", "phone", "join", "clear")
}


def test_all_that_acts_or_shows_people_is_behind_the_sign_in(kiosk: Kiosk, client: FlaskClient) -> None:
    """Whatever is added later is too, unless it is named in `OPEN`, or a service offers it to all."""
    headers = token(client)
    asked = []
    assert kiosk.web.config["OPEN"] == TO_ALL
    for rule in kiosk.web.url_map.iter_rules():
        if rule.endpoint in OPEN | TO_ALL or is_static(rule.endpoint):
            continue
        with kiosk.web.test_request_context():
            address = kiosk.web.url_for(rule.endpoint, **dict.fromkeys(rule.arguments, "1") | MATTER)
        for method in (rule.methods or set()) & {"GET", "POST"}:
            answer = client.open(address, method=method, headers=headers)
            asked.append((rule.endpoint, method))
            assert answer.status_code == 401, f"{method} {address}"
            assert "林秀英" not in answer.get_data(as_text=True)
    assert ("side.photo", "GET") in asked
    assert {("pages.say_again", "POST"), ("clock.confirm", "POST")} <= set(asked)


def test_one_browser_signs_in_and_another_sees_nobody(kiosk: Kiosk, client: FlaskClient) -> None:
    other = kiosk.web.test_client()
    assert sign_in(client)[0] == 204
    mine, theirs = (each.get("/staff").get_data(as_text=True) for each in (client, other))
    assert "林秀英" in mine and "7.3" in mine and "data-locked" not in mine
    assert "林秀英" not in theirs and "7.3" not in theirs and "data-locked" in theirs
    assert client.get("/shift/").status_code == 200
    assert other.get("/shift/").status_code == 401
    other.post("/duty/lock", headers=token(other))
    assert client.get("/shift/").status_code == 200
    client.post("/duty/lock", headers=token(client))
    assert client.get("/shift/").status_code == 401


def test_a_catalogue_that_is_lost_lets_nobody_in(world: World, kiosk: Kiosk, client: FlaskClient) -> None:
    """A counter without staff is open, but not one that forgot whom it has."""
    for kind, key in ((Kind.SITE, SITE), (Kind.STAFF, "wang"), (Kind.STAFF, "old")):
        world.withdraw(kind, key)
    kiosk.look()
    page = client.get("/staff").get_data(as_text=True)
    assert "data-locked" in page and "林秀英" not in page
    assert client.get("/shift/").status_code == 401


def test_a_cookie_of_ones_own_making_is_nobodys(kiosk: Kiosk, client: FlaskClient) -> None:
    sign_in(client)
    stranger = kiosk.web.test_client()
    stranger.set_cookie("kiosk", "eyJpZCI6IiJ9.aaaaaa.bbbbbbbbbbbbbbbbbbbbbbbbbbb")
    assert stranger.get("/shift/").status_code == 401


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(client: FlaskClient) -> None:
    cookie = client.get("/staff").headers["Set-Cookie"]
    assert "HttpOnly" in cookie and "SameSite=Strict" in cookie


@pytest.mark.parametrize("wanted", ["/shift/?lang=en", "/till/record?receipt=a1%2Fb"])
def test_after_signing_in_what_was_wanted_is_opened(client: FlaskClient, wanted: str) -> None:
    assert sign_in(client, wanted=wanted)[:2] == (200, wanted)


@pytest.mark.parametrize(
    "wanted", ["//evil.example", "/\\evil.example", "/\t/evil.example", "/a\nb", "https://evil.example", "x"]
)
def test_nothing_leads_away_from_the_kiosk(client: FlaskClient, wanted: str) -> None:
    assert sign_in(client, wanted=wanted)[:2] == (204, "")


def test_a_pin_of_before_signs_in_and_says_that_it_is_too_short(client: FlaskClient) -> None:
    status, _, panel = sign_in(client, "old", OLD_PIN)
    assert (status, "您的密码太短" in panel) == (200, True)
    assert client.get("/shift/").status_code == 200


def test_what_a_badge_says_in_the_address_is_only_text(client: FlaskClient) -> None:
    for asked in ("staff=chen&refused=too_many_pins", "refused=%0A", "staff=%3Cb%3E"):
        answer = client.get(f"/duty/?{asked}")
        assert (answer.status_code, "<b>" in answer.get_data(as_text=True)) == (200, False)
