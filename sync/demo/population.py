"""What the demo's office imports, and what lies on the tray.

Lunch 10 yuan and dinner 3 for residents of 60 and over are facts of the source; every other price, all
meal hours and all people are made up for the demo, and marked `demo`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import date, time, timedelta
from pathlib import Path
from typing import Any

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from drivers.cards.crypto.diversify import KIOSK_KEY_NUMBER, card_key
from drivers.sim.cards.spec import CardKind, CardSpec
from kiosk.catalogue.pricing.tariffs import Share, TariffRule
from kiosk.catalogue.values import MealPeriod, Product, Programme, Site
from kiosk.people import codes
from kiosk.people.cards import Card, CardKey, CardLevel, IssuerKey
from kiosk.people.codes import Certificate
from kiosk.services.orders.items import Dining, StandingOrder
from sync.demo.people import HERE, THERE, WORKERS, Villager, uid_of, villagers, workers

ISSUER_KEY_ID = 1
SUBSIDY = "elder-meals"
VOLUNTEERS = "volunteers"
FIRST_DAY = date(2026, 1, 1)
MENU_DAYS = 14
DISHES = (
    ("红烧豆腐", "清炒时蔬", "冬瓜排骨汤", "米饭 · 软饭"),
    ("清蒸鱼", "蒜蓉空心菜", "紫菜蛋花汤", "米饭 · 软饭"),
    ("香菇炖鸡", "炒丝瓜", "海带骨头汤", "米饭 · 软饭"),
)

ORDERED = {
    1012: Dining.DELIVERY,
    1013: Dining.DELIVERY,
    1016: Dining.DELIVERY,
    1020: Dining.DELIVERY,
    1021: Dining.TAKE_AWAY,
    1022: Dining.EAT_IN,
    1024: Dining.EAT_IN,
}

PRODUCTS = (
    ("meat", "加荤菜", "Meat dish", 400),
    ("greens", "加素菜", "Vegetable dish", 200),
    ("soup", "加汤", "Soup", 100),
    ("bun", "馒头", "Steamed bun", 50),
    ("box", "打包盒", "Take-away box", 100),
)

# What is served now: when lunch opens and closes, and dinner. By the clock there is always a meal, so that
# the demo can be left on for hours; the others keep all but two minutes of the day for one thing.
DAY_ENDS = time(23, 59, 59)
HOURS = {
    "by the clock": (time(0), time(15, 30), time(15, 30), DAY_ENDS),
    "lunch": (time(0), time(23, 58), time(23, 58), DAY_ENDS),
    "dinner": (time(0), time(0, 2), time(0, 2), DAY_ENDS),
    "nothing": (time(0), time(0, 2), time(23, 58), DAY_ENDS),
}


@dataclass(frozen=True, slots=True)
class Secrets:
    """The demo office's issuer key and card master key: made once per demo folder."""

    issuer: Ed25519PrivateKey
    master: bytes


@dataclass(frozen=True, slots=True)
class TrayCard:
    """One thing on the tray: a chip for the reader, a printed code, or a phone that makes one."""

    key: str  # by which the tray's buttons name it: a resident's number, or a word
    title: str
    note: str
    spec: CardSpec | None = None
    printed: str = ""
    phone_number: int = 0
    phone_key: bytes = b""
    resident_id: int = 0  # whose portrait is on it; 0: nobody's

    def code_at(self, unix_s: int) -> str:
        """What the scanner would see now."""
        if self.phone_number:
            return codes.rotating_text(self.phone_number, self.phone_key, unix_s)
        return self.printed


def load_secrets(folder: Path) -> Secrets:
    """Make or read the two keys."""
    return Secrets(
        Ed25519PrivateKey.from_private_bytes(_kept(folder / "issuer.key")), _kept(folder / "master.key")[:16]
    )


def _kept(path: Path) -> bytes:
    if not path.exists():
        path.touch(mode=0o600)
        path.write_bytes(Ed25519PrivateKey.generate().private_bytes_raw())
    return path.read_bytes()


