"""The second factor of clerks: codes of an authenticator app (TOTP, RFC 6238), and recovery codes on paper.

An app's secret is computed from a key beside the books and a random number in them, so that a copy of the
books alone makes no codes. A code is good for its half minute and the one before and after, and once: what
was used, or is older than what was used, is refused. Recovery codes are kept as Argon2id hashes, of which
only the one is tried whose number stands before it; each is good once.
"""

from __future__ import annotations

import base64
import hmac
import re
import secrets
from collections.abc import Sequence
from pathlib import Path

import sqlalchemy as sa
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.hotp import HOTP
from cryptography.hazmat.primitives.twofactor.totp import TOTP

from sync.enrolling.keyfiles import read_or_make_key
from sync.office.people import secret_hashes
from sync.office.store.database import lock
from sync.office.store.tables import recovery_codes, second_factors

FILE = "second-factor.key"
DIGITS, STEP_S, STEPS_OFF = 6, 30, 1
_HASH = SHA1()  # noqa: S303  # what every app knows, and as an HMAC sound
SECRET_BYTES, NONCE_BYTES = 20, 16
CODES, CODE_CHARACTERS = 10, 10
_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # none that looks like another


class Factors:
    """What an app shows. Each use may raise `OSError`, or `ValueError` if the key file is no key."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / FILE

    def secret(self, nonce: bytes) -> bytes:
        seed = read_or_make_key(self._file).seed
        return hmac.digest(seed, b"neighbourhood-card second factor 1" + nonce, "sha256")[:SECRET_BYTES]

    def typed(self, nonce: bytes) -> str:
        """The secret in letters, for whoever cannot scan."""
        return base64.b32encode(self.secret(nonce)).decode()

    def address(self, nonce: bytes, username: str, office: str) -> str:
        """What the app scans."""
        return TOTP(self.secret(nonce), DIGITS, _HASH, STEP_S).get_provisioning_uri(username, office)

    def step_of(self, nonce: bytes, code: str, at_ms: int) -> int | None:
        """The half minute that the code is of, if that is now or nearly so."""
        if not re.fullmatch(r"[0-9]{6}", code):
            return None
        hotp, now = HOTP(self.secret(nonce), DIGITS, _HASH), at_ms // 1000 // STEP_S
        fitting = [
            step
            for step in range(now - STEPS_OFF, now + STEPS_OFF + 1)
            if hmac.compare_digest(hotp.generate(step), code.encode())
        ]
        return max(fitting, default=None)


def is_set_up(connection: sa.Connection, region_id: int, username: str) -> bool:
    c = second_factors.c
    query = sa.select(c.username).where(*_of(second_factors, region_id, username), c.nonce.is_not(None))
    return connection.execute(query).first() is not None


def prepare(connection: sa.Connection, region_id: int, username: str) -> None:
    """A new secret, which takes the place of the old one once a code of it was typed."""
    fresh = {"next_nonce": secrets.token_bytes(NONCE_BYTES)}
    mine = _of(second_factors, region_id, username)
    if not connection.execute(second_factors.update().where(*mine).values(**fresh)).rowcount:
        row = {"region_id": region_id, "username": username, "last_step": 0, **fresh}
        connection.execute(second_factors.insert(), row)


def prepared(connection: sa.Connection, region_id: int, username: str) -> bytes | None:
    """The number of the secret that waits for its first code."""
    query = sa.select(second_factors.c.next_nonce).where(*_of(second_factors, region_id, username))
    nonce = connection.execute(query).scalar()
    return bytes(nonce) if nonce else None


def finish(
    connection: sa.Connection, region_id: int, factors: Factors, username: str, code: str, at_ms: int
) -> bool:
    """Whether the code was one of the prepared secret, which from now on is the one."""
    nonce = prepared(connection, region_id, username)
    step = factors.step_of(nonce, code, at_ms) if nonce else None
    if step is None:
        return False
    values = {"nonce": nonce, "next_nonce": None, "last_step": step}
    connection.execute(
        second_factors.update().where(*_of(second_factors, region_id, username)).values(**values)
    )
    return True


def prove(
    connection: sa.Connection, region_id: int, factors: Factors, username: str, code: str, at_ms: int
) -> bool:
    """Whether it is the app's code, and not one that was used."""
    c, mine = second_factors.c, _of(second_factors, region_id, username)
    query: sa.Select[tuple[bytes | None, int]] = sa.select(c.nonce, c.last_step).where(*mine)
    row = connection.execute(lock(query)).one_or_none()
    step = factors.step_of(bytes(row.nonce), code, at_ms) if row and row.nonce else None
    if row is None or step is None or step <= row.last_step:
        return False
    connection.execute(second_factors.update().where(*mine).values(last_step=step))
    return True


def remove(connection: sa.Connection, region_id: int, username: str) -> None:
    """The app's secret and the recovery codes."""
    for table in (second_factors, recovery_codes):
        connection.execute(table.delete().where(*_of(table, region_id, username)))


def new_codes() -> list[str]:
    """As they are shown, once: the number of each stands before it."""
    return [
        f"{number}-{''.join(secrets.choice(_LETTERS) for _ in range(5))}"
        f"-{''.join(secrets.choice(_LETTERS) for _ in range(5))}"
        for number in range(CODES)
    ]


def hashes_of(codes: Sequence[str]) -> list[str]:
    """Slow, as each of them is hashed like a password."""
    return [secret_hashes.make(_plain(each)) for each in codes]


def keep_codes(connection: sa.Connection, region_id: int, username: str, hashes: Sequence[str]) -> None:
    """In place of those there were."""
    connection.execute(recovery_codes.delete().where(*_of(recovery_codes, region_id, username)))
    rows = [
        {"region_id": region_id, "username": username, "number": number, "code_hash": each}
        for number, each in enumerate(hashes)
    ]
    connection.execute(recovery_codes.insert(), rows)


def codes_left(connection: sa.Connection, region_id: int, username: str) -> int:
    query = sa.select(sa.func.count()).where(*_of(recovery_codes, region_id, username))
    return int(connection.execute(query).scalar_one())


def hash_for(connection: sa.Connection, region_id: int, username: str, code: str) -> str | None:
    """What a recovery code is to be held against, outside of transactions."""
    c, plain = recovery_codes.c, _plain(code)
    if not re.fullmatch(rf"[0-9][{_LETTERS}]{{{CODE_CHARACTERS}}}", plain):
        return None
    query = sa.select(c.code_hash).where(*_of(recovery_codes, region_id, username), c.number == int(plain[0]))
    return connection.execute(query).scalar()


def is_code(kept: str, code: str) -> bool:
    """Slow."""
    return secret_hashes.holds(kept, _plain(code))


def spend(connection: sa.Connection, region_id: int, username: str, kept: str) -> bool:
    """Whether nobody was faster with this recovery code, which is good no more."""
    gone = recovery_codes.delete().where(
        *_of(recovery_codes, region_id, username), recovery_codes.c.code_hash == kept
    )
    return connection.execute(gone).rowcount == 1


def _plain(code: str) -> str:
    return re.sub(r"[\s-]", "", code).upper()


def _of(table: sa.Table, region_id: int, username: str) -> list[sa.ColumnElement[bool]]:
    return [table.c.region_id == region_id, table.c.username == username]
