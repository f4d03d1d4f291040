"""What the records may move. Nothing is looked up of them: the balances say it all."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from kiosk.common.books import Kinds
from kiosk.ledger.audit.judging import ELSEWHERE, NOT_ITS_TO_MOVE, Judge, Known, Objection, as_expected
from kiosk.ledger.entries import Posting
from kiosk.ledger.posting import nothing_to_find
from kiosk.ledger.records import Record
from tests.services.time_purse.records import (
    MOST_MINUTES,
    TIME_GIVEN,
    TIME_SPENT,
    TimeMoved,
    decode,
    given,
    spent,
)


def _judge(moves: Callable[[TimeMoved], Sequence[Posting]]) -> Judge:
    def judge(record: Record, known: Known) -> Objection | None:
        body = decode(record.body)
        if body.site not in known.sites:
            return Objection(ELSEWHERE)
        if not 0 < body.minutes <= MOST_MINUTES:
            return Objection(NOT_ITS_TO_MOVE)
        return as_expected(record, moves(body))

    return judge


KINDS = Kinds(
    projections=dict.fromkeys((TIME_GIVEN, TIME_SPENT), nothing_to_find),
    judges={TIME_GIVEN: _judge(given), TIME_SPENT: _judge(spent)},
)