def import_file(today: date, keys: Secrets, serving: str = "by the clock") -> str:
    """The office's import file, as `sync.office.importing` describes it. `serving` is one of `HOURS`."""
    people = [*villagers(today), *workers(today)]
    parts = {
        "sites": sites(serving),
        "programmes": [
            Programme(name=SUBSIDY, title={"zh": "长者助餐补贴", "en": "Elder meal subsidy"}),
            Programme(name=VOLUNTEERS, title={"zh": "志工用餐", "en": "Volunteers' meals"}),
        ],
        "products": [
            Product(id=name, name={"zh": chinese, "en": english}, price_fen=fen, order=n)
            for n, (name, chinese, english, fen) in enumerate(PRODUCTS)
        ],
        "tariff": _tariff(),
        "residents": [_with_money(each) for each in people],
        "cards": [each.card for each in people],
        "card_keys": [key for each in people if (key := _card_key(each.card, keys))],
        "issuer_keys": [IssuerKey(id=ISSUER_KEY_ID, public_key=keys.issuer.public_key().public_bytes_raw())],
        "menus": _menus(today),
        "standing_orders": _standing_orders(people),
    }
    plain = msgspec.to_builtins(parts, builtin_types=(bytes,))
    return json.dumps(plain, default=bytes.hex, ensure_ascii=False, indent=1)


def sites(serving: str) -> list[Site]:
    """Both canteens, with the meals of `HOURS`."""
    lunch_opens, lunch_closes, dinner_opens, dinner_closes = HOURS[serving]
    meals = (
        _period("lunch", "午餐", "Lunch", lunch_opens, lunch_closes),
        _period("dinner", "晚餐", "Dinner", dinner_opens, dinner_closes),
    )
    titles = {
        HERE: {"zh": "华圣澜山长者食堂", "en": "Huasheng Elders' Canteen"},
        THERE: {"zh": "富源佳苑长者食堂", "en": "Fuyuan Elders' Canteen"},
    }
    return [
        Site(name=name, title=title, time_zone="Asia/Shanghai", meals=meals) for name, title in titles.items()
    ]


def _period(meal: str, chinese: str, english: str, opens: time, closes: time) -> MealPeriod:
    return MealPeriod(meal=meal, name={"zh": chinese, "en": english}, opens=opens, closes=closes)


def _tariff() -> list[TariffRule]:
    source = "长者食堂: 60 岁以上午餐 10 元、晚餐 3 元"
    return [
        _rule("lunch-60", "lunch", 1000, 500, source),
        _rule("dinner-60", "dinner", 300, 500, source),
        _rule("lunch-under-60", "lunch", 1500, 0, "demo"),
        _rule("dinner-under-60", "dinner", 800, 0, "demo"),
        _volunteers("lunch", 1500),
        _volunteers("dinner", 800),
    ]


def _rule(name: str, meal: str, own_fen: int, share_fen: int, origin: str) -> TariffRule:
    return TariffRule(
        id=name,
        meal=meal,
        from_age=60 if share_fen else 0,
        to_age=200 if share_fen else 59,
        first_day=FIRST_DAY,
        full_fen=own_fen + share_fen,
        own_fen=own_fen,
        shares=(Share(SUBSIDY, share_fen),) if share_fen else (),
        origin=origin,
    )


def _volunteers(meal: str, fen: int) -> TariffRule:
    """At any age, with an account or without."""
    return TariffRule(
        id=f"{meal}-volunteer",
        meal=meal,
        category="volunteer",
        first_day=FIRST_DAY,
        full_fen=fen,
        own_fen=0,
        shares=(Share(VOLUNTEERS, fen),),
        origin="demo",
    )


def _with_money(villager: Villager) -> dict[str, Any]:
    phone = f"1380000{villager.resident.id}"  # invented, as everything here is
    return {**msgspec.to_builtins(villager.resident), "opening_fen": villager.opening_fen, "phone": phone}


def _menus(today: date) -> list[dict[str, Any]]:
    return [
        {"site": site, "day": day.isoformat(), "meal": meal, "dishes": DISHES[(day.toordinal() + n) % 3]}
        for day in (today + timedelta(days=ahead) for ahead in range(MENU_DAYS))
        for n, meal in enumerate(("lunch", "dinner"))
        for site in (HERE, THERE)
    ]


def _standing_orders(people: list[Villager]) -> list[StandingOrder]:
    """On every day of the week, so that there is a round to go whenever the demo is played."""
    at_home = {each.resident.id for each in people if each.resident.home_site == HERE}
    return [
        StandingOrder(resident_id=number, site=HERE, meal=meal, weekdays=tuple(range(1, 8)), dining=dining)
        for number, dining in ORDERED.items()
        for meal in ("lunch", "dinner")
        if number in at_home
    ]


