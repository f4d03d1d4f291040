"""Published test vectors, most of them from NXP AN12196 and AN10922. All hex."""

from __future__ import annotations

import pytest

from drivers.cards.crypto import aes, sdm
from drivers.cards.crypto.diversify import card_key, diversify_aes128
from drivers.cards.crypto.ev2 import Challenge, ProofRefused, SessionKeys
from drivers.cards.crypto.originality import is_genuine_ntag424
from drivers.cards.crypto.sdm import PiccData
from drivers.cards.crypto.secure_messaging import BadAnswer, SecureChannel
from drivers.cards.ntag424 import FACTORY_KEY, Ntag424, key_checksum

h = bytes.fromhex
META_KEY, FILE_KEY = h("42AFF114F2CB3B6141BE6DC95DFC5416"), h("B62A9BAF092439BD43C62AEE96B970C5")

AN12196_PAGE_12 = PiccData(h("04DE5F1EACC040"), 61)
AN12196_PAGE_18 = PiccData(h("04958CAA5C5E80"), 8)
REAL_TAG = PiccData(h("041D3C8A2D6B80"), 291)
PLAIN_MIRROR = PiccData(h("041E3C8A2D6B80"), 6)


@pytest.mark.parametrize(
    ("key", "encrypted", "expected"),
    [
        (FACTORY_KEY, "EF963FF7828658A599F3041510671E88", AN12196_PAGE_12),
        (FACTORY_KEY, "FD91EC264309878BE6345CBE53BADF40", AN12196_PAGE_18),
        (META_KEY, "8ACADDEF0A9B62CDAE39A16B83FC14DE", REAL_TAG),
    ],
)
def test_picc_data_opens(key: bytes, encrypted: str, expected: PiccData) -> None:
    assert sdm.open_picc_data(key, h(encrypted)) == expected


def test_picc_data_under_another_key_is_refused() -> None:
    with pytest.raises(ValueError, match="another card"):
        sdm.open_picc_data(META_KEY, h("EF963FF7828658A599F3041510671E88"))


@pytest.mark.parametrize(
    ("picc", "key", "session_key"),
    [
        (AN12196_PAGE_12, FACTORY_KEY, "3FB5F6E3A807A03D5E3570ACE393776F"),
        (AN12196_PAGE_18, FACTORY_KEY, "3ED0920E5E6A0320D823D5987FEAFBB1"),
        (REAL_TAG, FILE_KEY, "8DB8852958018EDB3CAE5B2ABB65D261"),
        (PLAIN_MIRROR, FACTORY_KEY, "C16F8EAA1A08E2736E718F1F1FDEF0A2"),
    ],
)
def test_sdm_mac_session_key(picc: PiccData, key: bytes, session_key: str) -> None:
    assert sdm.mac_session_key(key, picc) == h(session_key)


@pytest.mark.parametrize(
    ("picc", "key", "mirrored", "mac", "genuine"),
    [
        (AN12196_PAGE_12, FACTORY_KEY, b"", "94EED9EE65337086", True),
        (AN12196_PAGE_18, FACTORY_KEY, b"CEE9A53E3E463EF1F459635736738962&cmac=", "ECC1E7F6C6C73BF6", True),
        (AN12196_PAGE_18, FACTORY_KEY, b"CEE9A53E3E463EF1F459635736738962&cmac=", "3CC1E7F6C6C33B33", False),
        (REAL_TAG, FILE_KEY, b"B8436E11F627BB7F543FCC0C1E0D1A89", "238B2543A8DEBAD8", True),
        (PLAIN_MIRROR, FACTORY_KEY, b"", "4B00064004B0B3D3", True),
        (PLAIN_MIRROR, FACTORY_KEY, b"", "AB00064004B0B3AB", False),
    ],
)
def test_sdm_mac(picc: PiccData, key: bytes, mirrored: bytes, mac: str, genuine: bool) -> None:
    assert sdm.verify(key, picc, h(mac), mirrored) is genuine


@pytest.mark.parametrize(
    ("picc", "key", "session_key", "encrypted", "plain"),
    [
        (
            AN12196_PAGE_18,
            FACTORY_KEY,
            "42132D669442AD43E072C8C0C9828A72",
            "CEE9A53E3E463EF1F459635736738962",
            b"xxxxxxxxxxxxxxxx",
        ),
        (
            REAL_TAG,
            FILE_KEY,
            "768A5D50F5DCA8EC56675E29AD14A551",
            "B8436E11F627BB7F543FCC0C1E0D1A89",
            b"NTXXqno_oBFpwy-V",
        ),
    ],
)
def test_sdm_file_data(picc: PiccData, key: bytes, session_key: str, encrypted: str, plain: bytes) -> None:
    assert sdm.enc_session_key(key, picc) == h(session_key)
    assert sdm.open_file_data(key, picc, h(encrypted)) == plain


