"""Amounts as people write them: yuan, without decimals that say nothing."""

from __future__ import annotations

import re

from flask_babel import gettext

from kiosk.ledger.amount import Amount, Unit

LOW_BALANCE_FEN = 2000  # about two lunches: time to say that the card wants topping up
MINUS = "\N{MINUS SIGN}"


def yuan(fen: int) -> str:
    """`1000` is `10`, `350` is `3.5`, `-5` is `−0.05`."""
    whole, rest = divmod(abs(fen), 100)
    text = f"{whole}.{rest:02d}".rstrip("0").rstrip(".")
    return MINUS + text if fen < 0 else text


def fen_of(text: str) -> int | None:
    """`3.5` is `350`; None if it is no amount. Nothing typed is nothing."""
    found = re.fullmatch(r"([0-9]{0,6})(?:\.([0-9]{0,2}))?", text.strip())
    if found is None:
        return None
    return int(found[1] or 0) * 100 + int((found[2] or "").ljust(2, "0"))


def in_yuan(fen: int) -> str:
    """With the unit, in the language of the page."""
    return f"{yuan(fen)} {gettext('yuan')}"


def in_unit(amount: Amount) -> str:
    """Money in yuan, time in minutes, with the unit in the language of the page."""
    if amount.unit is Unit.MINUTE:
        return str(gettext("%(minutes)d minutes", minutes=amount.quantity))
    return in_yuan(amount.quantity)
