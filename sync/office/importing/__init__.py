"""`office import FILE`: sites, people, cards, prices, menus and orders from one JSON file.

Nothing is written unless everything is right: all faults are found in one reading and named with their path,
what was given and what is allowed. Then everything is written in one transaction. The same file a second time
changes nothing; a changed one changes what differs. An opening balance is booked once for each resident,
whatever a later file says: from then on the ledger is the truth, and corrections are entries of their own.

Photos come from a folder or a zip, see `importing.photos`.

The file is an object; every part may be left out if what others refer to is in the catalogue already::

    {"sites":       [{"name": "huasheng", "title": {"zh": "华圣食堂", "en": "Huasheng"},
                      "time_zone": "Asia/Shanghai",
                      "meals": [{"meal": "lunch", "name": {"zh": "午餐", "en": "Lunch"},
                                 "opens": "10:30", "closes": "13:00"}]}],
     "programmes":  [{"name": "elder-meals", "title": {"zh": "长者助餐"}}],
     "products":    [{"id": "soup", "name": {"zh": "加汤"}, "price_fen": 100, "order": 3}],
     "tariff":      [{"id": "lunch-60", "site": "*", "meal": "lunch", "category": "*",
                      "from_age": 60, "to_age": 200, "first_day": "2025-01-01", "last_day": "9999-12-31",
                      "full_fen": 1500, "own_fen": 1000,
                      "shares": [{"programme": "elder-meals", "fen": 500}], "origin": "demo"}],
     "residents":   [{"id": 1, "name": "测试一", "honorific": "奶奶", "born": "1944-05-06", "categories": [],
                      "home_site": "huasheng", "building": "2 号楼", "diet": ["少盐"],
                      "status": "active", "opening_fen": 10000}],
     "cards":       [{"token": "nfc:04000000000001", "number": 1, "resident_id": 1, "level": 1,
                      "generation": 1, "status": "active", "last_day": "9999-12-31"}],
     "card_keys":   [{"token": "nfc:04000000000001", "key": "00112233445566778899aabbccddeeff"}],
     "issuer_keys": [{"id": 1, "public_key": "64 hexadecimal digits"}],
     "menus":       [{"site": "huasheng", "day": "2025-01-31", "meal": "lunch", "dishes": ["红烧豆腐"]}],
     "standing_orders": [{"resident_id": 1, "site": "huasheng", "meal": "lunch", "weekdays": [1, 2, 3, 4, 5],
                      "dining": "delivery", "first_day": "2025-01-01", "last_day": "9999-12-31"}],
     "orders":      [{"resident_id": 1, "site": "huasheng", "day": "2025-01-31", "meal": "lunch",
                      "dining": "none"}],
     "charging_sites": [{"site": "huasheng", "page": "https://card.example/c",
                      "caps_fen": [300, 500, 1000],
                      "sockets": [{"box": "shed", "number": 1, "label": "A1", "column": 0, "row": 0}],
                      "thresholds": {"socket_most_w": 600}, "quiet_from": "22:00", "quiet_to": "07:00"}],
     "charging_tariffs": [{"id": "charging-2025", "site": "*", "category": "*",
                      "first_day": "2025-01-01", "seen_from": "2024-12-01",
                      "basis": "energy", "electricity_fen_per_kwh": 60,
                      "service_fen_per_kwh": 40, "title": {"zh": "充电"}, "origin": "demo"}],
     "charging_passes": [{"resident_id": 1, "first_day": "2025-01-01", "last_day": "2025-01-31",
                      "hours_per_day": 8}]}

What has a sensible default may be left out: of a site its meals, `offers` (the names of the services that a
tap is for there; empty: whatever its kiosks list), `courtesy_resident_fen` and `courtesy_pool_fen` (what is
given as courtesy without a network), `unseen_cash_fen` (what cash of a kiosk is believed before somebody has
seen it; null: as the office is set), `uid_day_fen`, `signed_day_fen`,
`authenticated_day_fen` and `unproved_day_fen` (what a card may take in a day before staff look at the face;
null: no limit); of a price `site`, `category`, the ages, `last_day`, `shares` and
`origin`; of a resident all but `id`, `name`, `born` and `home_site`; of a card `generation`, `status` and
`last_day`; of a standing order its two days. Levels are 1 (the chip's number alone), 2 (signed) and 3
(authenticated). A card whose status is not `active` goes on the block list, and leaves it only with a higher
generation: an old file must not bring a lost card back to life. A card key goes only to the kiosks of the
owner's home site.

Meals are had as `eat_in`, `take_away` or `delivery`. A resident has one standing order for each meal; an
order for one day takes its place on that day, and `none` means nothing then. Where a counter was told of
that meal, the counter's word stands and the file's order is left out.

A charging point has its sockets as they stand in `kiosk.toml` (box) and on the box (number), with the label
that is printed on each; `page` is where this office serves phones, `/c` of its address; of its thresholds
only those are given that differ. A price for charging is by `energy`, by `time` with one tier, or by
`power` with several (`to_w`, `electricity_fen_per_h`, `service_fen_per_h`); from `seen_from` on people see
it before it holds.
"""

from sync.office.importing.faults import Fault, Faults
from sync.office.importing.storing import FileFaulty, Imported, import_file, parse

__all__ = ["Fault", "Faults", "FileFaulty", "Imported", "import_file", "parse"]
