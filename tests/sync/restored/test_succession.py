"""A journal ends and another one goes on from it; what the first had sold is booked, early or late."""

from __future__ import annotations

import secrets
from collections.abc import Callable

import msgspec

from kiosk.ledger.accounts import own_money
from kiosk.ledger.machine.lifecycle import OPENED, OPENED_AFTER, Before, JournalOpened, OpenedAfter
from kiosk.ledger.posting import Finding
from tests.sync.world import PRICE_FEN, Kiosk, OfficeWorld, moment


def test_what_a_sealed_journal_had_sold_is_booked_and_looked_at(office: OfficeWorld, kiosk: Kiosk) -> None:
    kiosk.sell(2)
    kiosk.push_all()
    office.seal(kiosk.journal_id)
    kiosk.sell(1)
    kiosk.push_all()
    assert office.reviews() == [Finding(3, "after_seal", "records=1")]
    assert office.head_seq(kiosk.journal_id) == kiosk.acked_seq() == 3
    assert office.balance_fen(own_money(1)) == -3 * PRICE_FEN
    assert office.discrepancies() == []


def test_a_new_journal_ends_the_one_it_names_and_takes_over_its_rights(
    office: OfficeWorld, kiosk: Kiosk
) -> None:
    office.resident(opening_fen=5000)
    kiosk.sell(1)
    kiosk.push_all()
    first = kiosk.journal_id
    assert _granted(office, first) == 5000
    second = begin(kiosk, kiosk.journal_id)
    kiosk.push_all()
    assert sealed(office) == {first: True, second: False}
    assert _granted(office, second) == 5000 - PRICE_FEN
    assert office.reviews() == office.discrepancies() == []


def test_a_journal_that_the_office_never_saw_is_sealed_before_it_comes(
    office: OfficeWorld, kiosk: Kiosk
) -> None:
    first = kiosk.journal_id
    unheard = secrets.token_bytes(16)
    second = begin(kiosk, unheard)
    kiosk.push_all()
    assert sealed(office) == {first: False, unheard: True, second: False}
    assert [each.code for each in office.reviews()] == ["cloned_device"]


def test_a_device_that_writes_in_two_places_is_looked_at_and_both_are_heard(
    office: OfficeWorld, kiosk: Kiosk
) -> None:
    kiosk.sell(1)
    kiosk.push_all()
    first = kiosk.journal_id
    second, third = begin(kiosk, first), begin(kiosk, first)
    kiosk.push_all()
    assert sealed(office) == {first: True, second: False, third: False}
    assert [each.code for each in office.reviews()] == ["cloned_device"]
    assert office.reviews()[0].detail in (f"also_alive={second.hex()}", f"also_alive={third.hex()}")


def test_nobody_ends_the_journal_of_another(office: OfficeWorld, make_kiosk: Callable[..., Kiosk]) -> None:
    mine, theirs = make_kiosk("mine"), make_kiosk("theirs")
    theirs.sell(1)
    theirs.push_all()
    begin(mine, theirs.journal_id)
    mine.push_all()
    assert not sealed(office)[theirs.journal_id]


def test_a_device_that_is_enrolled_once_more_ends_what_it_wrote(office: OfficeWorld, kiosk: Kiosk) -> None:
    kiosk.sell(1)
    kiosk.push_all()
    second = secrets.token_bytes(16)
    write_first(kiosk, second, OPENED, JournalOpened(second, "kiosk", kiosk.site))
    kiosk.push_all()
    assert sealed(office) == {kiosk.journal_id: True, second: False}
    assert office.reviews() == []


def begin(kiosk: Kiosk, before: bytes) -> bytes:
    """A new journal in the kiosk's file, which names another one as the one before it."""
    journal_id = secrets.token_bytes(16)
    head = kiosk.journal.head
    opened = OpenedAfter(
        journal_id, "kiosk", kiosk.site, Before(before, head.seq, head.hash, "journal_sealed")
    )
    write_first(kiosk, journal_id, OPENED_AFTER, opened)
    return journal_id


def write_first(kiosk: Kiosk, journal_id: bytes, kind: tuple[str, int], body: msgspec.Struct) -> None:
    with kiosk.other_journal(journal_id) as journal, journal.writing() as writing:
        writing.append(*kind, body, at=moment(1))


def sealed(office: OfficeWorld) -> dict[bytes, bool]:
    """Which of the kiosks' journals are."""
    rows = office._ask("SELECT journal_id, sealed FROM journals WHERE device_id IS NOT NULL")
    return {row.journal_id: bool(row.sealed) for row in rows}


def _granted(office: OfficeWorld, journal_id: bytes) -> int:
    rows = office._ask(
        "SELECT sum(granted) FROM grants WHERE journal_id = :journal_id", journal_id=journal_id
    )
    return int(rows[0][0] or 0)
