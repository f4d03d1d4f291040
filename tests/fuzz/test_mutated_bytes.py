"""Bytes that were changed on the way: a named refusal, nothing taken in, and no more work than allowed."""

from __future__ import annotations

import hashlib
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest
import sqlalchemy as sa
from backports import zstd
from hypothesis import given, settings
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry

from kiosk.ledger.accounts import own_money
from kiosk.services.canteen.items import MENU, Menu
from sync.bundle.stick import Stick
from sync.enrolling.codes import make_code
from sync.enrolling.enrol import enrol
from sync.errors import Garbled, SyncError
from sync.office.api.answering import Api
from sync.office.api.metrics import Counters
from sync.office.store.database import reading
from sync.wire import columns, compression, messages, signing
from sync.wire.messages import Ask, Enrol, Held, History, Item, Pull, Refusal, Rekey
from tests.fuzz.mutations import mutations
from tests.sync.carried.carrying import Courier
from tests.sync.world import Kiosk, OfficeWorld, open_world

SEED, ROUNDS = 20261123, 1500
MB = 1024 * 1024


@pytest.fixture
def office(tmp_path: Path) -> Iterator[OfficeWorld]:
    with open_world(tmp_path / "office", f"sqlite:///{tmp_path / 'office.db'}") as world:
        yield world


@pytest.fixture
def kiosk(tmp_path: Path, office: OfficeWorld) -> Iterator[Kiosk]:
    made = Kiosk(tmp_path / "kiosk", office)
    yield made
    made.close()


@pytest.fixture
def api(office: OfficeWorld) -> Api:
    return Api(office.office, Counters(CollectorRegistry()))


def books(office: OfficeWorld) -> str:
    """Everything in the office's database, in short."""
    digest = hashlib.sha256()
    with reading(office.office.engine) as connection:
        for table in sa.inspect(connection).get_table_names():
            for row in sorted(connection.exec_driver_sql(f"SELECT * FROM {table}").all(), key=repr):
                digest.update(repr(row).encode())
    return digest.hexdigest()


