"""What is wrong with this office, and what is still to be done, for whoever installs it. Changes nothing."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from contextlib import closing
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException

import msgspec
import sqlalchemy as sa

from kiosk.catalogue.items import Kind
from kiosk.commands.checks import Check, Needed, files
from kiosk.store.users import OFFICE, acting_as, of_the_office, user_of
from sync.office.api.health import LEAST_FREE_MB
from sync.office.catalogue.published import current_values
from sync.office.keys.issuer import CHIPS_FILE, SIGNING_FILE
from sync.office.people import clerks
from sync.office.people.second_factors import FILE as FACTORS_FILE
from sync.office.settings import DATABASE_FILE, KEY_FILE, OfficeSettings
from sync.office.store.database import create_engine, reading
from sync.office.store.tables import devices

ANSWER_WITHIN_S = 10.0
KEYS = (KEY_FILE, f"{KEY_FILE}.next", f"{KEY_FILE}.former", SIGNING_FILE, CHIPS_FILE, FACTORS_FILE)
BOOKS = (DATABASE_FILE, f"{DATABASE_FILE}-wal", f"{DATABASE_FILE}-shm")
NEEDED = (
    *(Needed(OFFICE, name, writes=False, mode=0o600) for name in KEYS),
    *(Needed(OFFICE, name, writes=True, mode=0o600) for name in BOOKS),
)
LOG_ADVICE = "What it says of itself: journalctl -u office"


def examine(settings: OfficeSettings) -> Iterator[Check]:
    """Look at everything an office needs; as root the way the service does."""
    if not settings.key_file.exists():
        yield Check("office", f"nothing in {settings.data} yet", "Type: sudo office init", is_step=True)
        return
    yield from files(settings.data, NEEDED, of_the_office)
    with acting_as(user_of(settings.data, OFFICE)):
        yield _room(settings)
        yield from _books(settings)
    yield _service(settings)


def _room(settings: OfficeSettings) -> Check:
    free_mb = shutil.disk_usage(settings.data).free // 1024 // 1024
    advice = "Make room on the disk: without it nothing is taken in." if free_mb < LEAST_FREE_MB else ""
    return Check("room", f"{free_mb} MB free", advice)


def _books(settings: OfficeSettings) -> Iterator[Check]:
    engine, region_id = create_engine(settings.database_url, connections=1), settings.region_id
    d = devices.c
    enrolled = sa.select(d.name).where(d.region_id == region_id, d.revoked_at_ms.is_(None))
    try:
        with reading(engine) as connection:
            sites = list(current_values(connection, region_id, Kind.SITE))
            names = clerks.names(connection, region_id)
            kiosks = connection.execute(enrolled).all()
    except sa.exc.SQLAlchemyError as error:
        reason = " ".join(str(getattr(error, "orig", error)).split())
        yield Check("books", reason, "Let the database run, and type: sudo office init")
        return
    finally:
        engine.dispose()
    yield Check("books", engine.dialect.name)
    yield _counted("sites", sites, "Bring in people and prices: sudo office import FILE")
    yield _counted("clerks", names, "Say who may open the pages: sudo office clerk add NAME --role manager")
    yield _counted("kiosks", kiosks, "Make a code for one: sudo office enrol-code --name NAME --site SITE")


def _counted(name: str, those: Sequence[object], next_step: str) -> Check:
    if those:
        return Check(name, str(len(those)))
    return Check(name, "none yet", next_step, is_step=True)


def _service(settings: OfficeSettings) -> Check:
    where = settings.listen
    host, _, port = where.rpartition(":")
    try:
        with closing(HTTPConnection(host, int(port), timeout=ANSWER_WITHIN_S)) as line:
            line.request("GET", "/healthz")
            answer = line.getresponse()
            status = str(msgspec.json.decode(answer.read())["status"])
    except ConnectionError:
        return Check("service", f"nobody listens at {where}", "Type: sudo systemctl enable --now office")
    except (OSError, HTTPException, msgspec.DecodeError, LookupError, TypeError):
        return Check("service", f"no office answers at {where}", LOG_ADVICE)
    return Check("service", f"{where}: {status}", "" if answer.status == HTTPStatus.OK else LOG_ADVICE)
