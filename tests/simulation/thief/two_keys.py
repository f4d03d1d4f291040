"""Somebody has the keys of two kiosks at once, and uses them in turns for the same accomplices.

Together they take no more than the sum of what was stated for each, line by line.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields

from tests.simulation.office import SimOffice
from tests.simulation.steps import DAY_MS, MINUTE_MS
from tests.simulation.thief.attacks import ATTACKS
from tests.simulation.thief.harm import Books, Harm, Theft, beyond_rights
from tests.simulation.thief.robbery import (
    ACCOMPLICES,
    DAYS,
    HONEST,
    MEALS_MS,
    ROBBED,
    Robbed,
    Story,
    in_a_town,
)
from tests.simulation.thief.stolen import StolenKey
from tests.simulation.thief.thief import Thief

SECOND = "y"
TOWNS = (
    ((ROBBED, "west"), (SECOND, "east"), ("a", "west")),
    ((SECOND, "west"), (ROBBED, "west"), ("a", "east")),
    (("a", "west"), (ROBBED, "west"), (SECOND, "east"), ("b", "east")),
)
LENT_TO_ANYBODY_FEN = 3_000  # at an honest kiosk, with no key at all


def rob_with_two(seed: int) -> Robbed:
    return in_a_town(seed, TOWNS, _WithTwo)


@dataclass
class _TheftOfTwo(Theft):
    sites: frozenset[str] = field(default_factory=frozenset)

    def _lost_by_others(self, robbed: Mapping[str, int]) -> Iterable[int]:
        elsewhere = {name: fen for name, fen in robbed.items() if name.rpartition("/")[2] not in self.sites}
        return super()._lost_by_others(elsewhere)


class _OneOfTwo(Thief):
    def _request(self) -> str:
        return f"{self.key.device_id.hex()} {super()._request()}"  # the two go to the same counters


def _books(office: SimOffice, keys: Iterable[StolenKey]) -> Books:
    """What was moved by either key, by honest kiosks, and by the office."""
    robbed: dict[str, int] = defaultdict(int)
    honest: dict[str, int] = defaultdict(int)
    for key in keys:
        of_one = Books.read(office, key.device_id)
        everybody = of_one.robbed.keys() | of_one.honest.keys()
        for account in everybody:
            robbed[account] += of_one.robbed.get(account, 0)
            honest.setdefault(account, of_one.robbed.get(account, 0) + of_one.honest.get(account, 0))
        by_office = of_one.office
    for account, fen in robbed.items():
        honest[account] -= fen
    return Books(robbed, honest, by_office)


class _WithTwo(Story):
    def play(self) -> Robbed:
        for at_ms in MEALS_MS:
            self._live(at_ms)
        for kiosk in self.town.kiosks.values():
            self.town.exchange(kiosk)
        begin_ms = self.town.at_ms
        stolen = [self.town.kiosks[name] for name in (ROBBED, SECOND)]
        self.keys = [StolenKey(self.town.office, each, self.dice) for each in stolen]
        self.robbed_sites = frozenset(each.site for each in stolen)
        theft = _TheftOfTwo(
            _books(self.town.office, self.keys),
            ACCOMPLICES,
            HONEST,
            stolen[0].site,
            free_courtesy_fen=LENT_TO_ANYBODY_FEN * (len(self.town.kiosks) - len(stolen)),
            sites=self.robbed_sites,
        )
        stated = [self._stated() for self.key in self.keys]
        for each in stolen:
            each.shut_down()
        self.paid_elsewhere_fen = self._held_fen(self.robbed_sites)
        self._act([_OneOfTwo(self.town, key, self.dice, theft, self.homes) for key in self.keys])
        days = (self.town.at_ms - begin_ms) // DAY_MS + 1
        paid_fen, self.paid_elsewhere_fen = self.paid_elsewhere_fen, 0  # it is there once, for either key
        bounds = [self._bound(of_one, days) for self.key, of_one in zip(self.keys, stated, strict=True)]
        sums = {each.name: sum(getattr(bound, each.name) for bound in bounds) for each in fields(Harm)}
        sums["taken_fen"] += paid_fen
        return Robbed(
            self.seed,
            theft.harm(_books(self.town.office, self.keys)),
            Harm(**sums),
            (*self._accused(), *beyond_rights(self.town.office)),
            (),
            all(bool(self._ask_device("quarantined_at_ms")) for self.key in self.keys),
        )

    def _act(self, thieves: list[Thief]) -> None:
        every = list(ATTACKS.values())
        quiet = [each for each in every if each.quiet]
        choice = self.dice.choice((quiet, every))
        for day in range(1, DAYS):
            for at_ms in MEALS_MS:
                for _ in range(self.dice.randint(3, 6)):
                    self.town.at_ms = max(self.town.at_ms + 5 * MINUTE_MS, day * DAY_MS + at_ms)
                    thief = self.dice.choice(thieves)
                    self.dice.choice(choice).do(thief)
                    for journal in thief.key.journals:
                        if journal.unsent:
                            thief.key.push(journal)
                self._live(max(self.town.at_ms, day * DAY_MS + at_ms))

    def _note_paid(self, who: int, fen: int) -> None:
        if self.homes[who] in getattr(self, "robbed_sites", ()):
            self.paid_elsewhere_fen += fen

    def _is_robbed(self, name: str) -> bool:
        return name in (ROBBED, SECOND)
