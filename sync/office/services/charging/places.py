"""What sockets are called, by the sites as they are now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import sqlalchemy as sa

from kiosk.services.charging.items import CHARGING_SITE, ChargingSite
from sync.office.catalogue.published import current_values

Socket = tuple[str, str, int]  # site, box, number


@dataclass(frozen=True, slots=True)
class Places:
    """All charging points of a region."""

    sites: Mapping[str, ChargingSite]
    labels: Mapping[Socket, str]

    @classmethod
    def read(cls, connection: sa.Connection, region_id: int) -> Self:
        sites = {each.site: each for each in current_values(connection, region_id, CHARGING_SITE)}
        labels = {
            (site.site, place.box, place.number): place.label
            for site in sites.values()
            for place in site.sockets
        }
        return cls(dict(sorted(sites.items())), labels)

    def label(self, site: str, box: str, number: int) -> str:
        """What is printed on a socket; of one that is gone, or of a whole box, what the kiosk calls it."""
        return self.labels.get((site, box, number)) or (f"{box}/{number}" if number else box)

    def called(self, label: str) -> list[Socket]:
        """The sockets of a label, or of a name such as `shed/1`."""
        word = label.upper()
        return [
            socket
            for socket, known in self.labels.items()
            if word in (known, f"{socket[1]}/{socket[2]}".upper())
        ]
