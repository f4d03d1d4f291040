"""The demo's faces: invented, always the same, all different, and small enough for any kiosk."""

from __future__ import annotations

from datetime import date

from sync.demo.people import villagers, workers
from sync.demo.portraits import portrait
from sync.office.importing.photos import MOST_BYTES, encode

TODAY = date(2026, 11, 27)


def test_everybody_has_a_face_of_their_own() -> None:
    some = [*villagers(TODAY)[:12], *workers(TODAY)]
    drawn = [portrait(each, TODAY) for each in some]
    assert len(set(drawn)) == len(some)
    assert portrait(some[0], TODAY) == drawn[0]
    assert all(len(encode(each).image) <= MOST_BYTES for each in drawn)
