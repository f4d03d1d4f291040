"""What is done beside the requests every few seconds: by services, and telling people of troubles."""

from __future__ import annotations

import threading

import sqlalchemy as sa
import structlog

from sync.office.office import Office
from sync.office.serving.telling import alert

LOOK_EVERY_S = 2.0
_log = structlog.get_logger()


class Beside:
    """A thread beside the requests; it ends with the process, at any moment."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._thread = threading.Thread(target=self._run, name="beside", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def _run(self) -> None:
        while not self._office.closing.wait(LOOK_EVERY_S):
            for look in (*self._office.offered.beside, alert):
                try:
                    look(self._office)
                except sa.exc.SQLAlchemyError as error:  # the next look meets it too, or it has passed
                    _log.warning("look_failed", reason=str(getattr(error, "orig", error)))