def _card_key(card: Card, keys: Secrets) -> CardKey | None:
    if card.token.startswith("phone:"):
        return CardKey(token=card.token, key=card_key(keys.master, card.token.encode(), 0))
    if card.token.startswith("nfc:") and card.level is CardLevel.AUTHENTICATED:
        return CardKey(token=card.token, key=card_key(keys.master, uid_of(card.number), KIOSK_KEY_NUMBER))
    return None


def tray(today: date, keys: Secrets) -> list[TrayCard]:
    """Everything that can be laid down or held up, the odd ones last."""
    people = [_tray_card(each, keys) for each in villagers(today)]
    return [*people, *badges(today, keys).values(), *_odd_ones()]


def carried_by(resident_id: int, today: date, keys: Secrets) -> TrayCard:
    """What one invented resident has with them. Raises `StopIteration` for somebody who was not invented."""
    return next(_tray_card(each, keys) for each in villagers(today) if each.resident.id == resident_id)


def badges(today: date, keys: Secrets) -> dict[str, TrayCard]:
    """What the staff lay down to sign in, by their ids."""
    return {
        worker.id: TrayCard(
            worker.id,
            worker.name,
            f"工作卡，密码 · {worker.pin}",
            spec=_chip_of(each.card, keys),
            resident_id=worker.badge_number,
        )
        for worker, each in zip(WORKERS, workers(today), strict=True)
    }


def _tray_card(villager: Villager, keys: Secrets) -> TrayCard:
    card, resident = villager.card, villager.resident
    name, title = str(resident.id), f"{resident.name}{resident.honorific}"
    key = _card_key(card, keys)
    if card.token.startswith("phone:") and key is not None:
        made = TrayCard(name, title, "手机码", phone_number=card.number, phone_key=key.key)
    elif card.token.startswith("qr:"):
        made = TrayCard(name, title, "纸质码", printed=codes.qr_text(_signed(card, b"", keys)))
    else:
        made = TrayCard(name, title, _note(villager), spec=_chip_of(card, keys))
    return replace(made, resident_id=resident.id)


def _note(villager: Villager) -> str:
    special = {1004: "余额不足", 1005: "已挂失", 1010: "今天生日，满 60", 1011: "卡已过期"}
    if villager.resident.id in special:
        return special[villager.resident.id]
    if villager.resident.home_site == THERE:
        return "富源佳苑的老人"
    return "60 岁以下" if not villager.resident.honorific else ""


def _chip_of(card: Card, keys: Secrets) -> CardSpec:
    uid = uid_of(card.number)
    if card.level is CardLevel.AUTHENTICATED:
        key = _card_key(card, keys)
        return CardSpec(CardKind.NTAG424, uid, key=key.key if key else None)
    record = _signed(card, uid, keys) if card.level is CardLevel.SIGNED else None
    return CardSpec(CardKind.NTAG215, uid, record=record)


def _signed(card: Card, uid: bytes, keys: Secrets) -> bytes:
    return codes.sign(Certificate(ISSUER_KEY_ID, card.number, card.generation, uid), keys.issuer)


def _odd_ones() -> list[TrayCard]:
    """What comes to a counter beside good cards. 1002 and 9003 have chips that can prove themselves."""
    return [
        TrayCard(
            "copied", "复制的卡", "密钥不对", spec=CardSpec(CardKind.NTAG424, uid_of(1002), key=bytes(16))
        ),
        TrayCard("badge", "冒充的工作卡", "只有陈站长的卡号", spec=CardSpec(CardKind.NTAG215, uid_of(9003))),
        TrayCard("blank", "空白卡", "可以发给居民", spec=CardSpec(CardKind.NTAG215, uid_of(1201))),
        TrayCard("secure", "空白卡，防复制", "可以发给居民", spec=CardSpec(CardKind.NTAG424, uid_of(1202))),
        TrayCard("bus", "公交卡", "不是我们的卡", spec=CardSpec(CardKind.FELICA, b"\x01\x2eNOT-US")),
        TrayCard("phone", "手机 NFC", "每次号码都变", spec=CardSpec(CardKind.PHONE)),
        TrayCard("door", "门禁卡", "不是我们的卡", spec=CardSpec(CardKind.CLASSIC, b"\xde\xad\xbe\xef")),
        TrayCard("slip", "超市小票", "别的二维码", printed="HTTPS://EXAMPLE.COM/RECEIPT/1"),
    ]
