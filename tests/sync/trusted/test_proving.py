"""A card whose key is elsewhere proves itself to the office: from the counter's socket and back."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest

from drivers.cards.crypto import aes
from drivers.cards.crypto.ev2 import rotate
from kiosk.catalogue.items import Kind
from kiosk.common.sync_process import SyncProcess
from kiosk.people.cards import Block, Card, CardKey, CardLevel, CardStatus
from sync.errors import Refused
from sync.instant.counter_socket import CounterSocket
from sync.office.api.allowance import PERIOD_S, Allowance
from sync.office.api.answering import PROOF_STEPS_IN_MINUTE
from sync.office.api.proving import TICKET_LIFE_MS
from sync.office.catalogue.publishing import site_scope
from sync.wire import signing
from sync.wire.messages import Proof, Prove, StaleCounter
from tests.sync.world import Kiosk, OfficeWorld
from tests.waiting import PATIENCE_S

UID = bytes.fromhex("04958CAA5C5E80")
TOKEN, KEY = "nfc:04958CAA5C5E80", bytes(range(16))
CARD = Card(token=TOKEN, number=7, resident_id=1, level=CardLevel.AUTHENTICATED)


@pytest.fixture
def visited(office: OfficeWorld, make_kiosk: Callable[..., Kiosk]) -> Kiosk:
    """A kiosk where the card's owner is a visitor: it does not hold the key."""
    office.resident(1)
    office.publish(Kind.CARD, TOKEN, CARD)
    office.publish(Kind.CARD_KEY, TOKEN, CardKey(token=TOKEN, key=KEY), scope=site_scope("home"))
    visited = make_kiosk("elsewhere", site="elsewhere")
    visited.pull_all()
    assert visited.catalogue.card_key(TOKEN) is None
    return visited


@pytest.fixture
def counter(visited: Kiosk) -> Iterator[SyncProcess]:
    """The counter's end of the socket, the sync process at the other."""
    with tempfile.TemporaryDirectory() as name:  # short, as the path of a socket must be
        path = Path(name) / "sync.sock"
        with CounterSocket(path, visited.agent._asked_transport, visited.agent._answer_counter):
            yield SyncProcess(str(path), deadline_s=PATIENCE_S)


RND_B = b"b" * 16
CHALLENGE = aes.encrypt(KEY, RND_B)


def says(answer: bytes, key: bytes = KEY) -> bytes:
    """What a card with this key says to the reader's answer."""
    return aes.encrypt(key, b"TIxx" + rotate(aes.decrypt(key, answer)[:16]) + bytes(12))


def ask(kiosk: Kiosk, **changes: object) -> Proof:
    """One request of a kiosk, as it or somebody with its key might make it. Raises `Refused`."""
    counter = kiosk.agent.cursor.next_counter()
    prove = msgspec.structs.replace(Prove(counter, kiosk.journal_id, TOKEN, CHALLENGE), **changes)
    pinned = kiosk.enrolment.pinned
    answer = kiosk.transport.ask("/v1/proofs", signing.proof_context(), prove, kiosk.agent.key, pinned)
    assert isinstance(answer, Proof)
    return answer


def test_a_visitors_card_proves_itself_to_the_office_and_the_key_stays_there(
    visited: Kiosk, counter: SyncProcess
) -> None:
    relay = counter.relay(TOKEN)
    relayed = relay(CHALLENGE)
    assert relayed is not None
    assert aes.decrypt(KEY, relayed.answer)[16:] == rotate(RND_B)
    assert relayed.judge(says(relayed.answer)) is True
    visited.pull_all()
    assert visited.catalogue.card_key(TOKEN) is None


def test_a_card_that_does_not_know_the_key_is_told_apart(counter: SyncProcess) -> None:
    relay = counter.relay(TOKEN)
    relayed = relay(CHALLENGE)
    assert relayed is not None
    assert relayed.judge(says(relayed.answer, b"x" * 16)) is False
    assert relayed.judge(bytes(32)) is False


