"""What is cooked in the demo, and at what prices.

Lunch 10 yuan and dinner 3 for residents of 60 and over are facts of the source; every other price is made up
for the demo, and marked `demo`.
"""

from __future__ import annotations

from datetime import date, timedelta

from kiosk.catalogue.pricing.tariffs import Share, TariffRule
from kiosk.catalogue.values import Programme
from kiosk.services.canteen.items import Product
from sync.office.importing.invented import Invented, Village
from sync.office.services.canteen.importing import MenuEntry

SUBSIDY = "elder-meals"
VOLUNTEERS = "volunteers"
FIRST_DAY = date(2026, 1, 1)
MENU_DAYS = 14
DISHES = (
    ("红烧豆腐", "清炒时蔬", "冬瓜排骨汤", "米饭 · 软饭"),
    ("清蒸鱼", "蒜蓉空心菜", "紫菜蛋花汤", "米饭 · 软饭"),
    ("香菇炖鸡", "炒丝瓜", "海带骨头汤", "米饭 · 软饭"),
)
PRODUCTS = (
    ("meat", "加荤菜", "Meat dish", 400),
    ("greens", "加素菜", "Vegetable dish", 200),
    ("soup", "加汤", "Soup", 100),
    ("bun", "馒头", "Steamed bun", 50),
    ("box", "打包盒", "Take-away box", 100),
)


def invented(village: Village) -> Invented:
    return Invented(
        parts={
            "programmes": [
                Programme(name=SUBSIDY, title={"zh": "长者助餐补贴", "en": "Elder meal subsidy"}),
                Programme(name=VOLUNTEERS, title={"zh": "志工用餐", "en": "Volunteers' meals"}),
            ],
            "products": [
                Product(id=name, name={"zh": chinese, "en": english}, price_fen=fen, order=n)
                for n, (name, chinese, english, fen) in enumerate(PRODUCTS)
            ],
            "tariff": _tariff(),
            "menus": _menus(village),
        }
    )


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


def _menus(village: Village) -> list[MenuEntry]:
    days = [village.today + timedelta(days=ahead) for ahead in range(MENU_DAYS)]
    return [
        MenuEntry(site=site, day=day, meal=meal, dishes=DISHES[(day.toordinal() + n) % 3])
        for day in days
        for n, meal in enumerate(("lunch", "dinner"))
        for site in village.sites
    ]
