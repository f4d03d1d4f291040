"""Telling one kiosk what to do, and what is known of it since: asked, heard, and how it was answered.

A command lies in the catalogue, in the lane that is read first, for its kiosk alone. It stays there for some
days after it ran out, so that people see what became of it, and because a kiosk that hears it late says so.
"""

from __future__ import annotations

import secrets
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum

import sqlalchemy as sa

from kiosk.catalogue.items import decode_value
from kiosk.plain.refusals import Refusal
from kiosk.services.upkeep.items import KIOSK_COMMAND, Do, KioskCommand
from kiosk.services.upkeep.records import CommandOutcome
from sync.office.catalogue.published import current_values
from sync.office.catalogue.publishing import BLOCK_LANE, journal_scope, publish, withdraw
from sync.office.people.access.areas import Area
from sync.office.services.upkeep.tables import kiosk_answers
from sync.office.store.tables import catalogue_items, devices, journals

GOOD_FOR_MS = 10 * 60_000
KEPT = timedelta(days=30)
MOST_LOG_BYTES = 1_000_000  # unpacked: what a kiosk sends is not believed


class CommandState(StrEnum):
    """Of a command. `ASKED`: no kiosk has read it yet; the last three are the kiosk's own word."""

    ASKED = "asked"
    HEARD = "heard"
    UNHEARD = "unheard"  # it ran out, and will not be carried out
    DONE = CommandOutcome.DONE
    FAILED = CommandOutcome.FAILED
    TOO_OLD = CommandOutcome.TOO_OLD


class NoJournalYet(Refusal):
    """The kiosk has sent nothing yet, or may not any more: there is nobody to tell."""

    code = "no_journal_yet"


@dataclass(frozen=True, slots=True)
class CommandTold:
    """One command, and what became of it."""

    command: str
    do: str
    device: str
    kiosk: str
    site: str
    by: str
    until_ms: int
    state: CommandState
    why: str
    answered_ms: int | None
    has_log: bool

    @property
    def asked_ms(self) -> int:
        return self.until_ms - GOOD_FOR_MS


def tell(connection: sa.Connection, region_id: int, device_id: bytes, do: Do, *, by: str, at_ms: int) -> str:
    """Publish it to the kiosk; its id. Raises `NoJournalYet`."""
    j, d = journals.c, devices.c
    query = (
        sa.select(j.journal_id)
        .join(devices, (d.region_id == j.region_id) & (d.device_id == j.device_id))
        .where(j.region_id == region_id, j.device_id == device_id, ~j.sealed, d.revoked_at_ms.is_(None))
    )
    journal_id = connection.execute(query).scalar()
    if journal_id is None:
        raise NoJournalYet
    until_ms = at_ms + GOOD_FOR_MS
    command = KioskCommand(command=secrets.token_hex(8), journal_id=journal_id, do=do, until_ms=until_ms)
    place = {"scope": journal_scope(journal_id), "label": by}
    publish(connection, region_id, KIOSK_COMMAND, command.command, command, lane=BLOCK_LANE, **place)
    return command.command


def told(connection: sa.Connection, region_id: int, seen: Area, at_ms: int) -> list[CommandTold]:
    """The latest first; of kiosks that somebody may see."""
    c, d, j, a = catalogue_items.c, devices.c, journals.c, kiosk_answers.c
    items = connection.execute(
        sa.select(c.key, c.value, c.label, c.revision).where(
            c.region_id == region_id, c.kind == KIOSK_COMMAND, c.value.is_not(None)
        )
    ).all()
    commands = [(decode_value(KIOSK_COMMAND, row.value), row.label, row.revision) for row in items]
    wanted = {each.journal_id for each, _by, _revision in commands}
    kiosks = {
        row.journal_id: row
        for row in connection.execute(
            sa.select(j.journal_id, d.device_id, d.name, d.site, d.block_cursor)
            .join(devices, (d.region_id == j.region_id) & (d.device_id == j.device_id))
            .where(j.region_id == region_id, j.journal_id.in_(wanted))
        )
    }
    answers = {
        row.command: row
        for row in connection.execute(
            sa.select(a.command, a.outcome, a.why, a.wall_ms, sa.func.length(a.log).label("size")).where(
                a.region_id == region_id, a.command.in_([each.command for each, _by, _revision in commands])
            )
        )
    }
    found = []
    for command, by, revision in commands:
        kiosk, answer = kiosks.get(command.journal_id), answers.get(command.command)
        if kiosk is None or not seen.has(kiosk.site):
            continue
        state = _state(answer.outcome if answer else "", kiosk.block_cursor >= revision, command, at_ms)
        found.append(
            CommandTold(
                *(command.command, command.do, kiosk.device_id.hex(), kiosk.name, kiosk.site, by),
                *(command.until_ms, state, answer.why if answer else ""),
                answer.wall_ms if answer else None,
                bool(answer and answer.size),
            )
        )
    return sorted(found, key=lambda each: each.until_ms, reverse=True)


def _state(outcome: str, is_heard: bool, command: KioskCommand, at_ms: int) -> CommandState:
    if outcome in set(CommandState):
        return CommandState(outcome)
    if is_heard:
        return CommandState.HEARD
    return CommandState.ASKED if at_ms <= command.until_ms else CommandState.UNHEARD


def log_of(connection: sa.Connection, region_id: int, command: str) -> str | None:
    """What the kiosk sent; None if it sent nothing that can be read."""
    a = kiosk_answers.c
    query = sa.select(a.log).where(a.region_id == region_id, a.command == command)
    packed = connection.execute(query).scalar()
    if not packed:
        return None
    try:
        return zlib.decompressobj().decompress(bytes(packed), MOST_LOG_BYTES).decode(errors="replace")
    except zlib.error:
        return None


def forget(connection: sa.Connection, region_id: int, today: date) -> None:
    """What ran out long ago."""
    oldest = datetime.combine(today - KEPT, time(), UTC).timestamp() * 1000
    for each in list(current_values(connection, region_id, KIOSK_COMMAND)):
        if each.until_ms < oldest:
            withdraw(connection, region_id, KIOSK_COMMAND, each.command)


Kiosks = Mapping[str, tuple[str, str]]  # device, in hexadecimal -> name, site


def kiosks_to_tell(connection: sa.Connection, region_id: int, seen: Area) -> Kiosks:
    """By site and name."""
    d = devices.c
    query = sa.select(d.device_id, d.name, d.site).where(d.region_id == region_id, d.revoked_at_ms.is_(None))
    rows = connection.execute(query.order_by(d.site, d.name))
    return {row.device_id.hex(): (row.name, row.site) for row in rows if seen.has(row.site)}
