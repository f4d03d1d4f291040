"""The audit log as a page, by days, by who did it and by whom it concerns; and whole, as a file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import sqlalchemy as sa
from flask import Blueprint, Response, request, stream_with_context

from sync.office.console import files, formats
from sync.office.console.languages import current
from sync.office.console.marking import _
from sync.office.console.names import load_names
from sync.office.console.queries import Query
from sync.office.office import Office
from sync.office.people.access import audit
from sync.office.people.access.audit import Deed
from sync.office.people.access.needs import needs
from sync.office.people.access.permissions import Permission
from sync.office.store.database import reading, snapshot
from sync.office.store.tables import audit_log

DEEDS_PER_PAGE = 100
WEEK = timedelta(days=6)

# What routes of the office itself do, in words; services bring theirs.
ACTS: Mapping[str, str] = {
    "add_resident": _("Added a resident"),
    "change_resident": _("Corrected a resident"),
    "correct_resident": _("Opened a resident's form"),
    "choose_photo": _("Opened the page of a photo"),
    "reveal_id_number": _("Looked at an identity number"),
    "drop_sheet": _("Dropped a list of residents"),
    "import_sheet": _("Imported a list of residents"),
    "send_sheet": _("Sent in a list of residents"),
    "sheet": _("Looked at a list of residents"),
    "take_back_sheet": _("Took back a list of residents"),
    "take_back": _("Took back a change of a resident"),
    "allow_visitors": _("Allowed more of visitors' money"),
    "audit_file": _("Took the audit log along"),
    "cash_seen": _("Said that cash is there"),
    "change_photo": _("Changed a photo"),
    "close_review": _("Settled a review"),
    "put_right": _("Put right what a review found"),
    "reopen_review": _("Opened a review again"),
    "reviews_file": _("Took reviews along"),
    "undecide": _("Took back the decision about a record"),
    "take_back_decision": _("Took back the decision of a review"),
    "decide": _("Decided about a record"),
    "enrol_kiosk": _("Made a code for a new kiosk"),
    "lift_quarantine": _("Believed a kiosk again"),
    "code_failed": _("Typed a wrong code or password"),
    "log_in": _("Logged in"),
    "log_in_failed": _("Failed to log in"),
    "logout": _("Logged out"),
    "only_one": _("Said that a kiosk has no second copy"),
    "photo": _("Looked at a photo"),
    "rename_kiosk": _("Named a kiosk"),
    "replace_kiosk": _("Made a code to replace or move a kiosk"),
    "resident": _("Looked at a resident"),
    "residents": _("Looked at the list of residents"),
    "reviews": _("Looked at reviews"),
    "revoke_kiosk": _("Revoked a kiosk"),
}


@dataclass(frozen=True, slots=True)
class AskedDeeds:
    """Which deeds: of some days, by somebody, about a resident (0: anybody)."""

    first_day: date
    last_day: date
    who: str
    resident_id: int

    def wants(self, deed: Deed) -> bool:
        return not self.resident_id or self.resident_id in deed.residents


def add_pages(console: Blueprint, office: Office, acts: Mapping[str, str]) -> None:
    """`/audit` and its file."""
    region_id = office.region_id

    @console.get("/audit", endpoint="audit")
    @needs(Permission.SEE_AUDIT, everywhere=True)
    def audit_page() -> tuple[str, int]:
        query = Query(request.args)
        asked, before = _asked(query), query.number("before")
        with reading(office.engine) as connection:
            names = load_names(connection, region_id, current())
            found = list(_deeds(connection, region_id, asked, before))
        shown = found[:DEEDS_PER_PAGE]
        older = shown[-1].seq if len(found) > DEEDS_PER_PAGE else 0
        return query.answer(
            "console/audit.html", names=names, asked=asked, deeds=shown, older=older, acts=acts
        )

    @console.get("/audit.log")
    @needs(Permission.SEE_AUDIT, everywhere=True)
    def audit_file() -> Response:
        def lines() -> Iterator[bytes]:
            with snapshot(office.engine) as connection:
                yield from audit.exported(audit.kept(connection, region_id))

        name = f"audit-{formats.today()}.log"
        return files.attached(stream_with_context(lines()), name)


def _asked(query: Query) -> AskedDeeds:
    today = formats.today()
    return AskedDeeds(*query.days(today - WEEK, today), query.text("who"), query.number("resident"))


def _deeds(connection: sa.Connection, region_id: int, asked: AskedDeeds, before: int) -> Iterator[Deed]:
    """The latest first, one more than a page has room for."""
    c = audit_log.c
    until_ms = formats.midnight_ms(asked.last_day + timedelta(days=1))
    query = sa.select(c.raw, c.hash).where(
        c.region_id == region_id, c.at_ms >= formats.midnight_ms(asked.first_day), c.at_ms < until_ms
    )
    if asked.who:
        query = query.where(c.who == asked.who)
    if before:
        query = query.where(c.seq < before)
    room = DEEDS_PER_PAGE + 1
    for row in connection.execute(query.order_by(c.seq.desc()).execution_options(yield_per=500)):
        deed = audit.of_row(row).deed
        if asked.wants(deed):
            yield deed
            room -= 1
        if not room:
            return
