"""Where tests put their files: every commit is synced to the disk, which costs nothing in memory.

A test whose point is the disk says so and names its own folder. `TMPDIR` set by hand is left alone, and so
is a machine with little memory to spare.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

MEMORY = Path("/dev/shm")
_NEEDED_BYTES = 2 * 1024**3  # `make test` was seen with less than half of it in use


def has_room() -> bool:
    return MEMORY.is_dir() and shutil.disk_usage(MEMORY).free >= _NEEDED_BYTES


def files_in_memory() -> None:
    """Temporary files of this process, and of those it starts, lie in memory from now on."""
    if "TMPDIR" not in os.environ and has_room():
        os.environ["TMPDIR"] = tempfile.tempdir = str(MEMORY)
