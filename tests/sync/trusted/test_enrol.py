"""A kiosk and its office get to know each other, over whatever cuts in between."""

from __future__ import annotations

import stat
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa

from kiosk.journal.identity import read_identity
from sync.enrolling.codes import make_code
from sync.enrolling.enrol import NEW_KEY_FILE, enrol
from sync.enrolling.enrolment import KEY_FILE, read_enrolment
from sync.errors import AlreadyEnrolled, NotEnrolled, OfficeSilent, Refused, WrongCode, WrongSignature
from sync.office.keys import devices
from sync.office.store.database import writing
from sync.office.store.tables import devices as device_table
from sync.office.store.tables import enrolment_codes
from sync.wire.signing import SigningKey
from sync.wire.transport import Transport
from tests.sync.world import Kiosk, OfficeWorld


def test_a_code_makes_a_kiosk_known(office: OfficeWorld, tmp_path: Path) -> None:
    enrolment = enrol(tmp_path / "store", office.url, office.code("counter", "tianping").lower())
    assert (enrolment.name, enrolment.site) == ("counter", "tianping")
    read, key = read_enrolment(tmp_path / "store")
    assert read == enrolment
    assert read.pinned == {office.office.key.id: office.office.key.public}
    assert read_identity(tmp_path / "store").journal.journal_id == enrolment.journal
    assert stat.S_IMODE((tmp_path / "store" / KEY_FILE).stat().st_mode) == 0o600
    assert office.count(device_table) == 1
    assert key.id.hex() == enrolment.device_id


def test_a_code_is_good_once(office: OfficeWorld, tmp_path: Path) -> None:
    code = office.code()
    enrol(tmp_path / "first", office.url, code)
    with pytest.raises(Refused) as refusal:
        enrol(tmp_path / "second", office.url, code)
    assert refusal.value.reason == "used_code"


@pytest.mark.parametrize("lost_at", ["answer", "rename", "enrolment"])
def test_enrolment_that_was_cut_off_comes_to_the_same_end(
    office: OfficeWorld, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lost_at: str
) -> None:
    code, store = office.code(), tmp_path / "store"
    exchange = Transport.exchange

    def lost(*_: object, **__: object) -> bytes:
        raise OfficeSilent("lost")

    def answer_lost(*arguments: object, **options: object) -> bytes:
        exchange(*arguments, **options)  # type: ignore[arg-type]
        return lost()

    with monkeypatch.context() as patch:
        match lost_at:
            case "answer":
                patch.setattr(Transport, "exchange", answer_lost)
            case "rename":
                patch.setattr(Path, "replace", _unless(NEW_KEY_FILE, Path.replace, lost))
            case "enrolment":
                patch.setattr("sync.enrolling.enrol.write_enrolment", lost)
        with pytest.raises(OfficeSilent):
            enrol(store, office.url, code)
    with pytest.raises(NotEnrolled):
        read_enrolment(store)
    enrolment = enrol(store, office.url, code)
    assert office.count(device_table) == 1
    assert office.head_seq(enrolment.journal) == 0
    assert read_enrolment(store)[0] == enrolment


def _unless(name: str, usual: Callable[..., object], instead: Callable[..., object]) -> Callable[..., object]:
    return lambda path, *rest: instead() if path.name == name else usual(path, *rest)


def test_an_enrolment_is_not_replaced_by_accident(office: OfficeWorld, tmp_path: Path) -> None:
    first = enrol(tmp_path / "store", office.url, office.code())
    with pytest.raises(AlreadyEnrolled):
        enrol(tmp_path / "store", office.url, office.code())
    second = enrol(tmp_path / "store", office.url, office.code(), again=True)
    assert second.journal != first.journal
    assert second.device_id != first.device_id


def test_a_lost_enrolment_file_is_made_good_with_a_new_code(office: OfficeWorld, kiosk: Kiosk) -> None:
    kiosk.sell(2)
    (kiosk.folder / "enrolment.json").unlink()
    again = enrol(kiosk.folder, office.url, office.code("renamed"))
    assert again.device_id == kiosk.enrolment.device_id
    assert again.journal != kiosk.enrolment.journal
    assert office.count(device_table) == 1


def test_an_expired_code_is_refused(office: OfficeWorld, tmp_path: Path) -> None:
    code = office.code()
    with writing(office.office.engine) as connection:
        connection.execute(enrolment_codes.update().values(expires_at_ms=1))
    with pytest.raises(Refused, match="expired_code"):
        enrol(tmp_path / "store", office.url, code)


def test_a_code_that_was_never_given_out_is_refused(office: OfficeWorld, tmp_path: Path) -> None:
    with pytest.raises(Refused, match="unknown_code"):
        enrol(tmp_path / "store", office.url, make_code(office.office.key.public))
    with pytest.raises(WrongCode):
        enrol(tmp_path / "store", office.url, "ABCD")


def test_another_office_is_recognised_by_its_key(office: OfficeWorld, tmp_path: Path) -> None:
    with writing(office.office.engine) as connection:
        code = devices.new_code(
            connection,
            office.office.region_id,
            office_key=SigningKey(bytes(32)).public,
            name="kiosk",
            site="tianping",
            at_ms=office.office.now_ms(),
        )
    with pytest.raises(WrongSignature, match="another office"):
        enrol(tmp_path / "store", office.url, code)
    with pytest.raises(NotEnrolled):
        read_enrolment(tmp_path / "store")


def test_only_a_hash_of_the_code_is_kept(office: OfficeWorld) -> None:
    code = office.code()
    with office.office.engine.connect() as connection:
        row = connection.execute(sa.select(enrolment_codes)).one()
    assert code.replace("-", "") not in str(tuple(row))


def test_a_key_that_is_not_the_enrolled_one_is_noticed(kiosk: Kiosk) -> None:
    (kiosk.folder / KEY_FILE).write_bytes(bytes(32))
    with pytest.raises(NotEnrolled, match="not the key"):
        read_enrolment(kiosk.folder)
