"""What is told to whoever taps with nothing to pay: the balance, and the last meals here.

Read beside the selling, and only for these answers: a tap that is served asks for nothing of it.
"""

from __future__ import annotations

import msgspec

from kiosk.common.clock import local_time
from kiosk.common.here import Here
from kiosk.common.lent import Meals
from kiosk.common.outcomes import Outcome, Statement
from kiosk.ledger.accounts import own_money
from kiosk.ledger.records import Moment
from kiosk.ledger.rights import purse
from kiosk.people.residents import Resident


def with_statement(outcome: Outcome, here: Here, resident: Resident, at: Moment) -> Outcome:
    """An answer that took nothing, with how the resident's account stands."""
    return msgspec.structs.replace(outcome, statement=_of(here, resident, at))


def _of(here: Here, resident: Resident, at: Moment) -> Statement:
    grant, meals = here.catalogue.grant(own_money(resident.id)), here.opened.get(Meals)
    with here.reader.connect() as connection, connection.begin():
        money = purse(connection, here.journal.key, here.journal.head.seq, resident.id, grant)
        last = tuple(meals.last_had(connection, resident.id)) if meals else ()
    knows = money.known or resident.home_site == here.site
    return Statement(
        balance_fen=money.balance if knows else None,
        owed_fen=money.known_courtesy,
        as_of=_as_of(here, at),
        meals=last,
    )


def _as_of(here: Here, at: Moment) -> str:
    heard_ms, site = here.catalogue.heard().at_ms, here.catalogue.site(here.site)
    if site is None or not heard_ms:
        return ""
    heard, today = (local_time(each, site.time_zone).date() for each in (heard_ms, at.wall_ms))
    return heard.isoformat() if heard != today else ""
