"""A card proves itself to the office: what it says goes there in a signed request."""

from __future__ import annotations

from collections.abc import Callable

from kiosk.common.sync_process import CardSaid, CardTold
from sync.errors import Garbled
from sync.local.cursor import Cursor
from sync.wire import signing
from sync.wire.messages import Proof, Prove, StaleCounter
from sync.wire.signing import PublicKeys, SigningKey
from sync.wire.transport import Transport


class ProveStage:
    """Carries one message of a card. For any thread that brings its own transport."""

    def __init__(self, journal: Callable[[], bytes], key: SigningKey, cursor: Cursor) -> None:
        self._journal, self._key, self._cursor = journal, key, cursor

    def run(self, said: CardSaid, transport: Transport, pinned: PublicKeys, above: int = 0) -> CardTold:
        """Raises a `SyncError` when there is no answer."""
        counter = self._cursor.next_counter(above)
        request = Prove(counter, self._journal(), said.token, said.said, said.ticket)
        answer = transport.ask("/v1/proofs", signing.proof_context(), request, self._key, pinned)
        match answer:
            case Proof():
                return CardTold(answer=answer.answer, ticket=answer.ticket, proved=answer.proved)
            case StaleCounter(last=last) if last >= counter:
                return self.run(said, transport, pinned, above=last)
        raise Garbled(f"{type(answer).__name__} is no answer to a card")
