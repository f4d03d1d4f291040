"""Figures for Prometheus. How kiosks stand is read from the database, so any process may answer."""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa
from prometheus_client import CollectorRegistry, Counter, generate_latest
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from sync.office.office import Office
from sync.office.store.database import reading
from sync.office.store.tables import devices, journals, regions, reviews
from sync.wire.messages import Answer


class Counters:
    """What this process did since it began."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.records = Counter(
            "office_records_received", "Records in batches, repeats included", registry=registry
        )
        self._answers = Counter("office_answers", "Answers to kiosks by kind", ["kind"], registry=registry)

    def answered(self, answer: Answer) -> None:
        self._answers.labels(type(answer).__name__.lower()).inc()


class Standing(Collector):
    """How the region's kiosks stand now."""

    def __init__(self, office: Office) -> None:
        self._office = office

    def collect(self) -> Iterator[Metric]:
        region_id = self._office.region_id
        seen = GaugeMetricFamily(
            "office_kiosk_last_seen_seconds", "Unix time of the last word", labels=["kiosk"]
        )
        backlog = GaugeMetricFamily("office_kiosk_backlog", "Records not yet received", labels=["kiosk"])
        with reading(self._office.engine) as connection:
            for name, seen_ms, missing in connection.execute(_kiosks(region_id)):
                seen.add_metric([name], (seen_ms or 0) / 1000)
                backlog.add_metric([name], missing or 0)
            revision = connection.execute(
                sa.select(regions.c.revision).where(regions.c.region_id == region_id)
            ).scalar_one()
            open_reviews = connection.execute(
                sa.select(sa.func.count()).where(
                    reviews.c.region_id == region_id, reviews.c.closed_at_ms.is_(None)
                )
            ).scalar_one()
        yield seen
        yield backlog
        yield GaugeMetricFamily("office_catalogue_revision", "Newest revision", value=revision)
        yield GaugeMetricFamily("office_open_reviews", "Things a person should look at", value=open_reviews)


def _kiosks(region_id: int) -> sa.Select[*tuple[str, int | None, int | None]]:
    missing = sa.func.sum(journals.c.claimed_seq - journals.c.head_seq)
    return (
        sa.select(devices.c.name, devices.c.last_seen_ms, missing)
        .outerjoin(
            journals,
            (journals.c.region_id == devices.c.region_id)
            & (journals.c.device_id == devices.c.device_id)
            & ~journals.c.sealed,
        )
        .where(devices.c.region_id == region_id, devices.c.revoked_at_ms.is_(None))
        .group_by(devices.c.name, devices.c.device_id, devices.c.last_seen_ms)
    )


def expose(registry: CollectorRegistry) -> bytes:
    """All figures in Prometheus' text format."""
    return generate_latest(registry)
