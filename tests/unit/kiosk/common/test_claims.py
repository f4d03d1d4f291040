"""Whose a tap is, as a table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from msgspec.structs import replace

from drivers.contracts import Authentication, CardFamily, CardTap, CodeScan
from kiosk.catalogue.items import Kind
from kiosk.catalogue.values import Site
from kiosk.common.claims import Claims, Listed, Named
from kiosk.common.outcomes import Outcome, Tone
from kiosk.counter import Counter
from kiosk.front.answering import answer
from kiosk.people.cards import CardLevel, IssuerKey, qr_token
from kiosk.people.codes import Certificate, qr_text, sign
from kiosk.plain.refusals import NothingToPay
from tests.factories import SITE, World, card, resident, site, uid_of

WHO = 1001
NOON, EVENING, NIGHT = 0, 5.5, 10  # hours after the world's own time, which is 11:42


class Shut(NothingToPay):
    code = "shut"
    of: str


def says(code: str) -> Callable[..., Outcome]:
    return lambda *_: Outcome(tone=Tone.GOOD, code=code, at_ms=0)


def from_to(opens: str, closes: str) -> Callable[[Site, datetime], bool]:
    return lambda _site, local: time.fromisoformat(opens) <= local.time() < time.fromisoformat(closes)


LISTED: Listed = (
    (
        "noon",
        Claims(offered=from_to("10:30", "13:00"), answer=says("noon"), closed=lambda *_: Shut(of="noon")),
    ),
    (
        "books",
        Claims(
            offered=from_to("09:00", "18:00"),
            answer=says("books"),
            named=lambda _opened, text: Named(WHO, says("label")) if text.startswith("BOOK:") else None,
        ),
    ),
    (
        "writer",
        Claims(
            waiting=lambda _opened, who, newest: (
                says("waited")() if newest and newest.code == "wait" else None
            )
        ),
    ),
)
CARD = CardTap(uid_of(WHO), CardFamily.TYPE2, Authentication.NOT_OFFERED, None, 0)
LABEL = CodeScan("BOOK:17", 0)
ISSUER = Ed25519PrivateKey.generate()
PAPER = replace(card(WHO, CardLevel.SIGNED), token=qr_token(WHO))
CODE = CodeScan(qr_text(sign(Certificate(1, WHO, 1, b""), ISSUER)), 0)
WAITING = Outcome(tone=Tone.TOLD, code="wait", at_ms=0)


@dataclass(frozen=True)
class Row:
    said: str
    event: CardTap | CodeScan
    hours: float
    answered: str
    newest: Outcome | None = None
    offers: tuple[str, ...] = ()


TABLE = (
    Row("somebody at the screen waits for this card", CARD, NOON, "waited", newest=WAITING),
    Row("even at night", CARD, NIGHT, "waited", newest=WAITING),
    Row("or for the code of its holder", CODE, NOON, "waited", newest=WAITING),
    Row("else a code is as good as a card", CODE, NOON, "noon"),
    Row("the code on a label names its service", LABEL, NOON, "label"),
    Row("at whatever hour", LABEL, NIGHT, "label"),
    Row("and whatever the site offers", LABEL, NOON, "label", offers=("noon",)),
    Row("two are open: the first of the list", CARD, NOON, "noon"),
    Row("one is open", CARD, EVENING, "books"),
    Row("the site offers only one of them", CARD, NOON, "books", offers=("books",)),
    Row("none is open: one says when", CARD, NIGHT, "shut"),
    Row("none is open, and none says anything", CARD, NIGHT, "nothing_offered", offers=("books",)),
    Row("the site offers what this kiosk does not list", CARD, NOON, "nothing_offered", offers=("pool",)),
)


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.said)
def test_a_tap_finds_its_service(world: World, counter: Counter, row: Row) -> None:
    world.add(resident(WHO), card(WHO), PAPER)
    world.publish(Kind.ISSUER_KEY, {"1": IssuerKey(id=1, public_key=ISSUER.public_key().public_bytes_raw())})
    world.publish(Kind.SITE, {SITE: site(offers=row.offers)})
    world.time.advance(hours=row.hours)
    found = answer(counter, LISTED, row.event, row.newest)
    assert found.code == row.answered
    if row.answered in ("shut", "nothing_offered"):
        assert found.statement is not None, "else how the account stands"
        assert found.statement.balance_fen == 10_000
    if row.event is CARD and found.statement is not None:
        assert found.person is not None


def test_nobody_claims_anything(world: World, counter: Counter) -> None:
    world.add(resident(WHO))
    found = answer(counter, (), CARD, None)
    assert (found.code, found.tone) == ("nothing_offered", Tone.TOLD)
