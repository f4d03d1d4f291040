"""How the sync process stands with the office, as it leaves word in `catalogue.db`."""

from __future__ import annotations

from dataclasses import dataclass

FRESH_MS = 120_000  # an idle kiosk is heard every half minute


@dataclass(frozen=True, slots=True)
class Contact:
    """The office's last answer: when (Unix time), and up to where it has this journal."""

    at_ms: int = 0
    acked_seq: int = 0

    def is_fresh(self, wall_ms: int) -> bool:
        """Whether the office can be expected to answer now (Unix time)."""
        return 0 < wall_ms - self.at_ms + FRESH_MS < 2 * FRESH_MS


@dataclass(frozen=True, slots=True)
class Heard:
    """When the office was heard: its clock showed `at_ms` (Unix time) at most `rtt_ms` before the moment.

    The moment is `monotonic_ms` of the boot `boot_id`; without a boot id it is not known, as when the answer
    came on a memory stick.
    """

    at_ms: int
    boot_id: str = ""
    monotonic_ms: int = 0
    rtt_ms: int = 0


@dataclass(frozen=True, slots=True)
class Objection:
    """From record `seq` on a journal cannot be gone on with."""

    code: str
    seq: int
