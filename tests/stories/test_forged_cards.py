"""Forged cards on the wire, at a kiosk where their owners are visitors, with real sync process and office."""

from __future__ import annotations

import json
import queue
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from drivers.sim.cards.spec import CardKind, CardSpec
from kiosk.common.board import News
from kiosk.people.cards import CardLevel
from kiosk.services.canteen.actions import Canteen
from kiosk.services.canteen.records import VOUCHED_BY_STAFF
from sync.demo import population
from sync.demo.people import THERE, uid_of
from tests.stories.test_taps_on_the_wire import hardware, looked_again, running, tap
from tests.stories.town import OPENING_FEN, Devices, Office, Station, today

__all__ = ["hardware"]

pytestmark = (
    pytest.mark.deep
)  # the parts in short: tests/drivers/test_proof_elsewhere, tests/sync/test_proving

PLAIN, SIGNED, KEYED, KEYED_TOO = 1001, 1003, 1002, 1014  # residents by how their cards were issued
OWN_FEN = 1000


@pytest.fixture
def desk() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as name:  # short, as the path of a socket must be
        yield Path(name) / "sync.sock"


def code_of(hardware: Devices, card: CardSpec, news: queue.Queue[News]) -> str:
    """What a card is told; the next one is laid down after it was lifted, for else two would lie there."""
    code = tap(hardware, card, news).code
    looked_again(hardware)
    return code


def forged_424(number: int) -> CardSpec:
    return CardSpec(CardKind.NTAG424, uid_of(number), key=b"not the real key")


def blank_215(number: int) -> CardSpec:
    return CardSpec(CardKind.NTAG215, uid_of(number))


def set_limit(office: Office, **fen: int | None) -> None:
    sites = json.loads((office.folder / "people.json").read_text())["sites"]
    path = office.folder / "sites.json"
    path.write_text(json.dumps({"sites": [each | fen for each in sites]}))
    office.command("import", str(path))


def meals(station: Station) -> list[tuple[int, int]]:
    """Resident and level of each portion in the journal."""
    exported = map(json.loads, station.kiosk("journal", "export").splitlines())
    return [(each["body"][0], each["body"][8]) for each in exported if each["kind"] == "meal"]


def test_at_a_visitors_kiosk_the_office_tells_the_real_card_from_a_forged_one(
    tmp_path: Path, hardware: Devices, desk: Path
) -> None:
    office = Office(tmp_path, "")
    genuine = population.carried_by(KEYED, today(), office.keys).spec
    assert genuine is not None
    cards = {  # in an order in which no two of one number follow each other, for that would be one tap
        "a 424 with a key of its own": (forged_424(KEYED), "card_copied"),
        "a blank 215 with the number of a signed card": (blank_215(SIGNED), "card_copied"),
        "a blank 215 with the number of a 424": (blank_215(KEYED), "card_copied"),
        "a phone": (CardSpec(CardKind.PHONE, b""), "chip_number_changes"),
        "a type 4 card with the number of a 424": (CardSpec(CardKind.TYPE4, uid_of(KEYED)), "card_copied"),
        "a plain card, whose number is all there is": (blank_215(PLAIN), "served"),
        "the real card": (genuine, "served"),
    }
    with office.open():
        station = Station(tmp_path / "there", office, hardware, site=THERE, desk=desk)
        station.sync("once")
        with station.in_step(), running(station) as (kiosk, news):
            assert kiosk.authentication_key(uid_of(KEYED)) is None
            answers = {name: code_of(hardware, card, news) for name, (card, _) in cards.items()}
        station.sync("once")
    assert answers == {name: code for name, (_, code) in cards.items()}
    assert meals(station) == [(PLAIN, CardLevel.UID), (KEYED, CardLevel.AUTHENTICATED)]
    for number, own_fen in ((KEYED, OWN_FEN), (PLAIN, OWN_FEN), (SIGNED, 0)):
        assert office.balance_fen(f"own/{number}") == OPENING_FEN - own_fen
    office.command("verify")


def test_without_the_office_such_a_card_is_good_for_little_and_then_staff_look_at_the_face(
    tmp_path: Path, hardware: Devices, desk: Path
) -> None:
    office = Office(tmp_path, "")
    set_limit(office, unproved_day_fen=1500)
    with office.open():
        station = Station(tmp_path / "there", office, hardware, site=THERE, desk=desk)
        station.sync("once")
    with station.in_step(), running(station) as (kiosk, news):
        codes = [code_of(hardware, card, news) for card in (forged_424(KEYED), blank_215(SIGNED))]
        kiosk.counter()[Canteen].second_portion(KEYED_TOO, "p" * 16)
        beyond = tap(hardware, forged_424(KEYED_TOO), news)
        assert beyond.person is not None
        kiosk.counter()[Canteen].serve_known(beyond.person.resident_id, "v" * 16)
    assert [*codes, beyond.code] == ["served", "card_copied", "needs_photo"]
    assert beyond.result.limit_fen == 1500
    assert meals(station) == [
        (KEYED, CardLevel.UID),
        (KEYED_TOO, VOUCHED_BY_STAFF),
        (KEYED_TOO, VOUCHED_BY_STAFF),
    ]
    with office.open():
        station.sync("once")
    assert office.balance_fen(f"own/{KEYED}") + office.balance_fen(f"courtesy/{KEYED}") == (
        OPENING_FEN - OWN_FEN
    )
    office.command("verify")
