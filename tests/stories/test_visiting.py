"""An elder eats away from home: a kiosk there knows no more than the meal needs, and forgets the rest."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
import sqlalchemy as sa
from msgspec.structs import replace

from kiosk.catalogue.items import Kind
from kiosk.people.errors import CardUnknown
from kiosk.people.photos import Photo
from kiosk.people.residents import ResidentStatus
from kiosk.services.canteen.errors import NeedsPhoto
from sync.local.cursor import GUEST_MS
from sync.office.people import forgetting
from sync.office.people.photos import publish_photos
from sync.office.store.database import writing
from sync.office.store.tables import catalogue_past
from tests.factories import SITE, TestTime, resident, site
from tests.stories.mishaps.test_two_kiosks_cut_off import ELSEWHERE, OWN, WHO, Place
from tests.stories.mishaps.test_two_kiosks_cut_off import office as office  # a fixture
from tests.sync.world import OfficeWorld

OPENING_FEN = 12_000
PHOTO = Photo(b"a face, and nothing else")
ELDER = resident(
    WHO,
    name="陈桂英",
    born=date(1944, 5, 6),
    building="石榴巷三号楼",
    phone_tail="8817",
    initials="cgy",
    diet=("no_peanuts",),
    categories=("living_alone",),
    photo=PHOTO.name,
)
# Four digits may stand by chance in the middle of a key that is written in hexadecimal digits.
IN_NO_KEY = "(?<![0-9a-f]{8})%s(?![0-9a-f]{8})"
NOT_TOLD = ("陈桂英", "石榴巷三号楼", "8817", "cgy", "living_alone", PHOTO.name, "1944-05-06", "a face")


@pytest.fixture
def places(tmp_path: Path, office: OfficeWorld) -> Iterator[tuple[Place, Place]]:
    office.publish(Kind.RESIDENT, str(WHO), ELDER, label=ELDER.name)
    with writing(office.office.engine) as connection:
        publish_photos(connection, office.office.region_id, {WHO: PHOTO})
    office.enter("opening", OWN, OPENING_FEN)
    time, made = TestTime(), []
    for name in (SITE, ELSEWHERE):
        (tmp_path / name).mkdir()
        made.append(Place(tmp_path / name, office, name, time))
        made[-1].exchange()
    yield made[0], made[1]
    for each in made:
        each.close()


def lies_on(place: Place) -> set[str]:
    """What of the elder can be read off the card of a kiosk, in whatever file."""
    found = b"".join(path.read_bytes() for path in place.folder.iterdir() if path.is_file())
    patterns = {word: IN_NO_KEY % word if word.isdigit() else re.escape(word) for word in NOT_TOLD}
    return {word for word, pattern in patterns.items() if re.search(pattern.encode(), found)}


def test_a_stolen_kiosk_names_nobody_from_elsewhere(places: tuple[Place, Place]) -> None:
    home, visited = places
    assert lies_on(home) == set(NOT_TOLD)
    assert lies_on(visited) == set()


def test_a_visitor_is_served_by_number_where_the_office_is_not_reached(
    office: OfficeWorld, places: tuple[Place, Place]
) -> None:
    _, visited = places
    visited.is_cut = True
    outcome = visited.tap()
    assert outcome.person is not None
    assert (outcome.code, outcome.person.name, outcome.person.diet) == ("served", "", ("no_peanuts",))
    assert (outcome.result.own_fen, outcome.result.courtesy_fen) == (0, 1000)
    assert lies_on(visited) == set()
    visited.is_cut = False
    visited.exchange()
    assert office.balance_fen(f"courtesy/{WHO}") == -1000 == visited.sum(f"courtesy/{WHO}")


def test_a_visitor_is_known_by_name_while_the_office_is_reached_and_forgotten_after_a_day(
    office: OfficeWorld, places: tuple[Place, Place]
) -> None:
    home, visited = places
    outcome = visited.tap()
    assert outcome.person is not None
    assert (outcome.code, outcome.person.name, outcome.person.building) == (
        "served",
        "陈桂英",
        "石榴巷三号楼",
    )
    assert outcome.result.balance_fen == OPENING_FEN - 1000
    visited.exchange()
    home.exchange()
    assert office.balance_fen(OWN) == OPENING_FEN - 1000 == home.purse().balance

    now_ms = visited.agent.cursor.guests()[WHO]
    visited.agent.cursor.forget_guests(now_ms + GUEST_MS)
    assert visited.counter.catalogue.resident(WHO) == replace(ELDER, photo="")
    visited.agent.cursor.forget_guests(now_ms + GUEST_MS + 1)
    forgotten = visited.counter.catalogue.resident(WHO)
    assert forgotten is not None
    assert (forgotten.name, forgotten.home_site) == ("", "")
    assert lies_on(visited) == set()


@pytest.mark.parametrize("is_cut", [False, True])
def test_there_is_a_photo_to_be_looked_at_at_home_and_of_a_visitor_the_name_at_most(
    office: OfficeWorld, places: tuple[Place, Place], is_cut: bool
) -> None:
    for place, name, photo in zip(places, (SITE, ELSEWHERE), (1, 0), strict=True):
        office.publish(Kind.SITE, name, site(name, uid_day_fen=0))
        place.exchange()
        place.is_cut = is_cut
        with pytest.raises(NeedsPhoto) as refusal:
            place.tap()
        assert refusal.value.photo == photo
        known = place.counter.catalogue.resident(WHO)
        assert known is not None
        assert (known.name, known.photo) == (ELDER.name if photo or not is_cut else "", photo * PHOTO.name)
        assert place.sum(OWN) == 0


def test_who_closes_the_account_is_no_guest_any_more(
    office: OfficeWorld, places: tuple[Place, Place]
) -> None:
    _, visited = places
    visited.tap()
    office.publish(Kind.RESIDENT, str(WHO), replace(ELDER, status=ResidentStatus.CLOSED))
    visited.exchange()
    known = visited.counter.catalogue.resident(WHO)
    assert known is not None
    assert known.status is ResidentStatus.CLOSED


def test_who_has_left_is_withdrawn_from_every_kiosk_and_the_books_keep_the_number(
    office: OfficeWorld, places: tuple[Place, Place]
) -> None:
    for place in places:
        place.tap()
        place.exchange()
        place.time.advance(hours=24)
    spent_fen = 2000
    with pytest.raises(forgetting.NotSettled):
        forget(office, WHO)
    office.enter("paid out", OWN, spent_fen - OPENING_FEN, accept_exposure=True)
    forget(office, WHO)
    for place in places:
        place.exchange()
        place.agent.cursor.forget_guests(0)
        assert place.counter.catalogue.resident(WHO) is None
        with pytest.raises(CardUnknown):
            place.tap()
        assert lies_on(place) == set()
        assert place.sum(OWN) == -1000
    assert office.balance_fen(OWN) == 0
    assert known_before(office, WHO) == 0
    with pytest.raises(forgetting.NobodyThere):
        forget(office, WHO)


def forget(office: OfficeWorld, number: int) -> None:
    with writing(office.office.engine) as connection:
        forgetting.forget(connection, office.office.region_id, number, office.office.offered.about)


def known_before(office: OfficeWorld, number: int) -> int:
    """What the office still keeps to judge late records by."""
    theirs = sa.select(sa.func.count()).where(catalogue_past.c.key == str(number))
    with office.office.engine.connect() as connection:
        return int(connection.execute(theirs).scalar_one())
