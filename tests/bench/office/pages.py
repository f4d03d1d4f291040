"""How long each page of the office takes with a county in its books, and how that grows.

`python -m tests.bench pages`: a tenth of the county first, then all of it, on a real PostgreSQL. Every page
that a manager can open is asked for several times; what counts is the slowest of twenty against the 200 ms
allowed, and against its time with a tenth.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from kiosk.store.engine import disposing
from sync.office.store.database import create_engine, writing
from tests.bench.figures import percentile
from tests.bench.loopback import new_database
from tests.bench.office.county import FIRST_RESIDENT, county
from tests.office.access.walking import Route, routes_of
from tests.office.books import Books, Browser
from tests.postgresql import postgresql_in

RESIDENTS, KIOSKS, SALES = 100_000, 1_000, 3_000_000
TENTH = 10
TIMES, PERCENT = 20, 95
ALLOWED_MS = 200
# Beside each page as it opens: what people look for, and far behind in a list.
LOOKED_FOR = (
    "/find?q=wgy",
    "/find?q=陈桂英",
    f"/find?q={FIRST_RESIDENT}",
    "/residents?q=wgy",
    "/residents?page=100",
    "/cards?q=wgy",
    "/cards?page=100",
    f"/residents/{FIRST_RESIDENT}",
)


def measure(residents: int = RESIDENTS, kiosks: int = KIOSKS, sales: int = SALES) -> dict[str, Any]:
    """Milliseconds at the full size and at a tenth, of the slowest pages; and how long it took to fill."""
    few = _measured(residents // TENTH, kiosks // TENTH, sales // TENTH)
    many = _measured(residents, kiosks, sales)
    pages = {
        path: {"ms": round(ms, 1), "against_allowed": round(ms / ALLOWED_MS, 2)}
        | ({"against_a_tenth": round(ms / few[path], 2)} if path in few else {})
        for path, ms in sorted(many.items(), key=lambda each: -each[1])
    }
    return {"residents": residents, "kiosks": kiosks, "sales": sales, "pages": pages}


def _measured(residents: int, kiosks: int, sales: int) -> dict[str, float]:
    """Milliseconds of each page, the slowest but one of twenty."""
    with tempfile.TemporaryDirectory() as name, postgresql_in(Path(name)) as server:
        database = new_database(server, "county")
        size = {"residents": residents, "kiosks": kiosks, "sales": sales}
        with county(Path(name, "office"), database, **size) as books:
            browser = books.browser()
            browser.log_in("manager")
            with disposing(create_engine(database)) as engine, writing(engine) as connection:
                connection.exec_driver_sql("ANALYZE")  # as PostgreSQL does by itself within a minute
            return {path: _time_ms(browser, path) for path in _paths(books, browser)}


def _paths(books: Books, browser: Browser) -> Iterator[str]:
    pages = [route.path for route in routes_of(books.app) if _is_page(route, browser)]
    yield from dict.fromkeys([*pages, *LOOKED_FOR])


def _is_page(route: Route, browser: Browser) -> bool:
    """Whether somebody reads it on a screen, and it is there for what these routes name."""
    if route.method != "GET" or route.endpoint == "console.logout":
        return False
    with browser.get(route.path) as answer:
        return answer.status_code == 200 and answer.mimetype == "text/html"


def _time_ms(browser: Browser, path: str) -> float:
    times_ms = []
    for _ in range(TIMES):
        began_s = time.perf_counter()
        with browser.get(path) as answer:
            answer.get_data()
        times_ms.append((time.perf_counter() - began_s) * 1000)
    return percentile(times_ms, PERCENT)
