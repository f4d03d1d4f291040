"""The desk: what staff do at the counter without a tap. Taps and touches are answered on the same board."""

from __future__ import annotations

from collections.abc import Callable, Collection

import msgspec
import structlog
from msgspec.structs import replace

from kiosk.common.board import Board, Due, Live, Standing
from kiosk.common.clock import unix_ms
from kiosk.common.lent import CashBox
from kiosk.common.outcomes import Outcome, Person, person_of, refused
from kiosk.counter import Counter
from kiosk.front.duty import Duty
from kiosk.front.printing.paper import Printing
from kiosk.ledger.errors import JournalClosed
from kiosk.people.staff import Role
from kiosk.plain.refusals import Refusal

log = structlog.get_logger()

Act = Callable[[Counter], Outcome]


class Desk:
    """One per kiosk. `counter` gives the counter, or raises the refusal that keeps there from being one."""

    def __init__(self, counter: Callable[[], Counter], board: Board, duty: Duty, printing: Printing) -> None:
        self._counter = counter
        self._board = board
        self.duty = duty
        self.printing = printing

    def counter(self) -> Counter:
        """For looking things up. Raises a `Refusal` while there is none."""
        return self._counter()

    def recent(self) -> list[Outcome]:
        """The last answers, newest first."""
        return self._board.recent

    def standing(self) -> Standing:
        return self._board.standing

    def show_code(self, text: str) -> None:
        """A QR code on the elder's screen, for a while."""
        self._board.show_code(text)

    def show_due(self, due: Due) -> None:
        """What a guest is about to pay, on the elder's screen."""
        self._board.show_due(due)

    def show_live(self, service: str, live: Live) -> None:
        """What a service shows of itself has just changed by a touch: at once, and not at the next look."""
        standing = self._board.standing
        self._board.stand(msgspec.structs.replace(standing, live=standing.live | {service: live}))

    def act(
        self,
        act: Act,
        *,
        needs: Role | None = Role.SERVER,
        cash: bool = False,
        resident_id: int | None = None,
        at_field: Collection[type[Refusal]] = (),
        follows: str = "",
    ) -> Outcome:
        """Permit, do and show. A refusal is an answer too; the same receipt is shown once. What `needs` no
        role is for everybody who stands there.

        What moves `cash` needs a shift: somebody answers for the box. A refusal shows the resident whom the
        act is for, so that staff can go on with them. What is said `at_field` is for the form alone.
        What `follows` an earlier act, by its receipt, is for the room only if nobody else was answered since.
        """
        has_left = bool(follows) and self._has_left(follows)
        outcome = self.answer(act, needs=needs, cash=cash, resident_id=resident_id)
        outcome = replace(outcome, absent=has_left)
        if outcome.code in {each.code for each in at_field}:
            return outcome
        if not outcome.receipt or outcome.receipt not in {shown.receipt for shown in self._board.recent}:
            self._board.show(outcome)
        return outcome

    def amend(self, act: Act) -> None:
        """Permit, do, and change an answer that is shown already. A refusal is shown by itself."""
        outcome = self.answer(act)
        if outcome.receipt:
            self._board.amend(outcome)
        else:
            self._board.show(outcome)

    def answer(
        self,
        act: Act,
        *,
        needs: Role | None = Role.SERVER,
        cash: bool = False,
        resident_id: int | None = None,
    ) -> Outcome:
        """The same without showing it."""
        try:
            if needs is not None:
                self.duty.permit(needs)
            if cash:
                self._require_cash_box(self._counter())
            return self._try(act)
        except Refusal as refusal:
            if refusal.is_fault:
                log.error("refused", code=refusal.code, **vars(refusal))
            return refused(refusal, unix_ms(), self._person(resident_id))

    def _has_left(self, receipt: str) -> bool:
        """Whether the last answer was about somebody else than whoever this receipt is of."""
        there = [each for each in self._board.recent if not each.absent]
        if not there or there[0].receipt == receipt:
            return False
        whose = next((each.person for each in there if each.receipt == receipt), None)
        last = there[0].person
        return whose is None or last is None or last.resident_id != whose.resident_id

    def _person(self, resident_id: int | None) -> Person | None:
        try:
            counter = self._counter()
            resident = counter.catalogue.resident(resident_id) if resident_id is not None else None
            return person_of(resident, counter.today()) if resident else None
        except Refusal:
            return None

    def _require_cash_box(self, counter: Counter) -> None:
        """Raises a `Refusal` while nobody answers for it; where nobody counts cash, nobody need."""
        box = counter.opened.get(CashBox)
        if box is not None:
            box.require()

    def _try(self, act: Act) -> Outcome:
        """Once more if the journal gave way to another one under this very touch."""
        try:
            return act(self._counter())
        except JournalClosed:
            return act(self._counter())
