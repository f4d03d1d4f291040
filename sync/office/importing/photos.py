"""`office import FOLDER`, or a zip of one: pictures named by residents' numbers, such as `1001.jpg`.

Nothing is written unless every file is right. What is kept is not the file that was given: it is decoded, cut
to the face's shape, shrunk and encoded anew, so that a kiosk never opens what a stranger made, and neither
place nor camera of the original goes along.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import NamedTuple

import sqlalchemy as sa
from PIL import Image, ImageOps

from kiosk.catalogue.items import Kind
from kiosk.people.photos import Photo
from kiosk.store.users import as_caller
from sync.office.catalogue.published import residents_by_id
from sync.office.catalogue.publishing import lock_revision
from sync.office.importing.faults import Fault, Faults
from sync.office.importing.storing import FileFaulty
from sync.office.people.photos import publish_photos

WIDTH, HEIGHT = 240, 288  # pixels; the face on a counter's screen is no larger, but on the largest ones
MOST_BYTES = 10 * 1024  # of the picture that is kept
QUALITIES = (80, 65, 50, 35, 20)  # of WebP: the best at which it is small enough

LARGEST_FILE_MB = 20
MOST_PIXELS = 60_000_000
LEAST_WIDTH, LEAST_HEIGHT = 120, 144
FORMATS = ("JPEG", "PNG", "WEBP")
_NAME = re.compile(r"([1-9][0-9]{0,15})\.(?:jpe?g|png|webp)", re.IGNORECASE | re.ASCII)

NAMES = "a resident's number and .jpg, .png or .webp, such as 1001.jpg"
PICTURES = (
    f"a JPEG, PNG or WebP picture of at least {LEAST_WIDTH} by {LEAST_HEIGHT} pixels,"
    f" at most {MOST_PIXELS // 1_000_000} million and {LARGEST_FILE_MB} MB"
)


class NoPicture(ValueError):
    """It cannot be used as a picture; the text says what it is instead, `PICTURES` what is allowed."""


def encode(content: bytes) -> Photo:
    """The photo that kiosks get of a picture file. Raises `NoPicture`."""
    if len(content) > LARGEST_FILE_MB * 1024 * 1024:
        raise NoPicture(f"more than {LARGEST_FILE_MB} MB")
    try:
        face = _face(content)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise NoPicture(str(error)) from error
    images = (_webp(face, quality) for quality in QUALITIES)
    image = next((each for each in images if len(each) <= MOST_BYTES), None)
    if image is None:
        raise NoPicture("a picture with too much in it")
    return Photo(image)


def _face(content: bytes) -> Image.Image:
    with Image.open(BytesIO(content), formats=FORMATS) as picture:
        width, height = picture.size
        if width * height > MOST_PIXELS or width < LEAST_WIDTH or height < LEAST_HEIGHT:
            raise NoPicture(f"{width} by {height} pixels")
        picture.draft("RGB", (2 * WIDTH, 2 * HEIGHT))  # a large JPEG is decoded as small as will do
        upright = ImageOps.exif_transpose(picture).convert("RGBA")
    ground = Image.new("RGBA", upright.size, "white")
    flat = Image.alpha_composite(ground, upright).convert("RGB")
    return ImageOps.fit(flat, (WIDTH, HEIGHT), Image.Resampling.LANCZOS)


def _webp(face: Image.Image, quality: int) -> bytes:
    made = BytesIO()
    face.save(made, "WEBP", quality=quality, exif=b"", xmp=b"", icc_profile=b"")
    return made.getvalue()


def is_of_photos(path: Path) -> bool:
    """Whether a path given to `office import` holds pictures."""
    return path.is_dir() or zipfile.is_zipfile(path)


def read_photos(path: Path, progress: Callable[[int], None] = lambda done: None) -> dict[int, Photo]:
    """By residents' numbers. Raises `FileFaulty`."""
    faults, photos = Faults(), dict[int, Photo]()
    for file in _files(path, faults):
        named = _NAME.fullmatch(file.name)
        if named is None:
            faults.add(Fault(file.name, "another name", NAMES))
        elif (number := int(named[1])) in photos:
            faults.add(Fault(file.name, f"a second picture of {number}", "one of each resident"))
        else:
            try:
                photos[number] = encode(file.read())
            except NoPicture as error:
                faults.add(Fault(file.name, str(error), PICTURES))
            progress(len(photos))
    if not photos and not faults.count:
        faults.add(Fault(path.name, "no picture", NAMES))
    if faults.count:
        raise FileFaulty(faults)
    return photos


def import_photos(connection: sa.Connection, region_id: int, photos: dict[int, Photo]) -> int:
    """How many changes to the catalogue that makes. Raises `FileFaulty` for numbers that nobody has."""
    before = lock_revision(connection, region_id)
    faults = Faults()
    for number in photos.keys() - residents_by_id(connection, region_id, photos).keys():
        faults.add(Fault(str(number), "nobody's number", f"the id of a {Kind.RESIDENT} in the catalogue"))
    if faults.count:
        raise FileFaulty(faults)
    return publish_photos(connection, region_id, photos) - before


class _File(NamedTuple):
    name: str
    read: Callable[[], bytes]  # no more than one byte beyond what is allowed


def _files(path: Path, faults: Faults) -> Iterator[_File]:
    """Without the hidden ones that computers leave behind."""
    try:
        with as_caller():
            files = _in_folder(path) if path.is_dir() else _in_zip(zipfile.ZipFile(path))
        yield from (each for each in files if not each.name.startswith("."))
    except (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError) as error:
        faults.add(Fault(path.name, str(error), "a folder of pictures, or a zip of one without a password"))


def _in_folder(folder: Path) -> Iterator[_File]:
    """Opened as the caller, and looked at as whoever keeps the books."""
    with as_caller():
        paths = sorted(each for each in folder.iterdir() if each.is_file())
    for path in paths:
        with as_caller():
            opened = path.open("rb")
        with opened as file:
            yield _File(path.name, lambda file=file: file.read(_READ_BYTES))  # type: ignore[misc]


def _in_zip(opened: zipfile.ZipFile) -> Iterator[_File]:
    with opened as archive:
        for info in sorted(archive.infolist(), key=lambda each: each.filename):
            if info.is_dir() or info.filename.startswith("__MACOSX/"):
                continue
            with archive.open(info) as file:
                yield _File(PurePosixPath(info.filename).name, lambda file=file: file.read(_READ_BYTES))  # type: ignore[misc]


_READ_BYTES = LARGEST_FILE_MB * 1024 * 1024 + 1
