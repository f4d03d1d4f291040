"""A kiosk without any network: its days go to the office on a memory stick, and the answers come back."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from kiosk.catalogue.items import Kind
from kiosk.ledger import tables
from kiosk.ledger.accounts import own_money
from kiosk.people.cards import Block, CardStatus
from kiosk.services.canteen.items import MENU, Menu, menu_key
from kiosk.store.files import write_whole
from sync.bundle.stick import FOLDER, MAX_FILE_BYTES, Stick
from sync.cli import main
from sync.errors import StickFailing, StickFull
from sync.office.catalogue.publishing import Change, publish_all
from sync.office.cli import main as office_main
from sync.office.store.database import writing
from sync.wire import compression, messages
from tests.sync.carried.carrying import Courier
from tests.sync.world import PRICE_FEN, Kiosk, OfficeWorld


@pytest.fixture
def courier(tmp_path: Path) -> Courier:
    return Courier(tmp_path / "stick")


def test_a_week_without_a_network_is_carried_there_and_back(
    office: OfficeWorld, kiosk: Kiosk, courier: Courier
) -> None:
    office.resident(1, opening_fen=1_300_000)
    kiosk.sell(1200)
    assert courier.at_kiosk(kiosk).written == 4  # a pull, and three batches
    assert office.count(tables.records) == 1  # the opening balance
    came = courier.at_office(office)
    assert (came.read, came.written, came.findings) == (4, 4, 0)
    assert office.head_seq(kiosk.journal_id) == 1200
    assert office.balance_fen(own_money(1)) == 1_300_000 - 1200 * PRICE_FEN
    assert kiosk.acked_seq() == 0
    back = courier.at_kiosk(kiosk)
    assert (back.read, back.findings) == (4, 0)
    assert kiosk.acked_seq() == 1200
    grant = kiosk.catalogue.grant(own_money(1))
    assert grant is not None
    assert grant.granted == 1_300_000 - 4500  # but what is kept back for visits
    contact = kiosk.catalogue.contact(kiosk.journal_id)
    assert contact.acked_seq == 1200
    assert contact.heard.at_ms > 0
    assert courier.names() == courier.names(".pull")  # nothing is left but the next pull
    assert courier.told == office.reviews() == office.discrepancies() == []


def test_nobody_who_finds_the_stick_can_read_it(office: OfficeWorld, kiosk: Kiosk, courier: Courier) -> None:
    office.publish(MENU, "m", Menu(dishes=("豆腐",)))
    kiosk.sell(1)
    raw = kiosk.last_raw()
    courier.at_kiosk(kiosk)
    courier.at_office(office)
    everything = b"".join(path.read_bytes() for path in courier.folder.iterdir())
    assert raw[-20:] not in everything
    assert "豆腐".encode() not in everything
    assert kiosk.journal_id not in everything
    assert len(courier.names(".ack", ".page")) == 2


def test_a_large_catalogue_goes_back_page_by_page(
    office: OfficeWorld, kiosk: Kiosk, courier: Courier
) -> None:
    _publish_menus(office, 700)
    courier.at_kiosk(kiosk)
    courier.at_office(office)
    pages = courier.names(".page")
    assert len(pages) == 3
    gap = courier.folder / pages[1]
    kept = gap.read_bytes()
    gap.unlink()
    shutil.copytree(courier.path, courier.path.with_name("copy"))
    courier.at_kiosk(kiosk)
    assert kiosk.agent.cursor.position().in_snapshot  # the first page, and no other
    courier.at_office(office)
    courier.at_kiosk(kiosk)
    assert not kiosk.agent.cursor.position().in_snapshot
    before = kiosk.agent.cursor.position()
    other = Courier(courier.path.with_name("copy"))
    (other.folder / pages[1]).write_bytes(kept)
    assert other.at_kiosk(kiosk).read == 0  # overtaken
    assert kiosk.agent.cursor.position() == before
    assert other.told == []


def test_pages_in_any_order_are_applied_in_theirs(
    office: OfficeWorld, kiosk: Kiosk, courier: Courier
) -> None:
    _publish_menus(office, 700)
    courier.at_kiosk(kiosk)
    courier.at_office(office)
    first, second, third = (courier.folder / name for name in courier.names(".page"))
    kept = first.read_bytes()
    third.replace(first)
    second.replace(third)
    second.write_bytes(kept)
    assert courier.at_kiosk(kiosk).read == 3
    assert len(kiosk.agent.cursor.office_keys()) == 1
    assert kiosk.catalogue.item(MENU, menu_key("x", "y", "z")) is None
    assert not kiosk.agent.cursor.position().in_snapshot


def _publish_menus(office: OfficeWorld, count: int) -> None:
    with writing(office.office.engine) as connection:
        menus = (Change(MENU, f"m{n}", Menu(dishes=(str(n),))) for n in range(count))
        publish_all(connection, office.office.region_id, menus)


def test_the_stick_may_be_read_twice_at_both_ends(
    office: OfficeWorld, kiosk: Kiosk, courier: Courier
) -> None:
    kiosk.sell(7)
    courier.at_kiosk(kiosk)
    for _ in range(2):
        assert courier.at_office(office).findings == 0
    copy = Courier(courier.path.with_name("copy"))
    shutil.copytree(courier.folder, copy.folder)
    for each in (courier, copy, courier):
        assert each.at_kiosk(kiosk).findings == 0
    assert office.balance_fen(own_money(1)) == -7 * PRICE_FEN
    assert kiosk.acked_seq() == office.head_seq(kiosk.journal_id) == 7


def test_a_network_that_comes_back_meanwhile_does_no_harm(
    office: OfficeWorld, kiosk: Kiosk, courier: Courier
) -> None:
    kiosk.sell(5)
    courier.at_kiosk(kiosk)
    courier.at_office(office)
    kiosk.sell(5)
    kiosk.push_all()
    kiosk.pull_all()
    before = kiosk.agent.cursor.position()
    assert courier.at_kiosk(kiosk).findings == 0
    assert kiosk.acked_seq() == office.head_seq(kiosk.journal_id) == 10
    assert kiosk.agent.cursor.position() == before


def test_one_stick_serves_several_kiosks(
    office: OfficeWorld, make_kiosk: Callable[..., Kiosk], courier: Courier
) -> None:
    here, there = make_kiosk("here"), make_kiosk("there", site="elsewhere")
    here.sell(3)
    there.sell(4)
    courier.at_kiosk(here)
    assert courier.at_kiosk(there).left_alone == 2
    assert courier.at_office(office).read == 4
    assert (office.head_seq(here.journal_id), office.head_seq(there.journal_id)) == (3, 4)
    assert courier.at_kiosk(here).left_alone == 4
    assert courier.at_kiosk(there).read == 2
    assert (here.acked_seq(), there.acked_seq()) == (3, 4)
    assert courier.told == []


def test_the_block_list_comes_by_stick(office: OfficeWorld, kiosk: Kiosk, courier: Courier) -> None:
    office.publish(Kind.BLOCK, "nfc:04", Block(token="nfc:04", status=CardStatus.LOST))
    courier.there_and_back(kiosk, office)
    assert kiosk.catalogue.block("nfc:04") is not None


def test_an_answer_by_stick_says_nothing_about_the_clock(
    office: OfficeWorld, kiosk: Kiosk, courier: Courier
) -> None:
    kiosk.sell(1)
    courier.there_and_back(kiosk, office)
    assert kiosk.catalogue.heard().boot_id == ""
    kiosk.pull_all()
    heard = kiosk.catalogue.heard()
    assert heard.boot_id
    kiosk.sell(1)
    courier.there_and_back(kiosk, office)
    assert kiosk.catalogue.heard() == heard
    assert kiosk.catalogue.contact(kiosk.journal_id).acked_seq == 2


def test_an_office_that_lost_records_asks_for_them_by_stick(
    office: OfficeWorld, kiosk: Kiosk, courier: Courier
) -> None:
    kiosk.sell(4)
    kiosk.agent.cursor.move(kiosk.journal_id, 3)  # so the kiosk believes
    courier.there_and_back(kiosk, office)
    assert kiosk.acked_seq() == 0
    courier.there_and_back(kiosk, office)
    assert kiosk.acked_seq() == office.head_seq(kiosk.journal_id) == 4


def test_a_revoked_kiosk_is_told_no_by_stick(office: OfficeWorld, kiosk: Kiosk, courier: Courier) -> None:
    kiosk.sell(1)
    courier.at_kiosk(kiosk)
    office.revoke(bytes.fromhex(kiosk.enrolment.device_id))
    assert courier.at_office(office).findings == 2
    assert all("refused: revoked" in each for each in courier.told)
    assert courier.at_kiosk(kiosk).findings == 2
    assert (kiosk.acked_seq(), office.head_seq(kiosk.journal_id)) == (0, 0)
    assert kiosk.agent.cursor.position().cursors == (0, 0)


def test_a_kiosk_the_office_does_not_know_gets_no_answer(
    office: OfficeWorld, kiosk: Kiosk, courier: Courier
) -> None:
    courier.at_kiosk(kiosk)
    with office.office.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM devices")
    assert courier.at_office(office).findings == 1
    assert "unknown_key" in courier.told[0]
    assert courier.names(".ack", ".page") == []


def test_a_record_changed_since_is_found_out_by_stick(
    office: OfficeWorld, kiosk: Kiosk, courier: Courier
) -> None:
    kiosk.sell(3)
    courier.at_kiosk(kiosk)
    courier.at_office(office)
    with kiosk.journal.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE records SET hash = zeroblob(32) WHERE seq = 3")
    assert courier.at_kiosk(kiosk).findings == 1
    assert "journal_damaged: at record 3" in courier.told[0]
    assert kiosk.acked_seq() == 2


def test_a_kiosk_that_believes_the_office_ahead_asks_by_stick(
    office: OfficeWorld, kiosk: Kiosk, courier: Courier
) -> None:
    kiosk.sell(3)
    kiosk.push_all()
    kiosk.agent.cursor.move(kiosk.journal_id, 5)  # more than it has
    courier.there_and_back(kiosk, office)
    assert kiosk.acked_seq() == 3


@pytest.mark.parametrize("how", ["cut", "flipped", "foreign", "huge", "empty"])
def test_a_damaged_file_is_named_and_skipped(
    office: OfficeWorld, kiosk: Kiosk, courier: Courier, how: str
) -> None:
    kiosk.sell(600)
    courier.at_kiosk(kiosk)
    damaged = courier.names(".push")[0]
    _damage(courier.folder / damaged, how)
    came = courier.at_office(office)
    assert came.findings == 1
    assert courier.told[0].startswith(f"{damaged}: garbled: ")
    assert office.head_seq(kiosk.journal_id) == 0  # the second joins on nowhere yet
    for _ in range(2):
        courier.there_and_back(kiosk, office)
    assert kiosk.acked_seq() == office.head_seq(kiosk.journal_id) == 600


def _damage(path: Path, how: str) -> None:
    content = path.read_bytes()
    path.write_bytes(
        {
            "cut": content[:-1],
            "flipped": content[:100] + bytes([content[100] ^ 1]) + content[101:],
            "foreign": b"holiday",
            "huge": content + bytes(MAX_FILE_BYTES),
            "empty": b"",
        }[how]
    )


def test_files_of_people_are_left_alone(office: OfficeWorld, kiosk: Kiosk, courier: Courier) -> None:
    Stick(courier.path)
    (courier.folder / "holiday.jpg").write_bytes(b"jpg")
    (courier.path / "letter.txt").write_bytes(b"dear")
    assert courier.at_kiosk(kiosk).findings == courier.at_office(office).findings == 0
    assert courier.told == ["holiday.jpg: not a file of ours, left alone"] * 2
    assert (courier.folder / "holiday.jpg").read_bytes() == b"jpg"


def test_a_stick_for_another_office_is_told_so(office: OfficeWorld, kiosk: Kiosk, courier: Courier) -> None:
    courier.at_kiosk(kiosk)
    write_whole(office.office.settings.key_file, b"o" * 32)
    assert courier.at_office(office).findings == 1
    assert "another office" in courier.told[0]


def test_a_full_stick_says_how_much_fits(
    office: OfficeWorld, kiosk: Kiosk, courier: Courier, monkeypatch: pytest.MonkeyPatch
) -> None:
    kiosk.sell(1200)
    with monkeypatch.context() as patch:
        _fits(patch, 2)
        with pytest.raises(StickFull, match="2 of 4 files fit"):
            courier.at_kiosk(kiosk)
    assert len(courier.names()) == 2  # whole ones
    courier.at_office(office)
    assert office.head_seq(kiosk.journal_id) == 500
    courier.at_kiosk(kiosk)
    assert kiosk.acked_seq() == 500
    courier.there_and_back(kiosk, office)
    assert kiosk.acked_seq() == office.head_seq(kiosk.journal_id) == 1200


def test_a_stick_full_of_requests_still_carries_the_answer(
    office: OfficeWorld, kiosk: Kiosk, courier: Courier, monkeypatch: pytest.MonkeyPatch
) -> None:
    kiosk.sell(500)
    courier.at_kiosk(kiosk)
    (request,) = courier.names(".push")
    with monkeypatch.context() as patch:
        _full_while(patch, courier.folder / request)
        courier.at_office(office)
    assert courier.names(".push") == []
    courier.at_kiosk(kiosk)
    assert kiosk.acked_seq() == 500


def _fits(patch: pytest.MonkeyPatch, count: int) -> None:
    left = [None] * count

    def write(path: Path, content: bytes, mode: int = 0o644) -> None:
        if not left:
            path.with_name(path.name + ".part").write_bytes(content[:100])
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        left.pop()
        write_whole(path, content, mode)

    patch.setattr("sync.bundle.stick.write_whole", write)


def _full_while(patch: pytest.MonkeyPatch, there: Path) -> None:
    def write(path: Path, content: bytes, mode: int = 0o644) -> None:
        if there.exists():
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        write_whole(path, content, mode)

    patch.setattr("sync.bundle.stick.write_whole", write)


def test_no_stick_is_named(kiosk: Kiosk, tmp_path: Path) -> None:
    with pytest.raises(StickFailing, match="is the stick mounted"):
        Stick(tmp_path / "nowhere")
    (tmp_path / FOLDER).symlink_to(tmp_path)
    with pytest.raises(StickFailing, match="leads elsewhere"):
        Stick(tmp_path)


def test_the_user_at_the_other_end_can_write_on_the_stick(
    office: OfficeWorld, kiosk: Kiosk, courier: Courier
) -> None:
    kiosk.sell(1)
    before = os.umask(0o077)
    try:
        courier.there_and_back(kiosk, office)
    finally:
        os.umask(before)
    assert courier.folder.stat().st_mode & 0o777 == 0o777
    assert {path.stat().st_mode & 0o777 for path in courier.folder.iterdir()} == {0o666}


def test_a_stick_that_this_user_may_not_write_says_what_to_type(
    courier: Courier, monkeypatch: pytest.MonkeyPatch
) -> None:
    def forbidden(*_arguments: object, **_options: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(Path, "mkdir", forbidden)
    with pytest.raises(StickFailing, match=r"Type the command with sudo; or mount .* umask=000"):
        Stick(courier.path)


def test_the_names_of_files_say_kiosk_journal_and_range(kiosk: Kiosk, courier: Courier) -> None:
    kiosk.sell(2)
    courier.at_kiosk(kiosk)
    journal = kiosk.enrolment.journal_id[:8]
    head = kiosk.journal.head.hash.hex()[:8]
    assert courier.names() == [
        f"kiosk-{journal}-1-{journal}-000000001-000000002-{head}.push",
        f"kiosk-{journal}-catalogue-000000001.pull",
    ]


def test_a_request_that_is_there_already_is_not_written_again(kiosk: Kiosk, courier: Courier) -> None:
    kiosk.sell(2)
    courier.at_kiosk(kiosk)
    (name,) = courier.names(".push")
    before = (courier.folder / name).read_bytes()
    courier.at_kiosk(kiosk)
    assert (courier.folder / name).read_bytes() == before
    kiosk.sell(1)
    courier.at_kiosk(kiosk)
    assert len(courier.names(".push")) == 1
    assert name not in courier.names()


def test_the_commands_carry_it(office: OfficeWorld, kiosk: Kiosk, courier: Courier, tmp_path: Path) -> None:
    kiosk.sell(2)
    kiosk_toml, office_toml = tmp_path / "kiosk.toml", tmp_path / "office.toml"
    kiosk_toml.write_text('[kiosk]\nname = "kiosk"\nsite = "tianping"\n[store]\nfolder = "kiosk"\n')
    settings = office.office.settings
    office_toml.write_text(f'[office]\ndata = "{settings.data}"\ndatabase = "{settings.database}"\n')
    run = CliRunner()
    at_kiosk = ["--config", str(kiosk_toml), "bundle", str(courier.path)]
    at_office = ["--config", str(office_toml), "bundle", str(courier.path)]
    there = run.invoke(main, at_kiosk)
    assert (there.exit_code, there.output) == (0, "0 answers applied, 2 requests to carry to the office\n")
    came = run.invoke(office_main, at_office)
    assert (came.exit_code, came.output) == (0, "2 requests answered, 2 answers to carry back\n")
    back = run.invoke(main, at_kiosk)
    assert (back.exit_code, back.output) == (0, "2 answers applied, 1 requests to carry to the office\n")
    assert kiosk.acked_seq() == 2
    for command, arguments in ((main, at_kiosk), (office_main, at_office)):
        missing = run.invoke(command, [*arguments[:-1], str(tmp_path / "nowhere")])
        assert missing.exit_code == 1
        assert "stick_failing" in missing.output
    office.revoke(bytes.fromhex(kiosk.enrolment.device_id))
    assert run.invoke(office_main, at_office).exit_code == 1


def test_a_database_in_trouble_leaves_the_request_where_it_is(
    office: OfficeWorld, kiosk: Kiosk, courier: Courier, monkeypatch: pytest.MonkeyPatch
) -> None:
    import sqlalchemy as sa

    def deadlock(*_: object, **__: object) -> None:
        raise sa.exc.OperationalError("", None, Exception("deadlock detected"))

    kiosk.sell(1)
    courier.at_kiosk(kiosk)
    with monkeypatch.context() as patch:
        patch.setattr("sync.office.intake.intake.Intake.take_in", deadlock)
        assert courier.at_office(office).findings == 1
    assert "office_busy" in courier.told[0]
    courier.at_office(office)
    courier.at_kiosk(kiosk)
    assert kiosk.acked_seq() == office.head_seq(kiosk.journal_id) == 1


def test_the_requests_on_the_stick_are_those_of_http(kiosk: Kiosk) -> None:
    kiosk.sell(2)
    ((last_seq, batch),) = kiosk.agent.push_stage.unsent(kiosk.journal_id)
    assert last_seq == 2
    assert messages.encode(batch) == messages.encode(kiosk.agent.push_stage._batch(kiosk.journal_id, 0)[0])


def test_a_page_is_not_applied_where_another_came_meanwhile(office: OfficeWorld, kiosk: Kiosk) -> None:
    pull = kiosk.agent.pull_stage.request()
    page = messages.Page(b"e" * 8, True, False, (9, 9), 1, compression.compress(messages.encode([])))
    kiosk.pull_all()
    assert not kiosk.agent.pull_stage.apply_late(pull, page)
    assert kiosk.agent.cursor.position().epoch != b"e" * 8
    assert len(kiosk.agent.cursor.office_keys()) == 1
