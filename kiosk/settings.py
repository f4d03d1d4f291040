"""`kiosk.toml` as frozen settings. What is wrong with it is named by line, key and what is allowed."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

import msgspec

from drivers.errors import DeviceMisconfigured
from drivers.outlets.opening import another_of, check_outlet
from drivers.paths import check_path
from drivers.ports import PRINTER, SCANNER, check_port
from kiosk.plain.addresses import is_address, is_in_the_clear, is_web_address
from kiosk.plain.volume import VolumeByHour
from kiosk.plain.wedge import CardNumbers


class SettingsError(Exception):
    """The configuration file cannot be used; the message says where and what is allowed."""


# Free on the disk. A year of meals takes about as much; below it a log or an update could
# take the rest in one night.
WARN_BELOW_MB = 200
MORE_THAN_ANY_DISK_MB = 10**9


def in_range(name: str, given: float, least: float, most: float) -> None:
    """Raises `ValueError`; for what is no number at all, too."""
    if not least <= given <= most:
        raise ValueError(f"{name} = {given}: {least} to {most} is allowed")


def _said_here(check: Callable[..., None], *given: Any) -> None:
    """Let a driver check its setting; a wrong one is said like all others, with its line."""
    try:
        check(*given)
    except DeviceMisconfigured as error:
        key = error.key.rpartition(" ")[2]
        raise ValueError(f"{key} = {error.value!r}: allowed is {error.allowed}") from error


class _Section(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    pass


class KioskSection(_Section, frozen=True):
    name: str
    site: str
    language: str = "zh"
    battery_clock: bool | None = None  # whether the clock runs on without power; guessed unless set


class StoreSection(_Section, frozen=True):
    folder: Path
    voice: Path | None = None  # clips to speak with; `folder/voice` unless set
    witness: Path | None = None  # a file on another medium that is told where the journal stands; unset: none
    warn_below_mb: int = WARN_BELOW_MB  # less is free on the disk: staff and `doctor` are told

    def __post_init__(self) -> None:
        in_range("warn_below_mb", self.warn_below_mb, 0, MORE_THAN_ANY_DISK_MB)


class WebSection(_Section, frozen=True):
    listen: str = "127.0.0.1:8080"

    def __post_init__(self) -> None:
        if not is_address(self.listen):
            raise ValueError(f"{self.listen!r}: HOST:PORT such as 127.0.0.1:8080 is allowed")

    @property
    def host(self) -> str:
        return self.listen.rpartition(":")[0]

    @property
    def port(self) -> int:
        return int(self.listen.rpartition(":")[2])


class ReaderSection(_Section, frozen=True):
    path: str = ""  # see `drivers.paths`; empty: none

    def __post_init__(self) -> None:
        _said_here(check_path, self.path)


class ScannerSection(_Section, frozen=True):
    port: str = ""  # any pyserial device or URL; empty: none

    def __post_init__(self) -> None:
        _said_here(check_port, self.port, SCANNER)


class PrinterSection(_Section, frozen=True):
    port: str = ""  # see `drivers.printers.printer`; empty: none
    width: int = 32  # columns: 32 on paper of 58 mm, 48 on 80 mm
    baudrate: int = 9600  # on a serial line
    automatic: bool = False  # a receipt for each sale, without being asked
    answers: bool = True  # false for one that cannot say how it is: what was sent counts as printed

    def __post_init__(self) -> None:
        _said_here(check_port, self.port, PRINTER)
        if not 24 <= self.width <= 64:
            raise ValueError(f"width = {self.width}: 24 to 64 columns are allowed, 32 on 58 mm, 48 on 80 mm")
        in_range("baudrate", self.baudrate, 300, 4_000_000)


class WedgeSection(_Section, frozen=True):
    """Devices that type. Scanners need no setting."""

    card: str = CardNumbers.NONE  # how a reader of chips types their numbers

    def __post_init__(self) -> None:
        if self.card not in list(CardNumbers):
            raise ValueError(f"{self.card!r}: {', '.join(CardNumbers)} are allowed")


class StaffSection(_Section, frozen=True):
    lock_after_s: float = 900.0  # without a touch or a card: whoever was on duty is signed out

    def __post_init__(self) -> None:
        in_range("lock_after_s", self.lock_after_s, 10, 24 * 3600)


class VoiceSection(_Section, frozen=True):
    volume_percent: VolumeByHour = VolumeByHour()
    recorded: str = ""  # name of a set of recordings in the voice's folder; empty: the one without a name

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[\w-]*", self.recorded):
            raise ValueError(f"{self.recorded!r}: the name of a folder is allowed, without its path")


class OutletSection(_Section, frozen=True):
    """See `drivers.outlets.opening`, which says what each driver needs."""

    driver: str
    port: str
    name: str = ""
    baudrate: int | None = None
    id: str | None = None
    relays: str | None = None
    board: int | None = None
    meter: str | None = None
    meters: tuple[int | str, ...] | None = None
    meters_port: str | None = None
    meters_baudrate: int | None = None

    def __post_init__(self) -> None:
        _said_here(check_outlet, self)


class SyncSection(_Section, frozen=True):
    office: str = ""  # URL; empty: never connect
    socket: str = ""
    ca: Path | None = None  # certificates to trust for https, PEM; None: the public authorities
    insecure_http: bool = False  # a remote office without TLS: names and cards can be read on the way

    def __post_init__(self) -> None:
        if self.office and not is_web_address(self.office):
            raise ValueError(f"office = {self.office!r}: a URL such as https://office.example is allowed")

    def exposes(self, office: str) -> bool:
        """Whether this office would be spoken to in the clear, and nobody said that this is meant."""
        return not self.insecure_http and is_in_the_clear(office)


S = TypeVar("S", bound=msgspec.Struct)
Sections = Mapping[str, type[msgspec.Struct]]  # of services, by their names
NO_SECTIONS: Sections = MappingProxyType({})


class Settings(_Section, frozen=True):
    """All of `kiosk.toml`."""

    kiosk: KioskSection
    store: StoreSection
    web: WebSection = WebSection()
    reader: ReaderSection = ReaderSection()
    scanner: ScannerSection = ScannerSection()
    printer: PrinterSection = PrinterSection()
    staff: StaffSection = StaffSection()
    wedge: WedgeSection = WedgeSection()
    voice: VoiceSection = VoiceSection()
    outlets: tuple[OutletSection, ...] = ()
    sync: SyncSection = SyncSection()

    def __post_init__(self) -> None:
        if another := another_of(self.outlets):
            at, key = another
            value = getattr(self.outlets[at], key)
            raise ValueError(f"{key} = {value!r}: another of its own is allowed - at `$.outlets[{at}]`")

    def of(self, section: type[S]) -> S:
        """The section of a service, found by its type; an empty one where the file has none."""
        values = (getattr(self, name) for name in self.__struct_fields__)
        return next((each for each in values if isinstance(each, section)), None) or section()


def load(path: Path, sections: Sections | None = NO_SECTIONS) -> Settings:
    """Read `kiosk.toml`. Relative folders in it start from the file's own folder. Raises `SettingsError`.

    `sections`: those of services, by their names. None: for whom they are no matter, so that they are passed
    over.
    """
    settings = read(path, settings_type(sections or NO_SECTIONS), passing_over=sections is None)
    folder = path.parent / settings.store.folder
    store = msgspec.structs.replace(
        settings.store,
        folder=folder,
        voice=path.parent / (settings.store.voice or folder / "voice"),
        witness=path.parent / settings.store.witness if settings.store.witness else None,
    )
    ca = path.parent / settings.sync.ca if settings.sync.ca else None
    sync = msgspec.structs.replace(settings.sync, ca=ca)
    return msgspec.structs.replace(settings, store=store, sync=sync)


def settings_type(sections: Sections) -> type[Settings]:
    """All of the file, with the sections of services; each may be left out."""
    fields = [(name, section, section()) for name, section in sections.items()]
    made = msgspec.defstruct("Settings", fields, bases=(Settings,), frozen=True, forbid_unknown_fields=True)
    assert issubclass(made, Settings)
    return made


def read(path: Path, settings_type: type[S], *, passing_over: bool = False) -> S:
    """Read any TOML file into a struct. Raises `SettingsError` with line, key and what is allowed.

    `passing_over`: sections that are not in the struct are somebody else's.
    """
    try:
        text = path.read_text(encoding="utf-8")
        given = tomllib.loads(text)
        if passing_over:
            known = settings_type.__struct_fields__
            given = {key: each for key, each in given.items() if key in known or type(each) is not dict}
        return msgspec.convert(given, settings_type, dec_hook=_decode)
    except OSError as error:
        raise SettingsError(f"{path}: {error.strerror}") from error
    except msgspec.ValidationError as error:
        raise SettingsError(_explain(path, text, settings_type, str(error))) from error
    except RecursionError as error:
        raise SettingsError(f"{path}: nested deeper than any setting is") from error
    except ValueError as error:  # no UTF-8, no TOML, or a number without end
        raise SettingsError(f"{path}: not TOML: {error}") from error


ALLOWED: dict[type, str] = {Path: "a text", VolumeByHour: 'a table such as { "08:00" = 100, "19:00" = 50 }'}


def _decode(wanted: type, value: Any) -> Any:
    if wanted is Path and isinstance(value, str) and "\0" not in value:
        return Path(value)
    if wanted is VolumeByHour and isinstance(value, dict):
        return VolumeByHour(value)
    raise ValueError(f"{repr(value)[:60]} is no {wanted.__name__}; {ALLOWED[wanted]} is allowed")


def _explain(path: Path, text: str, settings_type: type[msgspec.Struct], fault: str) -> str:
    reason, _, place = fault.partition(" - at ")
    keys = re.findall(r"\.(\w+)", place)
    at = re.search(r"\[(\d+)\]", place)  # in a list of sections
    unknown = re.search(r"unknown field `(\w+)`", reason)
    if unknown:
        allowed = ", ".join(_fields(settings_type, keys))
        keys.append(unknown[1])
        reason = f"no such key; allowed here: {allowed}"
    named = re.match(r"(\w+) = ", reason)
    line = _line_of(text, [*keys, *named.groups()] if named else keys, int(at[1]) if at else 0)
    return f"{path}:{line}: {'.'.join(keys) or 'file'}: {reason}"


def _fields(settings_type: Any, keys: list[str]) -> tuple[str, ...]:
    for key in keys:
        settings_type = {field.name: field.type for field in msgspec.structs.fields(settings_type)}[key]
        settings_type = getattr(settings_type, "__args__", (settings_type,))[0]
    return tuple(settings_type.__struct_fields__)


def _line_of(text: str, keys: list[str], at: int = 0) -> int:
    """The line that sets `keys`, or else the nearest section header above where it would stand.

    `at`: which one it is of several sections with the same header, from 0.
    """
    section: list[str] = []
    nearest = 1
    for number, line in enumerate(text.splitlines(), start=1):
        if header := re.match(r"\s*\[+\s*([\w.-]+)", line):
            section = header[1].split(".")
            if section == keys[: len(section)]:
                if line.lstrip().startswith("[[") and (at := at - 1) >= 0:
                    section = []
                    continue
                nearest = number
        elif (key := re.match(r"\s*([\w-]+)\s*=", line)) and [*section, key[1]] == keys:
            return number
    return nearest
