"""An office that leaves out one of its services: the rest starts, serves and syncs, and nothing is lost."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from kiosk.ledger.accounts import own_money
from kiosk.ledger.tables import records
from sync.office.services.contract import OfficeService
from sync.office.services.listed import SERVICES
from tests.office.books import Books, Browser, open_books
from tests.sync.world import Kiosk, OfficeWorld, open_world


@pytest.fixture(params=SERVICES, ids=lambda service: str(service.name))
def left_out(request: pytest.FixtureRequest) -> OfficeService:
    service: OfficeService = request.param
    return service


@pytest.fixture
def rest(left_out: OfficeService) -> Sequence[OfficeService]:
    return [each for each in SERVICES if each is not left_out]


@pytest.fixture
def office(tmp_path: Path, rest: Sequence[OfficeService]) -> Iterator[OfficeWorld]:
    with open_world(tmp_path / "office", "", rest) as world:
        yield world


@pytest.fixture
def books(tmp_path: Path, rest: Sequence[OfficeService]) -> Iterator[Books]:
    with open_books(tmp_path, services=rest) as made:
        yield made


def test_the_rest_starts_and_syncs(office: OfficeWorld, tmp_path: Path, left_out: OfficeService) -> None:
    office.resident(1, opening_fen=10_000)
    kiosk = Kiosk(tmp_path / "kiosk", office, "kiosk")
    try:
        kiosk.sell(1)
        kiosk.push_all()
        kiosk.pull_all()
        assert kiosk.acked_seq() == office.head_seq(kiosk.journal_id) > 0
        # What nobody here can judge is not believed: it stands in suspense until a person decides.
        assert office.balance_fen(own_money(1)) == (10_000 if left_out.name == "canteen" else 9000)
    finally:
        kiosk.close()
    assert any(each.code == "unknown_kind" for each in office.reviews()) == (left_out.name == "canteen")
    assert office.count(records) >= 2, "what is not understood is kept"
    assert office.discrepancies() == []


def test_its_pages_are_gone_and_the_others_serve(clerk: Browser, left_out: OfficeService) -> None:
    overview = clerk.get("/").get_data(as_text=True)
    for service in SERVICES:
        for link in service.shown.links:
            path = f"/{link.endpoint.partition('.')[2]}"
            assert clerk.get(path).status_code == (404 if service is left_out else 200), path
            assert (f'href="{path}"' in overview) == (service is not left_out), path
    for path in ("/residents", "/kiosks", "/reviews", "/exposure"):
        assert clerk.get(path).status_code == 200, path
