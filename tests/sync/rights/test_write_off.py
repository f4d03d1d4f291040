"""A lost kiosk is written off: its rights go to others, and late sales overdraw nobody."""

from __future__ import annotations

from collections.abc import Callable

from kiosk.catalogue.items import Kind, decode_value
from kiosk.ledger.accounts import contingency, courtesy, lent_rights, own_money, set_aside
from kiosk.ledger.amount import Unit
from kiosk.ledger.entries import Posting
from kiosk.ledger.posting import JournalKey
from sync.office.books import writeoff
from sync.office.books.sealing import seal_journals
from sync.office.rights.rights import available
from sync.office.store.database import writing
from sync.wire import messages
from tests.sync.world import PRICE_FEN, Kiosk, OfficeWorld, meal_postings

ACCOUNT = own_money(1)
Make = Callable[..., Kiosk]


def _write_off(office: OfficeWorld, kiosk: Kiosk) -> int:
    with writing(office.office.engine) as connection:
        device_id = bytes.fromhex(kiosk.enrolment.device_id)
        return writeoff.write_off(connection, 1, device_id, operator="clerk", at_ms=1)


def _release(office: OfficeWorld) -> int:
    with writing(office.office.engine) as connection:
        return writeoff.release(connection, 1, operator="clerk", at_ms=office.office.now_ms())


def _books(office: OfficeWorld) -> dict[str, int]:
    assert office.discrepancies() == []
    with writing(office.office.engine) as connection:
        available_fen = available(connection, 1, ACCOUNT)
    return {
        "own": office.balance_fen(ACCOUNT),
        "set aside": office.balance_fen(set_aside(1)),
        "loss": -office.balance_fen(contingency()),
        "free": available_fen,
    }


def _granted(office: OfficeWorld, kiosk: Kiosk) -> int:
    kiosk.pull_all()
    grant = kiosk.catalogue.grant(ACCOUNT)
    return grant.granted if grant is not None else 0


def _spend(kiosk: Kiosk, times: int) -> None:
    for _ in range(times):
        kiosk.serve(*meal_postings(1, kiosk.site))


def test_sales_of_a_lost_kiosk_that_turn_up_after_its_rights_were_spent(
    office: OfficeWorld, make_kiosk: Make
) -> None:
    lost = make_kiosk("lost")
    office.resident(1, opening_fen=5000)
    _spend(lost, 1)
    lost.push_all()
    _spend(lost, 2)  # not sent before it was lost
    spare = make_kiosk("spare")
    assert _write_off(office, lost) == 4000
    assert _books(office) == {"own": 4000, "set aside": 4000, "loss": 4000, "free": 0}
    assert _granted(office, spare) == 4000
    _spend(spare, 4)
    spare.push_all()
    assert _books(office) == {"own": 0, "set aside": 4000, "loss": 4000, "free": 0}
    lost.push_all()
    assert _books(office) == {"own": 0, "set aside": 2000, "loss": 4000, "free": 0}
    assert _release(office) == 2000
    assert _books(office) == {"own": 0, "set aside": 0, "loss": 2 * PRICE_FEN, "free": 0}
    assert _release(office) == 0


def test_late_sales_that_come_first_are_the_residents_and_the_rest_is_asked_back(
    office: OfficeWorld, make_kiosk: Make
) -> None:
    lost = make_kiosk("lost")
    office.resident(1, opening_fen=5000)
    _spend(lost, 2)
    spare = make_kiosk("spare")
    _write_off(office, lost)
    lost.push_all()
    assert _books(office) == {"own": 3000, "set aside": 5000, "loss": 5000, "free": -2000}
    spare.pull_all()
    recall = spare.agent.cursor.value(Kind.RECALL, f"{ACCOUNT} FEN")
    assert recall is not None
    assert decode_value(Kind.RECALL, recall).returned == 2000
    rights = (Posting(ACCOUNT, -2000, Unit.RIGHT), Posting(lent_rights(), 2000, Unit.RIGHT))
    spare.write("return", 1, messages.Busy(0), *rights)
    _spend(spare, 3)
    spare.push_all()
    assert _books(office) == {"own": 0, "set aside": 5000, "loss": 5000, "free": 0}
    assert _release(office) == 5000
    assert _books(office)["loss"] == 0


