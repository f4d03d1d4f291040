"""One tap's answer: who it is, whose the tap is, and what is said where nobody is served."""

from __future__ import annotations

from datetime import date

import msgspec
import structlog

from drivers.contracts import Authentication, CardTap, CodeScan, ReadFailure, Trouble
from kiosk.common import claims
from kiosk.common.clock import local_time
from kiosk.common.outcomes import Outcome, Paid, Person, person_of, refused
from kiosk.counter import Counter
from kiosk.front.statements import with_statement
from kiosk.ledger.errors import JournalClosed
from kiosk.ledger.records import Moment
from kiosk.people.cards import nfc_token
from kiosk.people.chips import why_no_card
from kiosk.people.errors import (
    CardCopied,
    CardForeign,
    CardUnknown,
    CardUnreadable,
    CodeMangled,
    OneOfTwo,
    ResidentClosed,
    TwoCards,
)
from kiosk.people.identify import Chip, Identified, Identifier
from kiosk.people.residents import Resident, ResidentStatus
from kiosk.plain.refusals import NothingToPay, Refusal

SAME_MOMENT_MS = 2000  # a second card that is noticed so soon lay there from the beginning

UNREAD: dict[Trouble, type[Refusal]] = {
    Trouble.LIFTED: CardUnreadable,
    Trouble.UNREADABLE: CardUnreadable,
    Trouble.NOISE: CodeMangled,
    Trouble.TWO_CARDS: TwoCards,
    Trouble.FOREIGN: CardForeign,
}
Seen = CardTap | CodeScan | ReadFailure

log = structlog.get_logger()


def look_at(counter: Counter, event: CardTap) -> Identified:
    """A badge, which is a card like any other: the office hears of a copy."""
    at = counter.clock.now()
    day = counter.day_of(at)
    try:
        return _identify(counter.identifier, event, day, at)
    except CardCopied as refusal:
        counter.copies.note(refusal, event.uid, day, at)
        raise


def answer(counter: Counter, listed: claims.Listed, event: Seen, newest: Outcome | None) -> Outcome:
    """The one answer to what was laid down or held up. Raises `JournalClosed`, or why nobody is served."""
    at = counter.clock.now()
    day = counter.day_of(at)
    resident: Resident | None = None
    if newest is not None and _is_one_of_two(event, newest, at):
        return refused(OneOfTwo(), at.wall_ms, newest.person)
    try:
        if isinstance(event, CodeScan) and (named := claims.named(listed, counter.opened, event.text)):
            resident = counter.catalogue.resident(named.resident_id)
            return named.answer()
        who = _identify(counter.identifier, event, day, at)
        resident = who.resident
        if awaited := claims.awaited(listed, counter.opened, who, newest):
            return awaited
        site = counter.site()
        here = claims.offered(listed, site, local_time(at.wall_ms, site.time_zone))
        return here.answer(counter.opened, who, at)
    except JournalClosed:
        raise
    except Refusal as refusal:
        if resident is None and isinstance(event, CardTap):
            resident = counter.identifier.owner_of_chip(event.uid)
            counter.copies.note(refusal, event.uid, day, at)
            if isinstance(refusal, CardUnknown) and (unfit := why_no_card(event.uid)):
                return refuse(unfit, at.wall_ms, None)
            if isinstance(refusal, CardUnknown):
                return msgspec.structs.replace(refuse(refusal, at.wall_ms, None), chip=nfc_token(event.uid))
        if resident is None and isinstance(event, CodeScan):
            resident = counter.identifier.owner_of_code(event.text)
        if resident is not None:  # of a visitor the office may have told more meanwhile
            resident = counter.catalogue.resident(resident.id) or resident
        if resident is not None and resident.status is not ResidentStatus.ACTIVE:
            refusal = ResidentClosed()  # whatever is the matter with the card, another would not help
        outcome = refuse(refusal, at.wall_ms, person_of(resident, day) if resident else None)
        if resident is not None and isinstance(refusal, NothingToPay):
            return with_statement(outcome, counter.here, resident, at)
        return outcome


def _is_one_of_two(event: Seen, newest: Outcome, at: Moment) -> bool:
    """Whether two cards lie there and one of them has just been paid with."""
    is_crowded = isinstance(event, ReadFailure) and event.trouble is Trouble.TWO_CARDS
    return is_crowded and isinstance(newest.result, Paid) and at.wall_ms - newest.at_ms < SAME_MOMENT_MS


def refuse(refusal: Refusal, at_ms: int, person: Person | None) -> Outcome:
    if refusal.is_fault:
        log.error("refused", code=refusal.code, **vars(refusal))
    return refused(refusal, at_ms, person)


def _identify(identifier: Identifier, event: Seen, day: date, at: Moment) -> Identified:
    if isinstance(event, CardTap):
        return identifier.chip(chip_of(event), day)
    if isinstance(event, CodeScan):
        return identifier.code(event.text, day, at.wall_ms // 1000)
    raise UNREAD[event.trouble]


def chip_of(tap: CardTap) -> Chip:
    """What the reader saw, in the words of `people`."""
    return Chip(
        uid=tap.uid,
        signed_record=tap.signed_record,
        challenged=tap.authentication in (Authentication.PASSED, Authentication.FAILED),
        proved=tap.authentication is Authentication.PASSED,
        keyless=tap.authentication is Authentication.NO_KEY,
        counter=tap.counter,
        complete_reads=tap.complete_reads,
        number_only=tap.typed,
    )
