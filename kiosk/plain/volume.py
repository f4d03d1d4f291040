"""How loud the voice is at which time of the day."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d", re.ASCII)
# Full from before lunch until after dinner; those who come early or late find the house quiet.
USUAL = MappingProxyType({"08:00": 100, "19:00": 50})


class VolumeByHour:
    """From each local time `HH:MM` on so many percent of the clips' amplitude; the last until the first."""

    def __init__(self, steps: Mapping[str, int] = USUAL) -> None:
        for since, percent in steps.items():
            if not TIME.fullmatch(since):
                raise ValueError(f'{since!r} is no time of the day; "00:00" to "23:59" is allowed')
            if type(percent) is not int or not 0 <= percent <= 100:
                raise ValueError(f"{since} = {percent!r}: a whole number from 0 to 100 is allowed")
        if not steps:
            raise ValueError('nothing is set; such as "08:00" = 100 is allowed')
        self._steps = dict(sorted(steps.items()))

    def percent_at(self, local_time: str) -> int:
        """`local_time` is `HH:MM`."""
        latest = max((since for since in self._steps if since <= local_time), default=max(self._steps))
        return self._steps[latest]
