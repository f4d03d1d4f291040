"""Corrections, as the office is told of them."""

from __future__ import annotations

from kiosk.services.corrections.tables import KINDS
from sync.office.services.contract import OfficeService

CORRECTIONS = OfficeService(name="corrections", kinds=KINDS)
