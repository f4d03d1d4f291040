"""Where the clips of the voice lie: people's own recordings before the machine's."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

RECORDED = "recorded"
SLOW = "slow"


@dataclass(frozen=True)
class Voices:
    """`folder` holds the machine's clips, and in `recorded/` those of people: one set, or several by name.

    In each, `slow/` has the clips for reading something out slowly, as far as there are any.
    """

    folder: Path
    name: str = ""  # of the set of recordings

    @property
    def recorded(self) -> Path:
        return self.folder / RECORDED / self.name

    def find(self, file_name: str, *, slow: bool) -> Path:
        """The best there is; a path that does not exist if there is none.

        A recorded clip comes before a slow one of the machine: a voice does not change in mid-sentence.
        """
        people, machine = self.recorded, self.folder
        places = [people / SLOW, people, machine / SLOW, machine] if slow else [people, machine]
        found = (place / file_name for place in places if (place / file_name).is_file())
        return next(found, machine / file_name)
