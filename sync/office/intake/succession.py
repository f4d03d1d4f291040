"""A journal's first batch: which one it goes on from, and whether its device writes in two places.

A kiosk that begins a new journal names the one before it in its first record, and that one is sealed: what it
might still have spent is free again. Only that one. A device that has another live journal besides has been
copied, or an older image of it was put back; both copies are heard, and a person is told.

An older image that was put back twice leaves a journal that nobody writes any more. The office cannot tell it
from a copy that is silent: only a person can, who has looked for the second kiosk.
"""

from __future__ import annotations

import msgspec
import sqlalchemy as sa

from kiosk.ledger.figures import figures
from kiosk.ledger.machine.lifecycle import OPENED, OPENED_AFTER, Before, OpenedAfter
from kiosk.ledger.posting import Finding, JournalKey
from kiosk.ledger.records import decode
from sync.office.books import heads, writeoff
from sync.office.books.sealing import seal_journals
from sync.office.intake import left_holds
from sync.office.keys.devices import Device
from sync.office.rights import rights

_decoder = msgspec.msgpack.Decoder(OpenedAfter)


def begin(connection: sa.Connection, device: Device, key: JournalKey, first: bytes) -> list[Finding]:
    """Seal what this journal, whose first record is given, goes on from; returns what a person should see."""
    kind, before = _opening(first)
    others = [each for each in heads.open_journals(connection, key.region_id, device.id) if each != key]
    if kind == OPENED:  # enrolled once more, by a code from the office: all that was before has ended
        ended, others = others, []
    else:
        ended = _named(connection, device, key, before)
    seal_journals(connection, key.region_id, ended)
    rights.refresh_site(connection, key.region_id, device.site)
    alive = ", ".join(each.journal_id.hex() for each in others if each not in ended)
    return [Finding(1, "cloned_device", figures(also_alive=alive))] if alive else []


def end_others(
    connection: sa.Connection, key: JournalKey, device_id: bytes, *, clerk: str, at_ms: int
) -> int:
    """There is no second kiosk: end all that this device began beside the journal `key`, which goes on.

    What was held there is that journal's to settle, and what the others might have spent is written off.
    Returns how much money that is, in fen. A copy that is there after all hears that its journal has ended,
    and begins another.
    """
    fen = writeoff.write_off(connection, key.region_id, device_id, operator=clerk, at_ms=at_ms, but=key)
    left_holds.tell(connection, key.region_id, device_id)
    return fen


def _opening(first: bytes) -> tuple[tuple[str, int] | None, Before | None]:
    """What the first record says, as far as it can be read."""
    try:
        record = decode(first)
        kind = (record.kind, record.version)
        return kind, _decoder.decode(record.body).before if kind == OPENED_AFTER else None
    except msgspec.MsgspecError:
        return None, None


def _named(
    connection: sa.Connection, device: Device, key: JournalKey, before: Before | None
) -> list[JournalKey]:
    """The journal before this one, known from now on; none if it is not this device's to end."""
    if before is None or len(before.journal_id) != len(key.journal_id) or before.journal_id == key.journal_id:
        return []
    named = JournalKey(key.region_id, before.journal_id)
    heads.begin_journal(connection, named, device.id, device.site)
    head = heads.lock_head(connection, named)
    assert head is not None
    return [named] if head.device_id == device.id and not head.sealed else []
