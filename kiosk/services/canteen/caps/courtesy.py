"""Courtesy: who is out of money that can be reached is still fed, up to a cap, and settles it later. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from kiosk.catalogue.values import Site
from kiosk.ledger.asking import Verdict
from kiosk.ledger.rights import Purse
from kiosk.services.canteen.errors import CourtesyUsedUp, MoneyOnItsWay, NotEnoughMoney, RightElsewhere


@dataclass(frozen=True, slots=True)
class Payment:
    """How a resident's share of a price is met; fen."""

    own_fen: int
    courtesy_fen: int = 0


@dataclass(frozen=True, slots=True)
class CourtesyCaps:
    """What may be given beyond money: the site's caps, and how far this kiosk's pool is used; fen."""

    resident_fen: int
    pool_fen: int
    pool_used_fen: int

    @property
    def offered(self) -> bool:
        return self.resident_fen > 0 and self.pool_fen > 0


def caps_of(site: Site, given_fen: int, repaid_fen: int) -> CourtesyCaps:
    """What a kiosk gave, less what the office says was repaid of it, uses up the pool."""
    return CourtesyCaps(site.courtesy_resident_fen, site.courtesy_pool_fen, max(0, given_fen - repaid_fen))


def pay(
    price_fen: int, purse: Purse, verdict: Verdict, caps: CourtesyCaps, *, waited: bool, here: bool
) -> Payment:
    """How to meet a price that this kiosk holds too little right for, after the office was asked.

    The office's word that there is no money stands. Where there is money but another kiosk holds the right,
    the first answer is to try again in a moment, for the office is fetching it; who has `waited` is fed.
    `here`: whether this kiosk should know the account. Raises a refusal of the canteen.
    """
    missing_fen = price_fen - purse.balance
    short = NotEnoughMoney(price_fen=price_fen, balance_fen=purse.balance, missing_fen=missing_fen)
    answered = verdict is not Verdict.UNREACHABLE
    if answered and missing_fen > 0:
        raise short
    if answered and not waited:
        raise MoneyOnItsWay
    if not caps.offered:
        raise short if here and missing_fen > 0 else RightElsewhere
    own_fen = min(price_fen, max(0, purse.outstanding))
    return Payment(own_fen, _within(caps, price_fen - own_fen, purse, price_fen))


def _within(caps: CourtesyCaps, fen: int, purse: Purse, price_fen: int) -> int:
    """The part put on the caps. Raises `CourtesyUsedUp`."""
    used_fen = min(purse.known_courtesy, caps.pool_used_fen) if not purse.home else purse.known_courtesy
    left_fen = min(caps.resident_fen - used_fen, caps.pool_fen - caps.pool_used_fen)
    if fen > left_fen:
        raise CourtesyUsedUp(
            price_fen=price_fen, missing_fen=fen, owed_fen=used_fen, left_fen=max(0, left_fen)
        )
    return fen
