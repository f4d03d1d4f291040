"""Whether somebody may log in: the tries that failed, the password, and at last a session.

What is slow, the password's hash, is done between transactions and a few at a time, so that whoever knocks
holds neither the database nor the processor; strangers have another lane than browsers that are known
here.
"""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from sync.office.console.door.lane import Lane
from sync.office.office import Office
from sync.office.people import clerk_sessions, clerks, login_tries
from sync.office.people.login_tries import Count
from sync.office.store.database import reading, writing

STRANGERS_ROOM, STRANGERS_REST_S = 4, 0.25
KNOWN_ROOM = 8


class WrongPassword(Exception):
    """Or there is nobody of that name."""


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

    def log_in(self, knock: Knock) -> str:
        """A new session's token. Raises `WrongPassword`, `login_tries.TooSoon` or `lane.LaneFull`."""
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
            raise WrongPassword
        with writing(office.engine) as connection:
            if clerks.find(connection, region_id, knock.username) != clerk:  # changed meanwhile
                raise WrongPassword
            if proved != clerk:
                clerks.keep_hash(connection, region_id, proved)
            login_tries.take_back(connection, region_id, counts)
            return clerk_sessions.begin(connection, region_id, clerk.username, office.now_ms())

    def _received(self, connection: sa.Connection, knock: Knock) -> tuple[list[Count], Lane]:
        """How the try is counted, and where it waits."""
        region_id, at_ms = self._office.region_id, self._office.now_ms()
        if knock.browser and login_tries.is_trusted(connection, region_id, knock.browser, at_ms):
            return login_tries.of_a_known_browser(knock.browser), self._known
        return login_tries.of_a_stranger(knock.address, knock.username), self._strangers
