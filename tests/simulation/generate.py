"""Scenarios from seeds: an ordinary month in a small town, and whatever the chosen faults add to it."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator

from tests.services.three import VISITS
from tests.simulation.charging.riders import riders
from tests.simulation.machine.network import FAULTS as NET_FAULTS
from tests.simulation.steps import DAY_MS, MINUTE_MS, Scenario, Step

CLASSES = ("net", "kiosk", "people", "office", "clock", "images")
CHECK_EVERY_DAYS = 10
SPOILED_DAY = 5  # of ten
DAYS_TO_BANK = 7
TOWNS = (
    (("a", "east"), ("b", "east"), ("c", "west")),
    (("a", "east"), ("b", "west")),
    (("a", "east"), ("b", "west"), ("c", "south")),
    (("a", "east"), ("b", "east"), ("c", "west"), ("d", "west")),
)


def scenario(seed: int | str, days: int = 30, faults: Iterable[str] = CLASSES) -> Scenario:
    """What the seed says; the same for the same arguments."""
    dice = random.Random(f"scenario {seed}")
    kiosks = dice.choice(TOWNS)
    sites = sorted({site for _, site in kiosks})
    residents = tuple(
        (
            1001 + n,
            dice.choice(sites),
            dice.choice((1938, 1944, 1950, 1975)),
            dice.choice((0, 3000, 9000, 20_000, 60_000)),
        )
        for n in range(dice.randint(4, 8))
    )
    # What came into the stories later leaves the others as they were.
    later, spoiling = random.Random(f"later {seed}"), random.Random(f"tables {seed}")
    plan = _Plan(dice, later, spoiling, kiosks, residents, days, frozenset(faults))
    visits = _visits(random.Random(f"visits {seed}"), kiosks, residents, days)
    banking = _banking(random.Random(f"banking {seed}"), kiosks, residents, days)
    chargers, charging = riders(random.Random(f"charging {seed}"), kiosks, days, frozenset(faults))
    steps = sorted([*plan.steps(), *visits, *banking, *charging], key=lambda step: step.at_ms)
    return Scenario(str(seed), days, kiosks, (*residents, *chargers), tuple(steps))


def _visits(
    dice: random.Random,
    kiosks: tuple[tuple[str, str], ...],
    residents: tuple[tuple[int, str, int, int], ...],
    days: int,
) -> Iterator[Step]:
    """People come for what only the tests offer; a cup takes from two minutes to a day."""
    for day in range(days):
        for name, site in kiosks:
            for what in sorted(VISITS):
                at = day * DAY_MS + dice.randrange(9 * 60, 19 * 60) * MINUTE_MS + dice.randrange(MINUTE_MS)
                at_home = [number for number, home, *_ in residents if home == site] or [residents[0][0]]
                if dice.random() < 0.3:
                    yield Step(at, "visit", name, (what, dice.choice(at_home), f"v{day} {what}"))
            if dice.random() < 0.5:
                at = day * DAY_MS + dice.randrange(9 * 60, 19 * 60) * MINUTE_MS
                yield Step(at, "cup_over", name, (int(dice.random() < 0.2),))


def _banking(
    dice: random.Random,
    kiosks: tuple[tuple[str, str], ...],
    residents: tuple[tuple[int, str, int, int], ...],
    days: int,
) -> Iterator[Step]:
    """In every second town cash is believed up to little and banked once a week: meanwhile more comes in."""
    if dice.random() < 0.5:
        return
    yield Step(MINUTE_MS, "cash_limit", "", (dice.choice((0, 2000, 10_000)),))
    for day in range(days):
        for name, _site in kiosks:
            at = day * DAY_MS + dice.randrange(9 * 60, 19 * 60) * MINUTE_MS
            if dice.random() < 0.3:
                number, fen = dice.choice(residents)[0], dice.choice((1000, 5000, 9000))
                yield Step(at, "topup", name, (number, fen, f"b{day} {name}"))
            if day % DAYS_TO_BANK == DAYS_TO_BANK - 1:
                yield Step(day * DAY_MS + 20 * 60 * MINUTE_MS, "bank", name)


class _Plan:
    def __init__(
        self,
        dice: random.Random,
        later: random.Random,
        spoiling: random.Random,
        kiosks: tuple[tuple[str, str], ...],
        residents: tuple[tuple[int, str, int, int], ...],
        days: int,
        faults: frozenset[str],
    ) -> None:
        self._dice, self._later, self._kiosks, self._residents = dice, later, kiosks, residents
        self._days, self._faults = days, faults
        self._requests = 0
        self._images = "images" in faults and dice.random() < 0.4
        self._cards = {number: [number] for number, *_ in residents}
        self._spoiling = spoiling

    def steps(self) -> Iterator[Step]:
        for day in range(self._days):
            yield from self._office_day(day * DAY_MS)
            yield from self._backups(day * DAY_MS)
            yield from self._moves_and_hours(day * DAY_MS)
            for name, site in self._kiosks:
                yield from self._kiosk_day(day * DAY_MS, name, site)
            if day % CHECK_EVERY_DAYS == SPOILED_DAY and "kiosk" in self._faults:
                yield self._spoil_table(day * DAY_MS)
            if (day + 1) % CHECK_EVERY_DAYS == 0 or day + 1 == self._days:
                yield Step(day * DAY_MS + 23 * 60 * MINUTE_MS, "check")

    def _spoil_table(self, day: int) -> Step:
        """By dice of its own, so that everything else is as it would be without."""
        name, _site = self._spoiling.choice(self._kiosks)
        at = day + self._spoiling.randrange(14 * 60, 16 * 60) * MINUTE_MS
        return Step(at, "spoil_table", name, (self._spoiling.randrange(1000),))

    def _chance(self, of: float) -> bool:
        return self._dice.random() < of

    def _strikes(self, kind: str, of: float) -> bool:
        """Drawn whether or not the class is on, so that leaving one out changes nothing else."""
        return self._chance(of) and kind in self._faults

    def _minute(self, first: int, last: int) -> int:
        return self._dice.randrange(first * 60, last * 60) * MINUTE_MS + self._dice.randrange(MINUTE_MS)

    def _request(self) -> str:
        self._requests += 1
        return f"r{self._requests}"

    def _office_day(self, day: int) -> Iterator[Step]:
        at = day + self._minute(8, 18)
        if self._chance(0.5):
            number = self._dice.choice(self._residents)[0]
            request = self._request()
            yield Step(at, "office_topup", "", (number, self._dice.choice((1000, 5000, 12_000)), request))
            if self._strikes("people", 0.2):
                yield Step(at + 400, "office_topup", "", (number, 999, request))
        yield Step(at, "menu", "", (day // DAY_MS, self._dice.choice(("豆腐", "青菜", ""))))
        if self._chance(0.3):
            yield Step(at + MINUTE_MS, "menu", "", (day // DAY_MS - 1, ""))
        if self._strikes("people", 0.04):
            card = self._dice.choice(self._dice.choice(list(self._cards.values())))
            yield Step(at + MINUTE_MS, "lose_card", "", (card,))
            resident = card % 10_000
            another = card + 10_000
            self._cards[resident].append(another)
            yield Step(at + 2 * MINUTE_MS, "second_card", "", (another, resident))
        if self._strikes("office", 0.05):
            yield Step(at, "new_prices", "", (self._dice.choice((0, 100, 200)),))
        if self._strikes("office", 0.12):
            statement = self._dice.choice((0, self._dice.randint(1, 25)))
            yield Step(at, "office_dies", "", (self._dice.randint(0, 4), statement))
        if self._strikes("office", 0.01):
            yield Step(at, "office_clock", "", (self._dice.choice((-100, 3650)) * DAY_MS,))

    def _moves_and_hours(self, day: int) -> Iterator[Step]:
        """Somebody moves to another site, perhaps owing for a meal; volunteers' time is written down."""
        at = day + self._later.randrange(8, 20) * 60 * MINUTE_MS
        number = self._later.choice(self._residents)[0]
        name, site = self._later.choice(self._kiosks)
        if self._later.random() < 0.15:
            yield Step(at, "move", "", (number, site))
        if self._later.random() < 0.4:
            yield Step(at + 3000, "hours", name, (number, self._later.choice((30, 90, 240))))

    def _backups(self, day: int) -> Iterator[Step]:
        if self._strikes("office", 0.2):
            yield Step(day + self._minute(1, 5), "office_backup")
        if self._strikes("office", 0.07):
            yield Step(day + self._minute(5, 23), "office_restore")

    def _clocks(self, day: int, name: str) -> Iterator[Step]:
        if self._strikes("clock", 0.05):
            error_ms = self._dice.choice((-20_500 * DAY_MS, -3 * 3_600_000, 3650 * DAY_MS))
            yield Step(day + self._minute(9, 17), "boot_at", name, (error_ms,))
        if self._strikes("clock", 0.03):
            error_ms = self._dice.choice((-2 * 3_600_000, 3 * 3_600_000, 40 * DAY_MS))
            yield Step(day + self._minute(9, 17), "clock_jump", name, (error_ms,))
        if self._strikes("clock", 0.02):
            yield Step(day + self._minute(1, 9), "drift", name, (self._dice.randint(-90, 90),))

    def _till(self, at: int, name: str) -> Iterator[Step]:
        """Cash in, and money back."""
        request = self._request()
        if self._chance(0.12):
            number = self._dice.choice(self._residents)[0]
            yield Step(at, "topup", name, (number, self._dice.choice((1000, 3000, 8000)), request))
            if self._strikes("people", 0.2):
                yield Step(at + 700, "topup", name, (number, 1, request))
        if self._chance(0.08):
            fen = self._dice.choice((100, 400, 1000, 1500))
            yield Step(at + 1000, "refund", name, (self._dice.randint(1, 3), fen, request + "b"))
        if self._chance(0.06):
            yield Step(at + 2000, "undo", name, (self._dice.randint(1, 2), request + "u"))

    def _kiosk_day(self, day: int, name: str, site: str) -> Iterator[Step]:
        yield from self._exchange(day + self._minute(6, 10), name)
        # Not in the first and last minutes, where a clock that is a little off is not wrong.
        for first, last, people in ((10 * 60 + 35, 12 * 60 + 55, 3), (16 * 60 + 35, 18 * 60 + 25, 1)):
            for _ in range(self._dice.randint(0, people)):
                at = day + self._dice.randrange(first, last) * MINUTE_MS
                yield from self._guest(at + self._dice.randrange(MINUTE_MS // 2), name, site)
        if self._chance(0.3):
            yield from self._exchange(day + self._minute(11, 13), name)
        if self._chance(0.8):
            yield from self._exchange(day + self._minute(19, 22), name)
        if self._strikes("net", 0.04):
            yield Step(day + self._minute(5, 12), "cut_off", name)
            yield Step(day + self._dice.randint(1, 4) * DAY_MS, "reconnect", name)
        yield from self._till(day + self._minute(10, 19), name)
        yield from self._mishaps(day, name)
        yield from self._clocks(day, name)

    def _mishaps(self, day: int, name: str) -> Iterator[Step]:
        if self._strikes("kiosk", 0.08):
            yield Step(day + self._minute(10, 18), "power", name, (self._dice.randint(1, 14),))
        if self._strikes("kiosk", 0.03):
            yield Step(day + self._minute(6, 20), "power_now", name)
        if self._strikes("kiosk", 0.02):
            yield Step(day + self._minute(6, 20), "lose_catalogue", name)
        if self._images:
            yield from self._old_cards(day, name)
        if self._strikes("kiosk", 0.03):
            at = day + self._minute(10, 12)
            yield Step(at, "disk", name, (self._dice.choice(("full", "frozen")),))
            yield Step(at + self._minute(0, 1), "disk", name, ("well",))

    def _old_cards(self, day: int, name: str) -> Iterator[Step]:
        if self._chance(0.1):
            yield Step(day + self._minute(6, 20), "keep_image", name)
        if self._chance(0.04):
            yield Step(day + self._minute(6, 20), "put_back", name)
        if self._chance(0.01):
            yield Step(day + self._minute(6, 20), "clone", name)
        for _ in range(2):
            number = self._dice.choice(self._residents)[0]
            yield Step(day + self._minute(11, 12), "tap", f"{name}2", (number,))
        yield Step(day + self._minute(13, 15), "sync", f"{name}2")

    def _exchange(self, at: int, name: str) -> Iterator[Step]:
        if self._strikes("net", 0.3):
            place = self._dice.randrange(10_000)
            yield Step(at - 1, "net", name, (self._dice.randint(0, 3), self._dice.choice(NET_FAULTS), place))
        yield Step(at, "sync", name)

    def _guest(self, at: int, name: str, site: str) -> Iterator[Step]:
        at_home = [each[0] for each in self._residents if each[1] == site]
        anybody = [each[0] for each in self._residents]
        number = self._dice.choice(at_home if at_home and self._chance(0.75) else anybody)
        card = self._dice.choice(self._cards[number])
        yield Step(at, "tap", name, (card,))
        if self._strikes("people", 0.15):
            yield Step(at + self._dice.choice((300, 1200, 4000)), "tap", name, (card,))
        if self._chance(0.25):
            request = self._request()
            yield Step(at + 9000, "portion", name, (number, request))
            if self._strikes("people", 0.3):
                yield Step(at + 9500, "portion", name, (number, request))
