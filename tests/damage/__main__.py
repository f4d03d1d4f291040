"""Damages journals in every way there is, and says what became of lunch.

    python -m tests.damage [--seed N] [--records N ...] [--rounds N]

Exit 1 if a counter was out of service without a word, or a damage stayed silent.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
from pathlib import Path

import structlog

from tests.damage.campaign import campaign, told


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.damage")
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    parser.add_argument("--records", type=int, nargs="+", default=[16, 500, 20_000])
    parser.add_argument("--rounds", type=int, default=20, help="cases of each kind")
    asked = parser.parse_args()
    structlog.configure(processors=[_drop])
    faults = []
    for records in asked.records:
        with tempfile.TemporaryDirectory() as folder:
            table = campaign(Path(folder), asked.seed, records, asked.rounds)
        print(f"\n{records} records, seed {asked.seed}\n{told(table)}", flush=True)
        faults += [each for row in table.values() for each in row.faults]
    print("\n".join(["", *faults]) if faults else "\nOut of service without a word 0, silent 0.")
    return int(bool(faults))


def _drop(*_words: object) -> str:
    raise structlog.DropEvent


if __name__ == "__main__":
    sys.exit(main())
