"""Running a kiosk as a process: devices, web server, service manager, and a clean end."""

from __future__ import annotations

import logging
import signal
import threading
from collections.abc import Sequence

import structlog

from drivers.cards.reader import NfcReader
from drivers.codes.scanner import CodeScanner
from drivers.contracts import CardKeys, Device, Emit
from drivers.printers.printer import ReceiptPrinter
from kiosk.app import create_app
from kiosk.common.clock import TimeSource
from kiosk.plain.service_manager import keep_telling
from kiosk.settings import Settings
from kiosk.web.serving import Server

log = structlog.get_logger()


def real_devices(settings: Settings, keys: CardKeys, emit: Emit) -> Sequence[Device]:
    """The devices that the configuration names."""
    devices: list[Device] = []
    if settings.reader.path:
        devices.append(NfcReader(settings.reader.path, keys, emit))
    if settings.scanner.port:
        devices.append(CodeScanner(settings.scanner.port, emit))
    printer = settings.printer
    if printer.port:
        devices.append(
            ReceiptPrinter(
                printer.port, emit, width=printer.width, baudrate=printer.baudrate, answers=printer.answers
            )
        )
    return devices


def run(settings: Settings, time_source: TimeSource | None = None) -> None:
    """Serve until SIGTERM or SIGINT, by this machine's clocks unless told."""
    logging.getLogger("nfc").setLevel(logging.CRITICAL)  # it calls every silent device an error
    kiosk = create_app(settings, real_devices, time_source)
    server = Server(kiosk.web, settings.web.host, settings.web.port)
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: stopping.set())
    web = threading.Thread(target=server.run, name="web", daemon=True)
    kiosk.start()
    web.start()
    log.info("serving", listen=settings.web.listen, site=settings.kiosk.site)
    try:
        keep_telling(lambda: kiosk.alive, stopping)  # alive: taps are answered
    finally:
        kiosk.stop()
        server.close()
