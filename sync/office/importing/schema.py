"""The import file as values. `sync.office.importing` describes it for people."""

from __future__ import annotations

import msgspec

from kiosk.catalogue.pricing.tariffs import TariffRule
from kiosk.catalogue.values import Programme, Site
from kiosk.people.cards import Card, CardKey, IssuerKey
from kiosk.people.residents import Resident
from sync.office.importing.initials import initials_of

PHONE_TAIL = 4


class ResidentEntry(Resident, frozen=True, kw_only=True):
    """A resident, and the own money brought along from before the office began.

    Of a `phone` only the last four digits are kept. Initials are made from the name unless they are given.
    """

    opening_fen: int = 0
    phone: str = ""

    def resident(self) -> Resident:
        """What the catalogue may know: all but the money and the phone."""
        fields = {name: getattr(self, name) for name in Resident.__struct_fields__}
        fields["initials"] = self.initials or initials_of(self.name)
        fields["phone_tail"] = self.phone[-PHONE_TAIL:] or self.phone_tail
        return Resident(**fields)


class ImportFile(msgspec.Struct, frozen=True, kw_only=True):
    """Every part may be left out; what it refers to must then be in the catalogue already.

    Services have parts of their own: see `parts`.
    """

    sites: tuple[Site, ...] = ()
    programmes: tuple[Programme, ...] = ()
    tariff: tuple[TariffRule, ...] = ()
    residents: tuple[ResidentEntry, ...] = ()
    cards: tuple[Card, ...] = ()
    card_keys: tuple[CardKey, ...] = ()
    issuer_keys: tuple[IssuerKey, ...] = ()
