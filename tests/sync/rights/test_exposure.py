"""The largest possible loss now: one number, and where it comes from."""

from __future__ import annotations

from collections.abc import Callable

from kiosk.catalogue.items import Kind
from kiosk.catalogue.values import Site
from kiosk.ledger.accounts import own_money
from kiosk.people.cards import Block, Card, CardLevel, CardStatus
from sync.office.books import writeoff
from sync.office.books.exposure import DAY_MS, Exposure, exposure
from sync.office.store.database import snapshot, writing
from tests.sync.world import SITE, Kiosk, OfficeWorld

TOKEN = "nfc:04a1b2c3d4e5f6"
POOL_FEN = 30_000


def _exposure(office: OfficeWorld, days_later: int = 0) -> Exposure:
    with snapshot(office.office.engine) as connection:
        at_ms = office.office.now_ms() + days_later * DAY_MS
        return exposure(connection, 1, at_ms, office.office.settings.ration)


def _open(office: OfficeWorld, *sites: str) -> None:
    for name in sites:
        office.publish(Kind.SITE, name, Site(name=name, title={"en": name}, time_zone="Asia/Shanghai"))


def _lend(kiosk: Kiosk, fen: int) -> None:
    kiosk.lend(fen)


def _lose_card(office: OfficeWorld) -> None:
    card = Card(token=TOKEN, number=7, resident_id=1, level=CardLevel.UID, status=CardStatus.LOST)
    office.publish(Kind.CARD, TOKEN, card)
    office.publish(Kind.BLOCK, TOKEN, Block(token=TOKEN, status=CardStatus.LOST))


def test_a_kiosk_may_give_as_much_courtesy_as_its_pool_and_rights_are_no_loss(
    office: OfficeWorld, make_kiosk: Callable[..., Kiosk]
) -> None:
    _open(office, SITE)
    kiosk = make_kiosk()
    office.resident(1, opening_fen=5000)
    kiosk.pull_all()
    found = _exposure(office, days_later=9)
    (line,) = found.kiosks
    assert (line.kiosk, line.site, line.unheard_days) == ("kiosk", SITE, 9)
    assert (line.rights_fen, line.courtesy_unpaid_fen, line.courtesy_possible_fen) == (5000, 0, POOL_FEN)
    assert (found.rights_fen, found.largest_loss_fen) == (5000, POOL_FEN)


def test_courtesy_that_was_given_uses_up_the_pool_until_it_is_repaid(
    office: OfficeWorld, make_kiosk: Callable[..., Kiosk]
) -> None:
    _open(office, SITE)
    kiosk = make_kiosk()
    office.resident(1)
    _lend(kiosk, 700)
    kiosk.push_all()
    (line,) = _exposure(office).kiosks
    assert (line.courtesy_unpaid_fen, line.courtesy_possible_fen) == (700, POOL_FEN - 700)
    assert _exposure(office).largest_loss_fen == POOL_FEN
    kiosk.pay_in(700, repaid_fen=700)
    kiosk.push_all()
    (line,) = _exposure(office).kiosks
    assert (line.courtesy_unpaid_fen, line.courtesy_possible_fen) == (0, POOL_FEN)


def test_a_lost_card_can_be_used_where_nobody_has_heard_of_it(
    office: OfficeWorld, make_kiosk: Callable[..., Kiosk]
) -> None:
    home, other = make_kiosk("home"), make_kiosk("other", site="elsewhere")
    office.resident(1, opening_fen=5000)
    _lose_card(office)
    found = _exposure(office)
    (card,) = found.cards
    assert (card.number, card.resident_id, card.kiosks, card.rights_fen) == (7, 1, ("other", "home"), 5000)
    assert found.largest_loss_fen == 5000
    home.pull_all()
    home.pull_all()  # says how far it has read
    found = _exposure(office)
    assert (found.cards[0].kiosks, found.cards[0].rights_fen) == (("other",), 0)
    assert found.largest_loss_fen == 0
    other.pull_all()
    other.pull_all()
    assert _exposure(office).cards == ()


def test_a_kiosk_that_was_written_off_counts_until_nothing_more_is_expected(
    office: OfficeWorld, make_kiosk: Callable[..., Kiosk]
) -> None:
    _open(office, SITE)
    kiosk = make_kiosk()
    office.resident(1, opening_fen=5000)
    with writing(office.office.engine) as connection:
        device_id = bytes.fromhex(kiosk.enrolment.device_id)
        writeoff.write_off(connection, 1, device_id, operator="", at_ms=office.office.now_ms())
    found = _exposure(office)
    assert (found.rights_fen, found.set_aside_fen, found.courtesy_possible_fen) == (0, 5000, POOL_FEN)
    assert found.largest_loss_fen == 5000 + POOL_FEN
    with writing(office.office.engine) as connection:
        writeoff.release(connection, 1, operator="", at_ms=office.office.now_ms())
    found = _exposure(office)
    assert (found.kiosks, found.largest_loss_fen) == ((), 0)
    assert office.balance_fen(own_money(1)) == 5000
