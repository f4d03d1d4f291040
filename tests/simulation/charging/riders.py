"""Who comes to the sockets of a town, and what goes wrong there, from a seed.

They are people of their own, so that whatever else happens in a town is as it would be without them; but they
have lunch, too, from the account of which something is set aside.
"""

from __future__ import annotations

import random
from collections.abc import Collection, Iterator

from tests.simulation.charging.shelter import SOCKETS
from tests.simulation.steps import DAY_MS, MINUTE_MS, Step

FIRST_NUMBER = 1101
WHAT = {"bicycle": 12, "full": 1, "two_bicycles": 1, "strong": 1, "charger_alone": 1}
CAPS_FEN = (0, 100, 300, 1000)
Resident = tuple[int, str, int, int]


def riders(
    dice: random.Random, kiosks: tuple[tuple[str, str], ...], days: int, faults: Collection[str]
) -> tuple[tuple[Resident, ...], list[Step]]:
    """Residents as in `Scenario`, and their steps."""
    sites = sorted({site for _, site in kiosks})
    people = tuple(
        (
            FIRST_NUMBER + n,
            dice.choice(sites),
            dice.choice((1950, 1980, 1995)),
            dice.choice((500, 9000, 60_000)),
        )
        for n in range(3)
    )
    evenings = _Evenings(dice, kiosks, people, faults)
    return people, [step for day in range(days) for step in evenings.steps(day * DAY_MS)]


class _Evenings:
    def __init__(
        self,
        dice: random.Random,
        kiosks: tuple[tuple[str, str], ...],
        people: tuple[Resident, ...],
        faults: Collection[str],
    ) -> None:
        self._dice, self._kiosks, self._people, self._faults = dice, kiosks, people, faults

    def steps(self, day: int) -> Iterator[Step]:
        for name, site in self._kiosks:
            if self._dice.random() < 0.7:
                yield from self._session(day, name, site)
        if self._dice.random() < 0.15:
            yield from self._at_two(day)
        if self._dice.random() < 0.15 and "kiosk" in self._faults:
            yield from self._in_the_dark(day)
        if self._dice.random() < 0.3:
            who, fen = self._dice.choice(self._people)[0], self._dice.choice((2000, 8000))
            yield Step(day + self._minute(8, 18), "office_topup", "", (who, fen, f"c{day}"))
        if self._dice.random() < 0.03:
            dearer_fen = self._dice.choice((0, 7, 30))
            yield Step(day + self._minute(8, 20), "charging_prices", "", (dearer_fen,))

    def _minute(self, first: int, last: int) -> int:
        return self._dice.randrange(first * 60, last * 60) * MINUTE_MS + self._dice.randrange(MINUTE_MS)

    def _who(self, site: str) -> int:
        at_home = [number for number, home, *_ in self._people if home == site]
        anybody = [number for number, *_ in self._people]
        return self._dice.choice(at_home if at_home and self._dice.random() < 0.8 else anybody)

    def _session(self, day: int, name: str, site: str) -> Iterator[Step]:
        at, who, number = day + self._minute(9, 21), self._who(site), self._dice.randint(1, SOCKETS)
        percent, cap_fen = self._dice.choice((30, 70, 88)), self._dice.choice(CAPS_FEN)
        if self._dice.random() < 0.2:
            yield Step(at, "charge_by_phone", name, (who, number, percent, cap_fen or CAPS_FEN[1]))
        else:
            what = self._dice.choices(list(WHAT), list(WHAT.values()))[0]
            yield Step(at, "charge", name, (who, number, what, percent, cap_fen))
        over = at + self._dice.choice((2, 20, 60, 240)) * MINUTE_MS
        yield from self._mishaps(at, over, name, number)
        stops = self._dice.random() < 0.5
        yield (
            Step(over, "stop_charging", name, (who, number))
            if stops
            else Step(over, "unplug", name, (number,))
        )
        if self._dice.random() < 0.2:
            yield Step(day + self._minute(11, 12), "tap", name, (who,))

    def _mishaps(self, at: int, over: int, name: str, number: int) -> Iterator[Step]:
        """In the midst of it."""
        midst, chance = (at + over) // 2, self._dice.random()
        off_ms = self._dice.choice((20_000, 3 * MINUTE_MS, 40 * MINUTE_MS))
        statement, has_mains = self._dice.randint(1, 14), self._dice.randint(0, 1)
        if "kiosk" not in self._faults:
            return
        if chance < 0.1:
            yield Step(at - 1, "power", name, (statement,))
        elif chance < 0.2:
            yield Step(midst, "go_dark", name, (has_mains,))
            yield Step(midst + off_ms, "lights_on", name)
        elif chance < 0.25:
            yield Step(midst, "lose_progress", name)
        elif chance < 0.27:
            yield Step(midst, "change_meter", name, (number,))
        elif chance < 0.4:
            yield Step(midst, "say_again", name, (number,))

    def _in_the_dark(self, day: int) -> Iterator[Step]:
        """Somebody charges for an afternoon, of which nobody watches a part that is too long to go on."""
        name, site = self._dice.choice(self._kiosks)
        at, number = day + self._minute(9, 18), self._dice.randint(1, SOCKETS)
        yield Step(at, "charge", name, (self._who(site), number, "bicycle", 30, CAPS_FEN[-1]))
        yield Step(at + 20 * MINUTE_MS, "go_dark", name, (self._dice.randint(0, 1),))
        yield Step(at + 60 * MINUTE_MS, "lights_on", name)
        yield Step(at + 120 * MINUTE_MS, "unplug", name, (number,))

    def _at_two(self, day: int) -> Iterator[Step]:
        """One person, the same money, two kiosks, and no network at either."""
        (one, _), (other, _) = self._dice.sample(self._kiosks, 2)
        at, who = day + self._minute(9, 20), self._dice.choice(self._people)[0]
        if "net" in self._faults:
            yield from (Step(at, "cut_off", name) for name in (one, other))
        for n, name in enumerate((one, other, one)):
            cap_fen, number = self._dice.choice(CAPS_FEN), self._dice.randint(1, SOCKETS)
            yield Step(at + n * MINUTE_MS, "charge", name, (who, number, "bicycle", 50, cap_fen))
        for name in (one, other):
            yield from (Step(at + 90 * MINUTE_MS, "unplug", name, (n,)) for n in range(1, SOCKETS + 1))
            if "net" in self._faults:
                yield Step(at + self._dice.randint(2, 40) * 60 * MINUTE_MS, "reconnect", name)
