"""The report of a shift on paper, in the same words as on the screen."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from flask_babel import gettext

from drivers.slip import Code, Line, Pair, Rule, Slip
from kiosk.common.clock import local_time
from kiosk.counter import Counter
from kiosk.front.printing.receipts import name_of
from kiosk.ledger.records import Record
from kiosk.services.till.records import Counts
from kiosk.services.till.reporting import ShiftReport
from kiosk.services.till.shift.takings import takings_in_words
from kiosk.web.paper.slips import moment
from kiosk.web.words.languages import by_language, in_the_sites_language
from kiosk.web.words.money import in_yuan

SIGNED_HERE = "_" * 20
SHORT_ID = 8  # hexadecimal digits of a journal's id


@in_the_sites_language()
def shift_slip(report: ShiftReport, counter: Counter) -> Slip:
    """Raises a `Refusal` while there is no site."""
    site, closed = counter.site(), report.closed
    off_fen = closed.counted_fen - closed.expected_fen

    def end(record: Record) -> str:
        at: datetime = local_time(record.wall_ms, site.time_zone)
        return f"{moment(at)} {name_of(counter.catalogue, site.name, record.operator)}".strip()

    return (
        Line(by_language(site.title), large=True, centred=True),
        Line(gettext("Report of shift %(number)d", number=closed.number), centred=True),
        Rule(),
        Pair(gettext("Opened"), end(report.opening.record)),
        Pair(gettext("Closed"), end(report.closing.record)),
        Rule(),
        *(Pair(word, figure) for word, figure in takings_in_words(report.takings)),
        Rule(),
        Pair(gettext("Float"), in_yuan(report.opened.counted_fen)),
        *_counted(closed.counts),
        Pair(gettext("Cash counted"), in_yuan(closed.counted_fen)),
        Pair(gettext("Should be"), in_yuan(closed.expected_fen)),
        Pair(gettext("Difference"), in_yuan(off_fen), large=True),
        *((Pair(gettext("Reason"), gettext(closed.reason)),) if closed.reason else ()),
        Rule(),
        Pair(gettext("Records"), f"{report.takings.first_seq}-{report.takings.last_seq}"),
        Pair(gettext("Journal"), report.journal_id.hex()[:SHORT_ID]),
        Pair(gettext("Receipt"), report.closing.receipt),
        Code(report.closing.receipt),
        Line(""),
        Line(gettext("Signed:") + " " + SIGNED_HERE),
    )


def _counted(counts: Counts) -> Iterator[Pair]:
    for worth_fen, pieces in counts:
        yield Pair(f"{in_yuan(worth_fen)} × {pieces}", in_yuan(worth_fen * pieces))
