"""One tap joins a phone and a card: the kiosk shows a code for a minute, the phone opens it at the office.

The code is a MAC under the site's key, so the office proves it without asking the kiosk, which may have no
network. It is too long to be typed or guessed, and the office takes it once. It says which card it was: the
phone pays for nothing any more once that card is blocked.
"""

from __future__ import annotations

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from hashlib import sha256

import msgspec

from kiosk.plain.refusals import Refusal

SHOWN_S = 60
CLOCKS_APART_S = 180  # a kiosk without a network may be so far off
MAC_BYTES = 16
PATH = "/c/join/"  # at the office's page
_MADE = b"neighbourhood-card charging joining 1\n"


class JoinCodeForeign(Refusal):
    """Not made with this site's key, or changed on the way."""

    code = "join_code_foreign"


class JoinCodeOld(Refusal):
    """Shown longer ago than a code is shown: another tap shows another."""

    code = "join_code_old"


class JoinCode(msgspec.Struct, array_like=True, frozen=True):
    """Whose card was tapped where, and when, in Unix seconds."""

    site: str
    resident_id: int
    card_number: int
    made_s: int

    @property
    def nonce(self) -> bytes:
        """Under which it is used once."""
        return sha256(_MADE + msgspec.msgpack.encode(self)).digest()[:16]


class _Signed(msgspec.Struct, array_like=True, frozen=True):
    code: JoinCode
    mac: bytes


_signed = msgspec.msgpack.Decoder(_Signed)


def join_address(page: str, code: JoinCode, secret: bytes) -> str:
    """What the QR code on the display says; `page` is the site's, without a slash at its end."""
    packed = msgspec.msgpack.encode(_Signed(code, _mac(code, secret)))
    return f"{page.rstrip('/')}{PATH}{urlsafe_b64encode(packed).rstrip(b'=').decode()}"


def site_of(text: str) -> str:
    """Which site says that it made this; proved by nothing yet. Raises `JoinCodeForeign`."""
    return _decoded(text).code.site


def read_join(text: str, secret: bytes, unix_s: int) -> JoinCode:
    """The code behind `PATH`. Raises `JoinCodeForeign` or `JoinCodeOld`. Whether it was used, others know."""
    signed = _decoded(text)
    if not hmac.compare_digest(_mac(signed.code, secret), signed.mac):
        raise JoinCodeForeign
    if not -CLOCKS_APART_S <= unix_s - signed.code.made_s <= SHOWN_S + CLOCKS_APART_S:
        raise JoinCodeOld
    return signed.code


def _decoded(text: str) -> _Signed:
    try:
        return _signed.decode(urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4)))
    except (ValueError, msgspec.MsgspecError):
        raise JoinCodeForeign from None


def _mac(code: JoinCode, secret: bytes) -> bytes:
    return hmac.digest(secret, _MADE + msgspec.msgpack.encode(code), "sha256")[:MAC_BYTES]
