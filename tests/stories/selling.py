"""A kiosk that sells as fast as it can until somebody kills it. Run by `test_killed_in_mid_sale`.

For each line `FOLDER` on standard input a child is forked, so that a kill costs no new interpreter. The child
opens the kiosk's own counter and tap loop in that folder, taps card after card, and writes the receipt of
every answer the screens were shown to standard output.
"""

from __future__ import annotations

import os
import sys
import threading
from pathlib import Path

from drivers.contracts import Authentication, CardFamily, CardTap
from kiosk.app import create_app
from kiosk.settings import KioskSection, Settings, StoreSection
from tests.factories import SITE, uid_of
from tests.waiting import PATIENCE_S

PEOPLE = range(1001, 9001)


def sell(folder: Path) -> None:
    store = StoreSection(folder=folder, voice=folder)
    kiosk = create_app(Settings(kiosk=KioskSection(name="t", site=SITE), store=store), lambda *_: [])
    kiosk.look()
    with kiosk.board.watching() as news:
        threading.Thread(target=kiosk.taps._run, daemon=True).start()
        # Begin with people who have not eaten yet, as far as the journal knows.
        start = kiosk.counter().journal.head.seq
        for monotonic_ms, number in enumerate(PEOPLE[start:]):
            kiosk.taps.events.put(
                CardTap(uid_of(number), CardFamily.TYPE2, Authentication.NOT_OFFERED, None, monotonic_ms)
            )
            outcome = news.get(timeout=PATIENCE_S).outcome
            assert outcome is not None
            os.write(1, f"shown {outcome.code} {outcome.receipt}\n".encode())


def main() -> None:
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            sell(Path(line.strip()))
        os.write(1, f"child {child}\n".encode())
        os.waitpid(child, 0)
        os.write(1, b"dead\n")


if __name__ == "__main__":
    main()
