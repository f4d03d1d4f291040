"""The journal's bytes as `docs/journal-format.md` has them, written out by hand."""

from __future__ import annotations

import hashlib
from datetime import date

import msgspec

from kiosk.ledger.entries import Posting
from kiosk.ledger.records import Record, chain_hash, decode, encode, encode_body, genesis_hash
from kiosk.services.canteen.records import MealServed, decode_meal

JOURNAL_ID = bytes(range(16))
LUNCH = Record(
    seq=3,
    kind="meal",
    version=1,
    boot=1,
    monotonic_ms=60_000,
    boot_wall_ms=1_795_000_000_000,
    quality=2,
    operator="",
    tariff_revision=7,
    postings=(
        Posting("own/1001", -1000),
        Posting("programme/elder-meals", -500),
        Posting("revenue/canteen/huasheng", 1500),
    ),
    body=encode_body(
        MealServed(1001, 1001, "huasheng", date(2026, 11, 23), "lunch", "60+", "lunch-60", 1, 3)
    ),
    count=1,
    turnover_fen=1500,
)
WRITTEN = bytes.fromhex(
    "9d"  # an array of 13
    "03"  # seq
    "a46d65616c"  # kind: meal
    "01"  # version
    "01"  # boot
    "cdea60"  # monotonic_ms: 60000
    "cf000001a1ee565e00"  # boot_wall_ms: 1795000000000
    "02"  # quality
    "a0"  # operator
    "07"  # tariff_revision
    "93"  # postings: three
    "93a86f776e2f31303031d1fc18a346454e"  # own/1001 -1000 FEN
    "93b570726f6772616d6d652f656c6465722d6d65616c73d1fe0ca346454e"  # programme/elder-meals -500 FEN
    "93b8726576656e75652f63616e7465656e2f6875617368656e67cd05dca346454e"  # revenue/canteen/huasheng 1500 FEN
    # body
    "9ccd03e9cd03e9a86875617368656e67aa323032362d31312d3233a56c756e6368a336302ba86c756e63682d36300103c200a0"
    "01"  # count
    "cd05dc"  # turnover_fen: 1500
)


def test_a_record_is_written_as_documented() -> None:
    assert encode(LUNCH).hex() == WRITTEN.hex()
    assert decode(WRITTEN) == LUNCH
    assert decode_meal(decode(WRITTEN).body).band == "60+"


def test_a_record_with_more_elements_at_the_end_can_still_be_read() -> None:
    assert decode(b"\x9f" + WRITTEN[1:] + b"\xa0\xc0") == LUNCH


def test_the_id_that_it_was_asked_for_with_stands_at_the_end() -> None:
    asked = msgspec.structs.replace(LUNCH, request_id="touch 7")
    assert encode(asked) == b"\x9e" + WRITTEN[1:] + b"\xa7touch 7"
    assert decode(encode(asked)) == asked


def test_a_meal_written_before_provisional_ones_were_told_apart_can_still_be_read() -> None:
    shorter = WRITTEN.replace(b"\x9c\xcd\x03\xe9", b"\x99\xcd\x03\xe9").replace(
        b"\x03\xc2\x00\xa0\x01", b"\x03\x01"
    )
    assert decode_meal(decode(shorter).body) == decode_meal(LUNCH.body)


def test_the_chain_is_hashed_as_documented() -> None:
    beginning = hashlib.sha256(b"neighbourhood-card journal 1\n" + JOURNAL_ID).digest()
    assert genesis_hash(JOURNAL_ID) == beginning
    assert chain_hash(beginning, WRITTEN) == hashlib.sha256(beginning + WRITTEN).digest()
