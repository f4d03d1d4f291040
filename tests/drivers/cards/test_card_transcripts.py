"""Every simulated card, frame by frame, as its data sheet has it. Frames are hex without their CRC."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from drivers.sim.cards.felica import FelicaCard
from drivers.sim.cards.making import make_card
from drivers.sim.cards.mute import MifareClassic, UltralightAes
from drivers.sim.cards.ndef_files import NdefFiles, Phone, ShortAts
from drivers.sim.cards.ntag21x import NTAG213, NTAG215, Ntag21x
from drivers.sim.cards.ntag424 import Ntag424
from drivers.sim.cards.spec import CardKind, CardSpec

h = bytes.fromhex
MUTE = None
Transcript = Iterable[tuple[str, str, str | None]]


def check(card: object, transcript: Transcript) -> None:
    card.power_up()  # type: ignore[attr-defined]
    for name, command, answer in transcript:
        spoken = card.exchange(h(command))  # type: ignore[attr-defined]
        assert spoken == (None if answer is None else h(answer)), name


def test_ntag213() -> None:
    check(
        Ntag21x(NTAG213, h("04A1B2C3D4E5F6")),
        [
            ("GET_VERSION", "60", "0004040201000F03"),
            ("READ page 0", "3000", "04A1B29F C3D4E5F6 04480000 E1101200"),
            ("FAST_READ 0 to 2", "3A0002", "04A1B29F C3D4E5F6 04480000"),
            ("READ wraps round after page 2C", "302C", "00000000 04A1B29F C3D4E5F6 04480000"),
            ("READ_SIG", "3C00", "00" * 32),
            ("WRITE page 4", "A204 01020304", "0A"),
            ("READ page 4", "3004", "01020304" + "00" * 12),
            ("WRITE page 0: NAK", "A200 01020304", "00"),
            ("idle after a NAK", "3000", MUTE),
        ],
    )


def test_ntag215_password() -> None:
    card = Ntag21x(NTAG215, h("04A1B2C3D4E5F6"))
    card.protect(4, h("11223344"), h("AABB"))
    check(card, [("WRITE without the password: NAK", "A204 01020304", "00")])
    check(card, [("PWD_AUTH with a wrong password: NAK", "1B 00000000", "00"), ("idle", "60", MUTE)])
    check(
        card,
        [
            ("PWD_AUTH: PACK", "1B 11223344", "AABB"),
            ("WRITE", "A204 01020304", "0A"),
            ("PWD and PACK read as zeros", "3085", "00000000 00000000 04A1B29F C3D4E5F6"),
        ],
    )
    card.protect(4, h("11223344"), h("AABB"), reading=True)
    check(card, [("READ behind the password: NAK", "3004", "00")])


def test_ntag213_counts_the_times_it_was_read() -> None:
    card = Ntag21x(NTAG213, h("04A1B2C3D4E5F6"), counter=h("0001")[1])
    check(card, [("READ_CNT while it is off: NAK", "3902", "00"), ("idle", "60", MUTE)])
    card.count()
    reading = [("READ", "3004", "0300FE00" + "00" * 12), ("READ", "3008", "00" * 16)]
    check(card, [("not read yet", "3902", "010000"), *reading, ("once in a field", "3902", "020000")])
    check(card, [("FAST_READ", "3A0404", "0300FE00"), ("READ_CNT", "3902", "030000")])
    check(card, [("there is but one counter: NAK", "3900", "00")])
    card.counter = 0xFFFFFF
    check(card, [*reading, ("it stands still at the end", "3902", "FFFFFF")])
    card.count(behind_password=True)
    card.protect(0xFF, h("11223344"), h("AABB"))
    check(card, [("READ_CNT behind the password: NAK", "3902", "00")])
    check(card, [("PWD_AUTH", "1B 11223344", "AABB"), ("READ_CNT", "3902", "FFFFFF")])


@pytest.mark.parametrize("command", ["30FF", "3A0002FF", "3A0502", "1A00", "A2850102", "FF"])
def test_ntag215_refuses_and_goes_idle(command: str) -> None:
    check(Ntag21x(NTAG215, h("04A1B2C3D4E5F6")), [("refused", command, "00"), ("idle", "60", MUTE)])


def test_ntag215_halt() -> None:
    check(Ntag21x(NTAG215, h("04A1B2C3D4E5F6")), [("HLTA", "5000", MUTE), ("GET_VERSION", "60", MUTE)])


def test_ntag424_is_authenticated_as_in_an12196() -> None:
    nonces = iter([h("B9E2FC789B64BF237CCCAA20EC7E6E48"), h("9D00C4DF")])
    check(
        Ntag424(h("04958CAA5C5E80"), nonce=lambda _: next(nonces)),
        [
            ("RATS: ATS", "E080", "067777710280"),
            ("ISO SELECT", "02 00A4040C07D276000085010100", "02 9000"),
            (
                "AuthenticateEV2First: E(RndB)",
                "03 9071000002000000",
                "03 A04C124213C186F22399D33AC2A30215 91AF",
            ),
            (
                "AF: E(TI, RndA')",
                "02 90AF000020"
                "35C3E05A752E0144BAC0DE51C1F22C56B34408A23D8AEA266CAB947EA8E0118D 00",
                "02 3FA64DB5446D1F34CD6EA311167F5E4985B89690C04A05F17FA7AB2F08120663 9100",
            ),
            ("presence: R(NAK) of the other block: R(ACK)", "B3", "A2"),
            ("lost answer: R(NAK) of this block: again", "B2", "02 3FA64DB5446D1F34CD6EA311167F5E49"
             "85B89690C04A05F17FA7AB2F08120663 9100"),
            ("S(DESELECT)", "C2", "C2"),
            ("deaf until RATS", "02 00A4", MUTE),
        ],
    )  # fmt: skip


def test_ntag424_writes_a_file_as_in_an12196() -> None:
    nonces = iter([h("91517975190DCEA6104948EFA3085C1B"), h("7614281A")])
    card = Ntag424(h("04958CAA5C5E80"), nonce=lambda _: next(nonces))
    check(
        card,
        [
            ("RATS", "E080", "067777710280"),
            ("EV2First, key 3", "02 9071000002030000", "02 B875CEB0E66A6C5CD00898DC371F92D1 91AF"),
            (
                "AF",
                "03 90AF000020"
                "FF0306E47DFBC50087C4D8A78E88E62DE1E8BE457AA477C707E2F0874916A8B1 00",
                "03 0CC9A8094A8EEA683ECAAC5C7BF20584206D0608D477110FC6B3D5D3F65C3A6A 9100",
            ),
            (
                "WriteData file 3",
                "02 908D00001F 03 000000 0A0000 6B5E6804909962FC4E3FF5522CF0F843 6C0C53315B9C73AA 00",
                "02 C26D236E4A7C046D 9100",
            ),
            ("the same again: INTEGRITY_ERROR", "03 908D00001F 03 000000 0A0000"
             "6B5E6804909962FC4E3FF5522CF0F843 6C0C53315B9C73AA 00", "03 911E"),
            ("and the session is over", "02 905100000008 0000000000000000 00", "02 91AE"),
        ],
    )  # fmt: skip
    assert card.files[0xE105][:10] == h("0102030405060708090A")


def test_ntag424_errors() -> None:
    check(
        Ntag424(h("04958CAA5C5E80")),
        [
            ("RATS", "E080", "067777710280"),
            ("no such key", "02 9071000002090000", "02 9140"),
            ("too short", "03 907100000101", "03 917E"),
            ("AF out of turn", "02 90AF000000", "02 911C"),
            ("unknown", "03 90EE000000", "03 911C"),
            ("GetVersion: hardware", "02 9060000000", "02 04040230001105 91AF"),
            ("software", "03 90AF000000", "03 04040201021105 91AF"),
            ("UID and batch", "02 90AF000000", "02 04958CAA5C5E80 CF394BA69D31B7 9100"),
        ],
    )


def test_a_chained_command_and_a_chained_answer() -> None:
    check(
        NdefFiles(h("11223344"), "0578807002", b"payload"),
        [
            ("RATS, frames of 16 bytes: ATS", "E000", "0578807002"),
            ("SELECT, first half", "12 00A4040007D27600", "A2"),
            ("second half", "03 0085010100", "03 9000"),
            ("SELECT file E103", "02 00A4000C02E103", "02 9000"),
            ("READ BINARY, first block", "03 00B000000F", "13 00172001 0000FF04 06E10401 00"),
            ("R(ACK): the rest", "A2", "02 0000 9000"),
        ],
    )


def test_type_4_files() -> None:
    check(
        NdefFiles(h("11223344"), "0578807002"),
        [
            ("RATS", "E080", "0578807002"),
            ("READ BINARY with no file: not allowed", "02 00B0000002", "02 6985"),
            ("SELECT an unknown application", "03 00A404000401020304", "03 6A82"),
            ("SELECT the NDEF file", "02 00A4000C02E104", "02 9000"),
            ("UPDATE BINARY", "03 00D6000003 0001AA", "03 9000"),
            ("READ BINARY", "02 00B0000003", "02 0001AA 9000"),
            ("READ BINARY beyond the end", "03 00B0020001", "03 6B00"),
            ("unknown", "02 00EE000000", "02 6D00"),
            ("no APDU at all", "03 00", "03 6700"),
        ],
    )


def test_felica() -> None:
    idm, pmm = "0102030405060708", "0120220427674EFF"
    check(
        FelicaCard(h(idm), b"payload"),
        [
            ("SENSF_REQ for all, with system code", "0600FFFF0100", f"1401{idm}{pmm}12FC"),
            ("SENSF_REQ for NDEF, without", "060012FC0000", f"1201{idm}{pmm}"),
            ("SENSF_REQ for another system", "0600FE000000", MUTE),
            (
                "READ the attribute block",
                f"1006{idm}010B00018000",
                f"1D07{idm}0000 01 100401002000000000000000001F 0054",
            ),
            ("READ an unknown service", f"1006{idm}010900018000", f"0C07{idm}01A6"),
            ("READ beyond the end", f"1106{idm}010B0001000001", f"0C07{idm}01A8"),
            ("to another card", "1006FFFFFFFFFFFFFFFF010B00018000", MUTE),
        ],
    )


def test_mute_cards() -> None:
    check(MifareClassic(h("A1B2C3D4")), [("READ", "3000", MUTE), ("RATS", "E080", MUTE)])
    check(
        UltralightAes(h("04112233445566")),
        [
            ("AUTHENTICATE: a nonce too long", "1A00", "AF000102030405060708090A0B0C0D0E0F"),
            ("GET_VERSION", "60", "0004030104000F03"),
            ("unknown", "FF", MUTE),
        ],
    )


@pytest.mark.parametrize("ats", ["01", "0278", "037880"])
def test_short_ats(ats: str) -> None:
    check(ShortAts(h("11223344"), ats), [("RATS", "E080", ats), ("SELECT", "02 00A40400", "02 6D00")])


def test_a_phone_is_another_each_time() -> None:
    phone, uids = Phone(), set()
    for _ in range(5):
        phone.power_up()
        uids.add(phone.uid)
    assert len(uids) == 5
    assert all(uid[0] == 0x08 and len(uid) == 4 for uid in uids)


@pytest.mark.parametrize(
    "spec",
    [
        CardSpec(CardKind.NTAG215, h("A1B2C3D4")),
        CardSpec(CardKind.NTAG424, h("A1B2C3D4")),
        CardSpec(CardKind.FELICA, h("A1B2C3D4")),
        CardSpec(CardKind.CLASSIC, h("A1")),
        CardSpec(CardKind.NTAG213, h("04A1B2C3D4E5F6"), record=bytes(200)),
        CardSpec(CardKind.FELICA, h("0102030405060708"), record=bytes(600)),
    ],
)
def test_a_card_that_cannot_exist(spec: CardSpec) -> None:
    with pytest.raises(ValueError, match=r"bytes|fit"):
        make_card(spec)


def test_a_description_survives_json() -> None:
    spec = CardSpec(CardKind.NTAG424, h("04958CAA5C5E80"), key=bytes(16), record=b"x", random_uid=True)
    assert CardSpec.from_json(spec.to_json()) == spec
    plain = CardSpec(CardKind.PHONE)
    assert CardSpec.from_json({"kind": "phone"}) == plain
