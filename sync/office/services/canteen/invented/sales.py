"""Train the wire's dictionary from invented sales: `python -m MODULE N` writes `N.zdict`.

The sales are invented, so that no person's meal ends up in a file that is given away; and the same each time,
so that whoever doubts the file can make it again. What matters is the skeleton that all sales share: names of
kinds, accounts and meals. Sites and numbers are drawn widely, for a dictionary that knows them would flatter
a measurement and help nobody.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

from backports import zstd

from kiosk.ledger.accounts import own_money, programme, revenue
from kiosk.ledger.amount import Amount
from kiosk.ledger.entries import balanced, posting
from kiosk.ledger.records import ClockQuality, Record, encode, encode_body, turnover_fen
from kiosk.services.canteen.records import MEAL_SERVED, MealServed
from sync.wire import columns, dictionaries

DICTIONARY_BYTES = 8192
KIOSKS = 400
SALES_PER_KIOSK = 12
FIRST_DAY = date(2025, 1, 6)
PROGRAMMES = ("district", "street", "city", "community", "fund")
MEALS = ("lunch", "lunch", "lunch", "dinner", "breakfast")
BANDS = (("60-69", 60), ("70-79", 70), ("80+", 80), ("60+", 60), ("0-59", 0))


def samples() -> Iterator[bytes]:
    """Batches of one sale, as the agent packs them."""
    rng = random.Random(1)  # noqa: S311  (invented data)
    for _ in range(KIOSKS):
        site = "".join(rng.choices("abcdefghijklmnopqrstuvwxyz", k=rng.randint(4, 10)))
        seq = rng.randint(1, 60_000)
        turnover = seq * 1400
        boot_wall_ms = 1_736_000_000_000 + rng.randrange(10**11)
        programmes = rng.sample(PROGRAMMES, rng.randint(1, 2))
        for n in range(SALES_PER_KIOSK):
            record = _sale(rng, seq + n, site, turnover, boot_wall_ms, programmes)
            turnover = record.turnover_fen
            yield columns.pack([encode(record)])


def _sale(
    rng: random.Random, seq: int, site: str, turnover: int, boot_wall_ms: int, programmes: list[str]
) -> Record:
    resident_id = rng.randint(1, 99_999)
    band, _ = rng.choice(BANDS)
    meal = rng.choice(MEALS)
    shares = [rng.randrange(100, 600, 50) for _ in programmes]
    own = rng.randrange(500, 1500, 50)
    postings = balanced(
        posting(own_money(resident_id), Amount(-own)),
        *(posting(programme(name), Amount(-fen)) for name, fen in zip(programmes, shares, strict=True)),
        posting(revenue("canteen", site), Amount(own + sum(shares))),
    )
    body = MealServed(
        resident_id=resident_id,
        card_number=rng.randint(1, 99_999),
        site=site,
        day=FIRST_DAY + timedelta(days=rng.randrange(2000)),
        meal=meal,
        band=band,
        rule_id=f"{meal}-{band}",
        portion=1,
        level=rng.choice((1, 2, 3)),
    )
    return Record(
        seq=seq,
        kind=MEAL_SERVED[0],
        version=MEAL_SERVED[1],
        boot=rng.randint(1, 60),
        monotonic_ms=rng.randrange(10**9),
        boot_wall_ms=boot_wall_ms,
        quality=int(ClockQuality.KEPT),
        operator="",
        tariff_revision=rng.randint(1, 4000),
        postings=postings,
        body=encode_body(body),
        count=seq,
        turnover_fen=turnover + turnover_fen(postings),
    )


def train() -> bytes:
    return zstd.train_dict(list(samples()), DICTIONARY_BYTES).dict_content


def main() -> None:
    (number,) = sys.argv[1:]
    Path(dictionaries.__file__).with_name(f"{number}.zdict").write_bytes(train())


if __name__ == "__main__":
    main()
