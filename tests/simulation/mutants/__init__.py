"""All known ways to get it wrong, each planted into the production code: the oracle must catch every one.

`within` is how many seeds, from 0 on, it may take. A mutant that outlives them says that the simulator, not
the program, is broken.
"""

from __future__ import annotations

from tests.simulation.mutants import of_charging, of_money, of_sync  # noqa: F401  (they register themselves)
from tests.simulation.mutants.planting import MUTANTS, Mutant

__all__ = ["MUTANTS", "Mutant"]
