"""A code that starts one socket at a kiosk without a network: the office's phone page shows it, the kiosk
proves it with the key that both have of the site.

One code stands in two forms. Held to the scanner it says everything by itself, under a MAC of 128 bits.
Typed at the keypad it is eight digits, a MAC cut to 26 bits: the kiosk tries it against each resident at home
there, each sum that the site lets choose, and three windows of time. With 1,000 residents and three sums one
guess is lucky once in 11,000 times. Five guesses are free, and then one an hour: who guesses day and night
gets one charge, of at most the largest sum, in 15 months; with 300 residents, in four years. Whoever it was
taken from sees it on the screen, and the record says that a code was typed.

A code is for one resident, socket and window, and used once in whichever form: these three are its nonce.
Whoever helps somebody shows a `HelperCode`, made alike under words of its own: it takes no money, for the
card that is tapped next pays.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from hashlib import sha256
from typing import ClassVar, TypeVar

import base45
import msgspec

from kiosk.plain.refusals import Refusal
from kiosk.services.charging.items import ChargingKey

WINDOW_S = 600
JOIN_WINDOW_S = 120
DIGITS = 8
MAC_BYTES = 16
NONCE_BYTES = 16
_JOINED = b"neighbourhood-card charging phone 1\n"


class StartCodeForeign(Refusal):
    """Not made with this site's key, for another site, or changed on the way."""

    code = "start_code_foreign"
    is_told = True


class StartCodeOld(Refusal):
    """Made more than a window of `WINDOW_S` ago, or further ahead: the page makes another at once."""

    code = "start_code_old"
    is_told = True


class StartCodeUsed(Refusal):
    """It has started its socket already."""

    code = "start_code_used"
    is_told = True


class StartCodeWrong(Refusal):
    """No resident at home here has such digits for this socket now."""

    code = "start_code_wrong"
    is_told = True
    again_helps = True


class TooManyStartCodes(Refusal):
    """So many were wrong that the keypad rests."""

    code = "too_many_start_codes"
    is_told = True
    again_helps = True
    wait_s: int


@dataclass(frozen=True, slots=True)
class Form:
    """How a kind of code begins where it is scanned, and what its MACs and its nonce are of beside it."""

    prefix: str
    scanned: bytes
    typed: bytes
    used: bytes


class StartCode(msgspec.Struct, array_like=True, frozen=True):
    """Who pays, which socket, the most, and when it was made: `window` counts `WINDOW_S` since 1970."""

    site: str
    box: str
    socket: int
    resident_id: int
    cap_fen: int
    window: int

    form: ClassVar[Form] = Form(
        "NE1:",
        b"neighbourhood-card charging scanned 1\n",
        b"neighbourhood-card charging typed 1\n",
        b"neighbourhood-card charging nonce 1\n",
    )

    @property
    def nonce(self) -> bytes:
        """Under which it is used once, whichever sum was chosen for it."""
        whose = (self.site, self.box, self.socket, self.resident_id, self.window)
        return sha256(self.form.used + msgspec.msgpack.encode(whose)).digest()[:NONCE_BYTES]


class HelperCode(StartCode, array_like=True, frozen=True):
    """Of whoever helps, who is `resident_id`; who pays is not known before a card is tapped."""

    form: ClassVar[Form] = Form(
        "NH1:",
        b"neighbourhood-card charging helper scanned 1\n",
        b"neighbourhood-card charging helper typed 1\n",
        b"neighbourhood-card charging helper nonce 1\n",
    )


KINDS = (StartCode, HelperCode)


class _Scanned(msgspec.Struct, array_like=True, frozen=True):
    code: StartCode
    mac: bytes


T = TypeVar("T")
_scanned = msgspec.msgpack.Decoder(_Scanned)


def window_of(unix_s: int) -> int:
    return unix_s // WINDOW_S


def expires_s(code: StartCode) -> int:
    """Unix time from which no kiosk with a right clock takes it: 10 to 20 minutes after it was made."""
    return (code.window + 2) * WINDOW_S


def scanned_text(code: StartCode, secret: bytes) -> str:
    """What the code on the phone's screen says: some 90 characters of the alphanumeric set of a QR code."""
    packed = msgspec.msgpack.encode(_Scanned(code, _mac(code.form.scanned, code, secret)[:MAC_BYTES]))
    return f"{code.form.prefix}{base45.b45encode(packed).decode()}"


