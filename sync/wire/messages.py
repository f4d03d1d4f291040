"""What travels between kiosk and office: msgpack by position, in a signed envelope.

Both directions are one HTTP POST. The request body is an `Envelope` signed by the device, the answer an
`Envelope` signed by the office over the very request it answers, so an old answer cannot be passed off as a
new one. Fields are only ever added at the end, with a default.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, TypeAlias, TypeVar

import msgspec
from msgspec import Meta

from sync.errors import Garbled

MAX_BODY_BYTES = 256 * 1024  # of a request; a batch is far smaller
MAX_BATCH_RECORDS = 500
MAX_BATCH_RAW_BYTES = 128 * 1024  # before packing: 500 sales are about 90 KiB, and 6 on the wire
MAX_WAIT_MS = 25_000
HASH_PREFIX_BYTES = 8
PROOF_BYTES = 16
MAX_STATE_BYTES = 2048
MAX_NOTICES = 32
MOST_AHEAD = 200  # of one kiosk told ahead and not come yet: whatever it signs takes no more room than that
MAX_NOTICE_BYTES = 1024  # of one record: an alarm has about a hundred
MAX_NOTICES_BYTES = 48 * 1024

Seq = Annotated[int, Meta(ge=0, le=2**53)]
Hash = Annotated[bytes, Meta(min_length=32, max_length=32)]
HashPrefix = Annotated[bytes, Meta(min_length=8, max_length=8)]
Id = Annotated[bytes, Meta(min_length=16, max_length=16)]
PublicKey = Annotated[bytes, Meta(min_length=32, max_length=32)]


class Envelope(msgspec.Struct, array_like=True, frozen=True):
    """A payload and who vouches for it. `key_id` is `signing.key_id` of the public key."""

    key_id: bytes
    signature: bytes
    payload: bytes


class Push(msgspec.Struct, array_like=True, frozen=True):
    """Records `first_seq` and following of the journal that the address names; without any, a greeting, and
    with notices alone what cannot wait for the next batch, answered with `Noted`.

    `records` is `columns.pack` of the records' exact bytes, compressed with `dictionary`. `claimed_seq` is
    the last record the kiosk has, sent or not. Of the hash before the first record only the beginning is
    sent, enough to tell two histories apart: all of it goes into `head_hash`. `notices`: packed, what is
    urgent of what comes later in this journal; what cannot be read of it hinders no batch.
    """

    first_seq: Annotated[int, Meta(ge=1, le=2**53)]
    previous_hash: HashPrefix
    head_hash: Hash
    claimed_seq: Seq
    dictionary: Annotated[int, Meta(ge=0, lt=2**31)]
    records: bytes
    notices: Annotated[bytes, Meta(max_length=MAX_NOTICES_BYTES)] = b""


class Notice(msgspec.Struct, array_like=True, frozen=True):
    """A record's exact bytes, told before its turn. It comes once more where it stands in the journal."""

    seq: Seq
    raw: Annotated[bytes, Meta(max_length=MAX_NOTICE_BYTES)]


class Pull(msgspec.Struct, array_like=True, frozen=True):
    """Catalogue changes after `cursors`, one revision per lane; waits up to `wait_ms` for news.

    `counter` grows with every request of a device, so that a recorded request is worth nothing.
    `in_snapshot`: the cursors stand in the middle of a snapshot, which goes on. `photos`: the cursor of the
    lane of pictures, which comes after all that; without one none are sent. `proof`: what came with the page
    that ended at `cursors`; empty if that was from an office of an earlier release. `state`: a packed
    `KioskState`, or nothing; what cannot be read of it hinders nobody's news.
    """

    counter: Seq
    epoch: bytes
    cursors: tuple[Seq, Seq]
    in_snapshot: bool = False
    wait_ms: Annotated[int, Meta(ge=0, le=MAX_WAIT_MS)] = 0
    photos: Seq | None = None
    proof: Annotated[bytes, Meta(max_length=PROOF_BYTES)] = b""
    state: Annotated[bytes, Meta(max_length=MAX_STATE_BYTES)] = b""


class KioskState(msgspec.Struct, array_like=True, frozen=True):
    """How a kiosk says that it is: told when it changes, and every few minutes. No money follows."""

    wall_ms: Seq  # Unix time by the kiosk's own clock
    version: Annotated[str, Meta(max_length=40)]  # of its program
    disk_free_mb: Seq  # where its records are
    troubles: Annotated[tuple[Annotated[str, Meta(max_length=60)], ...], Meta(max_length=20)] = ()


