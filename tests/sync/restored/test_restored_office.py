"""The office set back to yesterday's backup: what is sent again, what is told, what is not granted twice."""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from itertools import permutations
from pathlib import Path
from typing import Any

import msgspec
import pytest
import sqlalchemy as sa
from msgspec import Struct

from kiosk.catalogue.items import Kind
from kiosk.ledger.accounts import cash_box, courtesy, own_money, revenue
from kiosk.ledger.amount import Unit
from kiosk.ledger.entries import Posting
from kiosk.ledger.rights import Grant, Right, merged_right
from kiosk.people.cards import Block, CardStatus
from sync.enrolling.enrolment import read_enrolment
from sync.errors import Refused
from sync.office.books import writeoff
from sync.office.books.own_journal import KiosksUnheard
from sync.office.catalogue.publishing import withdraw
from sync.office.intake import restoring, told
from sync.office.keys import devices
from sync.office.rights.resting import is_resting
from sync.office.store.database import reading, writing
from sync.office.store.tables import grants, journals, regions
from sync.wire import compression, messages, signing
from sync.wire.messages import Held, Noted, encode
from tests.sync.carried.carrying import Courier
from tests.sync.world import PRICE_FEN, Kiosk, OfficeWorld

ACCOUNT = own_money(1)
Make = Callable[..., Kiosk]
Rows = dict[sa.Table, list[dict[str, Any]]]


def _back_up(office: OfficeWorld) -> Rows:
    """All rows: what `office backup` or pg_dump would keep."""
    with reading(office.office.engine) as connection:
        return {
            table: [dict(row) for row in connection.execute(sa.select(table)).mappings()]
            for table in office.tables()
        }


def _put_back(office: OfficeWorld, rows: Rows) -> None:
    with writing(office.office.engine) as connection:
        for table in reversed(office.tables()):
            connection.execute(table.delete())
        for table, content in rows.items():
            if content:
                connection.execute(table.insert(), content)


def _say_restored(office: OfficeWorld) -> None:
    with writing(office.office.engine) as connection:
        restoring.begin(connection, office.office.region_id, office.office.now_ms(), "a test said so")


def _resting(office: OfficeWorld) -> bool:
    with reading(office.office.engine) as connection:
        return is_resting(connection, office.office.region_id)


def _unheard(office: OfficeWorld) -> list[str]:
    with reading(office.office.engine) as connection:
        return [each.name for each in restoring.unheard(connection, office.office.region_id)]


def _granted(office: OfficeWorld, kiosk: Kiosk) -> int:
    with reading(office.office.engine) as connection:
        query = sa.select(grants.c.granted).where(
            grants.c.journal_id == kiosk.journal_id, grants.c.account == ACCOUNT
        )
        return connection.execute(query).scalar() or 0


def _codes(office: OfficeWorld) -> list[str]:
    return [each.code for each in office.reviews()]


def test_sales_since_the_backup_come_again_though_the_kiosk_has_nothing_new(
    office: OfficeWorld, kiosk: Kiosk
) -> None:
    office.resident(1, opening_fen=20_000)
    kiosk.pull_all()
    kiosk.sell(2)
    kiosk.push_all()
    backup = _back_up(office)
    kiosk.sell(3)
    kiosk.push_all()
    assert office.balance_fen(ACCOUNT) == 20_000 - 5 * PRICE_FEN
    _put_back(office, backup)
    _say_restored(office)
    assert office.balance_fen(ACCOUNT) == 20_000 - 2 * PRICE_FEN
    kiosk.pull_all()
    assert kiosk.acked_seq() == 2
    kiosk.push_all()
    assert (kiosk.acked_seq(), office.head_seq(kiosk.journal_id)) == (5, 5)
    assert office.balance_fen(ACCOUNT) == 20_000 - 5 * PRICE_FEN
    assert office.discrepancies() == []


