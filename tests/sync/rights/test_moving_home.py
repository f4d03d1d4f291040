"""Somebody who owes for a meal moves to where they were a visitor: it is collected once."""

from __future__ import annotations

from collections.abc import Callable

from kiosk.common.purses import purse_of
from kiosk.ledger.accounts import courtesy, own_money
from kiosk.ledger.posting import JournalKey
from kiosk.ledger.rights import Purse
from sync.office.intake import restoring
from sync.office.rights import rights
from sync.office.rights.granting import Books
from sync.office.store.database import reading, writing
from sync.office.store.tables import grants
from tests.sync.world import Kiosk, OfficeWorld

ACCOUNT = own_money(1)
OLD_HOME, NEW_HOME = "tianping", "huasheng"
LENT_FEN = 500
Make = Callable[..., Kiosk]


def _purse(kiosk: Kiosk) -> Purse:
    with kiosk.journal.writing() as writing_:
        return purse_of(writing_, kiosk.catalogue, 1)


def _may_collect_fen(office: OfficeWorld, kiosk: Kiosk) -> int:
    """By the office's own books."""
    with reading(office.office.engine) as connection:
        return Books(connection, 1, [ACCOUNT]).grant(ACCOUNT, kiosk.journal_id).owed


def _lend(kiosk: Kiosk, fen: int) -> None:
    kiosk.lend(fen)


def _collect(kiosk: Kiosk, fen: int) -> None:
    kiosk.pay_in(fen, repaid_fen=fen)


def test_what_a_visitors_kiosk_lent_is_not_collected_there_as_well_once_it_is_the_home(
    office: OfficeWorld, make_kiosk: Make
) -> None:
    old, new = make_kiosk("old", site=OLD_HOME), make_kiosk("new", site=NEW_HOME)
    office.resident(1, site=OLD_HOME, opening_fen=100_000)  # some is kept back for visits
    with writing(office.office.engine) as connection:
        rights.ask(connection, JournalKey(1, new.journal_id), ACCOUNT, 300)
    new.pull_all()
    assert _purse(new).known and not _purse(new).home
    _lend(new, LENT_FEN)
    new.push_all()
    office.resident(1, site=NEW_HOME)
    for kiosk in (old, new):
        kiosk.pull_all()
    assert (_may_collect_fen(office, old), _may_collect_fen(office, new)) == (LENT_FEN, -LENT_FEN)
    assert (_purse(old).courtesy, _purse(new).courtesy) == (LENT_FEN, 0)
    assert _purse(new).home
    _collect(old, LENT_FEN)
    old.push_all()
    for kiosk in (old, new):
        kiosk.pull_all()
    assert (_purse(old).courtesy, _purse(new).courtesy) == (0, 0)
    assert office.balance_fen(courtesy(1)) == 0
    assert office.discrepancies() == []


def test_an_office_set_back_to_before_the_move_is_told_who_collects(
    office: OfficeWorld, make_kiosk: Make
) -> None:
    old, new = make_kiosk("old", site=OLD_HOME), make_kiosk("new", site=NEW_HOME)
    office.resident(1, site=OLD_HOME, opening_fen=100_000)
    _lend(new, LENT_FEN)
    new.push_all()
    office.resident(1, site=NEW_HOME)
    for kiosk in (old, new):
        kiosk.pull_all()
    with writing(office.office.engine) as connection:
        connection.execute(grants.update().values(home=False, owed=0))
        restoring.begin(connection, 1, office.office.now_ms(), "a test said so")
    for kiosk in (old, new):
        kiosk.pull_all()
    assert (_may_collect_fen(office, old), _may_collect_fen(office, new)) == (LENT_FEN, -LENT_FEN)
    assert (_purse(old).courtesy, _purse(new).courtesy) == (LENT_FEN, 0)
    assert office.balance_fen(courtesy(1)) == -LENT_FEN
