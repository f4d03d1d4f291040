"""What to call sites, meals and programmes in the reader's language; the code itself where none is set."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import sqlalchemy as sa

from kiosk.catalogue.items import Kind
from sync.office.catalogue.published import current_values


@dataclass(frozen=True, slots=True)
class Names:
    """Titles by code."""

    sites: Mapping[str, str] = field(default_factory=dict)
    meals: Mapping[str, str] = field(default_factory=dict)
    programmes: Mapping[str, str] = field(default_factory=dict)
    time_zones: Mapping[str, str] = field(default_factory=dict)  # of the sites

    def site(self, code: str) -> str:
        return self.sites.get(code, code)

    def meal(self, code: str) -> str:
        return self.meals.get(code, code)

    def programme(self, code: str) -> str:
        return self.programmes.get(code, code)


def load_names(connection: sa.Connection, region_id: int, language: str) -> Names:
    """Read the titles from the catalogue."""
    sites = list(current_values(connection, region_id, Kind.SITE))
    periods = sorted((each for site in sites for each in site.meals), key=lambda period: period.opens)
    programmes = current_values(connection, region_id, Kind.PROGRAMME)
    return Names(
        sites={site.name: _in(language, site.title, site.name) for site in sites},
        meals={each.meal: _in(language, each.name, each.meal) for each in periods},
        programmes={each.name: _in(language, each.title, each.name) for each in programmes},
        time_zones={site.name: site.time_zone for site in sites},
    )


def _in(language: str, titles: Mapping[str, str], code: str) -> str:
    return titles.get(language) or titles.get("zh") or next(iter(titles.values()), code)


def staff_names(connection: sa.Connection, region_id: int) -> Mapping[str, str]:
    """By what kiosks write as the operator."""
    return {each.id: each.name for each in current_values(connection, region_id, Kind.STAFF)}