class History(msgspec.Struct, array_like=True, frozen=True):
    """Records after `after_seq` of a journal that this device's own one follows. `counter` as in `Pull`."""

    counter: Seq
    journal_id: Id
    after_seq: Seq


class Held(msgspec.Struct, array_like=True, frozen=True):
    """What a kiosk holds of the office's word, told once in each epoch: a restored office may not know it.

    `items` is a compressed msgpack array of `Item`: the grants of `journal_id`, the one that is written now,
    and the block list. `last`: nothing more comes. `counter` as in `Pull`.
    """

    counter: Seq
    epoch: bytes
    journal_id: Id
    last: bool
    items: bytes


class Ask(msgspec.Struct, array_like=True, frozen=True):
    """A journal wants to be granted `target` fen of an account in all: what it knows and what a sale lacks.

    So a repeat is granted once. `day` (ISO date) and `meal`, unless empty, ask whether this resident had the
    subsidised portion elsewhere. `counter` as in `Pull`.
    """

    counter: Seq
    journal_id: Id
    account: Annotated[str, Meta(max_length=64)]
    target: Seq
    resident_id: Annotated[int, Meta(ge=0, le=2**53)]
    day: Annotated[str, Meta(max_length=10)] = ""
    meal: Annotated[str, Meta(max_length=64)] = ""


class Prove(msgspec.Struct, array_like=True, frozen=True):
    """A card whose key only its home and the office hold proves itself to the office, by way of this kiosk.

    `said` is the card's challenge, AuthenticateEV2First; with the `ticket` that came with the answer to it,
    what the card said then. `counter` as in `Pull`.
    """

    counter: Seq
    journal_id: Id
    token: Annotated[str, Meta(max_length=64)]
    said: Annotated[bytes, Meta(min_length=16, max_length=32)]
    ticket: Annotated[bytes, Meta(max_length=128)] = b""


class Enrol(msgspec.Struct, array_like=True, frozen=True):
    """A new device presents the code that the office gave out, and the key it has made itself."""

    code: Annotated[str, Meta(max_length=64)]
    public_key: PublicKey
    journal_id: Id


class Rekey(msgspec.Struct, array_like=True, frozen=True):
    """A device goes on under another key. Signed by the old one; answered by `Noted`, as often as it comes.

    `proof` is an envelope of the new key around the id of the old one.
    """

    public_key: PublicKey
    proof: Annotated[bytes, Meta(max_length=256)]


class Ack(msgspec.Struct, array_like=True, frozen=True, tag=0):
    """All records up to `head_seq` are durable at the office.

    `head_hash` is empty when it is the `head_hash` of the push. `delay_ms`: wait that long before the next.
    `sealed`: the journal has ended; what it still brings is booked, but it is granted nothing any more.
    """

    head_seq: int
    head_hash: bytes
    office_ms: int  # Unix time at the office
    delay_ms: int = 0
    sealed: bool = False


class Gap(msgspec.Struct, array_like=True, frozen=True, tag=1):
    """The office lacks records: send from `expected_seq`."""

    expected_seq: int


class Fork(msgspec.Struct, array_like=True, frozen=True, tag=2):
    """Under `seq` the office holds another record."""

    seq: int


class Busy(msgspec.Struct, array_like=True, frozen=True, tag=4):
    """Nothing was done. Again in `delay_ms`."""

    delay_ms: int


class StaleCounter(msgspec.Struct, array_like=True, frozen=True, tag=5):
    """The request was seen before. An honest device goes on above `last`."""

    last: int


class Page(msgspec.Struct, array_like=True, frozen=True, tag=6):
    """Items in the order they changed, lane 0 before lane 1; `cursors` hold once they are applied.

    `reset`: this page begins a snapshot; what no page names until `more` is false no longer exists.
    `items` is a compressed msgpack array of `Item`. `held_ms`: how long the office kept the request before
    its clock showed `office_ms`, so that the wait for news does not blur what time it is. `photos` is the
    cursor of the lane of pictures, which is read where the others end; `more_photos`: it goes on. `proof`
    goes back to the office with the `cursors`.
    """

    epoch: bytes
    reset: bool
    more: bool
    cursors: tuple[int, int]
    office_ms: int
    items: bytes
    held_ms: int = 0
    photos: int = 0
    more_photos: bool = False
    proof: bytes = b""


