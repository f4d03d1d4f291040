"""What the demo's office imports, and what lies on the tray.

All meal hours and all people are made up; what services show of themselves lies in their folders.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, time
from pathlib import Path
from typing import Any

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from drivers.cards.crypto.diversify import KIOSK_KEY_NUMBER, card_key
from drivers.sim.cards.spec import CardKind, CardSpec
from kiosk.catalogue.values import MealPeriod, Site
from kiosk.people import codes
from kiosk.people.cards import Card, CardKey, CardLevel, IssuerKey
from kiosk.people.codes import Certificate
from sync.demo.people import HERE, SHELTER, THERE, WORKERS, uid_of, villagers, workers
from sync.office.importing.invented import Invented, Village, Villager
from sync.office.services.contract import OfficeService
from sync.office.services.listed import SERVICES

Services = Sequence[OfficeService]
ISSUER_KEY_ID = 1
ZONE = "Asia/Shanghai"
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


def invented(today: date, services: Services, phone_page: str = "") -> list[Invented]:
    """What services show."""
    village = Village(
        today=today, sites=(HERE, THERE), shelter=SHELTER, people=villagers(today), phone_page=phone_page
    )
    return [each.demo(village) for each in services]


def import_file(
    today: date,
    keys: Secrets,
    serving: str = "by the clock",
    services: Services = SERVICES,
    phone_page: str = "",
) -> str:
    """The office's import file, as `sync.office.importing` describes it. `serving` is one of `HOURS`."""
    people, shown = everybody(today, services), invented(today, services, phone_page)
    parts: dict[str, list[Any]] = {
        "sites": [*sites(serving)],
        "residents": [_with_money(each) for each in people],
        "cards": [each.card for each in people],
        "card_keys": [key for each in people if (key := _card_key(each.card, keys))],
        "issuer_keys": [IssuerKey(id=ISSUER_KEY_ID, public_key=keys.issuer.public_key().public_bytes_raw())],
    }
    for some in shown:
        for name, entries in some.parts.items():
            parts.setdefault(name, []).extend(entries)
    plain = msgspec.to_builtins(parts, builtin_types=(bytes,))
    return json.dumps(plain, default=bytes.hex, ensure_ascii=False, indent=1)


def sites(serving: str) -> list[Site]:
    """Both canteens, with the meals of `HOURS`, and the shelter, which has none."""
    lunch_opens, lunch_closes, dinner_opens, dinner_closes = HOURS[serving]
    meals = (
        _period("lunch", "午餐", "Lunch", lunch_opens, lunch_closes),
        _period("dinner", "晚餐", "Dinner", dinner_opens, dinner_closes),
    )
    titles = {
        HERE: {"zh": "华圣澜山长者食堂", "en": "Huasheng Elders' Canteen"},
        THERE: {"zh": "富源佳苑长者食堂", "en": "Fuyuan Elders' Canteen"},
    }
    shelter = {"zh": "茗桂首府电动自行车充电点", "en": "Minggui e-bike charging point"}
    return [
        *(Site(name=name, title=title, time_zone=ZONE, meals=meals) for name, title in titles.items()),
        Site(name=SHELTER, title=shelter, time_zone=ZONE, offers=("charging",)),
    ]


def _period(meal: str, chinese: str, english: str, opens: time, closes: time) -> MealPeriod:
    return MealPeriod(meal=meal, name={"zh": chinese, "en": english}, opens=opens, closes=closes)


def _with_money(villager: Villager) -> dict[str, Any]:
    phone = f"1380000{villager.resident.id}"  # invented, as everything here is
    return {**msgspec.to_builtins(villager.resident), "opening_fen": villager.opening_fen, "phone": phone}


def _card_key(card: Card, keys: Secrets) -> CardKey | None:
    if card.token.startswith("phone:"):
        return CardKey(token=card.token, key=card_key(keys.master, card.token.encode(), 0))
    if card.token.startswith("nfc:") and card.level is CardLevel.AUTHENTICATED:
        return CardKey(token=card.token, key=card_key(keys.master, uid_of(card.number), KIOSK_KEY_NUMBER))
    return None


def everybody(today: date, services: Services = SERVICES) -> list[Villager]:
    """Villagers, and whoever comes because of a service; the staff last."""
    guests = [each for some in invented(today, services) for each in some.people]
    return [*villagers(today), *guests, *workers(today)]


def tray(today: date, keys: Secrets, services: Services = SERVICES) -> list[TrayCard]:
    """Everything that can be laid down or held up, the odd ones last."""
    staff = {each.badge_number for each in WORKERS}
    people = [each for each in everybody(today, services) if each.resident.id not in staff]
    return [*(_tray_card(each, keys) for each in people), *badges(today, keys).values(), *_odd_ones()]


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
    if villager.resident.home_site == SHELTER:
        return "住在车棚旁边"
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
