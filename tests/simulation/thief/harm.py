"""What a theft moved, by the office's books: the thief's own word is no part of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from tests.simulation.office import SimOffice


@dataclass(frozen=True, slots=True)
class Harm:
    """Since the theft; fen."""

    taken_fen: int  # of the money of people who have nothing to do with it
    debts_fen: int  # courtesy that they never had
    elsewhere_fen: int  # what accomplices bought at other kiosks beyond what was theirs
    others_fen: int  # of what others earned, or have in their boxes
    programme_fen: int  # what programmes were charged: the canteen earns it, not the thief

    @property
    def loss_fen(self) -> int:
        return self.taken_fen + self.debts_fen + self.elsewhere_fen + self.others_fen


@dataclass
class Books:
    """What was moved up to one moment, by whose journals: the robbed kiosk's, honest ones', the office's."""

    robbed: Mapping[str, int]
    honest: Mapping[str, int]
    office: Mapping[str, int]

    @classmethod
    def read(cls, office: SimOffice, robbed: bytes) -> Books:
        sums: tuple[dict[str, int], ...] = (defaultdict(int), defaultdict(int), defaultdict(int))
        for device_id, account, fen in office.ask(_MOVED):
            whose = 2 if device_id is None else 0 if bytes(device_id) == robbed else 1
            sums[whose][account] += fen
        return cls(*sums)

    def since(self, before: Books) -> Books:
        return Books(
            _since(self.robbed, before.robbed),
            _since(self.honest, before.honest),
            _since(self.office, before.office),
        )


@dataclass
class Theft:
    """Where the books stood when the key was stolen, and what is known of those who are in it."""

    before: Books
    accomplices: Iterable[int]
    honest: Iterable[int]
    site: str  # of the robbed kiosk
    free_courtesy_fen: int  # what anybody may owe elsewhere, with no key at all
    by_card_fen: int = 0  # what was bought with cards that only the thief had issued

    def harm(self, now: Books) -> Harm:
        moved = now.since(self.before)
        return Harm(
            taken_fen=sum(self._lost(moved, f"own/{each}") for each in self.honest) + self.by_card_fen,
            debts_fen=sum(self._lost(moved, f"courtesy/{each}") for each in self.honest),
            elsewhere_fen=sum(self._had_elsewhere(moved, each) for each in self.accomplices),
            others_fen=sum(self._lost_by_others(moved.robbed)),
            programme_fen=-sum(fen for name, fen in moved.robbed.items() if name.startswith("programme/")),
        )

    def _lost(self, moved: Books, account: str) -> int:
        return max(0, -moved.robbed[account])  # whatever the office made good is its own loss

    def _had_elsewhere(self, moved: Books, who: int) -> int:
        own, owed = f"own/{who}", f"courtesy/{who}"
        used_fen = -(moved.honest[own] + moved.honest[owed])
        begun = self.before
        had_fen = begun.robbed[own] + begun.honest[own] + begun.office[own]
        free_fen = min(self.free_courtesy_fen, max(0, -moved.honest[owed]))
        return max(0, used_fen - free_fen - max(0, had_fen + min(0, moved.robbed[own])))

    def _lost_by_others(self, robbed: Mapping[str, int]) -> Iterable[int]:
        for name, fen in robbed.items():
            kind, _, rest = name.partition("/")
            mine = rest.rpartition("/")[2] == self.site
            if kind in ("own", "courtesy", "programme", "suspense", "held") or mine:
                continue
            yield abs(fen)


def beyond_rights(office: SimOffice) -> Iterator[str]:
    """Of whose money which journal took more than it was granted and had taken in itself.

    The bounds are sums over many people. This holds for each, however much more there is to take.
    """
    for name, account, fen in office.ask(_BEYOND):
        yield f"{name} took {fen} fen of {account} beyond its right"


def _since(now: Mapping[str, int], before: Mapping[str, int]) -> Mapping[str, int]:
    moved: dict[str, int] = defaultdict(int)
    moved.update({name: fen - before.get(name, 0) for name, fen in now.items()})
    return moved


_BEYOND = (
    "SELECT d.name, b.account, SUM(b.debits - b.credits) - COALESCE(MAX(g.granted), 0) AS fen"
    " FROM balances AS b JOIN journals AS j ON j.region_id = b.region_id AND j.journal_id = b.journal_id"
    " JOIN devices AS d ON d.region_id = j.region_id AND d.device_id = j.device_id"
    " LEFT JOIN grants AS g ON g.region_id = b.region_id AND g.journal_id = b.journal_id"
    " AND g.account = b.account AND g.unit = 'FEN'"
    " WHERE b.account LIKE 'own/%' AND b.unit IN ('FEN', 'RIGHT')"
    " GROUP BY d.name, b.journal_id, b.account HAVING fen > 0"
)
_MOVED = (
    "SELECT j.device_id, b.account, SUM(b.credits - b.debits) FROM balances AS b JOIN journals AS j"
    " ON j.region_id = b.region_id AND j.journal_id = b.journal_id WHERE b.unit = 'FEN'"
    " GROUP BY j.device_id, b.account"
)
