"""The arithmetic of spending rights: one account, and what each journal holds of it. Pure: no database.

    outstanding(j) = granted + topped up - spent - returned, at journal j
    available      = balance - sum of outstanding over all journals

What is granted only grows, and only out of what is available, so kiosks that are cut off from each other
cannot overdraw an account between them. A journal that overspent counts as nought, not as a gift to the
others; a sealed one spends no more, and what it left is available again. But for cash that nobody has seen
(`rights.cash`): it buys where it was paid in, and is nobody else's, even when that journal gives it back.

Courtesy is handed out to be collected in the same way, with what is owed in place of the balance, so that two
kiosks never collect the same courtesy.
"""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass, field
from typing import NamedTuple


class Pool(NamedTuple):
    """What the office keeps back for other sites: at most `pool_fen`, of what exceeds `home_first_fen`."""

    home_first_fen: int
    pool_fen: int

    def kept_back_fen(self, balance_fen: int) -> int:
        return min(self.pool_fen, max(0, balance_fen - self.home_first_fen))


@dataclass(slots=True)
class Holding:
    """One account at one journal; all in fen, all but `home`, `recalled` and `kept` sums that only grow."""

    credits: int = 0
    debits: int = 0
    returned: int = 0
    granted: int = 0
    wanted: int = 0  # the kiosk asked to be granted so much in all
    recalled: int = 0  # the office asks it to return so much in all
    home: bool = False  # it is or was the resident's home: their entitlement lies here, and it collects
    owed: int = 0  # courtesy from elsewhere that it is to collect
    lent: int = 0  # courtesy given here
    collected: int = 0  # courtesy repaid here, whoever lent
    repaid: int = 0  # of the courtesy given here, what was repaid anywhere
    waiting: int = 0  # of what was paid in here, what no other journal may have before the cash was seen
    unproved: int = 0  # of what was collected, what counts as repaid nowhere else before the cash was seen
    kept: int = (
        0  # what of the balance nobody could spend when the home was last looked at; may be below zero
    )

    @property
    def outstanding(self) -> int:
        return self.granted + self.credits - self.debits - self.returned

    @property
    def to_collect(self) -> int:
        return self.owed + (self.lent if self.home else 0) - self.collected

    @property
    def unmet(self) -> int:
        return max(0, self.wanted - self.granted)

    @property
    def unseen(self) -> int:
        """What of the balance stands on this journal's word alone, and is believed nowhere else."""
        return max(0, min(self.waiting, self.credits - self.debits))

    @property
    def to_give(self) -> int:
        """What others may have once it is given back: what was paid in here and was not seen is no use."""
        return max(0, self.outstanding - self.unseen)

    def held(self, *, spends: bool) -> int:
        """What of the balance no other journal may have."""
        return max(self.outstanding if spends else 0, self.unseen)

    def give_up(self) -> None:
        """Wait for nothing any more."""
        self.wanted = min(self.wanted, self.granted)


@dataclass(slots=True)
class AccountView:
    """One account over all journals, by journal id."""

    holdings: dict[bytes, Holding] = field(default_factory=dict)

    def at(self, journal_id: bytes) -> Holding:
        return self.holdings.setdefault(journal_id, Holding())

    @property
    def balance(self) -> int:
        return sum(each.credits - each.debits for each in self.holdings.values())

    @property
    def courtesy(self) -> int:
        return sum(each.lent - each.collected for each in self.holdings.values())

    @property
    def overpaid(self) -> int:
        """What was collected beyond what was owed, and is surely there."""
        return max(0, -self.courtesy - sum(each.unproved for each in self.holdings.values()))

    def left_by(self, journals: Set[bytes]) -> int:
        """What of the balance remains when these have spent all they may."""
        return self.balance - self._held_by(self.holdings.keys(), journals)

    def settle(self, home: bytes | None, spending: Set[bytes], pool: Pool) -> None:
        """Raise every sum to what it should be now: what visitors asked for, then the home's share, then
        courtesy to collect, repayments and recalls. `spending`: the journals that kiosks may spend from."""
        self._meet_wants(spending)
        if home is not None:
            self._grant_home(home, spending, pool)
            self._hand_out_courtesy(home, spending)
        self._attribute_repayments()
        self._recall(spending)

    def want(self, journal_id: bytes, target: int) -> None:
        """A kiosk asks that its grants be `target` in all. More than all others could give back is no use."""
        holding = self.at(journal_id)
        unseen = sum(each.unseen for whose, each in self.holdings.items() if whose != journal_id)
        reach = max(0, self.balance - max(0, holding.outstanding) - unseen)
        holding.wanted = max(holding.granted, min(target, holding.granted + reach))

    def _meet_wants(self, spending: Set[bytes]) -> None:
        for _, holding in sorted(self._of(spending).items()):
            holding.granted += min(holding.unmet, max(0, self.left_by(spending)))

    def _grant_home(self, home: bytes, spending: Set[bytes], pool: Pool) -> None:
        """All that nobody else holds or waits for; and of a large balance not quite all."""
        holding = self.at(home)
        if not holding.home:
            holding.home = True
            holding.owed -= holding.lent  # what it lent as a visitor is for the former home to collect
        others = self.holdings.keys() - {home}
        awaited = sum(each.unmet for each in self._of(spending - {home}).values())
        elsewhere = self._held_by(others, spending) + awaited
        share = self.balance - max(elsewhere, pool.kept_back_fen(self.balance))
        if share > holding.outstanding:
            holding.granted += share - holding.outstanding
            holding.recalled = min(holding.recalled, holding.returned)  # nobody waits for it any more
        holding.kept = self.left_by(spending)

    def _hand_out_courtesy(self, home: bytes, spending: Set[bytes]) -> None:
        others = self._of(spending - {home}).values()
        left = self.courtesy - sum(max(0, each.to_collect) for each in others)
        self.at(home).owed += max(0, left - self.at(home).to_collect)

    def _attribute_repayments(self) -> None:
        """Say of each repayment whose loan it repaid: the oldest are not known, so in a fixed order."""
        fresh = sum(each.collected - each.unproved - each.repaid for each in self.holdings.values())
        for _, holding in sorted(self.holdings.items()):
            part = max(0, min(fresh, holding.lent - holding.repaid))
            holding.repaid += part
            fresh -= part

    def _recall(self, spending: Set[bytes]) -> None:
        """Ask back what a visitor waits for, and rights to what is not there, of those who can give most."""
        missing = sum(each.unmet for each in self._of(spending).values()) + max(0, -self.left_by(spending))
        holders = sorted(self._of(spending).items(), key=lambda each: (-each[1].to_give, each[0]))
        for _, holding in holders:
            if missing > 0 and not holding.unmet and holding.to_give > 0:
                part = min(missing, holding.to_give)
                holding.recalled = max(holding.recalled, holding.returned + part)
                missing -= part

    def _held_by(self, journals: Set[bytes], spending: Set[bytes]) -> int:
        return sum(self.holdings[each].held(spends=each in spending) for each in journals)

    def _of(self, journals: Set[bytes]) -> Mapping[bytes, Holding]:
        return {journal_id: each for journal_id, each in self.holdings.items() if journal_id in journals}
