"""`python -m tests.planted`: every fault that is planted, where, and which tier catches it."""

from __future__ import annotations

from collections import Counter

from tests.planted.faults import AREAS, FAULTS
from tests.simulation.mutants import MUTANTS

SIMULATED = "deep, in simulated towns"

for area, faults in AREAS.items():
    print(f"{area}:")
    for fault in faults:
        print(f"  {fault.tier}  {fault.name} ({fault.where}): {fault.caught_by}")
print(f"{SIMULATED}:")
for mutant in MUTANTS:
    print(f"  deep  {mutant.name}: within {mutant.within} seeds")
tiers = Counter(fault.tier for fault in FAULTS) + Counter({SIMULATED: len(MUTANTS)})
print(f"{tiers.total()} in all: " + ", ".join(f"{tier} {count}" for tier, count in tiers.items()))
