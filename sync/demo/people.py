"""Invented people for the demo. Any likeness to somebody living is chance."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, timedelta

from kiosk.people.cards import Card, CardLevel, CardStatus, nfc_token, phone_token, qr_token
from kiosk.people.residents import Resident
from sync.office.importing.invented import Villager

HERE, THERE = "huasheng", "fuyuan"
SHELTER = "minggui"  # where bicycles alone are charged
ELDERS = 72
YOUNGER = 6
NEIGHBOURS = 5  # who live beside the shelter
SHELTER_CARDS = (*range(1311, 1311 + NEIGHBOURS), 1003, 1006)  # the last two are visitors there
SEED = 1949

_FAMILY = "陈林黄张李王吴刘蔡杨许郑谢郭洪曾邱廖赖周叶苏庄吕江何"
_HER = (
    "桂英",
    "秀兰",
    "金妹",
    "玉珍",
    "凤娇",
    "美莲",
    "惠芳",
    "月娥",
    "春香",
    "阿莲",
    "素贞",
    "丽华",
    "彩云",
)
_HIS = (
    "德福",
    "水生",
    "火炎",
    "阿水",
    "建国",
    "永昌",
    "志明",
    "金土",
    "文彬",
    "大海",
    "国强",
    "添丁",
    "老实",
)
_DIETS = ((), (), (), ("少盐",), ("软饭",), ("少盐", "软饭"), ("糖尿病",), ("不吃海鲜",))


@dataclass(frozen=True, slots=True)
class Helper:
    """An invented member of staff, with a PIN that only a demo may print.

    The badge is the card that they have as residents, for those of the canteen eat there as well.
    """

    id: str
    name: str
    role: str
    pin: str
    badge_number: int = 0  # of the resident and of the card: one of each level; 0: no badge
    site: str = HERE

    @property
    def badge(self) -> str:
        return nfc_token(uid_of(self.badge_number))


WORKERS = (
    Helper("wang", "王师傅", "server", "258046", 9001),
    Helper("li", "李阿姨", "server", "135702", 9002),
    Helper("chen", "陈站长", "supervisor", "802461", 9003),
)
TECHNICIAN = Helper("lin", "林师傅", "technician", "417305", site=SHELTER)


def is_hers(villager: Villager) -> bool:
    """Whether the name is a woman's."""
    return villager.resident.name.endswith((*_HER, "阿姨"))


def villagers(today: date) -> list[Villager]:
    """The same people at every call, but for the one who turns 60 today."""
    chance = random.Random(SEED)  # noqa: S311  (nothing here is secret)
    elders = [_elder(chance, 1001 + n, today) for n in range(ELDERS)]
    younger = [_younger(chance, 1101 + n, today) for n in range(YOUNGER)]
    neighbours = [_younger(chance, 1311 + n, today, SHELTER) for n in range(NEIGHBOURS)]
    return [*elders, *younger, *neighbours]


def workers(today: date) -> list[Villager]:
    """The staff as residents, in the order of `WORKERS`."""
    return [_worker(each, today) for each in WORKERS]


def _worker(worker: Helper, today: date) -> Villager:
    born = date(today.year - 45, 3, 8)
    resident = Resident(id=worker.badge_number, name=worker.name, born=born, home_site=HERE)
    return Villager(resident, _card(resident), 0)


def _elder(chance: random.Random, number: int, today: date) -> Villager:
    born = date(today.year - chance.randint(61, 96), 1, 1) + timedelta(days=chance.randrange(365))
    if number == 1010:
        born = _years_before(today, 60)
    hers = chance.random() < 0.6
    resident = Resident(
        id=number,
        name=chance.choice(_FAMILY) + chance.choice(_HER if hers else _HIS),
        honorific="奶奶" if hers else "爷爷",
        born=born,
        categories=("living_alone",) if chance.random() < 0.25 else (),
        home_site=THERE if number % 4 == 3 else HERE,
        building=f"{chance.randint(1, 12)} 号楼",
        diet=chance.choice(_DIETS),
    )
    opening_fen = 600 if number == 1004 else chance.randrange(4000, 20000, 500)
    return Villager(resident, _card(resident), opening_fen)


def _years_before(day: date, years: int) -> date:
    """The same day then; 1 March where that year had no 29 February."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return date(day.year - years, 3, 1)


def _younger(chance: random.Random, number: int, today: date, home_site: str = HERE) -> Villager:
    born = date(today.year - chance.randint(24, 55), 1, 1) + timedelta(days=chance.randrange(365))
    resident = Resident(
        id=number,
        name=chance.choice(_FAMILY) + chance.choice(_HIS + _HER),
        born=born,
        home_site=home_site,
        building=f"{chance.randint(1, 12)} 号楼",
    )
    return Villager(resident, _card(resident), 8000)


def _card(resident: Resident) -> Card:
    """Cards of every level, spread over the population."""
    number = resident.id
    level = (CardLevel.AUTHENTICATED, CardLevel.SIGNED, CardLevel.UID)[number % 3]
    token = nfc_token(uid_of(number))
    if number % 10 == 7:
        token, level = qr_token(number), CardLevel.SIGNED
    elif number % 10 == 8:
        token, level = phone_token(number), CardLevel.AUTHENTICATED
    status = CardStatus.LOST if number == 1005 else CardStatus.ACTIVE
    last_day = date(2025, 12, 31) if number == 1011 else date.max
    return Card(token=token, number=number, resident_id=number, level=level, status=status, last_day=last_day)


def uid_of(number: int) -> bytes:
    """A made-up chip number in NXP's range."""
    return b"\x04" + number.to_bytes(5, "big") + b"\x80"
