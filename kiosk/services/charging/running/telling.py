"""What charging's records come to, for screens, voice and paper."""

from __future__ import annotations

from datetime import time

from drivers.outlets.reasons import LEAVE
from kiosk.common.here import Here
from kiosk.common.outcomes import Outcome, Person, Result, Tone, person_of
from kiosk.common.purses import purse_of
from kiosk.front.printing.receipts import name_of
from kiosk.ledger.journal import Writing
from kiosk.ledger.records import Chained, Moment
from kiosk.people.residents import Resident
from kiosk.services.charging.items import ChargingSite
from kiosk.services.charging.records import (
    CHARGING_ALARM,
    CHARGING_BEGUN,
    CHARGING_CLEARED,
    CHARGING_ENDED,
    CHARGING_FLOWING,
    ChargingEnded,
    Means,
    decode_alarm,
    decode_begun,
    decode_cleared,
    decode_ended,
    decode_flowing,
)
from kiosk.services.charging.results import Agreeing, AtSocket, Ended, Failed, Flowing, Starting, Warned
from kiosk.services.charging.running.begun import Begun, begun

ANSWERED_FOR_MS = 60_000  # so long somebody may still stand there whom it answers


class Telling:
    """`site` is the charging point as the office describes it now."""

    def __init__(self, here: Here) -> None:
        self._here = here
        self._attended_ms: dict[str, int] = {}  # when somebody at the kiosk did something about a session
        self.site: ChargingSite | None = None

    def label(self, box: str, socket: int) -> str:
        """What stands on a socket; the box's own name where it is about all of it, or nobody has said."""
        places = self.site.sockets if self.site is not None else ()
        said = (each.label for each in places if (each.box, each.number) == (box, socket))
        return next(said, f"{box} {socket}" if socket else box)

    def is_quiet(self, at_ms: int) -> bool:
        """The site's quiet hours, which may go past midnight."""
        if self.site is None:
            return False
        now = self._here.local(at_ms).time()
        begin, end = time.fromisoformat(self.site.quiet_from), time.fromisoformat(self.site.quiet_to)
        return begin <= now < end if begin <= end else now >= begin or now < end

    def told(self, writing: Writing, chained: Chained, *, by_itself: bool = False) -> Outcome | None:
        """The answer that a record of charging is; None for what nobody is shown."""
        record = chained.record
        quiet = self.is_quiet(record.wall_ms)
        match record.kind, record.version:
            case kind if kind == CHARGING_BEGUN:
                began = decode_begun(record.body)
                label = self.label(began.box, began.socket)
                starting = Starting(label=label, held_fen=began.cap_fen, by_itself=by_itself, is_quiet=quiet)
                return self._outcome("charging_starting", Tone.TOLD, chained, starting, began.resident_id)
            case kind if kind == CHARGING_FLOWING:
                return self._flowing(writing, chained, by_itself, quiet)
            case kind if kind == CHARGING_ENDED:
                return self._ended(writing, chained, by_itself, quiet)
            case kind if kind == CHARGING_ALARM:
                alarm = decode_alarm(record.body)
                label = self.label(alarm.box, alarm.socket)
                warned = Warned(
                    label=label,
                    alarm=alarm.alarm,
                    is_on=alarm.is_on,
                    is_whole=not alarm.socket,
                    by_itself=True,
                    is_quiet=quiet,
                )
                tone = Tone.STOP if alarm.is_on else Tone.TOLD
                return self._outcome("charging_alarm", tone, chained, warned)
            case kind if kind == CHARGING_CLEARED:
                cleared = decode_cleared(record.body)
                at = AtSocket(label=self.label(cleared.box, cleared.socket), is_quiet=quiet)
                return self._outcome("charging_cleared", Tone.GOOD, chained, at)
        return None

    def attends(self, order: str, at: Moment) -> None:
        """Somebody did something about a session just now: what comes of it answers them."""
        self._attended_ms[order] = at.monotonic_ms

    def tell(self, chained: Chained) -> Outcome | None:
        """What just happened, `by_itself` unless somebody may still stand there whom it answers."""
        now_ms = self._here.clock.now().monotonic_ms
        self._attended_ms = {
            order: at_ms for order, at_ms in self._attended_ms.items() if now_ms - at_ms <= ANSWERED_FOR_MS
        }
        by_itself = self._order_of(chained) not in self._attended_ms
        with self._here.journal.writing() as writing:
            return self.told(writing, chained, by_itself=by_itself)

    def _order_of(self, chained: Chained) -> str:
        """Which session a record is about; empty where it is about none."""
        match chained.record.kind, chained.record.version:
            case kind if kind == CHARGING_FLOWING:
                return decode_flowing(chained.record.body).order
            case kind if kind == CHARGING_ENDED:
                return decode_ended(chained.record.body).order
        return ""

    def _flowing(self, writing: Writing, chained: Chained, by_itself: bool, quiet: bool) -> Outcome:
        body = decode_flowing(chained.record.body)
        found = begun(writing.connection, writing.key.region_id, body.order)
        flowing = Flowing(
            label=self.label(body.box, body.socket),
            power_w=body.power_dw // 10,
            held_fen=found.body.cap_fen if found is not None else 0,
            by_itself=by_itself,
            is_quiet=quiet,
        )
        whose = found.body.resident_id if found is not None else None
        return self._outcome("charging_flowing", Tone.GOOD, chained, flowing, whose)

    def _ended(self, writing: Writing, chained: Chained, by_itself: bool, quiet: bool) -> Outcome:
        body = decode_ended(chained.record.body)
        label = self.label(body.box, body.socket)
        if not body.charged_s and not body.energy_wh:
            failed = Failed(label=label, reason=body.reason, by_itself=by_itself, is_quiet=quiet)
            return self._outcome("charging_failed", Tone.TOLD, chained, failed, body.resident_id)
        balance_fen = purse_of(writing, self._here.catalogue, body.resident_id).balance
        found = begun(writing.connection, writing.key.region_id, body.order)
        helper = self._helper(found) if found is not None else ""
        ended = ended_of(body, label, balance_fen, by_itself=by_itself, is_quiet=quiet, helper=helper)
        tone = Tone.STOP if body.reason in LEAVE else Tone.GOOD
        return self._outcome("charging_ended", tone, chained, ended, body.resident_id)

    def _helper(self, found: Begun) -> str:
        body = found.body
        if body.means == Means.STAFF:
            return name_of(self._here.catalogue, body.site, found.record.operator)
        if body.started_by == body.resident_id:
            return ""
        helper = self._here.catalogue.resident(body.started_by)
        return called(helper) if helper is not None else ""

    def asks_for_helper(self, label: str, payer: Resident, at: Moment) -> Outcome:
        """Who pays has tapped; nothing is held before the helper's card."""
        return Outcome(
            tone=Tone.TOLD,
            code="charging_helper",
            at_ms=at.wall_ms,
            result=AtSocket(label=label),
            person=self.person(payer.id, at.wall_ms),
            again_helps=True,
        )

    def asks_for_payer(self, label: str, helper: Resident, held_fen: int, at: Moment) -> Outcome:
        """Who helps is known; nothing is held before a card is tapped that pays."""
        return Outcome(
            tone=Tone.TOLD,
            code="charging_payer",
            at_ms=at.wall_ms,
            result=Agreeing(label=label, helper=called(helper), held_fen=held_fen),
            person=self.person(helper.id, at.wall_ms),
            again_helps=True,
        )

    def _outcome(
        self, code: str, tone: Tone, chained: Chained, result: Result, resident_id: int | None = None
    ) -> Outcome:
        at_ms = chained.record.wall_ms
        return Outcome(
            tone=tone,
            code=code,
            at_ms=at_ms,
            result=result,
            person=self.person(resident_id, at_ms) if resident_id else None,
            receipt=chained.receipt,
        )

    def person(self, resident_id: int, at_ms: int) -> Person | None:
        resident = self._here.catalogue.resident(resident_id)
        return person_of(resident, self._here.local(at_ms).date()) if resident is not None else None


def called(resident: Resident) -> str:
    """As others may read it: by family name."""
    return resident.name[:1] + resident.honorific


def ended_of(
    body: ChargingEnded,
    label: str,
    balance_fen: int | None,
    *,
    by_itself: bool,
    is_quiet: bool,
    helper: str = "",
) -> Ended:
    """What a session came to."""
    return Ended(
        own_fen=body.electricity_fen + body.service_fen - body.subsidy_fen,
        subsidy_fen=body.subsidy_fen,
        balance_fen=balance_fen,
        label=label,
        by_itself=by_itself,
        is_quiet=is_quiet,
        reason=body.reason,
        energy_wh=body.energy_wh,
        minutes=body.charged_s // 60,
        dead_minutes=body.dead_s // 60,
        electricity_fen=body.electricity_fen,
        service_fen=body.service_fen,
        helper=helper,
    )
