"""Which card speaks for whom, and which is told apart from the real one."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from kiosk.people import codes
from kiosk.people.cards import (
    Block,
    Card,
    CardKey,
    CardLevel,
    CardStatus,
    IssuerKey,
    phone_token,
    qr_token,
)
from kiosk.people.codes import Certificate
from kiosk.people.errors import (
    CardBlocked,
    CardClosed,
    CardCopied,
    CardExpired,
    CardReplaced,
    CardUnknown,
    CardUnreadable,
    CodeElsewhere,
    CodeExpired,
    CodeMangled,
    CodeUnreadable,
    ResidentClosed,
)
from kiosk.people.identify import Chip, Identifier
from kiosk.people.residents import Resident, ResidentStatus
from kiosk.plain.refusals import Refusal
from tests.factories import card, resident, uid_of

DAY = date(2026, 11, 23)
NOW_S = 1_795_405_320
ISSUER = Ed25519PrivateKey.from_private_bytes(b"i" * 32)
STRANGER = Ed25519PrivateKey.from_private_bytes(b"s" * 32)
KEY = b"k" * 16


class People:
    """A directory in memory."""

    def __init__(self, who: Resident, made: Card) -> None:
        self.who, self.made = who, made
        self.blocked: CardStatus | None = None

    def block(self, token: str) -> Block | None:
        return Block(token=token, status=self.blocked) if self.blocked else None

    def card(self, token: str) -> Card | None:
        return self.made if token == self.made.token else None

    def card_key(self, token: str) -> CardKey | None:
        return CardKey(token=token, key=KEY) if token == self.made.token else None

    def resident(self, resident_id: int) -> Resident | None:
        return self.who if resident_id == self.who.id else None

    def issuer_key(self, key_id: int) -> IssuerKey | None:
        return IssuerKey(id=1, public_key=ISSUER.public_key().public_bytes_raw()) if key_id == 1 else None


def identify(made: Card, what: Chip | str, who: Resident | None = None, at_s: int = NOW_S) -> CardLevel:
    identifier = Identifier(People(who or resident(), made))
    found = identifier.chip(what, DAY) if isinstance(what, Chip) else identifier.code(what, DAY, at_s)
    assert found.resident.id == 1001
    return found.level


def signed(issuer: Ed25519PrivateKey = ISSUER, **changes: object) -> bytes:
    certificate = Certificate(key_id=1, number=1001, generation=1, uid=uid_of(1001))
    return codes.sign(msgspec.structs.replace(certificate, **changes), issuer)


PLAIN, SIGNED, PROVEN = (card(level=level) for level in CardLevel)
PAPER = card(level=CardLevel.SIGNED, token=qr_token(1001))
PHONE = card(level=CardLevel.AUTHENTICATED, token=phone_token(1001))
UID = uid_of(1001)


@pytest.mark.parametrize(
    ("made", "chip", "level"),
    [
        (PLAIN, Chip(UID), CardLevel.UID),
        (SIGNED, Chip(UID, signed_record=signed()), CardLevel.SIGNED),
        (PROVEN, Chip(UID, challenged=True, proved=True), CardLevel.AUTHENTICATED),
        (PROVEN, Chip(UID, keyless=True), CardLevel.UID),
    ],
)
def test_a_good_chip_speaks_at_the_level_it_proved(made: Card, chip: Chip, level: CardLevel) -> None:
    assert identify(made, chip) is level


def read_twice(chip: Chip) -> Chip:
    return replace(chip, complete_reads=2)


COPIES = {
    "an NTAG 424 that does not know its key": (PROVEN, Chip(UID, challenged=True)),
    "a plain chip with the number of an NTAG 424": (PROVEN, Chip(UID)),
    "a chip without the signed record": (SIGNED, Chip(UID)),
    "a record signed by a stranger": (SIGNED, Chip(UID, signed(STRANGER))),
    "a record of an unknown issuer key": (SIGNED, Chip(UID, signed(key_id=2))),
    "a record taken from another chip": (SIGNED, Chip(UID, signed(uid=uid_of(7)))),
    "a record of another card number": (SIGNED, Chip(UID, signed(number=7))),
    "a record of rubbish": (SIGNED, Chip(UID, b"\x93\x00\xff")),
    "a chip's record printed on paper": (PAPER, codes.qr_text(signed())),
}


MANGLED = {
    "signed by a stranger": codes.qr_text(signed(STRANGER, uid=b"")),
    "by a scanner that types with a German keyboard": codes.qr_text(signed(uid=b"")).translate(
        str.maketrans("YZ:-/", "ZYÖß-")
    ),
    "by a scanner that puts something before it": "Q" + codes.qr_text(signed(uid=b"")),
    "by a scanner that types too fast": codes.qr_text(signed(uid=b""))[:-9],
    "by a scanner that puts something behind a phone's code": codes.rotating_text(1001, KEY, NOW_S) + "#1",
}


@pytest.mark.parametrize("name", MANGLED)
def test_a_code_that_was_changed_on_its_way_is_called_that(name: str) -> None:
    with pytest.raises(CodeMangled):
        identify(PAPER, MANGLED[name])


@pytest.mark.parametrize("name", COPIES)
def test_a_copy_is_told_apart(name: str) -> None:
    made, what = COPIES[name]
    with pytest.raises(CardCopied):
        identify(made, read_twice(what) if isinstance(what, Chip) else what)


@pytest.mark.parametrize("name", [name for name, (_, what) in COPIES.items() if isinstance(what, Chip)])
@pytest.mark.parametrize("complete_reads", [0, 1])
def test_nobody_is_accused_for_a_single_read_nor_for_one_that_failed(name: str, complete_reads: int) -> None:
    made, what = COPIES[name]
    assert isinstance(what, Chip)
    chip = replace(what, complete_reads=complete_reads)
    with pytest.raises(CardUnreadable):
        identify(made, chip)
    assert not Identifier(People(resident(), made)).suffices(chip)
    assert Identifier(People(resident(), made)).suffices(read_twice(what))


@pytest.mark.parametrize(
    ("made", "chip"),
    [
        (PLAIN, Chip(UID, complete_reads=0)),
        (PLAIN, Chip(uid_of(7), complete_reads=0)),
        (SIGNED, Chip(UID, signed())),
        (msgspec.structs.replace(SIGNED, generation=2), Chip(UID, signed())),
        (PROVEN, Chip(UID, challenged=True, proved=True)),
        (PROVEN, Chip(UID, keyless=True)),
    ],
)
def test_a_card_is_not_read_again_when_what_was_read_suffices(made: Card, chip: Chip) -> None:
    assert Identifier(People(resident(), made)).suffices(chip)


def test_the_number_serves_where_the_number_is_all_that_was_issued() -> None:
    assert identify(PLAIN, Chip(UID, complete_reads=0)) is CardLevel.UID


def test_a_printed_code_speaks_for_its_card() -> None:
    assert identify(PAPER, codes.qr_text(signed(uid=b""))) is CardLevel.SIGNED


@pytest.mark.parametrize(
    "what", [Chip(UID, signed(generation=1)), codes.qr_text(signed(uid=b"", generation=1))]
)
def test_an_older_generation_of_the_card_is_replaced(what: Chip | str) -> None:
    made = PAPER if isinstance(what, str) else SIGNED
    with pytest.raises(CardReplaced):
        identify(msgspec.structs.replace(made, generation=2), what)


@pytest.mark.parametrize(
    ("status", "refusal"),
    [
        (CardStatus.LOST, CardBlocked),
        (CardStatus.REPLACED, CardReplaced),
        (CardStatus.CLOSED, CardClosed),
    ],
)
def test_a_card_out_of_use_says_why(status: CardStatus, refusal: type[Refusal]) -> None:
    with pytest.raises(refusal):
        identify(msgspec.structs.replace(PLAIN, status=status), Chip(UID))
    people = People(resident(), PLAIN)
    people.blocked = status
    with pytest.raises(refusal):
        Identifier(people).chip(Chip(UID), DAY)


def test_a_card_is_good_on_its_last_day_and_not_after() -> None:
    assert identify(msgspec.structs.replace(PLAIN, last_day=DAY), Chip(UID)) is CardLevel.UID
    with pytest.raises(CardExpired) as refusal:
        identify(msgspec.structs.replace(PLAIN, last_day=date(2026, 11, 22)), Chip(UID))
    assert vars(refusal.value) == {"last_day": "2026-11-22"}


def test_a_card_nobody_knows_is_unknown() -> None:
    with pytest.raises(CardUnknown):
        identify(PLAIN, Chip(b"\x08\x01\x02\x03"))


def test_a_closed_account_is_not_served() -> None:
    with pytest.raises(ResidentClosed):
        identify(PLAIN, Chip(UID), resident(status=ResidentStatus.CLOSED))


@pytest.mark.parametrize("step", [-1, 0, 1])
def test_a_rotating_code_of_this_half_minute_or_its_neighbours_speaks(step: int) -> None:
    text = codes.rotating_text(1001, KEY, NOW_S + step * 30)
    assert identify(PHONE, text) is CardLevel.AUTHENTICATED


@pytest.mark.parametrize("step", [-2, 2, 100])
def test_a_rotating_code_of_another_time_has_expired(step: int) -> None:
    with pytest.raises(CodeExpired):
        identify(PHONE, codes.rotating_text(1001, KEY, NOW_S + step * 30))


def test_a_rotating_code_made_with_another_key_has_expired() -> None:
    with pytest.raises(CodeExpired):
        identify(PHONE, codes.rotating_text(1001, b"x" * 16, NOW_S))


def test_a_rotating_code_whose_key_is_elsewhere_says_so() -> None:
    people = People(resident(), PHONE)
    people.card_key = lambda token: None
    with pytest.raises(CodeElsewhere):
        Identifier(people).code(codes.rotating_text(1001, KEY, NOW_S), DAY, NOW_S)


def test_a_rotating_code_speaks_once() -> None:
    identifier = Identifier(People(resident(), PHONE))
    text = codes.rotating_text(1001, KEY, NOW_S)
    identifier.code(text, DAY, NOW_S)
    with pytest.raises(CodeExpired):
        identifier.code(text, DAY, NOW_S + 1)
    identifier.code(codes.rotating_text(1001, KEY, NOW_S + 30), DAY, NOW_S + 30)


@given(st.text() | st.text().map(lambda tail: "NC1:" + tail))
def test_any_other_text_is_no_code_of_ours(text: str) -> None:
    with pytest.raises((CodeUnreadable, CodeMangled)):
        identify(PAPER, text)


@given(st.binary(max_size=200))
def test_any_other_bytes_on_a_chip_are_a_copy(noise: bytes) -> None:
    with pytest.raises(CardCopied):
        identify(SIGNED, read_twice(Chip(UID, noise)))


def test_a_code_fits_small_symbols() -> None:
    assert len(codes.rotating_text(1001, KEY, NOW_S)) == 18
    assert len(codes.qr_text(signed(uid=b"", number=9_999_999))) <= 154  # what version 6-M holds
