"""Journals of a given length, made in bulk and kept between runs under `var/bench`."""

from __future__ import annotations

import shutil
from datetime import date, timedelta
from pathlib import Path

from kiosk.ledger.accounts import own_money, programme, revenue
from kiosk.ledger.entries import Posting
from kiosk.ledger.posting import JournalKey, Link, append
from kiosk.ledger.records import ClockQuality, Record, chain_hash, encode, encode_body, genesis_hash
from kiosk.ledger.sql import insert_rows
from kiosk.services.canteen.records import MEAL_SERVED, MealServed
from kiosk.services.listed import BOOKS
from kiosk.store.engine import open_journal
from kiosk.store.schema import migrate
from tests.factories import REGION, SITE, TestTime, World

FOLDER = Path("var/bench")
PEOPLE = 1000
FEN = 10**9
AT_ONCE = 10_000


def world_with(records: int) -> World:
    """A fresh copy of a kiosk folder whose journal has this many sales."""
    kept = FOLDER / f"journal-{records}"
    if not (kept / "ready").exists():
        shutil.rmtree(kept, ignore_errors=True)
        kept.mkdir(parents=True)
        _make(kept, records)
        (kept / "ready").touch()
    used = FOLDER / "used"
    shutil.rmtree(used, ignore_errors=True)
    shutil.copytree(kept, used)
    return World(used, journal_id=_journal_id(records))


def _journal_id(records: int) -> bytes:
    return records.to_bytes(16, "big")


def _make(folder: Path, records: int) -> None:
    """`World` brings enrolment and catalogue; the people are added by the benchmark."""
    engine = open_journal(folder / "journal.db")
    migrate(engine)
    key = JournalKey(REGION, _journal_id(records))
    links = _links(key.journal_id, records)
    for start in range(0, records, AT_ONCE):
        with engine.begin() as connection:
            append(connection, key, links[start : start + AT_ONCE], BOOKS.projections, insert_rows)
    with engine.connect() as connection:
        connection.exec_driver_sql("ROLLBACK")
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    engine.dispose()


def _links(journal_id: bytes, records: int) -> list[Link]:
    links, before = [], genesis_hash(journal_id)
    for seq in range(1, records + 1):
        raw = encode(_sale(seq, records))
        before = chain_hash(before, raw)
        links.append(Link(seq, raw, before))
    return links


def _sale(seq: int, records: int) -> Record:
    """Two meals a day for each resident, the last one yesterday, and written down an hour ago."""
    meal, resident = divmod(seq - 1, PEOPLE)
    day = date(2026, 11, 22) - timedelta(days=1000) + timedelta(days=meal // 2)
    name = ("lunch", "dinner")[meal % 2]
    resident_id = 1001 + resident
    return Record(
        seq=seq,
        kind=MEAL_SERVED[0],
        version=MEAL_SERVED[1],
        boot=1,
        monotonic_ms=seq * 7000,
        boot_wall_ms=TestTime().wall_ms - 3_600_000 - records * 7000,
        quality=int(ClockQuality.KEPT),
        operator="",
        tariff_revision=2,
        postings=(
            Posting(own_money(resident_id), -1000),
            Posting(programme("elder-meals"), -500),
            Posting(revenue("canteen", SITE), 1500),
        ),
        body=encode_body(MealServed(resident_id, resident_id, SITE, day, name, "60+", "lunch-60", 1, 1)),
        count=seq,
        turnover_fen=seq * 1500,
    )
