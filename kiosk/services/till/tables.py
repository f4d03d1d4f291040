"""The till's records need no table of their own: `follow_ups` finds what was given back."""

from __future__ import annotations

from kiosk.ledger.posting import Projections, nothing_to_find
from kiosk.services.till.records import RETURN, TOP_UP

PROJECTIONS: Projections = dict.fromkeys((TOP_UP, RETURN), nothing_to_find)
