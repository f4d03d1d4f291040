"""How reviews of meals may end beside being left: the meal given back, or the second subsidy charged.

Both are borne or kept by the office. What a counter gave back already is not given back again.
"""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from kiosk.ledger.accounts import own_money
from kiosk.ledger.entries import Posting
from kiosk.ledger.posting import JournalKey
from kiosk.ledger.sql import run
from sync.office.console.marking import _
from sync.office.console.reviewing.outcomes import borne_by_office, own_moved
from sync.office.console.shown import ReviewOutcome
from sync.office.services.canteen.checks.duplicates import REASON, TWO_SITES


def _give_back(connection: sa.Connection, key: JournalKey, seq: int, _detail: str) -> Sequence[Posting]:
    """What the resident paid for it."""
    if run(connection, _FOLLOWED, (key.region_id, key.journal_id, seq)):
        return ()
    paid = [Posting(each.account, -each.quantity) for each in own_moved(connection, key, seq)]
    return borne_by_office([each for each in paid if each.quantity > 0])


def _charge(connection: sa.Connection, key: JournalKey, seq: int, _detail: str) -> Sequence[Posting]:
    """What the office bears of this portion's subsidy."""
    rows = run(connection, _BORNE, (key.region_id, key.journal_id, seq))
    return borne_by_office([Posting(own_money(int(resident)), -int(fen)) for resident, fen in rows])


_FOLLOWED = "SELECT 1 FROM follow_ups WHERE region_id = ? AND journal_id = ? AND original_seq = ? LIMIT 1"
_BORNE = (
    "SELECT resident_id, CAST(sum(fen) AS BIGINT) FROM duplicate_meals"
    " WHERE region_id = ? AND journal_id = ? AND seq = ? GROUP BY resident_id HAVING sum(fen) > 0"
)
OUTCOMES = (
    ReviewOutcome(
        "meal_given_back",
        _("Give %(yuan)s yuan back"),
        _("What was paid was given back"),
        frozenset(
            {
                *(REASON, TWO_SITES, "card_counter_back", "card_vouched_for"),
                *("uncertain_period", "wrong_clock_confirmed", "wrong_period"),
            }
        ),
        _give_back,
    ),
    ReviewOutcome(
        "subsidy_charged",
        _("Charge the second subsidy, %(yuan)s yuan"),
        _("The second subsidy was charged"),
        frozenset({REASON}),
        _charge,
    ),
)
