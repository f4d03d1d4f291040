"""An alarm does not wait behind a week of lunches: the office hears of it with the first batch, and once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
import sqlalchemy as sa

from drivers.outlets.contracts import AlarmKind
from kiosk.ledger.audit.recovery import RECOVERED, Recovered
from kiosk.ledger.posting import JournalKey
from kiosk.ledger.records import genesis_hash
from kiosk.services.charging.items import SocketPlace
from kiosk.services.charging.records import (
    CHARGING_ALARM,
    CHARGING_CLEARED,
    ChargingAlarm,
    ChargingCleared,
)
from sync.errors import OfficeBusy
from sync.office.intake import notices
from sync.office.keys.devices import Device
from sync.office.services.charging.alarms.ahead import alarms_ahead, shuts
from sync.office.services.charging.alarms.log import OpenAlarm, acknowledge, open_alarms
from sync.office.serving.telling import alert
from sync.office.store.database import reading, writing
from sync.office.store.tables import notices as kept
from sync.stages import batching
from sync.wire import messages
from sync.wire.messages import MAX_NOTICES, Ack, Notice, Push
from tests.office.charging.test_alerts import told, written_to
from tests.sync.batches import ask, batch
from tests.sync.carried.carrying import Courier
from tests.sync.world import SITE, Kiosk, OfficeWorld, eventually, moment, open_world
from tests.waiting import PATIENCE_S

A_BATCH = 20
A_WEEK = 3 * A_BATCH


@pytest.fixture(autouse=True)
def _small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batching, "MAX_BATCH_RECORDS", A_BATCH)


def smoke(kiosk: Kiosk, socket: int = 1, kind: AlarmKind = AlarmKind.SMOKE) -> int:
    """An alarm at a socket; returns its number in the journal."""
    kiosk.write(*CHARGING_ALARM, ChargingAlarm(SITE, "shed", socket, kind, True))
    return kiosk.journal.head.seq


def open_at(office: OfficeWorld) -> list[OpenAlarm]:
    with reading(office.office.engine) as connection:
        return open_alarms(connection, office.office.region_id, most=None)


def is_shut(office: OfficeWorld) -> bool:
    with reading(office.office.engine) as connection:
        rows = alarms_ahead(connection, office.office.region_id)
    return shuts(rows, SITE, SocketPlace(box="shed", number=1, label="A1"))


def noticing(kiosk: Kiosk, *said: Notice) -> Push:
    """The kiosk's first record, and these notices."""
    raws = [raw for _seq, raw, _hash in kiosk.agent.push_stage.file.after(kiosk.journal_id, 0, 1)]
    first = batch(1, genesis_hash(kiosk.journal_id), raws)
    return msgspec.structs.replace(first, notices=messages.encode(said))


def test_smoke_behind_a_week_of_lunches_is_told_with_the_first_batch_and_once(
    tmp_path: Path, database_url: str
) -> None:
    said = tmp_path / "said"
    with open_world(tmp_path / "office", database_url, alert_command=written_to(said)) as office:
        kiosk = Kiosk(tmp_path / "kiosk", office)
        kiosk.sell(A_WEEK)
        seq = smoke(kiosk)
        assert [each.records for each in kiosk.push()] == [A_BATCH]
        (heard,) = open_at(office)
        assert (heard.seq, heard.site, heard.is_ahead) == (seq, SITE, True)
        alert(office.office)
        assert [(each["site"], each["alarm"]) for each in told(said)] == [(SITE, "smoke")]

        kiosk.start_again()
        kiosk.push_all()
        alert(office.office)
        assert [each.is_ahead for each in open_at(office)] == [False]
        assert len(told(said)) == 1
        assert office.count(kept) == 0
        assert not [each for each in office.reviews() if each.code == notices.DIFFERS]
        assert office.discrepancies() == []
        kiosk.close()


def test_where_the_cable_is_cut_after_the_first_batch_a_clerk_has_it_and_knows_its_record_is_to_come(
    office: OfficeWorld, kiosk: Kiosk
) -> None:
    kiosk.sell(A_WEEK)
    seq = smoke(kiosk)
    kiosk.push()
    assert [each.is_ahead for each in open_at(office)] == [True]
    assert is_shut(office)
    with writing(office.office.engine) as connection:
        acknowledge(connection, kiosk.journal.key, seq, "chen", office.office.now_ms())
        acknowledge(connection, kiosk.journal.key, seq + 1, "chen", office.office.now_ms())
    assert open_at(office) == []
    assert office.head_seq(kiosk.journal_id) == A_BATCH  # and no money came before its turn
    kiosk.push_all()
    assert open_at(office) == []  # it was seen, whichever way it came