def test_a_right_that_the_office_forgot_is_kept_and_told(office: OfficeWorld, kiosk: Kiosk) -> None:
    office.resident(1, opening_fen=5000)
    kiosk.pull_all()
    backup = _back_up(office)
    office.enter("topup", ACCOUNT, 2000)
    kiosk.pull_all()
    _put_back(office, backup)
    _say_restored(office)
    assert _granted(office, kiosk) == 5000
    kiosk.pull_all()
    grant = kiosk.catalogue.grant(ACCOUNT)
    assert grant is not None
    assert grant.granted == 7000
    assert _granted(office, kiosk) == 7000
    assert office.balance_fen(ACCOUNT) == 5000
    assert [each.detail for each in office.reviews() if each.code == "grants_recovered"] == [
        'more_fen=2000 accounts="own/1 +2000"'
    ]
    office.enter("topup", ACCOUNT, 2000, accept_exposure=True)  # the clerk enters it once more, from paper
    kiosk.pull_all()
    again = kiosk.catalogue.grant(ACCOUNT)
    assert again is not None
    assert (again.granted, again.balance) == (7000, 7000)


def test_a_right_that_comes_by_itself_takes_none_away(office: OfficeWorld, kiosk: Kiosk) -> None:
    office.resident(1, opening_fen=5000)
    kiosk.pull_all()
    forgotten = messages.encode(_grant(kiosk, 3000))
    kiosk.agent.cursor.put_newer(messages.Item(str(Kind.GRANT), f"{ACCOUNT} FEN", 10**6, forgotten))
    grant = kiosk.catalogue.grant(ACCOUNT)
    assert grant is not None
    assert grant.granted == 5000


def test_a_courtesy_repaid_before_the_loan_is_sent_again_is_no_gift(
    office: OfficeWorld, make_kiosk: Make
) -> None:
    home, other = make_kiosk("home"), make_kiosk("other", site="elsewhere")
    office.resident(1, opening_fen=5000)
    backup = _back_up(office)
    _book(other, Posting(courtesy(1), -1000), Posting(revenue("canteen", "elsewhere"), 1000))
    _book(home, Posting(courtesy(1), 1000), Posting(cash_box("here"), -1000))
    _put_back(office, backup)
    _say_restored(office)
    for kiosk in (home, other):
        kiosk.pull_all()
        kiosk.push_all()
    assert (office.balance_fen(courtesy(1)), office.balance_fen(ACCOUNT)) == (0, 5000)
    assert not _resting(office)
    assert office.discrepancies() == []


def test_nothing_is_granted_before_every_kiosk_was_heard(office: OfficeWorld, make_kiosk: Make) -> None:
    home, other = make_kiosk("home"), make_kiosk("other", site="elsewhere")
    office.resident(1, opening_fen=5000)
    home.pull_all()
    other.pull_all()
    _say_restored(office)
    assert _unheard(office) == ["home", "other"]
    home.pull_all()
    office.enter("topup", ACCOUNT, 3000)
    assert (_resting(office), _granted(office, home)) == (True, 5000)
    assert _unheard(office) == ["other"]
    other.pull_all()
    assert (_resting(office), _granted(office, home)) == (False, 8000)
    assert _unheard(office) == []


def test_money_that_another_kiosk_may_hold_is_not_granted_twice(
    office: OfficeWorld, make_kiosk: Make
) -> None:
    old, new = make_kiosk("old", site="here"), make_kiosk("new", site="there")
    office.resident(1, site="here", opening_fen=6000)
    backup = _back_up(office)
    office.resident(1, site="there")  # moved, and paid in there
    office.enter("topup", ACCOUNT, 4000)
    old.pull_all()
    new.pull_all()
    assert (_granted(office, old), _granted(office, new)) == (6000, 4000)
    _put_back(office, backup)
    _say_restored(office)
    old.pull_all()
    office.enter("topup", ACCOUNT, 4000)  # entered again; the move is not
    assert _granted(office, old) == 6000
    new.pull_all()
    assert (_granted(office, old), _granted(office, new)) == (6000, 4000)
    assert office.balance_fen(ACCOUNT) == 10_000


