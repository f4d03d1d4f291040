"""Somebody who scanned a socket says what is wrong with it: it is put up for a clerk, who sees to it."""

from __future__ import annotations

import sqlalchemy as sa

from kiosk.ledger.figures import figures
from kiosk.ledger.posting import Finding, JournalKey
from kiosk.ledger.sql import run
from kiosk.services.charging.phone.page import Fault
from sync.office.books import own_journal, reviews
from sync.office.books.own_journal import Entry
from sync.office.services.charging.places import Socket

REPORTED = "charging_reported"  # the reason of the office's entry; and with the fault, the code of the review
HOUR_MS = 3600 * 1000


def report(
    connection: sa.Connection, region_id: int, socket: Socket, label: str, fault: Fault, at_ms: int
) -> None:
    """The same fault of a socket is reported once an hour, however many people stand there."""
    site, box, number = socket
    place = figures(site=site, socket=label)
    request_id = f"{REPORTED} {site} {box} {number} {fault} {at_ms // HOUR_MS}"
    entry = Entry(request_id, REPORTED, (), f"{place} {figures(fault=fault.value)}")
    (booked,) = own_journal.enter(connection, region_id, [entry], operator="", at_ms=at_ms)
    rows = run(connection, _WHERE, (region_id, request_id))
    key = JournalKey(region_id, bytes(rows[0][0]))
    reviews.put_up(
        connection, key, [Finding(booked.record.seq, f"{REPORTED}_{fault}", place)]
    )  # the same one once


_WHERE = "SELECT journal_id FROM entry_requests WHERE region_id = ? AND request_id = ?"
