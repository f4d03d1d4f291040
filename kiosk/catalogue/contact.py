"""How the sync process stands with the office, as it leaves word in `catalogue.db`."""

from __future__ import annotations

from dataclasses import dataclass

# Whoever waits for news is answered after 25 seconds at the latest, and asks again at once. A cable says
# nothing when it is cut, and one that is cut far away not even that the connection ended: silence has to do.
SILENCE_MS = 45_000


@dataclass(frozen=True, slots=True)
class Heard:
    """When the other end was heard: its clock showed `at_ms` (Unix time) at most `rtt_ms` before the moment.

    The moment is `monotonic_ms` of the boot `boot_id`; without a boot id it is not known, as when the answer
    came on a memory stick.
    """

    at_ms: int = 0
    boot_id: str = ""
    monotonic_ms: int = 0
    rtt_ms: int = 0


@dataclass(frozen=True, slots=True)
class Contact:
    """The office's last answer, and up to where it has this journal."""

    heard: Heard = Heard()
    acked_seq: int = 0


@dataclass(frozen=True, slots=True)
class JournalEnd:
    """From record `seq` on a journal cannot be gone on with."""

    code: str
    seq: int


def silent_since_ms(heard: Heard, boot_id: str, monotonic_ms: int, wall_ms: int) -> int | None:
    """Since when nothing was heard, in the Unix time that is now `wall_ms`; None while there is contact.

    The one rule for both ends. Within a boot the time is told by the clock that never jumps; only what an
    earlier boot heard, or another machine, is placed by the wall clock. None as well if nothing ever was
    heard: nothing is late yet.
    """
    if not heard.at_ms:
        return None
    same_boot = heard.boot_id == boot_id
    silent_ms = monotonic_ms - heard.monotonic_ms if same_boot else wall_ms - heard.at_ms
    return wall_ms - max(silent_ms, 0) if abs(silent_ms) >= SILENCE_MS else None
