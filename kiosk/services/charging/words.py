"""What charging says, on the screens, aloud and on paper."""

from __future__ import annotations

from pathlib import Path

from kiosk.web.words import Words

WORDS = Words(translations={"charging": Path(__file__).parent / "translations"})
