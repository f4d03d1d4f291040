"""A memory stick that goes between kiosks and the office."""

from __future__ import annotations

from pathlib import Path

from prometheus_client import CollectorRegistry

from sync.bundle.kiosk import KioskBundle
from sync.bundle.office import OfficeBundle
from sync.bundle.report import Report
from sync.bundle.stick import FOLDER, Stick
from sync.office.api.answering import Api
from sync.office.api.metrics import Counters
from tests.sync.world import Kiosk, OfficeWorld


class Courier:
    """Somebody with a stick, who reads what is told."""

    def __init__(self, path: Path) -> None:
        path.mkdir(exist_ok=True)
        self.path, self.folder = path, path / FOLDER
        self.told: list[str] = []

    def at_kiosk(self, kiosk: Kiosk, stick: Stick | None = None) -> Report:
        report = Report(tell=self.told.append)
        KioskBundle(kiosk.agent, stick or Stick(self.path), report).run()
        return report

    def at_office(self, office: OfficeWorld, stick: Stick | None = None) -> Report:
        report = Report(tell=self.told.append)
        api = Api(office.office, Counters(CollectorRegistry()))
        OfficeBundle(office.office, api, stick or Stick(self.path), report).run()
        return report

    def there_and_back(self, kiosk: Kiosk, office: OfficeWorld) -> None:
        self.at_kiosk(kiosk)
        self.at_office(office)
        self.at_kiosk(kiosk)

    def names(self, *endings: str) -> list[str]:
        return sorted(path.name for path in self.folder.iterdir() if not endings or path.suffix in endings)
