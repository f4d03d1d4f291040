"""What a thief tries, by name."""

from tests.simulation.thief.attacks import cash, charging, journals, kinds, meals, purses
from tests.simulation.thief.attacks.listing import ATTACKS, Attack

__all__ = ["ATTACKS", "Attack", "cash", "charging", "journals", "kinds", "meals", "purses"]