def test_a_lost_kiosk_is_written_off_and_the_others_go_on(office: OfficeWorld, make_kiosk: Make) -> None:
    home, lost = make_kiosk("home"), make_kiosk("lost", site="elsewhere")
    office.resident(1, opening_fen=5000)
    home.pull_all()
    _say_restored(office)
    home.pull_all()
    office.enter("topup", ACCOUNT, 1000)
    assert _granted(office, home) == 5000
    with writing(office.office.engine) as connection:
        devices.revoke(connection, 1, bytes.fromhex(lost.enrolment.device_id), office.office.now_ms())
        assert not told.resume(connection, 1)
        device_id = bytes.fromhex(lost.enrolment.device_id)
        writeoff.write_off(connection, 1, device_id, operator="", at_ms=office.office.now_ms())
        assert told.resume(connection, 1)
    assert _granted(office, home) == 6000


def test_the_office_takes_no_money_that_it_may_have_granted(office: OfficeWorld, kiosk: Kiosk) -> None:
    office.resident(1, opening_fen=5000)
    _say_restored(office)
    with pytest.raises(KiosksUnheard):
        office.enter("refund", ACCOUNT, -100)
    assert office.balance_fen(ACCOUNT) == 5000
    office.enter("refund", ACCOUNT, -100, accept_exposure=True)
    assert office.balance_fen(ACCOUNT) == 4900


def test_a_backup_that_nobody_spoke_of_is_noticed(office: OfficeWorld, kiosk: Kiosk) -> None:
    office.resident(1, opening_fen=5000)
    backup = _back_up(office)
    office.enter("topup", ACCOUNT, 2000)
    kiosk.pull_all()
    _put_back(office, backup)
    assert not _resting(office)
    kiosk.pull_all()
    assert "office_restored" in _codes(office)
    assert _granted(office, kiosk) == 7000
    assert not _resting(office)  # it is the only kiosk, and has told
    kiosk.pull_all()
    assert _codes(office).count("office_restored") == 1


def test_a_stick_gives_a_backup_away_too(office: OfficeWorld, kiosk: Kiosk, tmp_path: Path) -> None:
    office.resident(1, opening_fen=5000)
    backup = _back_up(office)
    office.enter("topup", ACCOUNT, 2000)
    courier = Courier(tmp_path / "stick")
    courier.there_and_back(kiosk, office)
    _put_back(office, backup)
    courier.there_and_back(kiosk, office)
    assert "office_restored" in _codes(office)
    assert _resting(office)  # the stick has not carried yet what the kiosk holds


def test_a_kiosk_that_only_says_it_has_read_on_makes_the_office_rest_for_nobody(
    office: OfficeWorld, make_kiosk: Make
) -> None:
    honest, liar = make_kiosk("honest"), make_kiosk("liar")
    office.resident(1, opening_fen=5000)
    liar.pull_all()
    given = liar.agent.cursor.position()
    for proof in (b"", bytes(16), given.proof):
        page = _pull(liar, given.epoch, (2**53, 2**53), proof)
        assert page.reset
        assert page.cursors[0] < 2**53
    assert not _resting(office)
    assert [each.code for each in office.reviews()] == ["read_ahead"]
    office.enter("topup", ACCOUNT, 2000)
    assert _granted(office, honest) == 7000
    assert office._ask("SELECT sum(findings), count(quarantined_at_ms) FROM devices") == [(0, 0)]


def test_nobody_has_read_of_a_block_that_the_office_has_not_published(
    office: OfficeWorld, kiosk: Kiosk
) -> None:
    kiosk.pull_all()
    given = kiosk.agent.cursor.position()
    _pull(kiosk, given.epoch, (2**53, given.cursors[1]), given.proof)
    assert office._ask("SELECT block_cursor FROM devices") == [(0,)]
    kiosk.pull_all()
    kiosk.pull_all()
    assert office._ask("SELECT block_cursor FROM devices") == [(given.cursors[0],)]