class Enrolled(msgspec.Struct, array_like=True, frozen=True, tag=7):
    """Welcome: which journal to write, and the keys that speak for the office.

    `predecessors` are the journals of the kiosk that this one replaces, the oldest first.
    """

    region_id: int
    name: str
    site: str
    journal_id: Id
    office_keys: tuple[PublicKey, ...]
    office_ms: int
    predecessors: tuple[Id, ...] = ()


class Refusal(msgspec.Struct, array_like=True, frozen=True, tag=8):
    """No, for a reason that trying again does not mend. `code` is stable."""

    code: str
    detail: str = ""


class Records(msgspec.Struct, array_like=True, frozen=True, tag=10):
    """A piece of a journal given back: `first_seq` and following, packed as in `Push`; perhaps none.

    It joins on `previous_hash` and ends with `head_hash`; of the journal the office has all up to `head_seq`.
    """

    first_seq: int
    previous_hash: Hash
    head_hash: Hash
    head_seq: int
    dictionary: int
    records: bytes


class Noted(msgspec.Struct, array_like=True, frozen=True, tag=11):
    """What the kiosk told is durable at the office."""


class Right(msgspec.Struct, array_like=True, frozen=True, tag=9):
    """What came of an `Ask`: the grant as a catalogue value, and where this meal was had, empty if nowhere.

    `revision` is the catalogue's, to tell which of two values of a grant is newer. `guest` is the entry of
    somebody at home elsewhere, as a catalogue value, to be forgotten after a day; else empty.
    """

    revision: int
    grant: bytes
    eaten_at: str
    guest: bytes = b""


class Proof(msgspec.Struct, array_like=True, frozen=True, tag=12):
    """What came of a `Prove`: an `answer` to the challenge with its `ticket`, or without, the verdict."""

    answer: bytes = b""
    ticket: bytes = b""
    proved: bool = False


class Item(msgspec.Struct, array_like=True, frozen=True):
    """One catalogue item; without a value it exists no more."""

    kind: str
    key: str
    revision: int
    value: bytes | None


OFFICE_KEY = "office_key"  # kind of catalogue item: a key that speaks for the office, by its id


class OfficeKey(msgspec.Struct, frozen=True):
    """A public key to pin beside those from enrolment, so that the office can change its own."""

    public_key: PublicKey


Answer: TypeAlias = (
    Ack | Gap | Fork | Busy | StaleCounter | Page | Enrolled | Refusal | Records | Noted | Right | Proof
)

T = TypeVar("T")
_encoder = msgspec.msgpack.Encoder()
_answers: msgspec.msgpack.Decoder[Answer] = msgspec.msgpack.Decoder(Answer)
_envelopes = msgspec.msgpack.Decoder(Envelope)
_items = msgspec.msgpack.Decoder(list[Item])
_notices = msgspec.msgpack.Decoder(Annotated[list[Notice], Meta(max_length=MAX_NOTICES)])


def encode(message: msgspec.Struct | Sequence[Item] | Sequence[Notice]) -> bytes:
    return _encoder.encode(message)


def decode_envelope(body: bytes) -> Envelope:
    """Raises `Garbled`."""
    return _decode(_envelopes, body)


def decode_answer(payload: bytes) -> Answer:
    """Raises `Garbled`."""
    return _decode(_answers, payload)


def decode_request(payload: bytes, request: type[T]) -> T:
    """Raises `Garbled`, which names the field and what is allowed."""
    return _decode(msgspec.msgpack.Decoder(request), payload)


def decode_items(packed: bytes) -> list[Item]:
    """Raises `Garbled`."""
    return _decode(_items, packed)


def decode_notices(packed: bytes) -> list[Notice]:
    """Raises `Garbled`."""
    return _decode(_notices, packed)


def fitting(sizes: Sequence[int]) -> int:
    """How many of the first records, of these many bytes, go into one message; at least one."""
    total = 0
    for n, size in enumerate(sizes):
        total += size
        if total > MAX_BATCH_RAW_BYTES:
            return max(1, n)
    return len(sizes)


def _decode(decoder: msgspec.msgpack.Decoder[T], data: bytes) -> T:
    try:
        return decoder.decode(data)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise Garbled(str(error)) from error
