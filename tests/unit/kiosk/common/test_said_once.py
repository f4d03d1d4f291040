"""One service never takes another's word away: wherever the lists are folded, saying it twice is an error."""

from __future__ import annotations

import msgspec
import pytest

from kiosk.common.books import Kinds
from kiosk.common.said_once import SaidTwice
from kiosk.ledger.audit.judging import moves_nothing
from kiosk.ledger.holds import HOLD
from kiosk.services import contract
from kiosk.services.contract import Service
from sync.office.console import shown
from sync.office.console.reviewing.suspense.review_words import ReviewWords
from sync.office.console.shown import Said, Shown
from sync.office.services import contract as at_the_office
from sync.office.services.contract import OfficeService

LENT = ("lent", 1)
NONE = Kinds(projections={})


def test_a_record_is_told_and_priced_by_one_service() -> None:
    tells = [Service(name=name, kinds=NONE, told={LENT: lambda opened: lambda *_: None}) for name in "ab"]
    with pytest.raises(SaidTwice, match="told: two services claim"):
        contract.told(tells)
    prices = [Service(name=name, kinds=NONE, sold={LENT: lambda body: {}}) for name in "ab"]
    with pytest.raises(SaidTwice, match="sold: two services claim"):
        contract.offered(prices)


@pytest.mark.parametrize("kind", [LENT, HOLD], ids=["another service's", "the core's"])
def test_a_record_is_judged_by_one_service(kind: tuple[str, int]) -> None:
    judges = Kinds(projections={}, judges={kind: moves_nothing})
    twice = [OfficeService(name=name, kinds=judges) for name in "ab"]
    with pytest.raises(SaidTwice, match="judges: two services claim"):
        at_the_office.offered(twice)


def test_a_services_section_and_its_reviews_are_its_own() -> None:
    twice = [Service(name="lending", kinds=NONE, section=msgspec.Struct) for _ in range(2)]
    with pytest.raises(SaidTwice, match="section: two services claim lending"):
        contract.sections(twice)
    overdue = Shown(reviews={"overdue": Said("A book was not brought back")})
    with pytest.raises(SaidTwice, match="reviews: two services claim overdue"):
        shown.together([overdue, overdue])
    with pytest.raises(SaidTwice, match="reviews: two services claim unread_body"):
        ReviewWords({"unread_body": Said("A book was torn")})
