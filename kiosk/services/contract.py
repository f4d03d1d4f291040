"""What a service is to a kiosk: one value, made in the service's own folder and listed once.

Everything else folds over the list. A service never imports another: what one needs of another is lent by
type, see `kiosk.common.lent`. How to write one: `docs/services.md`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import msgspec
from flask import Blueprint

from drivers.contracts import Device, Emit
from kiosk.catalogue.values import Site
from kiosk.common.board import Live
from kiosk.common.books import Kinds, of_a_counter
from kiosk.common.claims import NONE, Claims, Listed
from kiosk.common.here import Here, Kind, Offered, Opened, Sold
from kiosk.common.said_once import said_once
from kiosk.front.desk import Desk
from kiosk.front.retelling import Told
from kiosk.settings import Sections, Settings
from kiosk.web.words import Words, together
from kiosk.web.words.kit import KIT

Screens = Callable[[Desk], Blueprint]


@dataclass(frozen=True, kw_only=True)
class Service:
    """What the card is good for at a kiosk.

    `kinds`: the records it writes, and what is looked up of them. `opens`: its verbs, and what it lends.
    `told`: how a record of today is told again after a restart. `sold`: kinds of records whose price can be
    given back. `claims`: which taps, codes and device events it answers, and when. `words`: what it says and
    shows of its answers. `screens`: what staff do, each a blueprint with its pages. `step`: what it has to do
    by itself, a little at a time and never in a tap; called twice a second. `live`: what screens show of it
    all the time, looked at as often and shown anew when it differs; see `idle` of `web.panel.panels.offer`.
    `devices`: those of its own, as the settings name them; they start and stop with the kiosk, and `opens`
    finds them by their type.
    `useful`: whether a site has use for its buttons, beside what the site itself says it offers.
    `section`: what `kiosk.toml` may say under the service's name, all with defaults; `Settings.of` finds it.
    """

    name: str
    kinds: Kinds
    opens: Callable[[Here], Iterable[object]] = lambda here: ()
    told: Mapping[Kind, Callable[[Opened], Told]] = field(default_factory=dict)
    sold: Sold = field(default_factory=dict)
    screens: Sequence[Screens] = ()
    claims: Claims = NONE
    words: Words = field(default_factory=Words)
    step: Callable[[Opened], None] = lambda opened: None
    live: Callable[[Opened], Live | None] = lambda opened: None
    devices: Callable[[Settings, Emit], Sequence[Device]] = lambda settings, emit: ()
    useful: Callable[[Site], bool] = lambda site: True
    section: type[msgspec.Struct] | None = None


def offered(services: Sequence[Service], devices: Sequence[Device] = ()) -> Offered:
    """The list, folded for whoever opens a counter. `devices` are found by their type, as what is lent.

    Raises `SaidTwice`.
    """
    return Offered(
        books=of_a_counter(each.kinds for each in services),
        opens=[lambda _here: devices, *(each.opens for each in services)],
        sold=said_once("sold", [each.sold for each in services]),
    )


def devices(services: Sequence[Service], settings: Settings, emit: Emit) -> list[Device]:
    """What services drive themselves."""
    return [device for each in services for device in each.devices(settings, emit)]


def sections(services: Sequence[Service]) -> Sections:
    """What `kiosk.toml` may say of services. Raises `SaidTwice`."""
    return said_once("section", [{each.name: each.section} for each in services if each.section is not None])


def claims(services: Sequence[Service]) -> Listed:
    """Whose a tap can be."""
    return [(each.name, each.claims) for each in services]


def not_here(services: Sequence[Service], site: Site) -> tuple[str, ...]:
    """Names of those that a site has no use for: taps are for others there, or they say so themselves."""
    return tuple(each.name for each in services if not _is_here(each, site))


def _is_here(service: Service, site: Site) -> bool:
    left_out = service.claims.takes_taps and site.offers and service.name not in site.offers
    return not left_out and service.useful(site)


def told(services: Sequence[Service]) -> dict[Kind, Callable[[Opened], Told]]:
    """How records are told again, of every kind that a service tells. Raises `SaidTwice`."""
    return said_once("told", [each.told for each in services])


def said(services: Sequence[Service]) -> Words:
    """All that a kiosk says: of the machine itself, and of its services. Raises `SaidTwice`."""
    return together([KIT, *(each.words for each in services)])
