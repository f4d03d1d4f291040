"""How a session begins: the money is held and what was asked is written, before its box is asked."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from kiosk.common.here import Here
from kiosk.ledger.holds import hold
from kiosk.ledger.journal import Writing
from kiosk.ledger.records import Chained, Moment
from kiosk.people.residents import Resident
from kiosk.services.charging.codes import StartCodeUsed
from kiosk.services.charging.records import CHARGING_BEGUN, PURPOSE, ChargingBegun, Means
from kiosk.services.charging.running.begun import is_used
from kiosk.services.charging.running.sockets import Sockets
from kiosk.services.charging.running.terms import Lent, Terms, to_hold_fen


@dataclass(frozen=True, slots=True)
class Asked:
    """What a start is to be."""

    payer: Resident
    label: str
    means: Means
    at: Moment
    cap_fen: int | None
    started_by: int
    nonce: bytes
    request_id: str | None
    order: str
    lent: Lent | None = None


class Beginning:
    """At the sockets of one counter."""

    def __init__(self, here: Here, sockets: Sockets, terms: Terms) -> None:
        self._here, self._sockets, self._terms = here, sockets, terms

    def begin(self, writing: Writing, asked: Asked) -> Chained:
        """The hold, and how the session began: in one transaction. Raises why not."""
        place = self._sockets.place(asked.label)
        socket, site = self._sockets.check_free(place), self._sockets.site
        assert site is not None, "the place is of it"
        if asked.nonce and is_used(writing.connection, writing.key.region_id, asked.nonce):
            raise StartCodeUsed
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
            started_by=asked.started_by,
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
