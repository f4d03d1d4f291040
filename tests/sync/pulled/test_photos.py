"""Residents' pictures: from the office's folder to the counter at home, after all that a meal needs."""

from __future__ import annotations

import random
import re
import zipfile
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from PIL import Image

from kiosk.catalogue.items import Kind
from kiosk.people.cards import Block, CardStatus
from kiosk.people.photos import Photo
from sync.office.api.pages import PHOTO_BYTES_PER_PAGE, build_page
from sync.office.catalogue.publishing import shown
from sync.office.importing import FileFaulty
from sync.office.importing.photos import HEIGHT, MOST_BYTES, WIDTH, encode, import_photos, read_photos
from sync.office.keys.devices import find_device
from sync.office.people import forgetting, photos
from sync.office.store.database import reading, writing
from sync.wire import compression, messages
from sync.wire.messages import Item, Page, Pull
from sync.wire.signing import key_id
from tests.sync.world import SITE, Kiosk, OfficeWorld


def picture(colour: str = "teal", size: tuple[int, int] = (600, 800), kind: str = "JPEG") -> bytes:
    made = BytesIO()
    Image.new("RGB", size, colour).save(made, kind)
    return made.getvalue()


def noise(number: int, *, size: int = 6000) -> Photo:
    """As large as a real one, and no compression makes it smaller."""
    return Photo(random.Random(number).randbytes(size))


def page_for(office: OfficeWorld, kiosk: Kiosk, **changes: Any) -> tuple[Page, list[Item]]:
    """What the office would answer, were some things about the kiosk's cursors otherwise."""
    here = kiosk.agent.cursor.position()
    pull = replace(Pull(1, here.epoch, here.cursors, photos=here.photos), **changes)
    with reading(office.office.engine) as connection:
        region_id = office.office.region_id
        device = find_device(connection, region_id, key_id(kiosk.agent.key.public))
        page = build_page(connection, region_id, device, pull, 0).page
    return page, messages.decode_items(compression.decompress(page.items))


def take_in(office: OfficeWorld, faces: dict[int, Photo]) -> int:
    with writing(office.office.engine) as connection:
        return import_photos(connection, office.office.region_id, faces)


def withdraw(office: OfficeWorld, number: int) -> None:
    with writing(office.office.engine) as connection:
        photos.withdraw_photo(connection, office.office.region_id, number)


def lies_on(kiosk: Kiosk, content: bytes) -> bool:
    """Whether a picture can be read off the kiosk's memory card, in whatever file."""
    kiosk.agent.cursor.forget_guests(0)  # empties the log, as the sync process does all the time
    found = b"".join(path.read_bytes() for path in kiosk.folder.iterdir() if path.is_file())
    return re.search(re.escape(content[:200]), found) is not None


def test_a_folder_of_pictures_arrives_at_the_counter_at_home(
    office: OfficeWorld, kiosk: Kiosk, tmp_path: Path
) -> None:
    office.resident(7)
    office.resident(8)
    folder = tmp_path / "faces"
    folder.mkdir()
    (folder / "7.jpg").write_bytes(picture())
    (folder / ".DS_Store").write_bytes(b"left behind")
    take_in(office, read_photos(folder))
    kiosk.pull_all()
    image = kiosk.catalogue.photo(7)
    assert image is not None
    assert kiosk.catalogue.photo(8) is None
    with Image.open(BytesIO(image)) as shown_there:
        assert (shown_there.format, shown_there.size) == ("WEBP", (WIDTH, HEIGHT))
    entry = kiosk.catalogue.resident(7)
    assert entry is not None
    assert entry.photo == Photo(image).name


def test_the_same_pictures_a_second_time_change_nothing(office: OfficeWorld, tmp_path: Path) -> None:
    office.resident(7)
    archive = tmp_path / "faces.zip"
    with zipfile.ZipFile(archive, "w") as made:
        made.writestr("photos/7.png", picture(kind="PNG"))
        made.writestr("__MACOSX/photos/7.png", b"left behind")
    assert take_in(office, read_photos(archive)) == 2  # the picture, and the entry that names it
    assert take_in(office, read_photos(archive)) == 0
    office.resident(7)
    assert take_in(office, read_photos(archive)) == 0  # an import of people leaves the pictures alone


def test_a_large_picture_becomes_small_upright_and_says_nothing_of_its_camera() -> None:
    made = BytesIO()
    tall = Image.effect_noise((3000, 2000), 90).convert("RGB")
    exif = tall.getexif()
    exif[0x0112] = 6  # lies on its side
    exif[0x010F] = "a camera"
    tall.save(made, "JPEG", exif=exif)
    kept = encode(made.getvalue()).image
    assert len(kept) <= MOST_BYTES
    assert b"a camera" not in kept
    with Image.open(BytesIO(kept)) as small:
        assert (small.size, dict(small.getexif())) == ((WIDTH, HEIGHT), {})


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("7.jpg", b"no picture at all", "7.jpg: given"),
        ("7.jpg", picture()[:400], "7.jpg: given"),
        ("7.jpg", picture(size=(60, 80)), "60 by 80 pixels"),
        ("7.gif", picture(), "7.gif: given"),
        ("chen.jpg", picture(), "chen.jpg: given"),
        ("007.jpg", picture(), "007.jpg: given"),
        ("9.jpg", picture(), "nobody's number"),
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_taken(
    office: OfficeWorld, tmp_path: Path, name: str, content: bytes, says: str
) -> None:
    office.resident(8)
    folder = tmp_path / "faces"
    folder.mkdir()
    (folder / "8.jpg").write_bytes(picture())
    (folder / name).write_bytes(content)
    with pytest.raises(FileFaulty) as faulty:
        take_in(office, read_photos(folder))
    (line,) = faulty.value.faults.lines()
    assert says in line
    assert "; allowed: " in line
    with reading(office.office.engine) as connection:
        assert shown(connection, office.office.region_id, Kind.PHOTO, "8") is None