def _pull(kiosk: Kiosk, epoch: bytes, cursors: tuple[int, int], proof: bytes) -> messages.Page:
    key, counter = read_enrolment(kiosk.folder)[1], kiosk.agent.cursor.next_counter()
    pull = messages.Pull(counter, epoch, cursors, proof=proof)
    context = signing.pull_context()
    page = kiosk.transport.ask("/v1/catalogue", context, pull, key, kiosk.enrolment.pinned)
    assert isinstance(page, messages.Page)
    return page


def test_a_card_blocked_since_the_backup_stays_blocked(office: OfficeWorld, make_kiosk: Make) -> None:
    kiosk, other = make_kiosk("kiosk"), make_kiosk("other")
    backup = _back_up(office)
    office.publish(Kind.BLOCK, "nfc:04", Block(token="nfc:04", status=CardStatus.LOST))
    kiosk.pull_all()
    _put_back(office, backup)
    _say_restored(office)
    kiosk.pull_all()
    other.pull_all()
    for each in (kiosk, other):
        assert each.catalogue.block("nfc:04") is not None
    assert "blocks_recovered" in _codes(office)


def test_a_block_that_was_lifted_does_not_come_back(office: OfficeWorld, kiosk: Kiosk) -> None:
    office.publish(Kind.BLOCK, "nfc:04", Block(token="nfc:04", status=CardStatus.LOST))
    kiosk.pull_all()
    with writing(office.office.engine) as connection:
        withdraw(connection, 1, Kind.BLOCK, "nfc:04")
    _say_restored(office)
    kiosk.pull_all()
    assert kiosk.catalogue.block("nfc:04") is None
    assert "blocks_recovered" not in _codes(office)


def test_the_offices_own_numbers_are_never_given_twice(office: OfficeWorld) -> None:
    office.resident(1)
    first = office.enter("one", ACCOUNT, 1000)
    backup = _back_up(office)
    office.enter("two", ACCOUNT, 2000)
    _put_back(office, backup)
    _say_restored(office)
    other = office.enter("three", ACCOUNT, 3000)
    with reading(office.office.engine) as connection:
        own = connection.execute(sa.select(journals.c.head_seq).where(journals.c.device_id.is_(None)))
        assert sorted(own.scalars()) == [1, 1]
    assert other.hash != first.hash
    assert office.enter("one", ACCOUNT, 1000).hash == first.hash  # asked for again: booked once
    assert office.balance_fen(ACCOUNT) == 4000
    assert office.discrepancies() == []


def test_what_is_told_twice_or_in_the_wrong_epoch_changes_nothing(office: OfficeWorld, kiosk: Kiosk) -> None:
    office.resident(1, opening_fen=5000)
    kiosk.pull_all()
    epoch = kiosk.agent.cursor.position().epoch
    assert _tell(kiosk, epoch, _grant(kiosk, 5000)) == Noted()
    with pytest.raises(Refused) as refusal:
        _tell(kiosk, b"yesterday", _grant(kiosk, 9000))
    assert refusal.value.reason == "another_epoch"
    assert _granted(office, kiosk) == 5000


@pytest.mark.parametrize("fen", [-1, 2**60])
def test_an_impossible_right_is_not_believed(office: OfficeWorld, kiosk: Kiosk, fen: int) -> None:
    office.resident(1, opening_fen=5000)
    kiosk.pull_all()
    with pytest.raises(Refused) as refusal:
        _tell(kiosk, kiosk.agent.cursor.position().epoch, _grant(kiosk, fen))
    assert refusal.value.reason == "garbled"
    assert _granted(office, kiosk) == 5000


def test_what_is_told_and_what_is_known_are_merged_in_any_order_as_at_the_kiosk(
    office: OfficeWorld, kiosk: Kiosk
) -> None:
    """A kiosk that lent as a visitor and is the home now collects no courtesy that another collects."""
    kiosk.pull_all()
    epoch = kiosk.agent.cursor.position().epoch
    visitor, back = Right(4000, home=False, owed=0), Right(4000, home=False, owed=700)
    home, older = Right(5000, home=True, owed=-600), Right(3000, home=True, owed=-900)
    for known, *told_later in permutations([visitor, home, older, back]):
        _know(office, kiosk, known)
        for right in told_later:
            _await(office)
            _tell(kiosk, epoch, msgspec.structs.replace(_grant(kiosk, 0), **right._asdict()))
        assert _known(office) == reduce(merged_right, told_later, known) == home
    assert office.balance_fen(ACCOUNT) == 0