AUTHENTICATIONS = [
    {  # AN12196 section 6.6
        "encrypted_rnd_b": "A04C124213C186F22399D33AC2A30215",
        "rnd_b": "B9E2FC789B64BF237CCCAA20EC7E6E48",
        "rnd_a": "13C5DB8A5930439FC3DEF9A4C675360F",
        "answer": "35C3E05A752E0144BAC0DE51C1F22C56B34408A23D8AEA266CAB947EA8E0118D",
        "proof": "3FA64DB5446D1F34CD6EA311167F5E4985B89690C04A05F17FA7AB2F08120663",
        "transaction": "9D00C4DF",
        "enc": "1309C877509E5A215007FF0ED19CA564",
        "mac": "4C6626F5E72EA694202139295C7A7FC7",
    },
    {  # AN12196 section 6.10
        "encrypted_rnd_b": "B875CEB0E66A6C5CD00898DC371F92D1",
        "rnd_b": "91517975190DCEA6104948EFA3085C1B",
        "rnd_a": "B98F4C50CF1C2E084FD150E33992B048",
        "answer": "FF0306E47DFBC50087C4D8A78E88E62DE1E8BE457AA477C707E2F0874916A8B1",
        "proof": "0CC9A8094A8EEA683ECAAC5C7BF20584206D0608D477110FC6B3D5D3F65C3A6A",
        "transaction": "7614281A",
        "enc": "7A93D6571E4B180FCA6AC90C9A7488D4",
        "mac": "FC4AF159B62E549B5812394CAB1918CC",
    },
]


@pytest.mark.parametrize("vector", AUTHENTICATIONS, ids=["6.6", "6.10"])
def test_ev2_first(vector: dict[str, str]) -> None:
    challenge = Challenge.accept(FACTORY_KEY, h(vector["rnd_a"]), h(vector["encrypted_rnd_b"]))
    assert challenge.rnd_b == h(vector["rnd_b"])
    assert challenge.answer() == h(vector["answer"])
    transaction, keys = challenge.confirm(h(vector["proof"]))
    assert transaction == h(vector["transaction"])
    assert keys == SessionKeys(enc=h(vector["enc"]), mac=h(vector["mac"]))


@pytest.mark.parametrize("proof", ["00" * 32, "", AUTHENTICATIONS[0]["proof"][:62] + "00" + "00" * 16])
def test_a_card_that_does_not_know_our_nonce_is_refused(proof: str) -> None:
    vector = AUTHENTICATIONS[0]
    challenge = Challenge.accept(FACTORY_KEY, h(vector["rnd_a"]), h(vector["encrypted_rnd_b"]))
    with pytest.raises(ProofRefused):
        challenge.confirm(h(proof))


def test_a_challenge_of_the_wrong_length_is_refused() -> None:
    with pytest.raises(ProofRefused):
        Challenge.accept(FACTORY_KEY, bytes(16), b"short")


def test_mac_mode_get_file_settings() -> None:  # AN12196 section 5.3
    channel = SecureChannel(SessionKeys(b"", h("8248134A386E86EB7FAF54A52E536CB6")), h("7A21085E"))
    assert channel.command(0xF5, h("02")) == h("026597A457C8CD442C")


def test_full_mode_get_card_uid() -> None:  # AN12196 section 7.3
    keys = SessionKeys(enc=h("2B4D963C014DC36F24F69A50A394F875"), mac=h("379D32130CE61705DD5FD8C36B95D764"))
    channel = SecureChannel(keys, h("DF055522"))
    assert channel.command(0x51) == h("8E2C155ADDA99BE3")
    answer = h("70756055688505B52A5E26E59E329CD6595F672298EA41B7")
    assert channel.full_answer(answer) == h("04958CAA5C5E80")


def test_full_mode_write_data() -> None:  # AN12196 section 6.12
    vector = AUTHENTICATIONS[1]
    channel = SecureChannel(SessionKeys(h(vector["enc"]), h(vector["mac"])), h(vector["transaction"]))
    sent = channel.command(0x8D, h("030000000A0000"), h("0102030405060708090A"))
    assert sent == h("030000000A0000 6B5E6804909962FC4E3FF5522CF0F843 6C0C53315B9C73AA")
    assert channel.full_answer(h("C26D236E4A7C046D")) == b""


