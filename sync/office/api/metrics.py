"""Figures for Prometheus, without a word about anybody. How things stand is read from the database, so any
process may answer; while the database is away, that is what they say.
"""

from __future__ import annotations

import shutil
from collections import Counter as Tally
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import version

import sqlalchemy as sa
from prometheus_client import CollectorRegistry, Counter, generate_latest
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from sync.office.console.reporting.lists import KioskLine, kiosk_lines
from sync.office.office import Office
from sync.office.people.access.proposals import State
from sync.office.store.database import database_bytes, reading
from sync.office.store.tables import proposals, regions, reviews
from sync.wire.messages import Answer, Refusal

STATES = ("in_contact", "late", "never_seen", "quarantined")


@dataclass(frozen=True, slots=True)
class Figure:
    """What a service counts at each site: `by_site` of a region."""

    name: str
    words: str
    by_site: Callable[[sa.Connection, int], dict[str, int]]


class Counters:
    """What this process did since it began."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.records = Counter(
            "office_records_received", "Records in batches, repeats included", registry=registry
        )
        self._answers = Counter("office_answers", "Answers to kiosks by kind", ["kind"], registry=registry)
        self._refusals = Counter("office_refusals", "Refusals to kiosks by code", ["code"], registry=registry)

    def answered(self, answer: Answer) -> None:
        self._answers.labels(type(answer).__name__.lower()).inc()
        if isinstance(answer, Refusal):
            self._refusals.labels(answer.code).inc()


class Standing(Collector):
    """How the region stands now."""

    def __init__(self, office: Office, figures: Sequence[Figure]) -> None:
        self._office, self._figures = office, figures

    def collect(self) -> Iterator[Metric]:
        try:
            with reading(self._office.engine) as connection:
                stands = [*self._of_kiosks(connection), *self._of_books(connection)]
        except sa.exc.SQLAlchemyError:
            stands = []
        yield _gauge("office_database_up", "Whether the database answers", int(bool(stands)))
        free = shutil.disk_usage(self._office.settings.data).free
        yield _gauge("office_data_free_bytes", "Room in the data folder", free)
        info = GaugeMetricFamily("office_info", "The release that answers", labels=["version"])
        info.add_metric([version("neighbourhood-card")], 1)
        yield info
        yield from stands

    def _of_kiosks(self, connection: sa.Connection) -> Iterator[Metric]:
        office = self._office
        lines = kiosk_lines(connection, office.region_id, office.moment())
        speaking = [each for each in lines if each.revoked_at_ms is None and not each.sealed]
        seen = GaugeMetricFamily(
            "office_kiosk_last_seen_seconds", "Unix time of the last word", labels=["kiosk", "site"]
        )
        backlog = GaugeMetricFamily(
            "office_kiosk_backlog", "Records not yet received", labels=["kiosk", "site"]
        )
        for each in speaking:
            seen.add_metric([each.name, each.site], (each.last_seen_ms or 0) / 1000)
            backlog.add_metric([each.name, each.site], each.backlog)
        yield from (seen, backlog)
        counted = Tally((each.site, _state(each)) for each in speaking)
        kiosks = GaugeMetricFamily("office_kiosks", "Kiosks by state", labels=["site", "state"])
        for site in sorted({each.site for each in speaking}):
            for state in STATES:
                kiosks.add_metric([site, state], counted[site, state])
        yield kiosks

    def _of_books(self, connection: sa.Connection) -> Iterator[Metric]:
        region_id = self._office.region_id
        for name, words, query in _of_region(region_id, self._office.now_ms()):
            yield _gauge(name, words, connection.execute(query).scalar_one())
        yield _gauge("office_database_bytes", "Size of the database", database_bytes(connection))
        for figure in self._figures:
            by_site = GaugeMetricFamily(figure.name, figure.words, labels=["site"])
            for site, value in sorted(figure.by_site(connection, region_id).items()):
                by_site.add_metric([site], value)
            yield by_site


def _of_region(region_id: int, at_ms: int) -> Iterator[tuple[str, str, sa.Select[int]]]:
    """Figures of which each is one number in the books."""
    g, r, p = regions.c, reviews.c, proposals.c
    count = sa.select(sa.func.count())
    newest = sa.select(g.revision).where(g.region_id == region_id)
    yield "office_catalogue_revision", "Newest revision", newest
    to_look_at = count.where(r.region_id == region_id, r.closed_at_ms.is_(None))
    yield "office_open_reviews", "Things a person should look at", to_look_at
    waiting = (p.state == State.WAITING) & (p.expires_at_ms > at_ms)
    to_approve = count.where(p.region_id == region_id, waiting)
    yield "office_open_proposals", "What waits for a second person", to_approve


def _gauge(name: str, words: str, value: float) -> Metric:
    return GaugeMetricFamily(name, words, value=value)


def _state(kiosk: KioskLine) -> str:
    if kiosk.quarantined:
        return "quarantined"
    if kiosk.last_seen_ms is None:
        return "never_seen"
    return "in_contact" if kiosk.silent_since_ms is None else "late"


def expose(registry: CollectorRegistry) -> bytes:
    """All figures in Prometheus' text format."""
    return generate_latest(registry)