def test_changed_requests_are_refused_and_change_nothing(office: OfficeWorld, kiosk: Kiosk, api: Api) -> None:
    kiosk.sell(20)
    sign, journal = kiosk.agent.key.sign, kiosk.journal_id.hex()
    ((_, push),) = kiosk.agent.push_stage.unsent(kiosk.journal_id)
    enrolment = Enrol(office.code("other"), kiosk.agent.key.public, bytes(16))
    question = Ask(9, kiosk.journal_id, own_money(1), 5000, 1, "2026-11-23", "lunch")
    held = Held(
        10, bytes(8), kiosk.journal_id, True, compression.compress(_packed([Item("block", "x", 1, b"\x90")]))
    )
    coming = signing.SigningKey(bytes(range(32)))
    proof = coming.sign(signing.rekey_proof_context(), kiosk.agent.key.id)
    requests: list[tuple[Callable[[bytes], messages.Answer], bytes]] = [
        (lambda body: api.push(journal, body), sign(signing.push_context(kiosk.journal_id), _packed(push))),
        (api.pull, sign(signing.pull_context(), _packed(Pull(7, b"", (0, 0))))),
        (api.history, sign(signing.history_context(), _packed(History(8, kiosk.journal_id, 0)))),
        (api.rights, sign(signing.ask_context(), _packed(question))),
        (api.held, sign(signing.held_context(), _packed(held))),
        (api.rekey, sign(signing.rekey_context(), _packed(Rekey(coming.public, proof)))),
        (api.enrol, sign(signing.enrol_context(), _packed(enrolment))),
    ]
    before = books(office)
    for number, (work, body) in enumerate(requests):
        for changed in mutations(body, ROUNDS // 3, SEED + number):
            answer = api.answer(work, changed).answer
            if changed[: len(body)] != body:  # a tail that an envelope does not have is cut off by nobody
                assert isinstance(answer, Refusal), changed.hex()
    assert books(office) == before
    kiosk.push_all()
    assert office.head_seq(kiosk.journal_id) == 20


def _packed(message: object) -> bytes:
    return messages.encode(message)


def test_a_changed_answer_is_not_believed(office: OfficeWorld, kiosk: Kiosk, api: Api) -> None:
    office.publish(MENU, "m", Menu(dishes=("豆腐",)))
    body = kiosk.agent.key.sign(signing.pull_context(), _packed(Pull(7, b"", (0, 0))))
    answered = api.answer(api.pull, body).envelope
    for changed in mutations(answered, ROUNDS, SEED):
        with pytest.raises(SyncError):
            signing.verified(changed, signing.answer_context(body), kiosk.enrolment.pinned)


def test_an_enrolment_answered_with_changed_bytes_leaves_no_enrolment(
    office: OfficeWorld, api: Api, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = office.code("other")
    folder = tmp_path / "new"
    answers: list[bytes] = []
    monkeypatch.setattr("sync.enrolling.enrol.Transport.exchange", lambda *_, **__: answers.pop())
    key = signing.SigningKey(bytes(range(32)))
    honest = api.answer(
        api.enrol, key.sign(signing.enrol_context(), _packed(Enrol(code, key.public, bytes(16))))
    ).envelope
    for changed in mutations(honest, 100, SEED):
        answers.append(changed)
        with pytest.raises(SyncError):
            enrol(folder, "http://office", make_code(office.office.key.public))
        assert not (folder / "enrolment.json").exists()


def test_changed_batches_unpack_to_records_or_not_at_all(kiosk: Kiosk) -> None:
    kiosk.sell(30)
    ((_, push),) = kiosk.agent.push_stage.unsent(kiosk.journal_id)
    packed = compression.decompress(push.records, push.dictionary)
    for changed in mutations(packed, ROUNDS, SEED):
        _unpacks_or_is_garbled(changed)
    for changed in mutations(push.records, ROUNDS, SEED):
        try:
            _unpacks_or_is_garbled(compression.decompress(changed, push.dictionary))
        except Garbled:
            continue


def _unpacks_or_is_garbled(packed: bytes) -> None:
    try:
        assert all(type(raw) is bytes for raw in columns.unpack(packed))
    except Garbled:
        return


@settings(max_examples=300)
@given(st.binary(max_size=400))
def test_any_bytes_at_all_are_a_message_or_garbled(data: bytes) -> None:
    readers: list[Callable[[bytes], object]] = [
        messages.decode_envelope,
        messages.decode_answer,
        messages.decode_items,
        compression.decompress,
        columns.unpack,
        *(lambda data, kind=kind: messages.decode_request(data, kind) for kind in REQUESTS),
    ]
    for read in readers:
        try:
            read(data)
        except Garbled:
            continue


REQUESTS = (messages.Push, Pull, Enrol, History, Ask, Held, Rekey)
_encode = msgspec.msgpack.encode
BOMBS: dict[str, tuple[Callable[[bytes], object], bytes]] = {
    "gigabytes of zeros": (compression.decompress, zstd.compress(bytes(200 * MB))),
    "texts that grow": (columns.unpack, _encode([1, [1, ["x"] * 500_000]])),
    "bytes that grow": (columns.unpack, _encode([1, [1, [b"x"] * 500_000]])),
    "lists that grow": (columns.unpack, _encode([1, [1, [[0]] * 300_000]])),
    "numbers that grow": (columns.unpack, _encode([1, [1, [2**63] * 100_000]])),
    "a claim of four billion": (columns.unpack, b"\x92\x00\xdd\xff\xff\xff\xff"),
    "deeper than any stack": (columns.unpack, b"\x92\x01" + b"\x92\x02\x91" * 300_000 + b"\x92\x00\x90"),
    "a deep envelope": (messages.decode_envelope, b"\x94" + b"\xc4\x00" * 3 + b"\x91" * 200_000 + b"\xc0"),
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_few_bytes_do_not_become_gigabytes(name: str) -> None:
    read, data = BOMBS[name]
    tracemalloc.start()
    try:
        with pytest.raises(Garbled):
            read(data)
        assert tracemalloc.get_traced_memory()[1] < 100 * MB
    finally:
        tracemalloc.stop()


def test_a_page_of_changed_items_is_garbled_or_items(kiosk: Kiosk) -> None:
    packed = messages.encode([Item("menu", f"m{n}", n, b"\x91\xa1x") for n in range(40)])
    for changed in mutations(packed, ROUNDS, SEED):
        try:
            assert all(isinstance(each, Item) for each in messages.decode_items(changed))
        except Garbled:
            continue


def test_changed_files_on_a_stick_are_told_and_keep_back_nothing(
    office: OfficeWorld, kiosk: Kiosk, tmp_path: Path
) -> None:
    courier = Courier(tmp_path / "stick")
    kiosk.sell(5)
    courier.at_kiosk(kiosk)
    (name,) = courier.names(".push")
    whole = (courier.folder / name).read_bytes()
    for number, changed in enumerate(mutations(whole, 150, SEED)):
        (courier.folder / f"0-{number}.push").write_bytes(changed)
    deep = b"\x94\xc4\x00\xc4\x00\xc4\x00" + b"\x91" * 20_000 + b"\xc0"
    stick = Stick(courier.path)
    magic = whole[: whole.index(b"\n") + 1]
    (courier.folder / "0-deep.push").write_bytes(magic + hashlib.sha256(deep).digest() + deep)
    with pytest.raises(Garbled):
        stick.read("0-deep.push")
    came = courier.at_office(office)
    assert came.findings == 151
    assert office.head_seq(kiosk.journal_id) == 5
    courier.at_kiosk(kiosk)
    assert kiosk.acked_seq() == 5


def test_a_seed_gives_the_same_bytes() -> None:
    data = bytes(range(50))
    assert list(mutations(data, 50, 3)) == list(mutations(data, 50, 3))
