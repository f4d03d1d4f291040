"""An enrolled device that signs whatever it likes: its records are kept, and nobody else is kept waiting."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from kiosk.ledger import tables
from kiosk.ledger.accounts import own_money, suspense
from kiosk.ledger.records import genesis_hash
from sync.wire import columns, compression, messages, signing
from sync.wire.messages import Ack, Answer, Gap, Push, Refusal
from tests.sync.batches import ask, batch, exchanged, refusal
from tests.sync.world import PRICE_FEN, Kiosk, OfficeWorld, open_world

pack = msgspec.msgpack.encode
SALE = [["own/1", -5, "FEN"], ["revenue/canteen/x", 5, "FEN"]]
CASH_TWICE = [["own/1", 10, "FEN"], ["cash/x", -5, "FEN"], ["cash/x", -5, "FEN"]]
MINUTES = [["own/1", 5, "MINUTE"], ["cash/x", -5, "MINUTE"]]
MEAL = [1, 1, "tianping", "2026-03-02", "lunch", "60+", "lunch-60", 1, 1]


def record(**changes: Any) -> list[Any]:
    """The elements of an honest record, but for the changes."""
    honest = {
        "seq": 3,
        "kind": "meal",
        "version": 1,
        "boot": 1,
        "monotonic_ms": 1,
        "boot_wall_ms": 1_772_400_000_000,
        "quality": 2,
        "operator": "",
        "tariff_revision": 0,
        "postings": SALE,
        "body": MEAL,
        "count": 3,
        "turnover_fen": 9,
    }
    return list({**honest, **changes}.values())


def moving(quantity: Any, account: str = "own/1") -> list[Any]:
    return [[account, quantity, "FEN"], ["revenue/canteen/x", -quantity, "FEN"]]


def deep(levels: int) -> bytes:
    return pack(record(body=None)).replace(b"\xc0", b"\x91" * levels + b"\xc0")


def body(place: int, value: Any) -> list[Any]:
    return [*MEAL[:place], value, *MEAL[place + 1 :]]


ODD: dict[str, bytes] = {
    "nothing": b"",
    "no record": b"\xc1",
    "a number": pack(7),
    "too few elements": pack(record()[:9]),
    "elements to spare": pack([*record(), "new", {"a": 1}]),
    "another seq": pack(record(seq=99)),
    "a seq below zero": pack(record(seq=-1)),
    "an absurd seq": pack(record(seq=2**64 - 1)),
    "a float": pack(record(postings=moving(5.0))),
    "not a number": pack(record(postings=[["own/1", float("nan"), "FEN"]])),
    "endless": pack(record(postings=moving(float("inf")))),
    "a number as text": pack(record(postings=[["own/1", "5", "FEN"]])),
    "a truth": pack(record(postings=[["own/1", True, "FEN"]])),
    "more than is booked": pack(record(postings=moving(10**12 + 1))),
    "the most there is": pack(record(postings=moving(2**63 - 1))),
    "beyond it": pack(record(postings=[["own/1", 2**64 - 1, "FEN"], ["x", -(2**63), "FEN"]])),
    "out of balance": pack(record(postings=SALE[:1])),
    "two units that cancel out": pack(record(postings=[["own/1", -5, "FEN"], ["x", 5, "MINUTE"]])),
    "an unknown unit": pack(record(postings=[["own/1", -5, "YUAN"], ["x", 5, "YUAN"]])),
    "ten thousand postings": pack(record(postings=SALE * 2500)),
    "cash in one box twice": pack(record(kind="topup", body=[1, "x", 10], postings=CASH_TWICE)),
    "cash in two boxes": pack(
        record(kind="topup", body=[1, "x", 10], postings=[*CASH_TWICE[:2], ["cash/y", -5, "FEN"]])
    ),
    "minutes in a cash box": pack(record(kind="topup", body=[1, "x", 5], postings=MINUTES)),
    "an account of nothing": pack(record(postings=moving(5, ""))),
    "an account of nobody": pack(record(postings=moving(5, "own/nobody"))),
    "an account beyond all numbers": pack(record(postings=moving(5, "own/" + "9" * 40))),
    "an account with a NUL": pack(record(postings=moving(5, "own/1\0"))),
    "an account of 40,000 letters": pack(record(postings=moving(5, "x" * 40_000))),
    "a kind with a NUL": pack(record(kind="me\0al")),
    "a kind of 40,000 letters": pack(record(kind="x" * 40_000)),
    "a version beyond all numbers": pack(record(version=2**64 - 1)),
    "text that is no UTF-8": pack(record(operator="abc")).replace(b"abc", b"a\xffc"),
    "a body that is no UTF-8": pack(record()).replace(b"lunch-60", b"lunch\xff60"),
    "a body with a NUL": pack(record(body=body(2, "tian\0ping"))),
    "a body of another shape": pack(record(body={"resident": 1})),
    "a body of nothing": pack(record(body=None)),
    "a body with keys twice": pack(record(body=None)).replace(b"\xc0", b"\x82\xa1a\x01\xa1a\x02"),
    "a resident beyond all numbers": pack(record(body=body(0, 2**63))),
    "a day that is none": pack(record(body=body(3, "2026-02-31"))),
    "a day of the year 9999": pack(record(body=body(3, "9999-12-31"))),
    "a time beyond all numbers": pack(record(boot_wall_ms=2**63)),
    "a time long before": pack(record(boot_wall_ms=-(2**63))),
    "a portion beyond all numbers": pack(record(body=body(7, 2**40))),
    "a body 500 deep": deep(500),
    "a body 900 deep": deep(900),
    "a body 40,000 deep": deep(40_000),
    "two hundred times as heavy as any": pack(record(operator="x" * 50_000)),
}


@pytest.fixture
def office(tmp_path: Path, database_url: str) -> Iterator[OfficeWorld]:
    with open_world(tmp_path / "office", database_url) as world:
        yield world


@pytest.fixture
def kiosk(tmp_path: Path, office: OfficeWorld) -> Iterator[Kiosk]:
    made = Kiosk(tmp_path / "honest", office, "honest")
    yield made
    made.close()


@pytest.fixture
def liar(tmp_path: Path, office: OfficeWorld) -> Iterator[Kiosk]:
    made = Kiosk(tmp_path / "liar", office, "liar", site="elsewhere")
    yield made
    made.close()


@pytest.mark.parametrize("in_company", [False, True], ids=["alone", "among honest records"])
def test_odd_records_are_kept_and_block_nothing(
    office: OfficeWorld, kiosk: Kiosk, liar: Kiosk, in_company: bool
) -> None:
    office.resident(1, opening_fen=100_000)
    liar.sell(2)
    liar.push_all()
    seq, head, own_fen = 2, liar.journal.head.hash, 100_000 - 2 * PRICE_FEN
    for name, raw in ODD.items():
        raws = [pack(record(seq=seq + 1)), raw, pack(record(seq=seq + 3))] if in_company else [raw]
        sent = batch(seq + 1, head, raws)
        answer = ask(liar, sent)
        assert isinstance(answer, Ack), name
        assert answer.head_seq == seq + len(raws), name
        seq, head = answer.head_seq, sent.head_hash
        kiosk.sell(1)
        kiosk.push_all()  # the next honest batch is taken in
        own_fen -= PRICE_FEN
        own_fen -= 10 if in_company else 0
        assert _booked_by_odd(office, own_fen) in ODD_MOVES, name
        own_fen = office.balance_fen(own_money(1))
    assert office.head_seq(kiosk.journal_id) == len(ODD)
    assert office.discrepancies() == []
    assert office.balance_fen("revenue/canteen/tianping") == len(ODD) * (PRICE_FEN + 500)
    kiosk.pull_all()


ODD_MOVES = {0, -5, 5, 10, -12_500}  # of the resident's money: what the readable ones of the odd records move


def _booked_by_odd(office: OfficeWorld, expected_fen: int) -> int:
    return office.balance_fen(own_money(1)) - expected_fen


def test_sums_stay_whole_numbers_however_much_is_claimed(office: OfficeWorld, liar: Kiosk) -> None:
    office.resident(1, opening_fen=100_000)
    raws = [
        pack(record(seq=n, postings=moving(10**12 if n % 2 else 2**62), kind="nap")) for n in range(1, 500)
    ]
    answer = ask(liar, batch(1, _genesis(liar), raws))
    assert isinstance(answer, Ack)
    assert office.balance_fen(own_money(1)) == 100_000  # nobody knows what a nap may move
    assert office.balance_fen(suspense(own_money(1))) == 250 * 10**12
    assert {each.code for each in office.reviews()} >= {"unbookable", "unknown_kind"}
    assert office.discrepancies() == []
    # The opening, what was sent, and what the office notes about each that is in suspense.
    assert office.count(tables.records) == 1 + 499 + 250


PUSHES: dict[str, Callable[[Push], Push]] = {
    "from a seq far ahead": lambda push: msgspec.structs.replace(push, first_seq=2**53),
    "a claim far ahead": lambda push: msgspec.structs.replace(push, claimed_seq=2**53),
    "another hash before": lambda push: msgspec.structs.replace(push, previous_hash=bytes(8)),
    "another head": lambda push: msgspec.structs.replace(push, head_hash=bytes(32)),
    "an unknown dictionary": lambda push: msgspec.structs.replace(push, dictionary=2**40),
    "a dictionary below zero": lambda push: msgspec.structs.replace(push, dictionary=-1),
    "nothing compressed": lambda push: msgspec.structs.replace(push, records=b""),
    "501 records": lambda push: _of(push, [b""] * 501),
    "texts for records": lambda push: _of_packed(push, pack([0, ["text"]])),
    "a bomb of steps": lambda push: _of_packed(push, pack([1, [1, [b"x"] * 400_000]])),
    "a bomb of nothings": lambda push: _of_packed(push, pack([0, [b""] * 900_000])),
}


@pytest.mark.parametrize("name", PUSHES)
def test_an_odd_push_gets_an_answer_and_the_next_honest_one_too(
    office: OfficeWorld, kiosk: Kiosk, liar: Kiosk, name: str
) -> None:
    odd = PUSHES[name](batch(1, _genesis(liar), [pack(record(seq=1))]))
    context = signing.push_context(liar.journal_id)
    answer = exchanged(liar, liar.agent.key.sign(context, messages.encode(odd)))
    assert isinstance(answer, (Refusal, Gap, messages.Fork, Ack)), answer
    taken = isinstance(answer, Ack)
    assert office.head_seq(liar.journal_id) == int(taken)
    assert taken is (name == "a claim far ahead")
    kiosk.sell(1)
    kiosk.push_all()
    assert office.head_seq(kiosk.journal_id) == 1
    assert office.discrepancies() == []


def test_requests_of_odd_values_are_refused_by_name(office: OfficeWorld, liar: Kiosk) -> None:
    assert refusal(liar, batch(0, bytes(32), [])) == "garbled"
    for odd in ([2**53 + 1, b"", [0, 0]], [1, b"", [0, 2**64 - 1]], [1, b"\0" * 1000, [0, 0], True, 2**40]):
        answer = _answered(liar, signing.pull_context(), "/v1/catalogue", pack(odd))
        assert isinstance(answer, Refusal), odd
        assert answer.code == "garbled"
    for odd in ([9, bytes(15), 0], [9, bytes(16), 2**54], [9, bytes(16)]):
        answer = _answered(liar, signing.history_context(), "/v1/history", pack(odd))
        assert isinstance(answer, Refusal), odd
    assert isinstance(
        _answered(liar, signing.history_context(), "/v1/history", pack([9, bytes(16), 2**53])), Refusal
    )
    assert office.head_seq(liar.journal_id) == 0


def _answered(kiosk: Kiosk, context: bytes, path: str, payload: bytes) -> Answer:
    body = kiosk.agent.key.sign(context, payload)
    answered = kiosk.transport.exchange(path, body)
    return messages.decode_answer(
        signing.verified(answered, signing.answer_context(body), kiosk.enrolment.pinned)
    )


def _genesis(kiosk: Kiosk) -> bytes:
    return genesis_hash(kiosk.journal_id)


def _of(push: Push, raws: list[bytes]) -> Push:
    return _of_packed(push, columns.pack(raws))


def _of_packed(push: Push, packed: bytes) -> Push:
    return msgspec.structs.replace(push, records=compression.compress(packed, push.dictionary))
