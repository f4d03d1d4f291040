"""The tap loop gives every card one answer, whatever comes."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import replace

import msgspec
import pytest
import sqlalchemy as sa

from drivers.contracts import (
    Authentication,
    CardFamily,
    CardTap,
    CardWritten,
    CodeScan,
    Content,
    ReadFailure,
    Trouble,
)
from kiosk.app import Kiosk, create_app
from kiosk.catalogue.items import Kind
from kiosk.common.outcomes import Outcome, Tone
from kiosk.ledger.records import Record, decode
from kiosk.people.cards import CardLevel, CardPersonalisation, nfc_token
from kiosk.people.records import CARD_REFUSED, CardRefused, decode_refused
from kiosk.services.canteen.actions import Canteen
from kiosk.services.canteen.records import decode_meal
from kiosk.services.cards.actions import Cards
from kiosk.services.cards.records import CARD_WRITTEN, decode_written
from kiosk.services.cards.records import CardWritten as Written
from kiosk.services.till.actions import Till
from tests.factories import SITE, World, card, resident, uid_of
from tests.waiting import PATIENCE_S


@pytest.fixture
def kiosk(world: World) -> Iterator[Kiosk]:
    made = create_app(world.settings(), lambda *_: [], world.time.source())
    made.look()
    made.taps.start()
    yield made
    made._looker.start()
    made.stop()


def chip(number: int, at_ms: int = 0) -> CardTap:
    return CardTap(uid_of(number), CardFamily.TYPE2, Authentication.NOT_OFFERED, None, at_ms)


def answer(kiosk: Kiosk, event: object) -> Outcome:
    with kiosk.board.watching() as news:
        kiosk.taps.events.put(event)
        outcome = news.get(timeout=PATIENCE_S).outcome
    assert outcome is not None
    return outcome


def records(kiosk: Kiosk) -> int:
    return kiosk.counter().journal.head.seq


def last_record(kiosk: Kiosk) -> Record:
    with kiosk.counter().journal.engine.connect() as connection:
        raw = connection.execute(sa.text("SELECT raw FROM records ORDER BY seq DESC LIMIT 1")).scalar_one()
    return decode(raw)


def test_a_card_that_slips_on_the_reader_is_one_tap(world: World, kiosk: Kiosk) -> None:
    world.add(resident())
    first = answer(kiosk, chip(1001, 0))
    again = answer(kiosk, chip(1001, 900))
    later = answer(kiosk, chip(1001, 9000))
    assert (first.code, again, later.code) == ("served", first, "already_served")
    assert len(kiosk.board.recent) == 2


def test_a_card_laid_down_again_is_answered_once_more_slowly_and_takes_nothing(
    world: World, kiosk: Kiosk
) -> None:
    world.add(resident())
    first = answer(kiosk, chip(1001, 0))
    written = records(kiosk)
    again = [answer(kiosk, chip(1001, at_ms)) for at_ms in (1500, 13_499)]
    assert again == [msgspec.structs.replace(first, again=True)] * 2
    assert records(kiosk) == written
    assert kiosk.board.recent == [first]
    assert answer(kiosk, chip(1001, 13_499 + 12_000)).code == "already_served"
    assert records(kiosk) == written


def test_after_the_staff_did_something_the_card_is_answered_anew(world: World, kiosk: Kiosk) -> None:
    world.add(resident())
    served = answer(kiosk, chip(1001, 0))
    kiosk.desk.act(lambda counter: counter[Till].undo(served.receipt, "undo"))
    assert answer(kiosk, chip(1001, 3000)).receipt not in ("", served.receipt)


def test_another_card_in_between_is_no_slip(world: World, kiosk: Kiosk) -> None:
    world.add(resident(1001))
    world.add(resident(1002))
    codes = [answer(kiosk, chip(number, n)).code for n, number in enumerate((1001, 1002, 1001))]
    assert codes == ["served", "served", "already_served"]


def test_who_was_refused_is_shown_all_the_same(world: World, kiosk: Kiosk) -> None:
    world.without_courtesy()
    world.add(resident(), fen=100)
    outcome = answer(kiosk, chip(1001))
    assert (outcome.code, outcome.tone) == ("not_enough_money", Tone.STOP)
    assert outcome.person is not None
    assert outcome.person.resident_id == 1001


def test_staff_see_whose_card_a_refused_chip_was(world: World, kiosk: Kiosk) -> None:
    world.add(resident(), card(level=CardLevel.AUTHENTICATED))
    outcome = answer(kiosk, replace(chip(1001), complete_reads=2))
    assert outcome.code == "card_copied"
    assert outcome.person is not None
    assert outcome.person.resident_id == 1001


@pytest.mark.parametrize(
    ("uid", "code"), [("08A1B2C3", "chip_number_changes"), ("012E4CD2A1B3C4D5", "chip_number_unusable")]
)
def test_a_phone_is_not_offered_to_be_given_to_somebody(kiosk: Kiosk, uid: str, code: str) -> None:
    outcome = answer(kiosk, replace(chip(1001), uid=bytes.fromhex(uid)))
    assert (outcome.code, outcome.chip, outcome.tone) == (code, "", Tone.TOLD)


def test_a_copy_that_is_tried_again_and_again_is_written_down_once_a_day(world: World, kiosk: Kiosk) -> None:
    world.add(resident(), card(level=CardLevel.AUTHENTICATED))
    before = records(kiosk)
    failed = replace(chip(1001), authentication=Authentication.FAILED, complete_reads=2)
    copy = [replace(failed, monotonic_ms=10_000 * n) for n in range(7)]
    assert {answer(kiosk, event).code for event in copy[:5]} == {"card_copied"}
    assert records(kiosk) == before + 1
    record = last_record(kiosk)
    assert ((record.kind, record.version), record.postings) == (CARD_REFUSED, ())
    assert decode_refused(record.body) == CardRefused(1001, 1001, SITE, "card_copied")
    world.time.advance(hours=24)
    assert {answer(kiosk, event).code for event in copy[5:]} == {"card_copied"}
    assert records(kiosk) == before + 2
    genuine = replace(chip(1001, 90_000), authentication=Authentication.PASSED)
    served = answer(kiosk, genuine)
    assert (served.code, served.result.balance_fen) == ("served", 10_000 - served.result.own_fen)


def test_an_accusation_is_not_repeated_to_who_lays_down_the_real_card(world: World, kiosk: Kiosk) -> None:
    world.add(resident(), card(level=CardLevel.AUTHENTICATED))
    failed = replace(chip(1001), authentication=Authentication.FAILED, complete_reads=2)
    assert answer(kiosk, failed).code == "card_copied"
    genuine = replace(chip(1001, 200), authentication=Authentication.PASSED)
    assert answer(kiosk, genuine).code == "served"


def test_a_read_that_failed_accuses_nobody_and_writes_nothing(world: World, kiosk: Kiosk) -> None:
    world.add(resident(), card(level=CardLevel.AUTHENTICATED))
    before = records(kiosk)
    torn = replace(chip(1001), complete_reads=0)
    assert not kiosk.suffices(torn)
    outcome = answer(kiosk, torn)
    assert (outcome.code, outcome.tone) == ("card_unreadable", Tone.TOLD)
    assert records(kiosk) == before


def test_the_second_of_two_cards_is_asked_for_and_the_first_is_not_told_that_nothing_was_taken(
    world: World, kiosk: Kiosk
) -> None:
    world.add(resident())
    assert answer(kiosk, chip(1001)).code == "served"
    before = records(kiosk)
    told = answer(kiosk, ReadFailure(Trouble.TWO_CARDS, None, 100))
    assert (told.code, told.tone, told.person and told.person.resident_id) == ("one_of_two", Tone.TOLD, 1001)
    assert answer(kiosk, chip(1001, 1_900)).code == "already_served"
    assert records(kiosk) == before
    world.time.advance(seconds=3)
    assert answer(kiosk, ReadFailure(Trouble.TWO_CARDS, None, 3_000)).code == "two_cards"


def test_what_the_chip_counted_is_written_beside_the_meal(world: World, kiosk: Kiosk) -> None:
    world.add(resident())
    assert answer(kiosk, replace(chip(1001), counter=41)).code == "served"
    assert decode_meal(last_record(kiosk).body).counter == 41


@pytest.mark.parametrize(
    ("event", "code"),
    [
        (chip(7), "card_unknown"),
        (ReadFailure(Trouble.LIFTED, uid_of(1001), 0), "card_unreadable"),
        (ReadFailure(Trouble.UNREADABLE, None, 0), "card_unreadable"),
        (ReadFailure(Trouble.NOISE, None, 0), "code_mangled"),
        (ReadFailure(Trouble.TWO_CARDS, None, 0), "two_cards"),
        (ReadFailure(Trouble.FOREIGN, None, 0), "card_foreign"),
        (CodeScan("https://example.com", 0), "code_unreadable"),
        (CodeScan("", 0), "code_unreadable"),
        (CodeScan("NC1:%%%", 0), "code_mangled"),
    ],
)
def test_what_is_no_good_card_gets_its_own_answer(kiosk: Kiosk, event: object, code: str) -> None:
    before = records(kiosk)
    assert answer(kiosk, event).code == code
    assert records(kiosk) == before


def test_a_card_laid_down_again_after_it_could_not_be_read_is_served(world: World, kiosk: Kiosk) -> None:
    world.add(resident())
    answer(kiosk, ReadFailure(Trouble.LIFTED, uid_of(1001), 0))
    assert answer(kiosk, chip(1001, 10)).code == "served"


def test_an_expired_card_names_its_last_day(world: World, kiosk: Kiosk) -> None:
    from datetime import date

    world.add(resident(), card(last_day=date(2026, 1, 31)))
    assert vars(answer(kiosk, chip(1001)).result) == {"last_day": "2026-01-31"}


def test_a_disk_that_takes_nothing_stops_the_sale_and_says_so(world: World, kiosk: Kiosk) -> None:
    world.add(resident())
    journal = kiosk.counter().journal

    @sa.event.listens_for(journal.engine, "connect")
    def frozen(connection: sqlite3.Connection, _record: object) -> None:
        connection.execute("PRAGMA query_only=1")

    journal._reconnect()
    before = records(kiosk)
    outcome = answer(kiosk, chip(1001))
    assert (outcome.code, outcome.tone, outcome.again_helps) == ("journal_unwritable", Tone.STOP, True)
    assert records(kiosk) == before


def test_a_defect_in_our_own_code_does_not_end_the_loop(
    world: World, kiosk: Kiosk, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.add(resident())
    with monkeypatch.context() as patch:
        patch.setattr(kiosk.counter()[Canteen], "answer", lambda *_: 1 / 0)
        assert answer(kiosk, chip(1001)).code == "internal_error"
    assert answer(kiosk, chip(1001, 1)).code == "served"


EMPTY = bytes.fromhex("04AB0000000001")


def give(world: World, kiosk: Kiosk) -> None:
    """An empty chip becomes somebody's card, and the office signs for it."""
    world.add(resident())
    kiosk.desk.act(lambda counter: counter[Cards].issue(nfc_token(EMPTY), 1001, "request"))
    world.publish(
        Kind.PERSONALISATION,
        {nfc_token(EMPTY): CardPersonalisation(token=nfc_token(EMPTY), record=b"signed")},
    )


