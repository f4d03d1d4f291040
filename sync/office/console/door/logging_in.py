"""Whether somebody may log in: the tries that failed, the password, and at last a session.

What is slow, the password's hash, is done between transactions and a few at a time, so that whoever knocks
holds neither the database nor the processor; strangers have another lane than browsers that are known
here.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import sqlalchemy as sa

from sync.office.console.door.failures import CODE_FAILED, LOG_IN_FAILED, note_failure
from sync.office.console.door.lane import Lane
from sync.office.office import Office
from sync.office.people import clerk_sessions, clerks, login_tries, second_factors
from sync.office.people.clerks import Clerk
from sync.office.people.login_tries import Count
from sync.office.store.database import reading, writing

HALF_WAY_MS = 5 * 60_000
STRANGERS_ROOM, STRANGERS_REST_S = 4, 0.25
KNOWN_ROOM = 8


class WrongPassword(Exception):
    """Or there is nobody of that name."""


class WrongSecondStep(Exception):
    """Or one that was used already."""


@dataclass(frozen=True, slots=True)
class HalfWay:
    """Somebody who has given the password and is to give a code, before long."""

    username: str
    fingerprint: str  # of the password's hash: who gets another password meanwhile begins anew
    at_ms: int


@dataclass(frozen=True, slots=True)
class Knock:
    """A try to log in. `browser`: its id, if this clerk has logged in there before; else empty."""

    username: str
    password: str
    address: str
    browser: str = ""


class Door:
    """One in a process."""

    def __init__(self, office: Office) -> None:
        self._office = office
        most = max(office.settings.threads // 4, 1)  # each who waits keeps a thread from the kiosks
        self._strangers = Lane(min(STRANGERS_ROOM, most), STRANGERS_REST_S)
        self._known = Lane(min(KNOWN_ROOM, most))

    def log_in(self, knock: Knock) -> str | HalfWay:
        """A new session's token, unless a code is needed as well.

        Raises `WrongPassword`, `login_tries.TooSoon` or `lane.LaneFull`.
        """
        office, region_id = self._office, self._office.region_id
        with reading(office.engine) as connection:
            counts, lane = self._received(connection, knock)
            login_tries.require_patience(connection, region_id, counts, office.now_ms())
        with lane.enter():
            with writing(office.engine) as connection:
                login_tries.count(connection, region_id, counts, office.now_ms())
                clerk = clerks.find(connection, region_id, knock.username)
            proved = clerks.prove(clerk, knock.password)
        if proved is None or clerk is None:
            note_failure(office, LOG_IN_FAILED, clerk.username if clerk else "", knock.address, counts)
            raise WrongPassword
        with writing(office.engine) as connection:
            if clerks.find(connection, region_id, knock.username) != clerk:  # changed meanwhile
                raise WrongPassword
            if proved != clerk:
                clerks.keep_hash(connection, region_id, proved)
            login_tries.take_back(connection, region_id, counts)
            login_tries.end_tally(connection, region_id, LOG_IN_FAILED, clerk.username)
            if second_factors.is_set_up(connection, region_id, clerk.username):
                return HalfWay(clerk.username, _fingerprint(proved), office.now_ms())
            return self._let_in(connection, clerk)

    def finish(self, half: HalfWay, code: str, address: str) -> str:
        """The session's token. Raises `WrongSecondStep`, `login_tries.TooSoon` or `lane.LaneFull`, and
        `WrongPassword` of somebody who has to begin anew.
        """
        office, region_id = self._office, self._office.region_id
        if half.at_ms + HALF_WAY_MS < office.now_ms():
            raise WrongPassword
        if not self.proves(half.username, code, address):
            raise WrongSecondStep
        with writing(office.engine) as connection:
            clerk = clerks.find(connection, region_id, half.username)
            if clerk is None or _fingerprint(clerk) != half.fingerprint:
                raise WrongPassword
            return self._let_in(connection, clerk)

    def proves(self, username: str, code: str, address: str, *, password: str = "") -> bool:
        """Whether the app's code, a recovery code or, if it is given, the password is right.

        Raises `login_tries.TooSoon` or `lane.LaneFull`.
        """
        office, region_id, at_ms = self._office, self._office.region_id, self._office.now_ms()
        counts = login_tries.of_a_code(username)
        with self._known.enter():
            with writing(office.engine) as connection:
                login_tries.count(connection, region_id, counts, at_ms)
                right = second_factors.prove(connection, region_id, office.factors, username, code, at_ms)
                kept = second_factors.hash_for(connection, region_id, username, code)
                clerk = clerks.find(connection, region_id, username)
            is_code = kept is not None and second_factors.is_code(kept, code)
            is_password = bool(password) and clerks.prove(clerk, password) is not None
        with writing(office.engine) as connection:
            if kept is not None and is_code:
                right = second_factors.spend(connection, region_id, username, kept)
            if right or is_password:
                login_tries.take_back(connection, region_id, counts)
                login_tries.end_tally(connection, region_id, CODE_FAILED, username)
        if not (right or is_password):
            note_failure(office, CODE_FAILED, username, address, counts)
        return right or is_password

    def _let_in(self, connection: sa.Connection, clerk: Clerk) -> str:
        region_id, at_ms = self._office.region_id, self._office.now_ms()
        clerks.note_seen(connection, region_id, clerk.username, at_ms)
        return clerk_sessions.begin(connection, region_id, clerk.username, at_ms)

    def _received(self, connection: sa.Connection, knock: Knock) -> tuple[list[Count], Lane]:
        """How the try is counted, and where it waits."""
        region_id, at_ms = self._office.region_id, self._office.now_ms()
        if knock.browser and login_tries.is_trusted(connection, region_id, knock.browser, at_ms):
            return login_tries.of_a_known_browser(knock.browser), self._known
        return login_tries.of_a_stranger(knock.address, knock.username), self._strangers


def _fingerprint(clerk: Clerk) -> str:
    return hashlib.sha256(clerk.password_hash.encode()).hexdigest()
