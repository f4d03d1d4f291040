"""A quote: the price before consent, split into tenders."""

from __future__ import annotations

from dataclasses import dataclass

from kiosk.catalogue.pricing.tariffs import TariffRule
from kiosk.ledger.accounts import Account, own_money, programme


@dataclass(frozen=True, slots=True)
class Tender:
    """One means of payment: `fen` from `account`."""

    account: Account
    fen: int


@dataclass(frozen=True, slots=True)
class Quote:
    """What one portion costs and who pays; the tenders sum to `full_fen`."""

    rule: TariffRule
    resident_id: int
    tenders: tuple[Tender, ...]

    @property
    def full_fen(self) -> int:
        return sum(tender.fen for tender in self.tenders)

    @property
    def own_fen(self) -> int:
        mine = own_money(self.resident_id)
        return sum(tender.fen for tender in self.tenders if tender.account == mine)

    @property
    def subsidy_fen(self) -> int:
        return self.full_fen - self.own_fen


def subsidised(rule: TariffRule, resident_id: int) -> Quote:
    """The price a resident is due once in each meal period."""
    shares = (Tender(programme(share.programme), share.fen) for share in rule.shares)
    return Quote(rule, resident_id, (Tender(own_money(resident_id), rule.own_fen), *shares))


def unsubsidised(rule: TariffRule, resident_id: int) -> Quote:
    """The full price, as for a second portion."""
    return Quote(rule, resident_id, (Tender(own_money(resident_id), rule.full_fen),))
