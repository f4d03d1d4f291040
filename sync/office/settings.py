"""`office.toml` as frozen settings; `OFFICE_DATABASE`, `OFFICE_DATA`, `OFFICE_LISTEN` go before the file."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path

import msgspec

from kiosk.ledger.entries import MOST_BOOKED
from kiosk.plain.addresses import is_address, is_loopback, is_web_address
from kiosk.settings import SettingsError, in_range, read
from sync.office.people.access.permissions import Role
from sync.office.rights.rationing import Ration
from sync.office.store.region_map import RegionMap

KEY_FILE = "office.key"
DATABASE_FILE = "office.db"
FEWEST_IN_TOKEN = 16
MOST_PROXIES = 9


_RANGES = {
    "threads": (1, 10_000),
    "intakes": (1, 10_000),
    "region_id": (1, 2**31 - 1),
    "home_first_fen": (0, MOST_BOOKED),
    "pool_fen": (0, MOST_BOOKED),
    "visitors_hour_fen": (0, MOST_BOOKED),
    "visitors_day_fen": (0, MOST_BOOKED),
    "visitor_day_fen": (0, MOST_BOOKED),
    "unseen_cash_fen": (0, MOST_BOOKED),
    "decides_alone_fen": (0, MOST_BOOKED),
    "two_sites_minutes": (0, 7 * 24 * 60),
    "alert_silent_minutes": (1, 7 * 24 * 60),
}


class OfficeSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The `[office]` section. `database` is an SQLAlchemy URL; empty means a SQLite file in `data`.

    `regions` names the file of `store.region_map` in place of a database.
    """

    data: Path
    database: str = ""
    regions: Path | None = None
    listen: str = "127.0.0.1:8470"
    region_id: int = 1
    threads: int = 64  # requests at once; each kiosk that waits for news keeps one
    intakes: int = 4  # batches taken in at once; beyond it kiosks are asked to come back
    # Of a balance beyond `home_first_fen`, at most `pool_fen` is kept for other sites' kiosks to ask for.
    home_first_fen: int = 10_000
    pool_fen: int = 4_500
    # What one kiosk may be granted of people at home elsewhere before somebody here has looked: of all of
    # them in an hour and in a day, and of each of them in a day.
    visitors_hour_fen: int = 60_000
    visitors_day_fen: int = 200_000
    visitor_day_fen: int = 10_000
    unseen_cash_fen: int = 200_000  # what one kiosk may have taken in before somebody here has seen the cash
    decides_alone_fen: int = 5_000  # what one person may move by deciding a review; more needs a second one
    two_sites_minutes: int = 10  # one card at two sites within that is put up for review
    # Kinds of proposals that one person may do alone; see `office proposal kinds`. Others need a second one.
    alone: tuple[str, ...] = ()
    # Roles that log in with a code of an app as well; `office clerk list` says who has one.
    second_factor_for: tuple[Role, ...] = ()
    # Web servers in front, each of which says in X-Forwarded-For who asked it. Unless set: one, if `listen`
    # is this machine alone; else none.
    proxies: int | None = None
    # Who is told of smoke, silent kiosks and the like, once each, and once more when it is over: a command,
    # JSON on its standard input; where it is posted; to whom it is mailed.
    alert_command: tuple[str, ...] = ()
    alert_url: str = ""
    alert_mail_to: tuple[str, ...] = ()
    alert_mail_from: str = ""
    alert_mail_server: str = "127.0.0.1:25"
    alert_mail_tls: bool = False  # STARTTLS, with a certificate that this machine believes
    alert_mail_user: str = ""
    alert_mail_password: str = ""
    alert_silent_minutes: int = 30  # how long a kiosk must not have been heard
    metrics_token: str = ""  # who shows it may read /metrics; without one, this machine if `proxies` is 0

    def __post_init__(self) -> None:
        if not is_address(self.listen):
            raise ValueError(f"listen = {self.listen!r}: HOST:PORT such as 127.0.0.1:8470 is allowed")
        if not re.match(r"(sqlite|postgresql)(\+\w+)?://|$", self.database):
            raise ValueError("database: a URL that begins with sqlite:// or postgresql:// is allowed")
        if self.regions and self.database:
            raise ValueError("database: nothing is allowed beside `regions`, whose file says it")
        for name, (least, most) in _RANGES.items():
            in_range(name, getattr(self, name), least, most)
        in_range("proxies", self.proxies or 0, 0, MOST_PROXIES)
        if self.alert_command and not Path(self.alert_command[0]).is_absolute():
            raise ValueError('alert_command: a list that begins with a whole path, as ["/usr/bin/mail", ...]')
        if self.alert_url and not is_web_address(self.alert_url):
            raise ValueError("alert_url: an address that begins with https:// or http:// is allowed")
        if not is_address(self.alert_mail_server):
            raise ValueError("alert_mail_server: HOST:PORT such as 127.0.0.1:25 is allowed")
        if self.alert_mail_to and "@" not in self.alert_mail_from:
            raise ValueError("alert_mail_from: who sends the mail, such as office@card.example, is needed")
        if self.metrics_token and len(self.metrics_token) < FEWEST_IN_TOKEN:
            raise ValueError(f"metrics_token: at least {FEWEST_IN_TOKEN} characters are allowed")

    @property
    def trusted_proxies(self) -> int:
        if self.proxies is not None:
            return self.proxies
        return 1 if is_loopback(self.listen.rpartition(":")[0]) else 0

    @property
    def ration(self) -> Ration:
        return Ration(self.visitors_hour_fen, self.visitors_day_fen, self.visitor_day_fen)

    @property
    def region_map(self) -> RegionMap | None:
        """Where each region lies, if a file says so."""
        return RegionMap(self.regions) if self.regions else None

    @property
    def database_url(self) -> str:
        """As things are now. Raises `SettingsError` where the file of regions does not say it."""
        if self.region_map:
            return self.region_map.database_of(self.region_id)
        return self.database or f"sqlite:///{self.data / DATABASE_FILE}"

    @property
    def key_file(self) -> Path:
        """The office's private signing key: 32 bytes, for its owner's eyes only."""
        return self.data / KEY_FILE


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    office: OfficeSettings


def load(path: Path, environment: Mapping[str, str] = os.environ) -> OfficeSettings:
    """Read `office.toml`. A relative data folder starts from the file's own. Raises `SettingsError`."""
    settings = read(path, _File).office
    told = {
        name: environment[f"OFFICE_{name.upper()}"]
        for name in ("database", "data", "listen")
        if f"OFFICE_{name.upper()}" in environment
    }
    merged = {**msgspec.structs.asdict(settings), **told}
    try:
        merged |= {name: path.parent / merged[name] for name in ("data", "regions") if merged[name]}
        return OfficeSettings(**merged)
    except ValueError as error:
        raise SettingsError(f"environment: {error}") from error
