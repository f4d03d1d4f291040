"""After a restart the staff see the last acts of the day again, as the journal has them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import msgspec

from kiosk.common.clock import local_time
from kiosk.common.here import Kind, Opened
from kiosk.common.outcomes import Outcome
from kiosk.counter import Counter
from kiosk.ledger.journal import Writing
from kiosk.ledger.records import Chained, decode
from kiosk.ledger.sql import run

LOOKED_AT = 200  # records, of which some are nobody's act

Told = Callable[[Writing, Chained], Outcome | None]
Tells = Mapping[Kind, Callable[[Opened], Told]]


def retell(counter: Counter, tells: Tells, limit: int) -> list[Outcome]:
    """The answers of today's last acts in this journal, the oldest first. Raises a `Refusal`.

    `tells`: how a record of each kind is told; of others nothing is said.
    """
    site, now = counter.site(), counter.clock.now()
    today = local_time(now.wall_ms, site.time_zone).date()
    found: list[Outcome] = []
    with counter.journal.writing() as writing:
        for each in _last(writing):
            tell = tells.get((each.record.kind, each.record.version))
            if tell is None or local_time(each.record.wall_ms, site.time_zone).date() != today:
                continue
            outcome = tell(counter.opened)(writing, each)
            if outcome is not None and len(found) < limit:
                found.append(outcome)
    return found[::-1]


_LAST = "SELECT raw, hash FROM records WHERE region_id = ? AND journal_id = ? ORDER BY seq DESC LIMIT ?"


def _last(writing: Writing) -> Iterator[Chained]:
    rows = run(writing.connection, _LAST, (writing.key.region_id, writing.key.journal_id, LOOKED_AT))
    for raw, hash_ in rows:
        try:
            yield Chained(decode(raw), bytes(hash_))
        except msgspec.MsgspecError:
            continue
