"""Tries to get in that failed, as the audit log has them: the first ones, then whenever they have doubled.

Whoever guesses does not fill a log that nobody may shorten. A name that nobody has is not written down:
people type their passwords where their names belong.
"""

from __future__ import annotations

from sync.office.office import Office
from sync.office.people import login_tries
from sync.office.people.access import audit
from sync.office.people.access.audit import Deed
from sync.office.people.login_tries import Count
from sync.office.store.database import writing

EACH_OF_THE_FIRST = 5
LOG_IN_FAILED, CODE_FAILED = "log_in_failed", "code_failed"


def note_failure(office: Office, what: str, username: str, address: str, counts: list[Count]) -> None:
    """`username`: whose name it was, empty if nobody's; `counts`: how the door counted the try."""
    region_id, at_ms = office.region_id, office.now_ms()
    with writing(office.engine) as connection:
        tries = login_tries.tally(connection, region_id, what, username, at_ms)
        if tries > EACH_OF_THE_FIRST and tries & (tries - 1):
            return
        wait_s = -(-login_tries.wait_ms(connection, region_id, counts, at_ms) // 1000)
        about = {"address": address, "tries": str(tries), **({"wait_s": str(wait_s)} if wait_s else {})}
        audit.write(connection, region_id, Deed(who=username, what=what, about=about), at_ms)
