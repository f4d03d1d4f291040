"""Keys are changed on both sides, and lunch goes on."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from sync.agent import Agent
from sync.cli import main as kiosk_main
from sync.enrolling.enrol import enrol
from sync.enrolling.enrolment import NEXT_KEY_FILE, read_enrolment
from sync.enrolling.keyfiles import read_key
from sync.errors import OfficeSilent, Refused, UnknownOfficeKey, WrongSignature
from sync.office.cli import main as office_main
from sync.office.store.tables import devices
from sync.wire import signing
from sync.wire.messages import Rekey
from sync.wire.signing import SigningKey
from sync.wire.transport import Transport
from tests.sync.batches import refusal
from tests.sync.carried.carrying import Courier
from tests.sync.world import Kiosk, OfficeWorld


@pytest.fixture
def office_command(office: OfficeWorld, tmp_path: Path) -> Callable[..., Result]:
    settings = office.office.settings
    config = tmp_path / "office.toml"
    config.write_text(f'[office]\ndata = "{settings.data}"\ndatabase = "{settings.database}"\n')
    run = CliRunner()
    return lambda *words: run.invoke(office_main, ["--config", str(config), *words])


def _pinned(kiosk: Kiosk) -> list[str]:
    return list(read_enrolment(kiosk.folder)[0].office_keys)


def test_the_office_changes_its_key_and_no_kiosk_notices(
    office: OfficeWorld, kiosk: Kiosk, office_command: Callable[..., Result]
) -> None:
    kiosk.agent.once()
    first = office.office.key
    assert office_command("key", "new").exit_code == 0
    too_early = office_command("key", "use")
    assert too_early.exit_code == 1
    assert "not yet known to have read the key: kiosk" in too_early.stderr
    assert office.office.key.id == first.id
    kiosk.agent.once()
    second = office.office.keyring.next
    assert second is not None
    assert _pinned(kiosk) == [first.public.hex(), second.public.hex()]
    assert office_command("key", "use").exit_code == 0
    assert office.office.key.id == second.id  # in the process that was serving all the while
    kiosk.sell(3)
    kiosk.agent.once()
    assert kiosk.acked_seq() == office.head_seq(kiosk.journal_id) == 3
    assert office_command("key", "retire").exit_code == 0
    kiosk.sell(1)
    kiosk.agent.once()
    assert kiosk.acked_seq() == office.head_seq(kiosk.journal_id) == 4
    assert _pinned(kiosk) == [second.public.hex()]
    assert kiosk.agent.pinned() == {second.id: second.public}
    assert office.office.public_keys == (second.public,)


def test_a_lost_catalogue_does_not_lose_the_new_key(
    office: OfficeWorld, kiosk: Kiosk, office_command: Callable[..., Result]
) -> None:
    office_command("key", "new")
    for _ in range(2):
        kiosk.agent.once()
    office_command("key", "use")
    office_command("key", "retire")
    kiosk.sell(2)
    kiosk.agent.close()
    for file in kiosk.folder.glob("catalogue.db*"):
        file.unlink()
    kiosk.agent = Agent(kiosk.folder)
    kiosk.agent.once()
    assert kiosk.acked_seq() == office.head_seq(kiosk.journal_id) == 2


def test_a_kiosk_that_missed_it_all_is_told_to_enrol_again(
    office: OfficeWorld, kiosk: Kiosk, office_command: Callable[..., Result]
) -> None:
    kiosk.agent.once()
    office_command("key", "new")
    assert office_command("key", "use", "--force").exit_code == 0
    refused = office_command("key", "retire")
    assert refused.exit_code == 1
    assert "kiosk" in refused.stderr
    assert office_command("key", "retire", "--force").exit_code == 0
    kiosk.sell(1)
    with pytest.raises(UnknownOfficeKey, match="enrol again") as raised:
        kiosk.agent.once()
    assert not raised.value.transient
    assert kiosk.acked_seq() == 0
    again = enrol(kiosk.folder, office.url, office.code(), again=True)
    assert again.office_keys == (office.office.key.public.hex(),)


def test_a_kiosk_without_a_network_learns_the_key_by_stick(
    office: OfficeWorld, kiosk: Kiosk, tmp_path: Path, office_command: Callable[..., Result]
) -> None:
    courier = Courier(tmp_path / "stick")
    courier.at_kiosk(kiosk)
    office_command("key", "new")
    courier.at_office(office)
    courier.at_kiosk(kiosk)
    assert "not yet known" in office_command("key", "use").stderr  # until the stick has told
    courier.at_office(office)
    assert office_command("key", "use").exit_code == 0
    kiosk.sell(2)
    courier.there_and_back(kiosk, office)
    assert kiosk.acked_seq() == office.head_seq(kiosk.journal_id) == 2
    assert office_command("key", "retire").exit_code == 0
    courier.there_and_back(kiosk, office)
    assert len(_pinned(kiosk)) == 1
    assert courier.told == []


def test_an_old_copy_of_a_stick_tells_nothing_of_what_was_read(
    office: OfficeWorld, kiosk: Kiosk, tmp_path: Path, office_command: Callable[..., Result]
) -> None:
    courier = Courier(tmp_path / "stick")
    courier.at_kiosk(kiosk)
    office_command("key", "new")
    for _ in range(2):
        kiosk.agent.once()
    courier.at_office(office)
    assert office_command("key", "use").exit_code == 0


def test_a_revoked_kiosk_holds_nobody_up(
    office: OfficeWorld, kiosk: Kiosk, office_command: Callable[..., Result]
) -> None:
    office_command("key", "new")
    office.revoke(bytes.fromhex(kiosk.enrolment.device_id))
    assert office_command("key", "use").exit_code == 0


def test_steps_out_of_order_are_refused(office: OfficeWorld, office_command: Callable[..., Result]) -> None:
    assert "no_next_key" in office_command("key", "use").stderr
    assert "no former key" in office_command("key", "retire").stderr
    first = office_command("key", "new")
    assert office_command("key", "new").output == first.output
    assert office_command("key", "use").exit_code == 0
    office_command("key", "new")
    assert "former_key_trusted" in office_command("key", "use").stderr


def test_a_change_that_was_cut_short_comes_to_the_same_end(
    office: OfficeWorld, office_command: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    first = office.office.key
    office_command("key", "new")

    def cut(*_: object) -> None:
        raise OSError("power cut")

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", _unless("office.key.next", Path.replace, cut))
        assert office_command("key", "use").exit_code == 1
    assert office.office.key.id == first.id
    assert "cut short" in office_command("key", "retire").stderr
    assert office_command("key", "use").exit_code == 0
    assert office.office.key.id != first.id
    former = office.office.keyring.former
    assert former is not None
    assert former.id == first.id


def test_a_kiosk_changes_its_key_while_it_sells(office: OfficeWorld, kiosk: Kiosk) -> None:
    kiosk.sell(2)
    kiosk.agent.once()
    before = read_enrolment(kiosk.folder)[1].now
    kiosk.sell(1)
    _command(kiosk, "rotate-key")
    enrolment, after = read_enrolment(kiosk.folder)
    assert after.id != before.id
    assert enrolment.journal == kiosk.journal_id
    kiosk.agent.once()  # the agent that ran all the while
    assert kiosk.acked_seq() == office.head_seq(kiosk.journal_id) == 3
    assert office.count(devices) == 1
    assert office.discrepancies() == office.reviews() == []
    batch = kiosk.agent.push_stage._batch(kiosk.journal_id, 0)[0]
    assert refusal(kiosk, batch, key=before) == "unknown_key"


def _command(kiosk: Kiosk, *words: str) -> Result:
    config = kiosk.folder / "kiosk.toml"
    config.write_text('[kiosk]\nname = "kiosk"\nsite = "tianping"\n[store]\nfolder = "."\n')
    done = CliRunner().invoke(kiosk_main, ["--config", str(config), *words])
    assert done.exit_code == 0, done.output
    return done


@pytest.mark.parametrize("cut_at", ["request", "answer", "enrolment", "rename"])
def test_a_kiosk_cut_off_while_it_changes_its_key_comes_to_the_same_end(
    office: OfficeWorld, kiosk: Kiosk, monkeypatch: pytest.MonkeyPatch, cut_at: str
) -> None:
    before = read_enrolment(kiosk.folder)[1].now
    exchange = Transport.exchange

    def cut(*_: object, **__: object) -> bytes:
        raise OfficeSilent("cut")

    def answer_lost(*arguments: object, **options: object) -> bytes:
        exchange(*arguments, **options)  # type: ignore[arg-type]
        return cut()

    with monkeypatch.context() as patch:
        match cut_at:
            case "request":
                patch.setattr(Transport, "exchange", cut)
            case "answer":
                patch.setattr(Transport, "exchange", answer_lost)
            case "enrolment":
                patch.setattr("sync.enrolling.enrolment.write_enrolment", cut)
            case "rename":
                patch.setattr(Path, "replace", _unless(NEXT_KEY_FILE, Path.replace, cut))
        with pytest.raises(OfficeSilent):
            kiosk.agent.rotate_key()
    coming = read_key(kiosk.folder / NEXT_KEY_FILE)
    kiosk.sell(1)
    kiosk.agent.close()
    kiosk.agent = Agent(kiosk.folder)
    kiosk.agent.once()
    assert read_enrolment(kiosk.folder)[1].id == coming.id != before.id
    assert not (kiosk.folder / NEXT_KEY_FILE).exists()
    assert kiosk.acked_seq() == office.head_seq(kiosk.journal_id) == 1
    assert office.count(devices) == 1


def test_only_who_has_both_keys_can_change_them(
    office: OfficeWorld, make_kiosk: Callable[..., Kiosk]
) -> None:
    kiosk, other = make_kiosk("kiosk"), make_kiosk("other")
    mine, theirs, coming = kiosk.agent.key.now, other.agent.key.now, SigningKey(b"c" * 32)
    assert _rekeyed(kiosk, mine, coming, proven_by=theirs) == "unknown_key"
    assert _rekeyed(kiosk, mine, coming, proof_for=theirs) == "wrong_signature"
    assert _rekeyed(kiosk, theirs, mine, proven_by=mine, proof_for=theirs) == "key_in_use"
    assert _rekeyed(kiosk, SigningKey(b"s" * 32), coming) == "unknown_key"
    assert _rekeyed(kiosk, SigningKey(b"s" * 32), mine) == "unknown_key"
    office.revoke(bytes.fromhex(other.enrolment.device_id))
    assert _rekeyed(other, theirs, coming) == "revoked"
    kiosk.sell(1)
    kiosk.agent.once()
    assert kiosk.acked_seq() == 1


def _rekeyed(
    kiosk: Kiosk,
    old: SigningKey,
    new: SigningKey,
    *,
    proven_by: SigningKey | None = None,
    proof_for: SigningKey | None = None,
) -> str:
    proof = (proven_by or new).sign(signing.rekey_proof_context(), (proof_for or old).id)
    with pytest.raises(Refused) as refused:
        kiosk.transport.ask(
            "/v1/rekey", signing.rekey_context(), Rekey(new.public, proof), old, kiosk.enrolment.pinned
        )
    return refused.value.reason


def test_a_kiosk_with_another_key_is_carried_on_by_stick(
    office: OfficeWorld, kiosk: Kiosk, tmp_path: Path
) -> None:
    courier = Courier(tmp_path / "stick")
    kiosk.sell(1)
    courier.at_kiosk(kiosk)
    courier.at_office(office)
    kiosk.agent.rotate_key()
    assert courier.at_kiosk(kiosk).findings == 2  # sealed to the key it had
    courier.there_and_back(kiosk, office)
    assert kiosk.acked_seq() == office.head_seq(kiosk.journal_id) == 1


def _unless(name: str, usual: Callable[..., object], instead: Callable[..., object]) -> Callable[..., object]:
    return lambda path, *rest: instead() if path.name == name else usual(path, *rest)


def test_a_code_from_before_the_change_is_void(
    office: OfficeWorld, tmp_path: Path, office_command: Callable[..., Result]
) -> None:
    before = office.code()
    office_command("key", "new")
    between = office.code()
    enrol(tmp_path / "between", office.url, between)
    office_command("key", "use", "--force")
    with pytest.raises(WrongSignature):
        enrol(tmp_path / "before", office.url, before)
    after = enrol(tmp_path / "after", office.url, office.code())
    assert len(after.office_keys) == 2  # the former one is trusted until it is retired