def test_an_empty_folder_and_a_zip_with_a_password_are_named(tmp_path: Path) -> None:
    with pytest.raises(FileFaulty):
        read_photos(tmp_path)
    (tmp_path / "7.jpg").write_bytes(picture())
    (tmp_path / "7.png").write_bytes(picture(kind="PNG"))
    with pytest.raises(FileFaulty) as faulty:
        read_photos(tmp_path)
    assert "a second picture of 7" in next(faulty.value.faults.lines())


def test_pictures_come_last_however_many_there_are(office: OfficeWorld, kiosk: Kiosk) -> None:
    numbers = range(1, 101)
    for number in numbers:
        office.resident(number)
    take_in(office, {number: noise(number) for number in numbers})
    stage, pinned = kiosk.agent.pull_stage, kiosk.enrolment.pinned
    while stage.run(kiosk.transport, pinned).more:
        assert kiosk.catalogue.photo(1) is None
    assert kiosk.catalogue.resident(100) is not None
    assert not kiosk.agent.cursor.position().in_snapshot  # whoever is gone from the catalogue is gone now
    lost = Block(token="nfc:04", status=CardStatus.LOST)
    office.publish(Kind.BLOCK, "nfc:04", lost)
    pulled = stage.run(kiosk.transport, pinned)
    assert kiosk.catalogue.block("nfc:04") is not None, "a blocked card waits for no picture"
    assert pulled.more_photos
    kiosk.pull_all()
    assert all(kiosk.catalogue.photo(number) == noise(number).image for number in numbers)


def test_no_page_is_larger_for_pictures(office: OfficeWorld, kiosk: Kiosk) -> None:
    for number in range(1, 41):
        office.resident(number)
    take_in(office, {number: noise(number, size=10_000) for number in range(1, 41)})
    kiosk.pull_all()
    page, items = page_for(office, kiosk, photos=0)
    assert {item.kind for item in items} == {Kind.PHOTO}
    assert sum(len(item.value or b"") for item in items) <= PHOTO_BYTES_PER_PAGE
    assert page.more_photos
    page, items = page_for(office, kiosk, photos=None)  # a kiosk of an earlier release does not ask
    assert (items, page.more_photos) == ([], False)


def test_a_new_picture_takes_the_place_of_the_old_one(office: OfficeWorld, kiosk: Kiosk) -> None:
    office.resident(7)
    take_in(office, {7: noise(1)})
    kiosk.pull_all()
    take_in(office, {7: noise(2)})
    kiosk.pull_all()
    assert kiosk.catalogue.photo(7) == noise(2).image
    assert not lies_on(kiosk, noise(1).image)


def test_a_picture_that_is_withdrawn_is_overwritten(office: OfficeWorld, kiosk: Kiosk) -> None:
    office.resident(7)
    take_in(office, {7: noise(1)})
    kiosk.pull_all()
    assert lies_on(kiosk, noise(1).image)
    withdraw(office, 7)
    kiosk.pull_all()
    entry = kiosk.catalogue.resident(7)
    assert (entry and entry.photo, kiosk.catalogue.photo(7)) == ("", None)
    assert not lies_on(kiosk, noise(1).image)


def test_who_is_forgotten_leaves_no_picture_behind(office: OfficeWorld, kiosk: Kiosk) -> None:
    office.resident(7)
    take_in(office, {7: noise(1)})
    kiosk.pull_all()
    with writing(office.office.engine) as connection:
        forgetting.forget(connection, office.office.region_id, 7, office.office.offered.about)
    kiosk.pull_all()
    assert not lies_on(kiosk, noise(1).image)
    with reading(office.office.engine) as connection:
        assert shown(connection, office.office.region_id, Kind.PHOTO, "7") is None


def test_a_picture_moves_home_with_its_resident(office: OfficeWorld, tmp_path: Path) -> None:
    places = [Kiosk(tmp_path / name, office, name, name) for name in (SITE, "elsewhere")]
    before, after = places
    office.resident(7)
    take_in(office, {7: noise(1)})
    for each in places:
        each.pull_all()
    assert (before.catalogue.photo(7), after.catalogue.photo(7)) == (noise(1).image, None)
    assert not lies_on(after, noise(1).image)
    office.resident(7, site="elsewhere")
    for each in places:
        each.pull_all()
    assert (before.catalogue.photo(7), after.catalogue.photo(7)) == (None, noise(1).image)
    assert not lies_on(before, noise(1).image)
    for each in places:
        each.close()


def test_a_snapshot_of_the_same_history_brings_no_picture_again(office: OfficeWorld, kiosk: Kiosk) -> None:
    office.resident(7)
    take_in(office, {7: noise(1)})
    kiosk.pull_all()
    page, items = page_for(office, kiosk, cursors=(0, 0))
    assert page.photos == kiosk.agent.cursor.position().photos
    assert {item.kind for item in items} >= {Kind.RESIDENT}
    assert Kind.PHOTO not in {item.kind for item in items}