def is_scanned(text: str) -> bool:
    """Whether a scanned text wants to be such a code."""
    return _kind_of(text) is not None


def _kind_of(text: str) -> type[StartCode] | None:
    return next((kind for kind in KINDS if text.startswith(kind.form.prefix)), None)


def read_scanned(text: str, secret: bytes, site: str, unix_s: int) -> StartCode:
    """Raises `StartCodeForeign` or `StartCodeOld`. Whether it was used is for whoever keeps the records."""
    kind = _kind_of(text)
    if kind is None:
        raise StartCodeForeign
    try:
        scanned = _scanned.decode(base45.b45decode(text.removeprefix(kind.form.prefix)))
    except (ValueError, msgspec.MsgspecError):
        raise StartCodeForeign from None
    code = kind(*msgspec.structs.astuple(scanned.code))
    is_ours = hmac.compare_digest(_mac(kind.form.scanned, code, secret)[:MAC_BYTES], scanned.mac)
    if not is_ours or code.site != site:
        raise StartCodeForeign
    if code.window not in _windows(unix_s):
        raise StartCodeOld
    return code


def typed_digits(code: StartCode, secret: bytes) -> str:
    """The eight digits that the phone shows below it."""
    return _digits(code.form.typed, code, secret)


@dataclass(frozen=True, slots=True)
class TypedAt:
    """What a kiosk knows when eight digits are typed: where, and what may be chosen there."""

    site: str
    box: str
    socket: int
    caps_fen: tuple[int, ...]


def find_typed(typed: str, at: TypedAt, residents: Iterable[int], secret: bytes, unix_s: int) -> StartCode:
    """The code that these digits are. Raises `StartCodeWrong`, also where they are two residents' at once.

    Whoever calls it counts how often it was wrong: see `kiosk.store.tries`.
    """
    tried = (
        kind(at.site, at.box, at.socket, resident_id, cap_fen, window)
        for resident_id in residents
        for kind in KINDS
        for cap_fen in at.caps_fen
        for window in _windows(unix_s)
    )
    return _only([code for code in tried if hmac.compare_digest(typed_digits(code, secret), typed)])


def by_either(key: ChargingKey, find: Callable[[bytes], T]) -> T:
    """By a site's former key, if there is one, or its present one. Raises what `find` does by the latter."""
    if key.former:
        try:
            return find(key.former)
        except (StartCodeForeign, StartCodeWrong):
            pass
    return find(key.secret)


class JoinCode(msgspec.Struct, array_like=True, frozen=True):
    """Joins a phone to a card that was tapped just now: `window` counts `JOIN_WINDOW_S` since 1970."""

    site: str
    resident_id: int
    window: int


def join_digits(code: JoinCode, secret: bytes) -> str:
    """What the kiosk's screen shows whoever tapped, for a minute: in an address, and as digits below it."""
    return _digits(_JOINED, code, secret)


def find_joined(typed: str, site: str, residents: Iterable[int], secret: bytes, unix_s: int) -> JoinCode:
    """Whose phone it is, of those at home at the site. Raises `StartCodeWrong`, and is counted likewise."""
    tried = (
        JoinCode(site, resident_id, window)
        for resident_id in residents
        for window in _windows(unix_s, JOIN_WINDOW_S)
    )
    return _only([code for code in tried if hmac.compare_digest(join_digits(code, secret), typed)])


def _only(found: list[T]) -> T:
    if len(found) != 1:
        raise StartCodeWrong
    return found[0]


def _windows(unix_s: int, length_s: int = WINDOW_S) -> tuple[int, int, int]:
    """This window and its neighbours: the other's clock may be so far off."""
    now = unix_s // length_s
    return now, now - 1, now + 1


def _digits(form: bytes, code: msgspec.Struct, secret: bytes) -> str:
    return f"{int.from_bytes(_mac(form, code, secret)[:8], 'big') % 10**DIGITS:0{DIGITS}d}"


def _mac(form: bytes, code: msgspec.Struct, secret: bytes) -> bytes:
    return hmac.digest(secret, form + msgspec.msgpack.encode(code), "sha256")
