"""What every simulated device on a pseudo terminal has: a plug, and one fault at a time."""

from __future__ import annotations

from abc import ABC, abstractmethod
from enum import StrEnum
from pathlib import Path
from types import TracebackType
from typing import Self

from drivers.sim.lines.line import Line
from drivers.sim.lines.pace import Pace


class OnALine(ABC):
    """A context manager: within it, the device at `path` exists."""

    def __init__(self, link: Path, pace: Pace | None = None) -> None:
        self._line = Line(link, self._received, pace)
        self._fault: StrEnum | None = None

    @property
    def path(self) -> str:
        """What to write into `kiosk.toml`."""
        return str(self._line.link)

    @property
    def device_file(self) -> str:
        return self._line.path if self._line.is_plugged else ""

    @property
    def current_fault(self) -> StrEnum | None:
        return self._fault

    def __enter__(self) -> Self:
        self._line.plug()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._line.unplug()

    @abstractmethod
    def _received(self, data: bytes) -> None:
        """The driver wrote this; called in the line's own thread."""
