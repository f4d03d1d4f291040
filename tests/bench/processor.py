"""How long processes have worked: a busy machine changes that little, and wall time much."""

from __future__ import annotations

from collections.abc import Iterable

import psutil


def used_s(pid: int) -> float:
    """Seconds of processor, user and system, of a process and of all that it started."""
    process = psutil.Process(pid)
    ended = process.cpu_times()
    return ended.children_user + ended.children_system + _own_s([process, *process.children(recursive=True)])


def _own_s(processes: Iterable[psutil.Process]) -> float:
    return sum(times.user + times.system for times in (each.cpu_times() for each in processes))
