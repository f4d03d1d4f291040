"""What the office tells its charging points: sockets, thresholds, prices, passes, orders from afar."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from enum import StrEnum

import msgspec

from kiosk.catalogue.items import ItemKind
from kiosk.catalogue.pricing.tariffs import ANY
from kiosk.plain.addresses import is_address


class ChargingSection(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[charging]` of `kiosk.toml`."""

    phones: str = ""  # HOST:PORT of the kiosk's own network, where it serves pages to phones; empty: nowhere

    def __post_init__(self) -> None:
        if self.phones and not is_address(self.phones):
            raise ValueError(f"phones = {self.phones!r}: HOST:PORT such as 10.42.0.1:8081 is allowed")


class SocketPlace(msgspec.Struct, frozen=True, kw_only=True):
    """Where a socket hangs in the shelter, for the picture of it, and what is printed on it."""

    box: str
    number: int
    label: str  # what people call it, such as `A3`
    column: int = 0
    row: int = 0
    is_metered: bool = True  # whether its box counts energy: where none does, only time is billed


class Thresholds(msgspec.Struct, frozen=True, kw_only=True):
    """When a session begins, ends and is refused. Sources: in `docs/charging-safety.md`, by name."""

    no_load_w: int = 2
    no_load_s: int = 300
    unplugged_dw: int = 3
    unplugged_s: int = 10
    faint_dw: int = 10
    faint_s: int = 300
    top_off_percent: int = 20  # of this session's own power
    top_off_w: int = 20  # and below this, whatever it drew before
    top_off_s: int = 2700
    top_off_restart_w: int = 6
    longest_s: int = 8 * 3600
    longest_wall_s: int = 24 * 3600
    socket_most_w: int = 600
    box_refuse_w: int = 6000
    box_most_w: int = 7000
    hot_c: int = 65
    hot_rise_c_per_min: int = 5
    meter_silent_s: int = 30
    resume_within_s: int = 900
    register_most_w: int = 3000  # a register that ran faster than this is not believed


class ChargingSite(msgspec.Struct, frozen=True, kw_only=True):
    """A charging point: by its site's name, only to its kiosks. The office keeps what it said before."""

    site: str
    sockets: tuple[SocketPlace, ...]
    thresholds: Thresholds = Thresholds()
    caps_fen: tuple[int, ...] = (300, 500, 1000)  # to choose from; the first is taken unless somebody does
    quiet_from: str = "22:00"
    quiet_to: str = "07:00"
    page: str = ""  # the office's page for phones; empty: none is printed on labels


class Basis(StrEnum):
    """What is counted."""

    ENERGY = "energy"
    TIME = "time"
    POWER = "power"  # by the time in each tier of power


class Tier(msgspec.Struct, array_like=True, frozen=True):
    """Up to this power, so much an hour."""

    to_w: int
    electricity_fen_per_h: int
    service_fen_per_h: int


class ChargingTariff(msgspec.Struct, frozen=True, kw_only=True, cache_hash=True):
    """What charging costs between two days, electricity and service apart (发改办价格〔2024〕537号).

    By energy the rates are in fen for 1,000 Wh, by time and by tier in fen for an hour. `free_minutes` are
    not billed at all. Each fee is rounded once, at the end, half up to the fen. `subsidy_percent` of both
    fees together is paid by `programme` for residents of `category`, rounded down.
    """

    id: str
    site: str = ANY
    category: str = ANY
    first_day: date
    last_day: date = date.max
    seen_from: date = date.min  # on and after this day people are told of it, before it holds
    basis: Basis
    electricity_fen_per_kwh: int = 0
    service_fen_per_kwh: int = 0
    tiers: tuple[Tier, ...] = ()  # by time: one
    service_fen_per_start: int = 0
    free_minutes: int = 0
    programme: str = ""
    subsidy_percent: int = 0
    title: Mapping[str, str] = {}
    origin: str = ""  # where the figure comes from: a document, or `demo`


class ChargingPass(msgspec.Struct, frozen=True, kw_only=True):
    """A month paid ahead: no service fee, and by the tariff no more than so many hours a day."""

    resident_id: int
    first_day: date
    last_day: date
    hours_per_day: int = 8


class RemoteOrder(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody asked for by phone: to one site's kiosks, until it is answered or too old.

    A stop bears the order of its session, and stands in the place of that session's start.
    """

    order: str  # 16 hexadecimal digits
    site: str
    box: str
    socket: int
    resident_id: int  # who pays; 0 with `is_stop` by the office
    cap_fen: int
    is_stop: bool
    until_ms: int  # Unix time; later it is not carried out


class ChargingKey(msgspec.Struct, frozen=True, kw_only=True):
    """What a kiosk checks codes from the phone page with, without the office: 32 bytes, for one site."""

    site: str
    secret: bytes
    former: bytes = b""  # good as well until every kiosk of the site has the new one; empty: there is none


CHARGING_SITE = ItemKind("charging_site", ChargingSite, past=True)  # by site; only to it
CHARGING_TARIFF = ItemKind("charging_tariff", ChargingTariff, past=True, for_category=True)  # by id
CHARGING_PASS = ItemKind("charging_pass", ChargingPass, past=True)  # by resident's id; to the home site
REMOTE_ORDER = ItemKind("charging_order", RemoteOrder)  # by order; only to the site
CHARGING_KEY = ItemKind("charging_key", ChargingKey)  # by site; only to it
