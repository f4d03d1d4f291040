"""A scenario is a list of values: who does what when. Steps can be left out, so that stories can be short."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

BEGIN_MS = int(datetime(2026, 3, 1, 16, tzinfo=UTC).timestamp() * 1000)  # midnight in Shanghai
DAY_MS = 24 * 3600 * 1000
MINUTE_MS = 60 * 1000
SHANGHAI = timedelta(hours=8)  # for the oracle, which does not ask the program what time it is


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that somebody or chance does. `act` is a name in `acts.ACTS`, `where` a kiosk or empty."""

    at_ms: int  # since the scenario began
    act: str
    where: str = ""
    args: tuple[int | str, ...] = ()


@dataclass(frozen=True, slots=True)
class Scenario:
    """A town and what happens there; the same scenario has the same trace."""

    seed: str
    days: int
    kiosks: tuple[tuple[str, str], ...]  # name, site
    residents: tuple[tuple[int, str, int, int], ...]  # number, home site, year of birth, opening fen
    steps: tuple[Step, ...]

    @property
    def kiosk_days(self) -> int:
        return self.days * len(self.kiosks)


def local(at_ms: int) -> datetime:
    """True wall time in Shanghai at a moment of the scenario."""
    return (datetime.fromtimestamp((BEGIN_MS + at_ms) / 1000, UTC) + SHANGHAI).replace(tzinfo=None)


def clock_words(at_ms: int) -> str:
    return f"day {at_ms // DAY_MS + 1} {local(at_ms):%H:%M}"
