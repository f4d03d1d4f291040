"""What the office publishes reaches the kiosks that it is meant for, in order, and from nobody else."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from pathlib import Path

import msgspec
import pytest
import sqlalchemy as sa

from kiosk.catalogue import tables as catalogue
from kiosk.catalogue.contact import Heard
from kiosk.catalogue.items import Kind, grant_key
from kiosk.common.clock import boottime_ms, machine_boot_id
from kiosk.ledger.accounts import own_money
from kiosk.ledger.posting import JournalKey
from kiosk.ledger.rights import Recall
from kiosk.people.cards import Block, CardKey, CardStatus
from kiosk.services.canteen.items import MENU, PRODUCT, Menu, Product
from kiosk.store.files import write_whole
from sync.agent import Agent
from sync.enrolling.enrolment import read_enrolment
from sync.errors import UnknownKey
from sync.local.cursor import Cursor
from sync.office.books import heads
from sync.office.catalogue.publishing import (
    Change,
    journal_scope,
    new_epoch,
    prune,
    publish_all,
    site_scope,
    withdraw,
)
from sync.office.store.database import writing
from sync.wire import messages, signing
from sync.wire.messages import Item, Page, Pull, StaleCounter
from sync.wire.signing import SigningKey
from tests.sync.world import SITE, Kiosk, OfficeWorld
from tests.waiting import PATIENCE_S

LOST = CardStatus.LOST


def _products(numbers: Iterable[int]) -> list[Change]:
    return [Change(PRODUCT, str(n), Product(id=str(n), name={}, price_fen=n)) for n in numbers]


def _has(kiosk: Kiosk, number: int) -> bool:
    return kiosk.agent.cursor.value(PRODUCT, str(number)) is not None


def _publish(office: OfficeWorld, changes: list[Change]) -> int:
    with writing(office.office.engine) as connection:
        return publish_all(connection, office.office.region_id, changes)


def _items(kiosk: Kiosk) -> list[tuple[str, str]]:
    with kiosk.agent.cursor._engine.begin() as connection:
        query = sa.select(catalogue.items.c.kind, catalogue.items.c.key).order_by(sa.text("1, 2"))
        return [(kind, key) for kind, key in connection.execute(query) if kind != messages.OFFICE_KEY]


def _pull_one(kiosk: Kiosk) -> int:
    return kiosk.agent.pull_stage.run(kiosk.transport, kiosk.enrolment.pinned).items


def test_every_item_arrives_page_by_page(office: OfficeWorld, kiosk: Kiosk) -> None:
    revision = _publish(office, _products(range(1, 801)))
    kiosk.pull_all()
    assert len(_items(kiosk)) == 800
    assert kiosk.agent.cursor.position().cursors == (revision, revision)
    with kiosk.agent.cursor._engine.begin() as connection:
        assert connection.execute(sa.select(catalogue.contact.c.at_ms)).scalar_one() > 0


def test_the_block_list_comes_first(office: OfficeWorld, kiosk: Kiosk) -> None:
    _publish(office, _products(range(1, 301)))
    _publish(office, [Change(Kind.BLOCK, "nfc:04", Block(token="nfc:04", status=LOST))])
    assert _pull_one(kiosk) == 300
    assert kiosk.catalogue.block("nfc:04") is not None
    assert not _has(kiosk, 300)  # two items of the block lane took two places
    kiosk.pull_all()
    assert _has(kiosk, 300)


def test_a_large_block_list_goes_over_several_pages_before_the_rest(
    office: OfficeWorld, kiosk: Kiosk
) -> None:
    _publish(office, _products([1]))
    tokens = [f"nfc:{n:08X}" for n in range(450)]
    _publish(office, [Change(Kind.BLOCK, each, Block(token=each, status=LOST)) for each in tokens])
    assert _pull_one(kiosk) == 300
    assert not _has(kiosk, 1)
    kiosk.pull_all()
    assert len(_items(kiosk)) == 451


def test_a_block_list_alone_goes_over_several_pages(office: OfficeWorld, kiosk: Kiosk) -> None:
    tokens = [f"nfc:{n:08X}" for n in range(450)]
    _publish(office, [Change(Kind.BLOCK, each, Block(token=each, status=LOST)) for each in tokens])
    kiosk.pull_all()
    assert len(_items(kiosk)) == 450


def test_large_values_make_short_pages(office: OfficeWorld, kiosk: Kiosk) -> None:
    menu = Menu(dishes=("菜" * 20_000,))
    _publish(office, [Change(MENU, f"m{n}", menu) for n in range(8)])
    assert _pull_one(kiosk) == 1 + 3
    kiosk.pull_all()
    assert len(_items(kiosk)) == 8


def test_what_is_withdrawn_disappears(office: OfficeWorld, kiosk: Kiosk) -> None:
    _publish(office, _products([1, 2]))
    kiosk.pull_all()
    with writing(office.office.engine) as connection:
        withdraw(connection, office.office.region_id, PRODUCT, "1")
    kiosk.pull_all()
    assert _items(kiosk) == [("product", "2")]


def test_what_moves_to_another_site_disappears_here_and_appears_there(
    office: OfficeWorld, make_kiosk: Callable[..., Kiosk]
) -> None:
    here, there = make_kiosk("here"), make_kiosk("there", site="elsewhere")
    key = CardKey(token="nfc:04", key=bytes(16))
    office.publish(Kind.CARD_KEY, "nfc:04", key, scope=site_scope(SITE))
    for each in (here, there):
        each.pull_all()
    assert (_items(here), _items(there)) == ([("card_key", "nfc:04")], [])
    office.publish(Kind.CARD_KEY, "nfc:04", key, scope=site_scope("elsewhere"))
    for each in (here, there):
        each.pull_all()
    assert (_items(here), _items(there)) == ([], [("card_key", "nfc:04")])


def test_a_grant_goes_to_its_journal_alone(office: OfficeWorld, make_kiosk: Callable[..., Kiosk]) -> None:
    home, other = make_kiosk("home"), make_kiosk("other", site="elsewhere")
    office.resident(1, opening_fen=5000)
    for each in (home, other):
        each.pull_all()
    grant = home.catalogue.grant(own_money(1))
    assert grant is not None
    assert (grant.granted, grant.balance, grant.journal_id) == (5000, 5000, home.journal_id)
    assert other.catalogue.grant(own_money(1)) is None


@pytest.mark.parametrize("kind", [Kind.GRANT, Kind.RECALL])
def test_a_right_of_another_journal_of_this_device_hides_none_of_this_one(
    office: OfficeWorld, kiosk: Kiosk, kind: str
) -> None:
    """Both are open and written with one key, as after a memory card was copied."""
    office.resident(1, opening_fen=5000)
    kiosk.pull_all()
    mine = kiosk.catalogue.grant(own_money(1))
    assert mine is not None
    assert mine.journal_id == kiosk.journal_id
    device_id, other = bytes.fromhex(kiosk.enrolment.device_id), b"copy" * 4
    with writing(office.office.engine) as connection:
        heads.begin_journal(connection, JournalKey(1, other), device_id, kiosk.site)
    theirs: msgspec.Struct = msgspec.structs.replace(mine, journal_id=other, granted=9000, head_seq=0)
    if kind == Kind.RECALL:
        theirs = Recall(account=mine.account, unit=mine.unit, journal_id=other, returned=3000)
    office.publish(kind, grant_key(mine.account, mine.unit), theirs, scope=journal_scope(other))
    kiosk.pull_all()
    assert kiosk.catalogue.grant(own_money(1)) == mine
    assert kiosk.agent.cursor.value(Kind.RECALL, grant_key(mine.account, mine.unit)) is None


@pytest.mark.parametrize("why", ["tombstones are gone", "office was restored"])
def test_a_cursor_that_says_nothing_gets_a_snapshot(office: OfficeWorld, kiosk: Kiosk, why: str) -> None:
    _publish(office, _products(range(1, 401)))
    kiosk.pull_all()
    with writing(office.office.engine) as connection:
        region_id = office.office.region_id
        withdraw(connection, region_id, PRODUCT, "7")
        revision = publish_all(connection, region_id, _products([500]))
        prune(connection, region_id, revision - 1)
        if why == "office was restored":
            new_epoch(connection, region_id)
    assert _pull_one(kiosk) == 300
    assert ("product", "7") in _items(kiosk)  # nothing is lost before all of it is there
    assert ("product", "400") in _items(kiosk)
    kiosk.pull_all()
    assert len(_items(kiosk)) == 400
    assert ("product", "7") not in _items(kiosk)
    assert not kiosk.agent.cursor.position().in_snapshot
    assert _pull_one(kiosk) == 0


def test_a_page_and_its_cursor_are_applied_together_or_not_at_all(
    office: OfficeWorld, kiosk: Kiosk, monkeypatch: pytest.MonkeyPatch
) -> None:
    kiosk.pull_all()
    before = kiosk.agent.cursor.position()
    _publish(office, _products([1, 2]))
    monkeypatch.setattr("sync.local.cursor._ADVANCE", "UPDATE no_such_table SET x = ?")
    with pytest.raises(sa.exc.OperationalError):
        kiosk.pull_all()
    assert (_items(kiosk), kiosk.agent.cursor.position()) == ([], before)
    monkeypatch.undo()
    kiosk.pull_all()
    assert len(_items(kiosk)) == 2


def test_a_recorded_request_is_worth_nothing(office: OfficeWorld, kiosk: Kiosk) -> None:
    kiosk.pull_all()
    _, key = read_enrolment(kiosk.folder)
    counter = kiosk.agent.cursor.next_counter()
    body = key.sign(signing.pull_context(), messages.encode(Pull(counter, b"", (0, 0))))
    assert isinstance(_exchanged(kiosk, body), Page)
    assert _exchanged(kiosk, body) == StaleCounter(counter)


def test_a_kiosk_that_lost_its_counter_goes_on_above_it(kiosk: Kiosk) -> None:
    for _ in range(3):
        kiosk.pull_all()
    with kiosk.agent.cursor._engine.begin() as connection:
        connection.execute(sa.text("UPDATE catalogue_cursor SET counter = 0"))
    kiosk.pull_all()
    assert kiosk.agent.cursor.next_counter() == 6  # four pulls, and what it told once


def test_a_catalogue_signed_by_a_stranger_is_refused(office: OfficeWorld, kiosk: Kiosk) -> None:
    _publish(office, _products([1]))
    write_whole(office.office.settings.key_file, bytes(32))
    with pytest.raises(UnknownKey):
        kiosk.pull_all()
    assert _items(kiosk) == []
    assert kiosk.agent.cursor.position().cursors == (0, 0)


def test_a_key_that_the_office_announced_is_trusted_after_the_change(
    office: OfficeWorld, kiosk: Kiosk
) -> None:
    coming = SigningKey(b"n" * 32)
    office.publish(messages.OFFICE_KEY, coming.id.hex(), messages.OfficeKey(coming.public), lane=0)
    kiosk.pull_all()
    write_whole(office.office.settings.key_file, coming.seed)
    kiosk.sell(1)
    kiosk.agent.push_all(kiosk.transport, lambda stage, done, left: None)
    assert office.head_seq(kiosk.journal_id) == 1


def test_waiting_ends_when_there_is_news(office: OfficeWorld, kiosk: Kiosk) -> None:
    kiosk.pull_all()
    got: list[int] = []
    waiting = threading.Thread(
        target=lambda: got.append(
            kiosk.agent.pull_stage.run(kiosk.transport, kiosk.enrolment.pinned, wait_ms=20_000).items
        )
    )
    waiting.start()
    _publish(office, _products([1]))
    waiting.join(timeout=PATIENCE_S)
    assert got == [1]


def test_news_for_others_wakes_nobody_else(office: OfficeWorld, kiosk: Kiosk) -> None:
    kiosk.pull_all()
    office.publish(MENU, "m", Menu(dishes=()), scope=site_scope("elsewhere"))
    pulled = kiosk.agent.pull_stage.run(kiosk.transport, kiosk.enrolment.pinned, wait_ms=300)
    assert (pulled.items, pulled.more) == (0, False)


def test_an_item_that_comes_twice_on_a_page_ends_as_the_last_one(tmp_path: Path) -> None:
    cursor = Cursor(tmp_path)
    page = Page(b"e", False, False, (2, 2), 1, b"")
    cursor.apply(page, [Item("menu", "m", 1, None), Item("menu", "m", 2, b"x")], bytes(16), Heard(1))
    with cursor._engine.begin() as connection:
        assert connection.execute(sa.select(catalogue.items.c.value)).scalars().all() == [b"x"]
    cursor.close()


def _exchanged(kiosk: Kiosk, body: bytes) -> messages.Answer:
    answered = kiosk.transport.exchange("/v1/catalogue", body)
    payload = signing.verified(answered, signing.answer_context(body), kiosk.enrolment.pinned)
    return messages.decode_answer(payload)


def test_the_wait_for_news_does_not_blur_what_time_it_is(kiosk: Kiosk) -> None:
    office, waited_ms = kiosk.office.office, 1000
    kiosk.pull_all()
    began_ms = boottime_ms()
    kiosk.agent.pull_stage.run(kiosk.transport, kiosk.enrolment.pinned, wait_ms=waited_ms)
    took_ms = boottime_ms() - began_ms
    heard = kiosk.catalogue.heard()
    assert heard.boot_id == machine_boot_id()
    assert heard.rtt_ms <= took_ms - waited_ms + 5
    before_ms = office.now_ms()
    now_ms = heard.at_ms + boottime_ms() - heard.monotonic_ms  # from here on, by the office's own clock
    assert before_ms - heard.rtt_ms - 5 <= now_ms <= office.now_ms() + 5


@pytest.mark.parametrize("damage", [b"\x80" * 4096, b""])
def test_a_damaged_catalogue_is_thrown_away_and_fetched_again(
    office: OfficeWorld, kiosk: Kiosk, damage: bytes
) -> None:
    _publish(office, _products(range(1, 101)))
    kiosk.pull_all()
    path = kiosk.folder / "catalogue.db"
    kiosk.agent.close()
    content = path.read_bytes()
    path.write_bytes(content[:4096] + damage + content[8192:])
    again = Agent(kiosk.folder)
    again.once()
    with again.cursor._engine.begin() as connection:
        held = connection.execute(sa.select(sa.func.count()).select_from(catalogue.items)).scalar_one()
    assert held >= 100
    again.close()