def test_nobody_gets_a_right_by_saying_so_where_nothing_was_forgotten(
    office: OfficeWorld, kiosk: Kiosk
) -> None:
    office.resident(1, opening_fen=5000)
    kiosk.pull_all()
    assert _tell(kiosk, kiosk.agent.cursor.position().epoch, _grant(kiosk, 1_000_000)) == Noted()
    assert _granted(office, kiosk) == 5000
    assert [each.code for each in office.reviews()] == ["grants_claimed"]


def _await(office: OfficeWorld) -> None:
    """The office was restored, and waits for what kiosks hold."""
    with writing(office.office.engine) as connection:
        connection.execute(regions.update().values(restored_at_ms=1))
        connection.execute(journals.update().values(told_epoch=None))


def _know(office: OfficeWorld, kiosk: Kiosk, right: Right) -> None:
    place = {"region_id": 1, "journal_id": kiosk.journal_id, "account": ACCOUNT, "unit": Unit.FEN.value}
    with writing(office.office.engine) as connection:
        connection.execute(grants.delete())
        connection.execute(grants.insert().values(**place, **right._asdict()))


def _known(office: OfficeWorld) -> Right:
    with reading(office.office.engine) as connection:
        row = connection.execute(sa.select(grants.c.granted, grants.c.home, grants.c.owed)).one()
    return Right(row.granted, bool(row.home), row.owed)


def test_nobody_tells_for_another_kiosk(office: OfficeWorld, make_kiosk: Make) -> None:
    kiosk, other = make_kiosk("kiosk"), make_kiosk("other")
    office.resident(1, opening_fen=5000)
    kiosk.pull_all()
    other.pull_all()
    epoch = other.agent.cursor.position().epoch
    with pytest.raises(Refused) as refusal:
        _tell(other, epoch, _grant(kiosk, 9000), journal_id=kiosk.journal_id)
    assert refusal.value.reason == "not_your_journal"
    assert _tell(other, epoch, _grant(kiosk, 9000)) == Noted()  # another's grant on its own list is ignored
    assert _granted(office, kiosk) == 5000


def test_many_rights_are_told_in_parts(
    office: OfficeWorld, kiosk: Kiosk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sync.stages.telling.ITEMS_AT_ONCE", 2)
    for number in range(1, 6):
        office.resident(number, opening_fen=1000)
    kiosk.pull_all()
    with writing(office.office.engine) as connection:
        connection.execute(grants.update().values(granted=0))
    _say_restored(office)
    kiosk.pull_all()
    with reading(office.office.engine) as connection:
        assert set(connection.execute(sa.select(grants.c.granted)).scalars()) == {1000}
    assert not _resting(office)


def _book(kiosk: Kiosk, *postings: Posting) -> None:
    kiosk.write("note", 1, Struct(), *postings)
    kiosk.push_all()


def _grant(kiosk: Kiosk, fen: int) -> Grant:
    return Grant(
        account=ACCOUNT,
        unit=Unit.FEN,
        journal_id=kiosk.journal_id,
        granted=fen,
        balance=fen,
        credits=0,
        debits=0,
        head_seq=0,
        head_hash=b"",
    )


def _tell(kiosk: Kiosk, epoch: bytes, grant: Grant, journal_id: bytes | None = None) -> messages.Answer:
    _, key = read_enrolment(kiosk.folder)
    item = messages.Item(str(Kind.GRANT), f"{ACCOUNT} FEN", 1, messages.encode(grant))
    packed = compression.compress(encode([item]))
    request = Held(kiosk.agent.cursor.next_counter(), epoch, journal_id or kiosk.journal_id, True, packed)
    return kiosk.transport.ask("/v1/held", signing.held_context(), request, key, kiosk.enrolment.pinned)
