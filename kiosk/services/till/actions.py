"""Money in and back. Each act is one transaction of the journal; a repeated request gets its first answer."""

from __future__ import annotations

from datetime import date

import msgspec
import sqlalchemy as sa
from msgspec.structs import replace

from kiosk.common.clock import local_time
from kiosk.common.here import Here, Kind
from kiosk.common.outcomes import MealSold, Outcome, Tone, person_of
from kiosk.common.purses import purse_of
from kiosk.ledger.accounts import Account, cash_box, courtesy, own_money
from kiosk.ledger.entries import Posting
from kiosk.ledger.errors import ReceiptUnknown
from kiosk.ledger.follow_ups import (
    REFUND,
    REVERSAL,
    GivenBack,
    by_receipt,
    decode_given_back,
    followed,
    original,
)
from kiosk.ledger.journal import Writing
from kiosk.ledger.records import Chained, Record, paid_by, turnover_fen
from kiosk.ledger.rights import Purse, courtesy_given_fen
from kiosk.people.identify import active_resident
from kiosk.people.staff import Role
from kiosk.services.till import rules
from kiosk.services.till.errors import (
    AmountNotAllowed,
    NothingToGiveBack,
    RefundTooLarge,
    TopUpSpent,
)
from kiosk.services.till.records import TOP_UP, ToppedUp
from kiosk.services.till.results import Booked
from kiosk.services.till.undoing import Acting, NotAlone, closed_seq, not_alone

MOST_FEN = 500_000  # of one top-up: more is a slip of the finger


