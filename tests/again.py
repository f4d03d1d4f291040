"""`python -m tests.again`: the few tests that failed just now, once more and alone.

Four thousand tests drive browsers, processes and wires on two cores, and now and then one fails by chance.
That is a fault, of the test or of the program, and is named here to be looked into; but it does not say that
the change at hand is wrong. `.ci/run` therefore asks twice, where `make test` by itself does not.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from .locks import ROOT

MOST = 3  # more than so many do not fail by chance
NOTED = Path(".pytest_cache/v/cache/lastfailed")  # by pytest, after each run


def failed_in(root: Path) -> list[str]:
    """What the last run of pytest there left as failed, by id."""
    noted = root / NOTED
    return sorted(json.loads(noted.read_text())) if noted.exists() else []


def again(root: Path, options: Sequence[str] = ()) -> int:
    """Run them, if they are few: 0 once all have passed."""
    failed = failed_in(root)
    if not 0 < len(failed) <= MOST:
        print(f"{len(failed)} tests failed; 1 to {MOST} are run once more", file=sys.stderr)
        return 1
    code = subprocess.run(
        [sys.executable, "-m", "pytest", *options, *failed], cwd=root, check=False
    ).returncode
    if code == 0:
        print("FAILED ONCE AND THEN PASSED, to be looked into:", *failed, sep="\n  ")
    return code


if __name__ == "__main__":
    sys.exit(again(ROOT, sys.argv[1:]))