def test_late_sales_that_come_first_and_a_kiosk_that_spends_all_the_same(
    office: OfficeWorld, make_kiosk: Make
) -> None:
    lost = make_kiosk("lost")
    office.resident(1, opening_fen=5000)
    _spend(lost, 2)
    spare = make_kiosk("spare")
    _write_off(office, lost)
    lost.push_all()
    _spend(spare, 5)
    spare.push_all()
    assert _books(office) == {"own": 0, "set aside": 3000, "loss": 5000, "free": 0}


def test_a_journal_that_was_ended_by_its_successor_is_covered_too(
    office: OfficeWorld, make_kiosk: Make
) -> None:
    lost = make_kiosk("lost")
    office.resident(1, opening_fen=5000)
    _spend(lost, 2)
    spare = make_kiosk("spare")
    with writing(office.office.engine) as connection:
        seal_journals(connection, 1, [JournalKey(1, lost.journal_id)])
    lost.push_all()
    assert _books(office) == {"own": 3000, "set aside": 2000, "loss": 2000, "free": -2000}
    _spend(spare, 5)
    spare.push_all()
    assert _books(office) == {"own": 0, "set aside": 0, "loss": 2000, "free": 0}


def test_nothing_turns_up_and_nothing_is_lost(office: OfficeWorld, make_kiosk: Make) -> None:
    lost = make_kiosk("lost")
    office.resident(1, opening_fen=5000)
    _write_off(office, lost)
    spare = make_kiosk("spare")
    assert _granted(office, spare) == 5000
    _spend(spare, 1)
    spare.push_all()
    assert _release(office) == 5000
    assert _books(office) == {"own": 4000, "set aside": 0, "loss": 0, "free": 0}


def test_a_batch_that_comes_again_is_paid_for_once(office: OfficeWorld, make_kiosk: Make) -> None:
    lost = make_kiosk("lost")
    office.resident(1, opening_fen=2000)
    _spend(lost, 2)
    spare = make_kiosk("spare")
    _write_off(office, lost)
    _spend(spare, 2)
    spare.push_all()
    lost.push_all()
    before = _books(office)
    lost.agent.cursor.move(lost.journal_id, 0)
    lost.push_all()
    assert _books(office) == before == {"own": 0, "set aside": 0, "loss": 2000, "free": 0}


def test_writing_off_twice_sets_aside_once(office: OfficeWorld, make_kiosk: Make) -> None:
    lost = make_kiosk("lost")
    office.resident(1, opening_fen=5000)
    assert (_write_off(office, lost), _write_off(office, lost)) == (5000, 0)
    assert _books(office) == {"own": 5000, "set aside": 5000, "loss": 5000, "free": 5000}


def test_a_courtesy_that_was_collected_twice_is_given_back(office: OfficeWorld, make_kiosk: Make) -> None:
    lost = make_kiosk("lost")
    office.resident(1)
    lost.lend(800)
    lost.push_all()
    _top_up(lost, 800)  # repays the courtesy, and is lost with the kiosk
    spare = make_kiosk("spare")
    _write_off(office, lost)
    _top_up(spare, 800)
    spare.push_all()
    assert office.balance_fen(courtesy(1)) == 0
    lost.push_all()
    assert (office.balance_fen(courtesy(1)), office.balance_fen(ACCOUNT)) == (0, 800)
    assert _granted(office, spare) == 800
    assert office.discrepancies() == []


def _top_up(kiosk: Kiosk, fen: int) -> None:
    kiosk.pay_in(fen, repaid_fen=fen)
