"""Charging points, prices and passes come by the import file, and go to whom they concern."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from kiosk.catalogue.items import decode_value
from kiosk.services.charging.items import CHARGING_KEY, CHARGING_PASS, CHARGING_SITE, CHARGING_TARIFF
from sync.office.importing import FileFaulty
from sync.office.store.database import reading
from sync.office.store.tables import catalogue_items
from tests.office.books import ELDER, HERE, THERE, Books, small_file
from tests.office.charging.point import charging_file, open_point


@pytest.fixture
def point(tmp_path: Path) -> Iterator[Books]:
    with open_point(tmp_path / "office") as books:
        yield books


def published(books: Books, kind) -> dict[tuple[str, str], object]:
    """Values by key and scope."""
    c = catalogue_items.c
    query = sa.select(c.key, c.scope, c.value).where(c.kind == kind, c.value.is_not(None))
    with reading(books.office.engine) as connection:
        return {(row.key, row.scope): decode_value(kind, row.value) for row in connection.execute(query)}


def test_each_goes_to_whom_it_concerns(point: Books) -> None:
    here = f"site:{HERE}"
    site = published(point, CHARGING_SITE)[HERE, here]
    assert ([each.label for each in site.sockets], site.thresholds.hot_c) == (["A1", "A2"], 60)
    assert published(point, CHARGING_TARIFF).keys() == {("energy", ""), ("power", "")}
    assert published(point, CHARGING_PASS)[str(ELDER), here].hours_per_day == 6


def test_a_sites_key_is_made_once_and_stays_at_the_site(point: Books) -> None:
    made = published(point, CHARGING_KEY)
    assert made.keys() == {(HERE, f"site:{HERE}")}
    assert len(made[HERE, f"site:{HERE}"].secret) == 32
    assert point.import_(charging_file()).changes == 0
    assert published(point, CHARGING_KEY) == made


def test_a_pass_goes_along_when_its_owner_moves(point: Books) -> None:
    moved = {"residents": [small_file()["residents"][0] | {"home_site": THERE}]}
    point.import_(moved)
    assert published(point, CHARGING_PASS).keys() == {(str(ELDER), f"site:{THERE}")}


def test_a_pass_may_come_with_its_owner(point: Books) -> None:
    new = {"id": 9, "name": "周测试", "born": "1950-01-01", "home_site": THERE}
    paid = {"resident_id": 9, "first_day": "2026-11-01", "last_day": "2026-11-30"}
    point.import_({"residents": [new], "charging_passes": [paid]})
    assert ("9", f"site:{THERE}") in published(point, CHARGING_PASS)


SOCKETS = [{"box": "shed", "number": 1, "label": "A1"}]


@pytest.mark.parametrize(
    ("part", "changed", "fault"),
    [
        ("sites", {"site": "nowhere"}, 'site: given "nowhere"; allowed: fuyuan, huasheng'),
        ("sites", {"sockets": []}, "sockets: given []; allowed: at least one socket"),
        (
            "sites",
            {"sockets": [*SOCKETS, {"box": "shed", "number": 1, "label": "A2"}]},
            'sockets[1].number: given "shed/1"; allowed: each once; sockets[0] has it already',
        ),
        (
            "sites",
            {"sockets": [*SOCKETS, {"box": "shed", "number": 2, "label": "A1"}]},
            'sockets[1].label: given "A1"; allowed: each once; sockets[0] has it already',
        ),
        ("sites", {"thresholds": {"hot_c": 20}}, "thresholds.hot_c: given 20; allowed: 40 to 90"),
        (
            "sites",
            {"thresholds": {"box_refuse_w": 8000}},
            "thresholds.box_most_w: given 7000; allowed: 8000 (`box_refuse_w`) or more",
        ),
        ("sites", {"caps_fen": [500, 300]}, "caps_fen: given [500, 300]; allowed: 1 to 6 different sums"),
        ("sites", {"quiet_from": "22"}, 'quiet_from: given "22"; allowed: an hour and minute such as 22:00'),
        ("sites", {"page": "http://a.test"}, 'page: given "http://a.test"; allowed: an address such as'),
        ("tariffs", {"basis": "cups"}, 'basis: given "cups"; allowed: energy, time, power'),
        ("tariffs", {"basis": "time"}, "tiers: given 0; allowed: one, by time"),
        ("tariffs", {"programme": "elders"}, 'programme: given "elders"; allowed: a programme together'),
        ("tariffs", {"seen_from": "2026-02-01"}, 'seen_from: given "2026-02-01"; allowed: 2026-01-01'),
        ("tariffs", {"last_day": "2025-01-01"}, 'last_day: given "2025-01-01"; allowed: 2026-01-01'),
        ("tariffs", {"electricity_fen_per_kwh": -1}, "electricity_fen_per_kwh: given -1; allowed: 0 to"),
        ("passes", {"resident_id": 77}, "resident_id: given 77; allowed: the id of a resident"),
        ("passes", {"hours_per_day": 0}, "hours_per_day: given 0; allowed: 1 to 24"),
    ],
)
def test_what_cannot_be_is_named_with_its_row(
    point: Books, part: str, changed: dict[str, object], fault: str
) -> None:
    file = charging_file()
    file[f"charging_{part}"][0] |= changed
    before = [published(point, kind) for kind in (CHARGING_SITE, CHARGING_TARIFF, CHARGING_PASS)]
    with pytest.raises(FileFaulty) as refused:
        point.import_(json.loads(json.dumps(file)))
    assert f"charging_{part}[0].{fault}" in "\n".join(map(str, refused.value.faults))
    assert [published(point, kind) for kind in (CHARGING_SITE, CHARGING_TARIFF, CHARGING_PASS)] == before
