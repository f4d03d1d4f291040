"""What charging costs is changed in the browser by two people, after a look at last month."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from kiosk.services.charging.items import CHARGING_TARIFF, Basis, ChargingTariff
from kiosk.services.charging.machine.tariffs import tariff_for
from sync.office.catalogue.published import current_values
from sync.office.console import formats
from sync.office.people.access.permissions import Role
from sync.office.people.access.posts import Post
from sync.office.store.database import reading
from tests.office.access.walking import walker
from tests.office.books import HERE, PASSWORD, TODAY, Books, Browser
from tests.office.charging.point import open_point, session

FROM = TODAY + timedelta(days=3)
TABLE = "/price-tables/charging_tariffs"
DEARER = {
    "key": "energy",
    "site": "*",
    "first_day": str(FROM),
    "seen_from": str(TODAY),
    "basis": "energy",
    "electricity_fen_per_kwh": "0.70",
    "service_fen_per_kwh": "0.50",
}
BY_POWER = {
    **DEARER,
    "basis": "power",
    "electricity_fen_per_kwh": "",
    "service_fen_per_kwh": "",
    "to_w_0": "200",
    "electricity_0": "0.12",
    "service_0": "0.08",
    "to_w_1": "600",
    "electricity_1": "0.40",
    "service_1": "0.30",
}


@pytest.fixture
def point(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Books]:
    monkeypatch.setattr(formats, "today", lambda zone_name="": TODAY)
    with open_point(tmp_path / "office") as books:
        session(books, "0" * 16, energy_wh=500, charged_s=3600)
        session(books, "1" * 16, energy_wh=0, charged_s=600, first_wh=1500)
        yield books


def somebody(books: Books, name: str) -> Browser:
    books.hire(name, PASSWORD, [Post(Role.CLERK)])
    browser = books.browser()
    browser.log_in(name)
    return browser


def text(answer: object, status: int = 200) -> str:
    assert answer.status_code == status  # type: ignore[attr-defined]
    words = " ".join(answer.get_data(as_text=True).split())  # type: ignore[attr-defined]
    return words.replace("> ", ">").replace(" <", "<")


def post(browser: Browser, path: str, fields: dict[str, str], status: int = 200) -> str:
    return text(browser.post(f"{TABLE}/{path}", {**walker(browser).form, **fields}), status)


def decide(browser: Browser) -> None:
    (proposal,) = re.findall(r'name="proposal" value="([0-9a-f]{16})"', text(browser.get("/proposals")))[:1]
    form = {**walker(browser).form, "proposal": proposal}
    assert browser.post("/proposals/approve", form).status_code == 302


def tariffs(books: Books) -> list[ChargingTariff]:
    with reading(books.office.engine) as connection:
        return list(current_values(connection, books.office.region_id, CHARGING_TARIFF))


def holds(books: Books, days: int) -> ChargingTariff:
    """What a kiosk bills by, so many days from today."""
    return tariff_for(tariffs(books), HERE, (), TODAY + timedelta(days=days), is_metered=True)


def test_two_people_make_charging_dearer_and_see_what_last_month_would_have_cost(point: Books) -> None:
    chen, lin = somebody(point, "chen"), somebody(point, "lin")
    page = post(chen, "try?lang=en", DEARER)
    assert "<dd>1 / 2</dd>" in page, "one of the two drew nothing, and would cost nothing then either"
    assert "<dd>+0.10</dd>" in page, "half a kWh for 1.20 in place of 1.00"
    assert '<td class="num">0.50</td><td class="num">0.60</td><td class="num">0.10</td>' in page
    post(chen, "propose", {**DEARER, "reason": "the council said so"}, 302)
    assert holds(point, 3).electricity_fen_per_kwh == 60, "nothing is published yet"
    assert "not in force" in text(lin.get(f"{TABLE}?lang=en"))
    decide(lin)
    assert holds(point, 2).electricity_fen_per_kwh == 60, "until then the old price holds"
    then = holds(point, 3)
    assert (then.electricity_fen_per_kwh, then.service_fen_per_kwh, then.seen_from) == (70, 50, TODAY)


def test_what_is_billed_otherwise_takes_the_place_of_what_held(point: Books) -> None:
    """By energy comes first where both hold, so that the old tariff has to end."""
    chen, lin = somebody(point, "chen"), somebody(point, "lin")
    page = post(chen, "try?lang=en", BY_POWER)
    assert "<dd>2 / 2</dd>" in page
    assert '<td class="num">0.50</td><td class="num">0.70</td>' in page, (
        "500 W for an hour, by the second tier"
    )
    post(chen, "propose", BY_POWER, 302)
    decide(lin)
    assert holds(point, 2).basis is Basis.ENERGY
    assert holds(point, 3).basis is Basis.POWER
    (proposal,) = re.findall(r"/proposed/([0-9a-f]{16})/back", text(lin.get(TABLE)))
    assert "Before" in text(lin.get(f"{TABLE}/proposed/{proposal}/back?lang=en"))
    post(lin, "propose", {"back": proposal}, 302)
    decide(chen)
    assert holds(point, 3).basis is Basis.ENERGY


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"first_day": str(TODAY)}, "From tomorrow on"),
        ({"seen_from": str(FROM + timedelta(days=1))}, "nobody pays what was not shown"),
        ({"electricity_fen_per_kwh": "a lot"}, "An amount in yuan"),
        ({"to_w_0": "200"}, "By energy there are no prices for an hour."),
        ({"programme": "elders"}, "go together"),
        ({"site": "nowhere"}, "choose one of these"),
    ],
)
def test_what_cannot_be_is_said_at_its_field_and_nothing_is_proposed(
    point: Books, fields: dict[str, str], said: str
) -> None:
    chen = somebody(point, "chen")
    assert said in post(chen, "try?lang=en", DEARER | fields, 400)
    post(chen, "propose", DEARER | fields, 400)
    assert "not in force" not in text(chen.get(f"{TABLE}?lang=en"))
