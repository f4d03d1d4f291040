"""Starts and stops that somebody asks for with a phone, and codes in their place without a network.

A kiosk in contact is told by its catalogue, where it waits for news, and what came of it is known from the
records that come back. One that is not heard cannot be told: the phone shows a code instead, which the kiosk
proves by itself. Such a code promises money that only this kiosk can spend: the office lets a resident have
codes for no more than that kiosk was granted of their money and has not spent as far as is known, and grants
it to nobody else while the kiosk's journal is open (`docs/decisions.md`). The kiosk holds it all the same.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass

import msgspec
import sqlalchemy as sa

from kiosk.ledger.accounts import own_money
from kiosk.ledger.sql import Row, run
from kiosk.plain.refusals import Refusal
from kiosk.services.charging.codes import HelperCode, StartCode, expires_s, window_of
from kiosk.services.charging.items import REMOTE_ORDER, ChargingSite, RemoteOrder, SocketPlace
from sync.office.catalogue.publishing import lock_revision, publish, site_scope, withdraw
from sync.office.rights.granting import Books

CARRIED_OUT_WITHIN_MS = 120_000  # also by a clock that is a minute off
SAID_FOR_MS = 10 * 60_000  # so long a page says why something ended
ORDER_BYTES = 8
KIOSK_AWAY = "kiosk_away"  # why nothing came of an order: no kiosk answered in time


class CapUnknown(Refusal):
    """No sum that the site lets choose."""

    code = "cap_unknown"
    cap_fen: int


class CodeMoneyShort(Refusal):
    """The office knows of less of their money, or codes that are still good promise it already."""

    code = "charging_money_short"
    left_fen: int


class CodeMoneyNotLent(Refusal):
    """They have as much, but the kiosk was not granted it, and is not heard: it cannot be told."""

    code = "charging_money_not_lent"
    left_fen: int


@dataclass(frozen=True, slots=True)
class AskedByPhone:
    """The latest that somebody asked for at a socket. `nonce`: of a code; empty: the kiosk was told."""

    order: str
    nonce: bytes
    cap_fen: int
    asked_ms: int
    until_ms: int


class ByPhone:
    """What one resident asks of one socket, at Unix time `now_ms`. For one transaction."""

    def __init__(
        self,
        connection: sa.Connection,
        region_id: int,
        site: ChargingSite,
        place: SocketPlace,
        resident_id: int,
        now_ms: int,
    ) -> None:
        self._connection, self._region_id = connection, region_id
        self._site, self._place = site, place
        self._resident_id, self._now_ms = resident_id, now_ms

    def start(self, cap_fen: int) -> str:
        """Tell the site's kiosks to start; returns the order. Asked again meanwhile: the same.

        Raises `CapUnknown`.
        """
        self._check(cap_fen)
        lock_revision(self._connection, self._region_id)  # a double touch asks once
        before = self.latest()
        if before is not None and self.is_awaited(before):
            return before.order
        order, until_ms = secrets.token_hex(ORDER_BYTES), self._now_ms + CARRIED_OUT_WITHIN_MS
        self._keep(order, b"", cap_fen, until_ms)
        self._tell(order, cap_fen)
        return order

    def stop(self, order: str) -> None:
        """Tell the site's kiosks to stop a session; without a resident, the office stops it."""
        self._tell(order, 0, is_stop=True)

    def code(self, cap_fen: int) -> StartCode:
        """A code for a kiosk that is not heard; asked again within its time: the same, whatever the sum.

        What the kiosk was told before and may hear yet is taken back. Raises `CapUnknown`,
        `CodeMoneyShort` or `CodeMoneyNotLent`.
        """
        self._check(cap_fen)
        lock_revision(self._connection, self._region_id)  # two at once promise no more than one by one
        before = self.latest()
        if before is not None and not before.nonce:
            withdraw(self._connection, self._region_id, REMOTE_ORDER, before.order)
        made = self._code(cap_fen)
        if before is not None and before.nonce == made.nonce:
            return self._code(before.cap_fen)
        self._check_money(cap_fen)
        self._keep(made.nonce.hex(), made.nonce, cap_fen, expires_s(made) * 1000)
        return made

    def helper_code(self, cap_fen: int) -> HelperCode:
        """A code that says who starts it for somebody else, whose card then pays. Raises `CapUnknown`."""
        self._check(cap_fen)
        return HelperCode(*msgspec.structs.astuple(self._code(cap_fen)))

    def latest(self) -> AskedByPhone | None:
        at = (self._site.site, self._place.box, self._place.number)
        rows = self._run(_LATEST, self._resident_id, *at)
        return AskedByPhone(rows[0][0], bytes(rows[0][1]), *rows[0][2:]) if rows else None

    def is_awaited(self, asked: AskedByPhone) -> bool:
        """Whether a kiosk was told, may still do it, and nothing has come back."""
        if asked.nonce or self._now_ms > asked.until_ms:
            return False
        return not self._run(_BEGUN, asked.order) and not self._run(_REFUSED, asked.order)

    def outcome(self, asked: AskedByPhone) -> str:
        """Why what was asked for came to nothing, or ended lately; empty while it may go on."""
        order = self._order_of(asked)
        answered = self._run(_ENDED, order) or self._run(_REFUSED, order)
        if not answered and not asked.nonce and not self._run(_BEGUN, order):
            answered = [(KIOSK_AWAY, asked.until_ms)] if self._now_ms > asked.until_ms else []
        reason, at_ms = answered[0] if answered else ("", 0)
        return str(reason) if self._now_ms - int(at_ms) < SAID_FOR_MS else ""

    def _check(self, cap_fen: int) -> None:
        if cap_fen not in self._site.caps_fen:
            raise CapUnknown(cap_fen=cap_fen)

    def _tell(self, order: str, cap_fen: int, *, is_stop: bool = False) -> None:
        asked = RemoteOrder(
            order=order,
            site=self._site.site,
            box=self._place.box,
            socket=self._place.number,
            resident_id=self._resident_id,
            cap_fen=cap_fen,
            is_stop=is_stop,
            until_ms=self._now_ms + CARRIED_OUT_WITHIN_MS,
        )
        scope, label = site_scope(asked.site), str(asked.resident_id)
        publish(self._connection, self._region_id, REMOTE_ORDER, order, asked, scope=scope, label=label)

    def _code(self, cap_fen: int) -> StartCode:
        at, window = (self._site.site, self._place.box, self._place.number), window_of(self._now_ms // 1000)
        return StartCode(*at, self._resident_id, cap_fen, window)

    def _keep(self, order: str, nonce: bytes, cap_fen: int, until_ms: int) -> None:
        at = (self._site.site, self._place.box, self._place.number)
        self._run(_KEEP, order, nonce, self._resident_id, *at, cap_fen, self._now_ms, until_ms)

    def _order_of(self, asked: AskedByPhone) -> str:
        """The session's: of a code, the one that it started."""
        rows = self._run(_BY_CODE, asked.nonce) if asked.nonce else []
        return str(rows[0][0]) if rows else asked.order

    def _check_money(self, cap_fen: int) -> None:
        """A kiosk of the site must be granted as much already. Raises why it is not enough."""
        account = own_money(self._resident_id)
        books, promised_fen = Books(self._connection, self._region_id, [account]), self._promised_fen()
        kiosks = self._run(_KIOSKS, self._site.site)
        granted_fen = max((books.outstanding(account, bytes(each)) for (each,) in kiosks), default=0)
        left_fen = max(0, granted_fen - promised_fen)
        if left_fen >= cap_fen:
            return
        if books.balance(account) - promised_fen >= cap_fen:
            raise CodeMoneyNotLent(left_fen=left_fen)
        raise CodeMoneyShort(left_fen=left_fen)

    def _promised_fen(self) -> int:
        """By codes that are still good and have started nothing as far as is known."""
        return int(self._run(_PROMISED, self._resident_id, self._now_ms)[0][0])

    def _run(self, statement: str, *values: object) -> list[Row]:
        return run(self._connection, statement, (self._region_id, *values))


_LATEST = (
    "SELECT order_id, nonce, cap_fen, asked_ms, until_ms FROM charging_asked"
    " WHERE region_id = ? AND resident_id = ? AND site = ? AND box = ? AND socket = ?"
    " ORDER BY asked_ms DESC LIMIT 1"
)
_KEEP = (
    "INSERT INTO charging_asked (region_id, order_id, nonce, resident_id, site, box, socket, cap_fen,"
    " asked_ms, until_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
_BEGUN = "SELECT 1 FROM charging_starts WHERE region_id = ? AND order_id = ?"
_ENDED = "SELECT reason, wall_ms FROM charging_bills WHERE region_id = ? AND order_id = ?"
_REFUSED = (
    "SELECT reason, wall_ms FROM charging_answers WHERE region_id = ? AND order_id = ? AND reason <> ''"
    " ORDER BY wall_ms DESC LIMIT 1"
)
_PROMISED = (
    "SELECT coalesce(CAST(sum(a.cap_fen) AS BIGINT), 0) FROM charging_asked AS a WHERE a.region_id = ?"
    " AND a.resident_id = ? AND a.until_ms > ? AND length(a.nonce) > 0 AND NOT EXISTS (SELECT 1"
    " FROM charging_starts AS s WHERE s.region_id = a.region_id AND s.nonce = a.nonce)"
)
_BY_CODE = "SELECT order_id FROM charging_starts WHERE region_id = ? AND nonce = ?"
_KIOSKS = (
    "SELECT j.journal_id FROM journals AS j JOIN devices AS d ON d.region_id = j.region_id"
    " AND d.device_id = j.device_id WHERE j.region_id = ? AND d.site = ? AND NOT j.sealed"
    " AND d.revoked_at_ms IS NULL"
)