class OneAnswer:
    """A tag that was asked once."""

    def __init__(self, answer: str) -> None:
        self.asked: tuple[int, bytes] = (0, b"")
        self._answer = h(answer)

    def send_apdu(self, _cla: int, ins: int, _p1: int, _p2: int, data: bytes, **_options: object) -> bytes:
        self.asked = ins, data
        return self._answer


@pytest.mark.parametrize(
    ("counter", "slot", "new", "sent", "answer", "counted"),
    [
        (
            2,
            2,
            "F3847D627727ED3BC9C4CC050489B966",
            "02 2CF362B7BF4311FF3BE1DAA295E8C68DE09050560D19B9E16C2393AE9CD1FAC7 5D0CE20BCD1D06E6",
            "203BB55D1089D587 9100",
            3,
        ),
        (
            3,
            0,
            "5004BF991F408672B1EF00F08F9E8647",
            "00 C0EB4DEEFEDDF0B513A03A95A75491818580503190D4D05053FF75668A01D6FD A6610234BDED6432",
            "9100",
            3,
        ),
    ],
)
def test_change_key(counter: int, slot: int, new: str, sent: str, answer: str, counted: int) -> None:
    """AN12196 revision 2.0, tables 25 (another key) and 26 (the key of the session, which ends)."""
    keys = SessionKeys(enc=h("4CF3CB41A22583A61E89B158D252FC53"), mac=h("5529860B2FC5FB6154B7F28361D30BF9"))
    channel, tag = SecureChannel(keys, h("7614281A"), counter), OneAnswer(answer)
    Ntag424(tag).change_key(channel, slot, h(new), FACTORY_KEY)
    assert tag.asked == (0xC4, h(sent))
    assert channel.counter == counted


def test_checksum_of_a_new_key() -> None:  # AN12196 revision 2.0, table 25, step 7
    assert key_checksum(h("F3847D627727ED3BC9C4CC050489B966")) == h("789DFADC")


@pytest.mark.parametrize("answer", ["", "C26D236E4A7C046E", "00" * 24])
def test_an_answer_with_a_wrong_mac_is_refused(answer: str) -> None:
    vector = AUTHENTICATIONS[1]
    channel = SecureChannel(SessionKeys(h(vector["enc"]), h(vector["mac"])), h(vector["transaction"]))
    with pytest.raises(BadAnswer):
        channel.full_answer(h(answer))


@pytest.mark.parametrize(
    ("uid", "signature", "genuine"),
    [
        (
            "04518DFAA96180",
            "D1940D17CFEDA4BFF80359AB975F9F6514313E8F90C1D3CAAF5941AD744A1CDF"
            "9A83F883CAFE0FE95D1939B1B7E47113993324473B785D21",
            True,
        ),
        (
            "047728824D6580",
            "9C7068636A285FEBA1E2406654009DCE6E8A9C9CE318BE0262ED162519B970B3"
            "2FB802858420D667D12CEBCD32BB4BC8AFE21C753A5A6C26",
            True,
        ),
        (
            "047728824D6580",
            "9C7068636A285FEBA1E2406654009DCE6E8A9C9CE318BE0262ED162519B970B3"
            "2FB802858420D667D12CEBCD32BB4BC8AFE21C753A5A6C25",
            False,
        ),
        ("047728824D6580", "00" * 56, False),
        ("047728824D6580", "9C70", False),
    ],
)
def test_originality_signature(uid: str, signature: str, genuine: bool) -> None:
    assert is_genuine_ntag424(h(uid), h(signature)) is genuine


def test_key_diversification() -> None:  # AN10922 section 2.2.1
    master = h("00112233445566778899AABBCCDDEEFF")
    assert diversify_aes128(master, h("04782E21801D80 3042F5 4E585020416275")) == h(
        "A8DD63A3B89D54B37CA802473FDA9175"
    )


def test_a_short_diversification_input_still_fills_two_blocks() -> None:
    master = h("00112233445566778899AABBCCDDEEFF")
    assert diversify_aes128(master, b"short") != aes.cmac(master, b"\x01short")


@pytest.mark.parametrize("length", [0, 32])
def test_a_diversification_input_of_impossible_length_is_refused(length: int) -> None:
    with pytest.raises(ValueError, match="1 to 31"):
        diversify_aes128(bytes(16), bytes(length))


def test_every_card_and_slot_has_its_own_key() -> None:
    keys = {
        card_key(bytes(16), h(uid), slot) for uid in ("04958CAA5C5E80", "04958CAA5C5E81") for slot in (1, 2)
    }
    assert len(keys) == 4