class Till:
    """The till of one site."""

    def __init__(self, here: Here) -> None:
        self._journal, self._catalogue, self._clock = here.journal, here.catalogue, here.clock
        self._site, self._sold = here.site, here.sold

    def top_up(self, resident_id: int, fen: int, request_id: str) -> Outcome:
        """Cash into a resident's account; what they owe here is repaid from it. Raises a `Refusal`."""
        with self._journal.writing() as writing:
            return self.told(
                writing, writing.once(request_id, lambda: self._take(writing, resident_id, fen, request_id))
            )

    def _take(self, writing: Writing, resident_id: int, fen: int, request_id: str) -> Chained:
        active_resident(self._catalogue, resident_id)
        if not 0 < fen <= MOST_FEN:
            raise AmountNotAllowed(amount_fen=fen, most_fen=MOST_FEN)
        courtesy_fen = self._purse(writing, resident_id).courtesy
        return writing.append(
            *TOP_UP,
            ToppedUp(resident_id, self._site, fen),
            *rules.top_up(resident_id, self._site, fen, courtesy_fen),
            at=self._clock.now(),
            request_id=request_id,
        )

    def refund(self, receipt: str, fen: int, request_id: str) -> Outcome:
        """Part of a portion's price back, the resident's own share first. Raises a `Refusal`."""
        with self._journal.writing() as writing:
            return self.told(
                writing, writing.once(request_id, lambda: self._refund(writing, receipt, fen, request_id))
            )

    def _refund(self, writing: Writing, receipt: str, fen: int, request_id: str) -> Chained:
        sale = self._original(writing.connection, receipt)
        if (sale.kind, sale.version) not in self._sold:
            raise NothingToGiveBack(receipt=receipt)
        before_fen = self._before_fen(writing, sale, receipt)
        left_fen = rules.price_fen(sale.postings) - before_fen
        if fen <= 0:
            raise AmountNotAllowed(amount_fen=fen, most_fen=left_fen)
        if fen > left_fen:
            raise RefundTooLarge(refund_fen=fen, left_fen=left_fen)
        return self._give_back(writing, REFUND, sale, before_fen, fen, request_id)

    def undo(self, receipt: str, request_id: str, on_duty: Acting | None = None) -> Outcome:
        """All that is left of a sale or a top-up back, as if it had not been. Raises a `Refusal`.

        A portion that was undone can be had again. `on_duty` is who does it; None: nobody is asked.
        """
        with self._journal.writing() as writing:
            return self.told(
                writing, writing.once(request_id, lambda: self._undo(writing, receipt, request_id, on_duty))
            )

    def _undo(self, writing: Writing, receipt: str, request_id: str, on_duty: Acting | None) -> Chained:
        done = self._original(writing.connection, receipt)
        if on_duty is not None and self._not_alone(writing.connection, done, on_duty.operator):
            on_duty.permit(Role.SUPERVISOR)
        kind = (done.kind, done.version)
        if kind != TOP_UP and kind not in self._sold:
            raise NothingToGiveBack(receipt=receipt)
        before_fen = self._before_fen(writing, done, receipt)
        if kind == TOP_UP:
            return self._undo_top_up(writing, done, request_id)
        left_fen = rules.price_fen(done.postings) - before_fen
        return self._give_back(writing, REVERSAL, done, before_fen, left_fen, request_id)

    def not_alone(self, connection: sa.Connection, receipt: str, operator: str) -> NotAlone | None:
        """Why `operator` needs a supervisor to undo this. Raises `ReceiptUnknown`."""
        return self._not_alone(connection, self._original(connection, receipt), operator)

    def _not_alone(self, connection: sa.Connection, done: Record, operator: str) -> NotAlone | None:
        return not_alone(
            done,
            operator,
            closed_seq=closed_seq(connection, self._journal.key),
            today=self._day_of(self._clock.now().wall_ms),
            day=self._day_of(done.wall_ms),
            site=self._site,
        )

    def _day_of(self, wall_ms: int) -> date:
        site = self._catalogue.site(self._site)
        return local_time(wall_ms, *([site.time_zone] if site else [])).date()

    def _undo_top_up(self, writing: Writing, done: Record, request_id: str) -> Chained:
        """Cash out of the box again, and what had been repaid from it is owed again."""
        resident_id = rules.resident_in(done.postings)
        assert resident_id is not None, "a top-up is somebody's"
        purse = self._purse(writing, resident_id)
        own_fen = -paid_by(own_money(resident_id), done.postings)
        repaid_fen = -paid_by(courtesy(resident_id), done.postings)
        if own_fen > purse.outstanding or repaid_fen > self._courtesy_left_fen(writing, purse):
            left_fen = max(0, min(own_fen, purse.outstanding))
            raise TopUpSpent(topup_fen=own_fen + repaid_fen, left_fen=left_fen)
        moved = rules.undone(done.postings)
        return self._follow(writing, REVERSAL, done, own_fen + repaid_fen, moved, request_id)

    def _courtesy_left_fen(self, writing: Writing, purse: Purse) -> int:
        """How much courtesy may be owed again, within the caps of this site."""
        site = self._catalogue.site(self._site)
        if site is None:
            return 0
        pool = self._catalogue.courtesy_pool(writing.key.journal_id)
        used_fen = courtesy_given_fen(writing.connection, writing.key) - (pool.repaid_fen if pool else 0)
        return min(
            site.courtesy_resident_fen - purse.known_courtesy, site.courtesy_pool_fen - max(0, used_fen)
        )

    def _give_back(
        self, writing: Writing, kind: Kind, sale: Record, before_fen: int, fen: int, request_id: str
    ) -> Chained:
        resident_id = rules.resident_in(sale.postings)
        courtesy_fen = self._purse(writing, resident_id).courtesy if resident_id is not None else 0
        moved = rules.given_back(sale.postings, before_fen, fen, courtesy_fen)
        if kind == REVERSAL:
            moved += rules.undone(rules.beside_money(sale.postings))
        return self._follow(writing, kind, sale, fen, moved, request_id)

    def _follow(
        self,
        writing: Writing,
        kind: Kind,
        done: Record,
        fen: int,
        moved: tuple[Posting, ...],
        request_id: str,
    ) -> Chained:
        given = GivenBack(done.seq, fen, writing.key.journal_id, done.kind, done.version, done.body)
        return writing.append(*kind, given, *moved, at=self._clock.now(), request_id=request_id)

    def _original(self, connection: sa.Connection, receipt: str) -> Record:
        """The record that a receipt of this journal names. Raises `ReceiptUnknown`."""
        found = by_receipt(connection, self._journal.key, receipt)
        if found is None:
            raise ReceiptUnknown(receipt=receipt)
        return found.record

    def _before_fen(self, writing: Writing, done: Record, receipt: str) -> int:
        """What was given back of it before. Raises `NothingToGiveBack` if that was all."""
        before_fen = followed(writing.connection, writing.key, done.seq)
        if before_fen is not None and before_fen >= turnover_fen(done.postings):
            raise NothingToGiveBack(receipt=receipt)
        return before_fen or 0

    def _purse(self, writing: Writing, resident_id: int) -> Purse:
        return purse_of(writing, self._catalogue, resident_id)

    def told(self, writing: Writing, chained: Chained) -> Outcome:
        """The answer that a record of the till was."""
        record = chained.record
        code, amount_fen = _told(record, cash_box(self._site))
        resident_id = rules.resident_in(record.postings)
        resident = self._catalogue.resident(resident_id) if resident_id is not None else None
        given = decode_given_back(record.body) if (record.kind, record.version) != TOP_UP else None
        meal = self._sold.get((given.kind, given.version), _no_meal)(given.body) if given else None
        booked = Booked(amount_fen=amount_fen, meal=meal)
        if resident_id is not None:
            booked = self._of_account(writing, resident_id, record, booked)
        if code not in ("refunded", "undone"):
            booked = replace(booked, back_fen=None)
        return Outcome(
            tone=Tone.GOOD,
            code=code,
            at_ms=record.wall_ms,
            result=booked,
            person=person_of(resident, self._day_of(record.wall_ms)) if resident else None,
            receipt=chained.receipt,
            takes_back=self._taken_back(writing, given) if given is not None else "",
        )

    def _of_account(self, writing: Writing, resident_id: int, record: Record, booked: Booked) -> Booked:
        """The same with what it did to somebody's account, and how that stands."""
        purse = self._purse(writing, resident_id)
        repaid_fen = max(0, -paid_by(courtesy(resident_id), record.postings))
        return replace(
            booked,
            back_fen=repaid_fen - paid_by(own_money(resident_id), record.postings),
            balance_fen=purse.balance,
            owed_fen=purse.known_courtesy,
            repaid_fen=repaid_fen,
        )

    def _taken_back(self, writing: Writing, given: GivenBack) -> str:
        """The receipt of what was given back for, if nothing of it stands and it is of this journal."""
        done = original(writing.connection, writing.key, given.original_seq)
        if done is None or given.journal_id != writing.key.journal_id:
            return ""
        before_fen = followed(writing.connection, writing.key, given.original_seq) or 0
        return done.receipt if before_fen >= turnover_fen(done.record.postings) else ""


def _no_meal(_body: msgspec.Raw) -> MealSold | None:
    return None


def _told(record: Record, cash: Account) -> tuple[str, int]:
    """The outcome's code, and the amount that it is about."""
    if (record.kind, record.version) == TOP_UP:
        return "topped_up", paid_by(cash, record.postings)
    given = decode_given_back(record.body)
    if (given.kind, given.version) == TOP_UP:
        return "topup_undone", given.quantity
    if paid_by(cash, record.postings):
        return "cash_given_back", given.quantity
    return ("refunded" if (record.kind, record.version) == REFUND else "undone"), given.quantity
