"""How a session begins: the money is held and what was asked is written, before its box is asked."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from drivers.outlets.contracts import SocketId
from kiosk.common.here import Here
from kiosk.common.outcomes import Outcome
from kiosk.ledger.holds import hold
from kiosk.ledger.journal import Writing
from kiosk.ledger.records import Chained, Moment
from kiosk.people.residents import Resident
from kiosk.services.charging.codes import StartCodeUsed
from kiosk.services.charging.items import ChargingSite
from kiosk.services.charging.records import (
    CHARGING_BEGUN,
    PURPOSE,
    ChargingBegun,
    Means,
    decode_begun,
)
from kiosk.services.charging.running.begun import Begun, is_used
from kiosk.services.charging.running.sockets import Sockets
from kiosk.services.charging.running.telling import Telling
from kiosk.services.charging.running.terms import Lent, Terms, to_hold_fen


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a start is to be. `started_by`: whoever asked, where that is not the payer."""

    payer: Resident
    label: str
    means: Means
    at: Moment
    cap_fen: int | None = None
    started_by: int | None = None
    nonce: bytes = b""
    request_id: str | None = None
    order: str = ""
    lent: Lent | None = None


class Beginning:
    """At the sockets of one counter. For whoever holds the lock of `Charging`."""

    def __init__(self, here: Here, sockets: Sockets, terms: Terms, telling: Telling) -> None:
        self._here, self._sockets, self._terms, self._telling = here, sockets, terms, telling

    def start(self, asked: Asked) -> Outcome:
        """Raises why not. Once it is durable its box is asked; a repeated request gets the first answer."""
        with self._here.journal.writing() as writing:
            chained = (
                writing.once(asked.request_id, lambda: self._begin(writing, asked))
                if asked.request_id
                else self._begin(writing, asked)
            )
            outcome = self._telling.told(writing, chained)
        if writing.is_new(chained):
            self._take(chained, asked.at)
        assert outcome is not None, "how a session began is told"
        return outcome

    def check(self, label: str, nonce: bytes) -> ChargingSite:
        """Whether something may begin there once somebody pays. Raises why not."""
        site, _socket = self._free(label)
        with self._here.journal.writing() as writing:
            self._check_unused(writing, nonce)
        return site

    def _free(self, label: str) -> tuple[ChargingSite, SocketId]:
        socket, site = self._sockets.check_free(self._sockets.place(label)), self._sockets.site
        assert site is not None, "the place is of it"
        return site, socket

    def _check_unused(self, writing: Writing, nonce: bytes) -> None:
        if nonce and is_used(writing.connection, writing.key.region_id, nonce):
            raise StartCodeUsed

    def _take(self, chained: Chained, at: Moment) -> None:
        body = decode_begun(chained.record.body)
        found = Begun(body, self._here.journal.key.journal_id, chained.record.seq, chained.record)
        self._telling.attends(body.order, at)
        self._sockets.begins(SocketId(body.box, body.socket))
        self._sockets.sessions.take(found, at)

    def _begin(self, writing: Writing, asked: Asked) -> Chained:
        """The hold, and how the session began: in one transaction. Raises why not."""
        site, socket = self._free(asked.label)
        self._check_unused(writing, asked.nonce)
        tariff = self._terms.tariff(asked.payer, asked.at, is_metered=self._sockets.is_metered(socket))
        purse = self._terms.purse(writing, asked.payer, asked.lent)
        held_fen = to_hold_fen(purse, asked.payer, asked.cap_fen, site, asked.lent)
        order = asked.order or secrets.token_hex(8)
        purpose = f"{PURPOSE}{self._here.site}/{order}"
        held = hold(writing, purse, asked.payer.id, held_fen, purpose, at=asked.at)
        body = ChargingBegun(
            order=order,
            hold_seq=held.record.seq,
            resident_id=asked.payer.id,
            started_by=asked.started_by or asked.payer.id,
            means=str(asked.means),
            site=self._here.site,
            box=socket.box,
            socket=socket.number,
            tariff_id=tariff.id,
            tariff_revision=self._terms.revision,
            cap_fen=held_fen,
            register=self._sockets.register(socket),
            nonce=asked.nonce,
            tariff=tariff,
            pass_s=self._terms.pass_s(writing, asked.payer, asked.at),
        )
        return writing.append(
            *CHARGING_BEGUN,
            body,
            at=asked.at,
            tariff_revision=body.tariff_revision,
            request_id=asked.request_id,
        )
