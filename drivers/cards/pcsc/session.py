"""One opening of a PC/SC reader.

The service tells when a card comes or goes, so an idle reader costs nothing. While a card lies there it is
asked for its number now and then: a card that takes another's place within one look of the service would
otherwise be missed.
"""

from __future__ import annotations

from drivers.cards.pcsc.frontend import PcscFrontend
from drivers.cards.pcsc.service import ReaderState, Service, ServiceFault, chosen
from drivers.cards.reader import ReaderSession
from drivers.cards.sensing import POLL_REST_S, Sighting
from drivers.paths import parse_path
from drivers.supervision import Reason

IDLE_MS, LYING_MS = 500, 250
LEAVING_MS = 80  # between the looks in which a card may come back that dropped out for a moment


class PcscSession(ReaderSession):
    """See `drivers.supervision.Session`."""

    _service: Service | None = None
    _reader: PcscFrontend
    _name = ""
    _state = ReaderState()

    def open(self) -> None:
        self._service = Service()
        name = chosen(self._service.readers(), parse_path(self._path).port)
        if name is None:
            raise ServiceFault("open", Reason.ABSENT, "no such reader")
        self._name = name
        self._reader = PcscFrontend(self._service, name)

    def step(self) -> float:
        """Wait for a card to come or go, and read it if it is new."""
        assert self._service is not None, "open comes first"
        self._state = self._service.wait(self._name, self._state, self._wait_ms())
        if self._state.is_gone:
            raise ServiceFault("wait", Reason.UNPLUGGED)
        self._presence.begin_round(self._clock())
        card = self._look()
        if card is not None:
            self._meet(card)
        else:
            self._miss()
        return POLL_REST_S if self._presence.is_unsettled else 0

    def close(self) -> None:
        if self._name:
            self._reader.forget()
        if self._service is not None:
            self._service.close()

    def abort(self) -> None:
        if self._service is not None:
            self._service.cancel()

    def diagnose(self, fault: Exception) -> Reason:
        if not isinstance(fault, ServiceFault):
            return Reason.SILENT
        was_open = bool(self._name)
        return Reason.UNPLUGGED if fault.reason is Reason.ABSENT and was_open else fault.reason

    def _look(self) -> Sighting | None:
        if self._state.has_card or self._reader.may_be_unseen:
            return self._reader.look(afresh=self._presence.is_unsettled)
        self._reader.forget()
        return None

    def _wait_ms(self) -> int:
        """How long nothing needs to be done unless the service has something to tell."""
        if self._presence.is_unsettled:
            return 0
        if self._state.has_card:
            return LYING_MS
        return IDLE_MS if self._presence.card is None else LEAVING_MS