def test_without_an_office_nobody_answers(tmp_path: Path) -> None:
    assert SyncProcess(str(tmp_path / "nobody.sock")).relay(TOKEN)(CHALLENGE) is None


def test_a_ticket_is_good_for_this_card_journal_and_kiosk_and_not_for_long(
    office: OfficeWorld, visited: Kiosk, make_kiosk: Callable[..., Kiosk], monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = ask(visited)
    proof = says(begun.answer)
    other = Card(token="nfc:04000000000002", number=8, resident_id=1, level=CardLevel.AUTHENTICATED)
    office.publish(Kind.CARD, other.token, other)
    office.publish(Kind.CARD_KEY, other.token, CardKey(token=other.token, key=KEY))
    third = make_kiosk("third", site="third")
    for kiosk, changes in ((visited, {"token": other.token}), (third, {}), (visited, {"ticket": b"t" * 60})):
        with pytest.raises(Refused, match="no_such_ticket"):
            ask(kiosk, **{"said": proof, "ticket": begun.ticket, **changes})
    with pytest.raises(Refused, match="not_your_journal"):
        ask(third, journal_id=visited.journal_id)
    later_ms = office.office.now_ms() + TICKET_LIFE_MS + 1
    monkeypatch.setattr(office.office, "now_ms", lambda: later_ms)
    with pytest.raises(Refused, match="ticket_too_old"):
        ask(visited, said=proof, ticket=begun.ticket)


def test_a_request_that_was_seen_is_not_answered_again(visited: Kiosk) -> None:
    counter = visited.agent.cursor.next_counter()
    prove = Prove(counter, visited.journal_id, TOKEN, CHALLENGE)
    pinned, key = visited.enrolment.pinned, visited.agent.key
    for kind in (Proof, StaleCounter):
        answer = visited.transport.ask("/v1/proofs", signing.proof_context(), prove, key, pinned)
        assert isinstance(answer, kind)


@pytest.mark.parametrize(
    ("token", "card", "refusal"),
    [
        ("nfc:04000000000009", None, "card_not_in_use"),
        ("nfc:no number", None, "card_not_in_use"),
        ("phone:7", {"token": "phone:7"}, "card_not_in_use"),
        (TOKEN, {"status": CardStatus.REPLACED}, "card_not_in_use"),
        (TOKEN, {"level": CardLevel.SIGNED}, "card_without_key"),
    ],
)
def test_the_office_answers_for_cards_in_use_and_for_nothing_else(
    office: OfficeWorld, visited: Kiosk, token: str, card: dict[str, object] | None, refusal: str
) -> None:
    if card is not None:
        office.publish(Kind.CARD, token, msgspec.structs.replace(CARD, **card))
        office.publish(Kind.CARD_KEY, token, CardKey(token=token, key=KEY), scope=site_scope("home"))
    with pytest.raises(Refused, match=refusal):
        ask(visited, token=token)


def test_a_lost_card_proves_nothing_any_more(office: OfficeWorld, visited: Kiosk) -> None:
    office.publish(Kind.BLOCK, TOKEN, Block(token=TOKEN, status=CardStatus.LOST))
    with pytest.raises(Refused, match="card_not_in_use"):
        ask(visited)


def test_a_stolen_kiosk_asks_so_often_and_no_more(visited: Kiosk) -> None:
    for _ in range(PROOF_STEPS_IN_MINUTE):
        ask(visited)
    with pytest.raises(Refused, match="too_many_proofs"):
        ask(visited)


def test_an_allowance_is_for_a_minute_and_for_each() -> None:
    now_s = 0.0
    allowance = Allowance(2, lambda: now_s)
    assert [allowance.grant(b"one") for _ in range(3)] == [True, True, False]
    assert allowance.grant(b"two")
    now_s = PERIOD_S
    assert allowance.grant(b"one")
