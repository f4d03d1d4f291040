"""A right asked for at the moment of a sale: one request to the office, and the grant kept for the next sale.

The grant is in `catalogue.db` before anybody hears of it, so that a kiosk which does not wait for the answer
knows it at the next tap.
"""

from __future__ import annotations

from collections.abc import Callable

from kiosk.catalogue.items import Kind, decode_value, grant_key
from kiosk.common.clock import unix_ms
from kiosk.common.sync_process import Question
from kiosk.ledger.asking import Answer, Verdict
from kiosk.ledger.rights import Grant
from sync.errors import Garbled
from sync.local.cursor import Cursor
from sync.wire import signing
from sync.wire.messages import Ask, Item, Right, StaleCounter
from sync.wire.signing import PublicKeys, SigningKey
from sync.wire.transport import Transport


class AskStage:
    """Asks the office for one right. For any thread that brings its own transport."""

    def __init__(self, journal: Callable[[], bytes], key: SigningKey, cursor: Cursor) -> None:
        self._journal, self._key, self._cursor = journal, key, cursor

    def run(self, question: Question, transport: Transport, pinned: PublicKeys) -> Answer:
        """Raises a `SyncError` when there is no answer."""
        journal_id = self._journal()
        known = self._known(question, journal_id)
        granted = known.granted if known is not None else 0
        right = self._ask(question, granted, journal_id, transport, pinned)
        grant: Grant = decode_value(Kind.GRANT, right.grant)
        if (grant.account, grant.journal_id) != (question.account, journal_id):
            raise Garbled(f"a right to {grant.account} for {grant.journal_id.hex()}, which nobody asked for")
        item = Item(str(Kind.GRANT), grant_key(grant.account, grant.unit), right.revision, right.grant)
        self._cursor.put_newer(item)
        self._keep_guest(right.guest, question.resident_id)
        if right.eaten_at:
            return Answer(verdict=Verdict.EATEN, grant=grant, eaten_at=right.eaten_at)
        enough = grant.granted >= granted + question.need_fen
        return Answer(verdict=Verdict.GRANTED if enough else Verdict.NO_MONEY, grant=grant)

    def _keep_guest(self, value: bytes, resident_id: int) -> None:
        if not value:
            return
        if decode_value(Kind.GUEST, value).id != resident_id:
            raise Garbled(f"somebody else than resident {resident_id}")
        self._cursor.keep_guest(resident_id, value, unix_ms())

    def _known(self, question: Question, journal_id: bytes) -> Grant | None:
        value = self._cursor.value(Kind.GRANT, grant_key(question.account))
        grant: Grant | None = decode_value(Kind.GRANT, value) if value is not None else None
        return grant if grant is not None and grant.journal_id == journal_id else None

    def _ask(
        self,
        question: Question,
        granted: int,
        journal_id: bytes,
        transport: Transport,
        pinned: PublicKeys,
        above: int = 0,
    ) -> Right:
        counter = self._cursor.next_counter(above)
        target = granted + question.need_fen
        ask = Ask(
            counter, journal_id, question.account, target, question.resident_id, question.day, question.meal
        )
        answer = transport.ask("/v1/rights", signing.ask_context(), ask, self._key, pinned)
        match answer:
            case Right():
                return answer
            case StaleCounter(last=last) if last >= counter:
                return self._ask(question, granted, journal_id, transport, pinned, above=last)
        raise Garbled(f"{type(answer).__name__} is no answer to this question")
