"""Corrections, as the office is told of them."""

from __future__ import annotations

from pathlib import Path

from kiosk.services.corrections.tables import KINDS
from sync.office.console.shown import Shown
from sync.office.services.contract import OfficeService
from sync.office.services.corrections.requests import requests
from sync.office.services.corrections.review_words import REVIEWS

CORRECTIONS = OfficeService(
    name="corrections",
    kinds=KINDS,
    shown=Shown(
        reviews=REVIEWS, explains=(requests,), translations=(Path(__file__).parent / "translations",)
    ),
)