def laid_down(at_ms: int) -> CardTap:
    return CardTap(EMPTY, CardFamily.NTAG21X, Authentication.NOT_OFFERED, None, at_ms)


def test_a_new_card_that_was_written_is_told_to_staff_who_wait_for_it(world: World, kiosk: Kiosk) -> None:
    give(world, kiosk)
    ordered = kiosk.personalisation(EMPTY)
    assert ordered is not None and ordered.record == b"signed"
    assert answer(kiosk, laid_down(0)).code == "card_being_written"
    assert answer(kiosk, CardWritten(EMPTY, Content.RECORD, 0)).code == "card_written"
    record = last_record(kiosk)
    assert (record.kind, record.version) == CARD_WRITTEN
    assert decode_written(record.body) == Written(nfc_token(EMPTY), 1001, CardLevel.SIGNED)
    assert kiosk.personalisation(EMPTY) is None
    assert answer(kiosk, laid_down(9000)).code == "served"


def test_a_card_written_while_the_meal_is_paid_leaves_the_answer_on_the_screen(
    world: World, kiosk: Kiosk
) -> None:
    give(world, kiosk)
    world.add(resident(1002))
    answer(kiosk, chip(1002))
    served = answer(kiosk, laid_down(0))
    kiosk.taps.events.put(CardWritten(EMPTY, Content.KEYS, 0))
    assert answer(kiosk, laid_down(9000)).code == "already_served"
    assert [each.code for each in kiosk.board.recent[:2]] == ["already_served", served.code]
    assert kiosk.personalisation(EMPTY) is None


def test_a_report_about_a_card_nobody_knows_does_not_end_the_loop(world: World, kiosk: Kiosk) -> None:
    world.add(resident())
    kiosk.taps.events.put(CardWritten(EMPTY, Content.RECORD, 0))
    assert answer(kiosk, chip(1001)).code == "served"
