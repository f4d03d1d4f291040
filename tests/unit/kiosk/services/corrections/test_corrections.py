"""A wrong entry is asked of the office, once for each touch, and nothing changes here."""

from __future__ import annotations

import pytest

from kiosk.counter import Counter
from kiosk.people.errors import CardUnknown
from kiosk.services.corrections.actions import Corrections
from kiosk.services.corrections.records import CORRECTION_ASKED, CorrectionAsked, Matter, decode_asked
from tests.factories import SITE, World, resident
from tests.unit.kiosk.front.test_clock_question import hear_the_office


def test_a_touch_is_one_request_however_often_it_comes(world: World, counter: Counter) -> None:
    world.add(resident())
    asked = counter[Corrections].ask(1001, Matter.CATEGORY_MISSING, "living_alone", "request")
    assert counter[Corrections].ask(1001, Matter.CATEGORY_MISSING, "living_alone", "request") == asked
    with counter.journal.writing() as writing:
        record = writing.last_record()
    assert record is not None and (record.kind, record.version) == CORRECTION_ASKED
    assert decode_asked(record.body) == CorrectionAsked(1001, SITE, "category_missing", "living_alone")
    unchanged = counter.catalogue.resident(1001)
    assert unchanged is not None and unchanged.categories == ()


def test_the_answer_says_whether_the_office_hears_it_now(world: World, counter: Counter) -> None:
    world.add(resident())
    assert counter[Corrections].ask(1001, Matter.NAME, "", "1").code == "correction_kept"
    hear_the_office(world, world.time.wall_ms)
    assert counter[Corrections].ask(1001, Matter.NAME, "", "2").code == "correction_sent"
    world.time.advance(seconds=121)
    assert counter[Corrections].ask(1001, Matter.NAME, "", "3").code == "correction_kept"


def test_nobody_can_be_asked_about_who_is_not_there(counter: Counter) -> None:
    with pytest.raises(CardUnknown):
        counter[Corrections].ask(4711, Matter.OTHER, "", "request")
