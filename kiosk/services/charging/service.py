"""Charging as a value: so far what it says and shows."""

from __future__ import annotations

from kiosk.common.books import Kinds
from kiosk.services.charging.words import WORDS
from kiosk.services.contract import Service

CHARGING = Service(name="charging", kinds=Kinds(projections={}), words=WORDS)
