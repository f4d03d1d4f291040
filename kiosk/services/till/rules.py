"""Who gets what back. Pure: postings in, postings out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from kiosk.ledger.accounts import Account, cash_box, courtesy, courtesy_of, own_money, resident_of
from kiosk.ledger.amount import Amount, Unit
from kiosk.ledger.entries import Posting, posting

_PAYERS = ("own", "courtesy")  # whose part is given back first; all others follow


def top_up(resident_id: int, site: str, fen: int, courtesy_fen: int) -> tuple[Posting, ...]:
    """Cash into an account: what the resident owes here is repaid first."""
    repaid_fen = min(fen, courtesy_fen)
    return (
        posting(own_money(resident_id), Amount(fen - repaid_fen)),
        posting(courtesy(resident_id), Amount(repaid_fen)),
        posting(cash_box(site), Amount(-fen)),
    )


def undone(postings: Iterable[Posting]) -> tuple[Posting, ...]:
    """The same the other way round."""
    return tuple(Posting(each.account, -each.quantity, each.unit) for each in postings)


def beside_money(postings: Iterable[Posting]) -> tuple[Posting, ...]:
    """What a sale moved that is no money: it goes back as a whole or not at all."""
    return tuple(each for each in postings if not _is_money(each))


def price_fen(postings: Iterable[Posting]) -> int:
    """What a sale earned."""
    return sum(each.quantity for each in _earners(postings))


def resident_in(postings: Iterable[Posting]) -> int | None:
    """Whose money is in these postings, if a resident's is."""
    found = (resident_of(each.account) for each in postings)
    return next((resident_id for resident_id in found if resident_id is not None), None)


def given_back(
    postings: Sequence[Posting], before_fen: int, fen: int, courtesy_fen: int
) -> tuple[Posting, ...]:
    """Part of a sale back to who paid it: the resident first, then the programmes.

    `before_fen` was given back earlier. Courtesy is taken off as far as it still stands here
    (`courtesy_fen`); what has been repaid since, or is collected elsewhere, was the resident's own money.
    """
    back: dict[Account, int] = {}
    for account, part in _slice(sorted(_payers(postings), key=_turn), before_fen, fen):
        resident_id = courtesy_of(account)
        if resident_id is not None:
            off_courtesy = min(part, courtesy_fen)
            back[account] = off_courtesy
            account, part = own_money(resident_id), part - off_courtesy
        back[account] = back.get(account, 0) + part
    earned = _slice([(each.account, each.quantity) for each in _earners(postings)], before_fen, fen)
    return (
        *(posting(account, Amount(part)) for account, part in back.items()),
        *(posting(account, Amount(-part)) for account, part in earned),
    )


def _slice(parts: Iterable[tuple[Account, int]], start: int, length: int) -> list[tuple[Account, int]]:
    """What falls between `start` and `start + length` when the parts are laid end to end."""
    cut, begin, end = [], 0, start + length
    for account, size in parts:
        inside = min(begin + size, end) - max(begin, start)
        if inside > 0:
            cut.append((account, inside))
        begin += size
    return cut


def _payers(postings: Iterable[Posting]) -> list[tuple[Account, int]]:
    return [(each.account, -each.quantity) for each in postings if each.quantity < 0 and _is_money(each)]


def _earners(postings: Iterable[Posting]) -> list[Posting]:
    return [each for each in postings if each.quantity > 0 and _is_money(each)]


def _is_money(each: Posting) -> bool:
    return each.unit is Unit.FEN


def _turn(part: tuple[Account, int]) -> int:
    kind = part[0].partition("/")[0]
    return _PAYERS.index(kind) if kind in _PAYERS else len(_PAYERS)