def test_what_a_technician_cleared_since_is_known_with_the_alarm(office: OfficeWorld, kiosk: Kiosk) -> None:
    kiosk.sell(A_BATCH)
    seq = smoke(kiosk)
    cleared = ChargingCleared(SITE, "shed", 0, "", "dust", kiosk.journal_id, seq)
    kiosk.write(*CHARGING_CLEARED, cleared)
    kiosk.push()
    assert len(open_at(office)) == 1  # until a clerk has seen it
    assert not is_shut(office)


def test_an_alarm_does_not_wait_at_a_full_door(
    office: OfficeWorld, kiosk: Kiosk, monkeypatch: pytest.MonkeyPatch
) -> None:
    kiosk.sell(A_WEEK)
    smoke(kiosk)
    monkeypatch.setattr(office.office.gate, "_admit", lambda: False)
    with pytest.raises(OfficeBusy):
        kiosk.push()
    assert len(open_at(office)) == 1
    assert office.head_seq(kiosk.journal_id) == 0


def test_an_alarm_does_not_wait_for_the_time_that_a_busy_office_promised(
    office: OfficeWorld, kiosk: Kiosk, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent_away = threading.Event()

    def send_away() -> bool:
        sent_away.set()
        return False

    monkeypatch.setattr(office.office.gate, "_admit", send_away)
    monkeypatch.setattr(office.office.gate, "_promise_ms", lambda: 3_600_000)
    running = threading.Thread(target=kiosk.agent.run)
    running.start()
    try:
        kiosk.sell(1)
        assert sent_away.wait(PATIENCE_S)
        smoke(kiosk)
        assert eventually(lambda: len(open_at(office)) == 1)
        assert office.head_seq(kiosk.journal_id) == 0
    finally:
        kiosk.agent.stop()
        office.office.news.close()  # for which it waits
        running.join(PATIENCE_S)


def test_a_flood_of_alarms_is_told_in_lots_each_once_and_none_waits_for_its_batch(
    office: OfficeWorld, kiosk: Kiosk, monkeypatch: pytest.MonkeyPatch
) -> None:
    kiosk.sell(A_WEEK)
    for number in range(3 * MAX_NOTICES):
        smoke(kiosk, number)
    lots: list[int] = []
    heard = notices.hear

    def hear(connection: sa.Connection, device: Device, key: JournalKey, said: list[Notice], at: int) -> None:
        lots.append(len(said))
        heard(connection, device, key, said, at)

    monkeypatch.setattr(notices, "hear", hear)
    for _ in range(2):
        kiosk.agent.push_stage.tell_urgent(kiosk.transport, kiosk.enrolment.pinned)
    assert lots == 3 * [MAX_NOTICES]
    assert len(open_at(office)) == 3 * MAX_NOTICES
    assert office.head_seq(kiosk.journal_id) == 0


@pytest.mark.parametrize("was_told", [True, False])
def test_where_its_journal_is_damaged_before_its_record_came_it_is_told_once(
    tmp_path: Path, database_url: str, *, was_told: bool
) -> None:
    """The kiosk goes on in a journal of another name, and enters there what the office has not got."""
    said = tmp_path / "said"
    with open_world(tmp_path / "office", database_url, alert_command=written_to(said)) as office:
        kiosk = Kiosk(tmp_path / "kiosk", office)
        kiosk.sell(A_BATCH)
        seq = smoke(kiosk)
        alarm = Recovered(kiosk.journal_id, seq, kiosk.last_raw(), "journal_damaged")
        if was_told:
            kiosk.push()
            alert(office.office)
            assert [(each.seq, each.is_ahead) for each in open_at(office)] == [(seq, True)]
        left, next_id = kiosk.journal.key, bytes(range(16))
        with kiosk.other_journal(next_id) as journal, journal.writing() as writing_:
            for _ in range(A_BATCH):
                ended = ChargingAlarm(SITE, "shed", 9, AlarmKind.SMOKE, False)
                writing_.append(*CHARGING_ALARM, ended, at=moment(writing_.head.seq + 1))
            writing_.append(*RECOVERED, alarm, at=moment(writing_.head.seq + 1))

        def push() -> None:
            kiosk.agent.push_stage._turn(kiosk.transport, kiosk.enrolment.pinned, next_id, False)

        push()
        alert(office.office)
        (ahead,) = open_at(office)
        assert (ahead.journal, ahead.seq, ahead.is_ahead) == (left.journal_id.hex(), seq, True)
        push()
        alert(office.office)
        (booked,) = open_at(office)
        assert (booked.journal, booked.seq, booked.is_ahead) == (left.journal_id.hex(), seq, False)
        assert office.count(kept) == 0
        assert len(told(said)) == 1
        with writing(office.office.engine) as connection:
            acknowledge(connection, left, seq, "chen", office.office.now_ms())
        assert open_at(office) == []
        kiosk.close()


def test_it_goes_by_stick_even_where_an_older_stick_was_never_carried_on(
    office: OfficeWorld, kiosk: Kiosk, tmp_path: Path
) -> None:
    courier = Courier(tmp_path / "stick")
    kiosk.sell(A_WEEK)
    courier.at_kiosk(kiosk)
    smoke(kiosk)
    courier.at_kiosk(kiosk)
    first, *later = courier.names(".push")
    for name in later:
        (courier.folder / name).unlink()
    courier.at_office(office)
    assert office.head_seq(kiosk.journal_id) == A_BATCH, first
    assert [each.is_ahead for each in open_at(office)] == [True]


def test_a_flood_of_alarms_takes_little_room_and_the_newest_are_told(
    office: OfficeWorld, kiosk: Kiosk, monkeypatch: pytest.MonkeyPatch
) -> None:
    kiosk.sell(A_BATCH)
    for number in range(3 * MAX_NOTICES):
        smoke(kiosk, number)
    smoke(kiosk, 1, AlarmKind.BOX_FAULT)  # nobody has to run
    monkeypatch.setattr(notices, "MOST_AHEAD", MAX_NOTICES - 1)
    kiosk.push()
    assert office.count(kept) == MAX_NOTICES - 1
    last = kiosk.journal.head.seq - 1
    assert {each.seq for each in open_at(office)} == {*range(last - MAX_NOTICES + 2, last + 1)}
    kiosk.push_all()
    assert len(open_at(office)) == 3 * MAX_NOTICES
    assert office.count(kept) == 0


def test_a_notice_whose_record_says_something_else_is_a_persons_matter(
    office: OfficeWorld, kiosk: Kiosk
) -> None:
    kiosk.sell(1)
    smoke(kiosk)
    told_raw = kiosk.last_raw()
    kiosk.write(*CHARGING_ALARM, ChargingAlarm(SITE, "shed", 2, AlarmKind.SMOKE, False))
    other = told_raw.replace(b"smoke", b"water")
    assert isinstance(ask(kiosk, noticing(kiosk, Notice(2, other), Notice(2, told_raw))), Ack)
    assert [each.kind for each in open_at(office)] == [AlarmKind.WATER]  # the first that was told of a number
    kiosk.push_all()
    assert [each.kind for each in open_at(office)] == [AlarmKind.SMOKE]
    assert [(each.seq, each.code) for each in office.reviews()] == [(2, notices.DIFFERS)]


@pytest.mark.parametrize("said", [b"\xc1", b"\x91\x92\x01\xa0", messages.encode([Notice(9, b"no record")])])
def test_what_cannot_be_read_of_it_hinders_no_batch(office: OfficeWorld, kiosk: Kiosk, said: bytes) -> None:
    kiosk.sell(1)
    push = msgspec.structs.replace(noticing(kiosk), notices=said)
    assert isinstance(ask(kiosk, push), Ack)
    assert office.head_seq(kiosk.journal_id) == 1
    assert office.count(kept) == 0


def test_only_what_is_urgent_has_not_come_and_is_of_ones_own_journal_is_kept(
    office: OfficeWorld, kiosk: Kiosk, make_kiosk: Callable[..., Kiosk]
) -> None:
    kiosk.sell(1)
    meal = kiosk.last_raw()
    smoke(kiosk)
    raw = kiosk.last_raw()
    kiosk.push_all()
    come, misplaced, meal_told = Notice(2, raw), Notice(3, raw), Notice(1, meal)
    assert isinstance(ask(kiosk, noticing(kiosk, come, misplaced, meal_told)), Ack)
    stranger = make_kiosk("stranger")
    with pytest.raises(Exception, match="not_your_journal"):
        key = stranger.agent.key
        ask(kiosk, noticing(kiosk, Notice(5, raw.replace(b"\x02", b"\x05", 1))), key)
    assert office.count(kept) == 0
    assert len(open_at(office)) == 1


def test_an_older_office_reads_a_push_without_its_notices() -> None:
    class OldPush(msgspec.Struct, array_like=True):
        first_seq: int
        previous_hash: bytes
        head_hash: bytes
        claimed_seq: int
        dictionary: int
        records: bytes

    push = Push(1, bytes(8), bytes(32), 4, 1, b"records", b"notices")
    old = messages.decode_request(messages.encode(push), OldPush)
    assert old == OldPush(1, bytes(8), bytes(32), 4, 1, b"records")
    assert messages.decode_request(messages.encode(old), Push).notices == b""
