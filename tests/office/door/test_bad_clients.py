"""The office as a process, among clients that begin and do not end, break off, trickle or do not listen."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from kiosk.catalogue.items import Kind, decode_value
from kiosk.ledger.accounts import own_money
from sync.errors import SyncError
from sync.office.serving.refusals import PAGES
from sync.office.serving.worker import SEND_WITHIN_S
from sync.wire import signing
from sync.wire.messages import MAX_WAIT_MS, Ask, Right
from tests.office.process import ANSWER_WITHIN_S, PlainBrowser, RunningOffice, books_beside, running_office
from tests.sync.world import Kiosk, OfficeWorld, eventually

HALF = b"POST /login HTTP/1.1\r\nHost: office\r\nContent-Le"
GET = b"GET /healthz HTTP/1.1\r\nHost: office\r\n\r\n"
RESET = b"\x01\x00\x00\x00\x00\x00\x00\x00"


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningOffice]:
    """With two threads, of which one may wait for news."""
    with running_office(tmp_path_factory.mktemp("office"), threads=2) as running:
        yield running


@pytest.fixture
def beside(office: RunningOffice) -> Iterator[OfficeWorld]:
    with books_beside(office) as books:
        yield books


@pytest.fixture
def kiosk(beside: OfficeWorld, tmp_path: Path) -> Iterator[Kiosk]:
    kiosk = Kiosk(tmp_path / "kiosk", beside, tmp_path.name)
    yield kiosk
    kiosk.close()


def test_a_hundred_half_open_connections_keep_nobody_waiting(office: RunningOffice, kiosk: Kiosk) -> None:
    with ExitStack() as stack:
        for n in range(100):
            client = stack.enter_context(office.connect())
            client.sendall(GET if n % 2 else b"")  # some were answered once, and stay
            client.sendall(HALF)
        kiosk.sell(3)
        kiosk.push_all()
        kiosk.pull_all()
        assert kiosk.acked_seq() == 3
        assert PlainBrowser(office.port).get("/login")[0] == 200


def test_strangers_at_the_door_keep_kiosks_and_clerks_from_nothing(
    office: RunningOffice, beside: OfficeWorld, kiosk: Kiosk
) -> None:
    """Two dozen guess all the while; a kiosk asks for rights, and a clerk comes back to her desk."""
    beside.resident(opening_fen=10_000)
    kiosk.pull_all()
    desk = PlainBrowser(office.port)
    assert desk.log_in()[0] == 302
    strangers = [PlainBrowser(office.port) for _ in range(24)]
    for each in strangers:
        each.open_door()
    answers: list[int] = []
    over = threading.Event()

    def guess(n: int) -> None:
        while not over.is_set():
            answers.append(strangers[n].knock(f"stranger {n}", "a wrong guess")[0])
            over.wait(0.5)

    guessing = [threading.Thread(target=guess, args=(n,)) for n in range(len(strangers))]
    for thread in guessing:
        thread.start()
    try:
        rights = [_ask_for_right(kiosk, target) for target in range(100, 600, 100)]
        status, _page = desk.log_in()
    finally:
        over.set()
        for thread in guessing:
            thread.join()
    assert rights == sorted(rights)
    assert status == 302
    assert {401, 503} <= set(answers) <= {401, 429, 503}
    assert "Traceback" not in office.log


def _ask_for_right(kiosk: Kiosk, target_fen: int) -> int:
    """What it is granted in all."""
    counter = kiosk.agent.cursor.next_counter(0)
    asked = Ask(counter, kiosk.journal_id, own_money(1), target_fen, 1)
    context, pinned = signing.ask_context(), kiosk.enrolment.pinned
    answer = kiosk.transport.ask("/v1/rights", context, asked, kiosk.agent.key, pinned)
    assert isinstance(answer, Right)
    return decode_value(Kind.GRANT, answer.grant).granted


@pytest.mark.deep
def test_who_never_ends_is_hung_up_on(office: RunningOffice) -> None:
    with office.connect() as mute, office.connect() as half, office.connect() as trickling:
        half.sendall(HALF)
        over = threading.Event()

        def trickle() -> None:
            while not over.wait(SEND_WITHIN_S / 10):
                trickling.sendall(b"x")

        thread = threading.Thread(target=trickle)
        thread.start()
        try:
            assert half.recv(1) == mute.recv(1) == trickling.recv(1) == b""
        except ConnectionResetError:
            pass  # what trickled in after the end
        finally:
            over.set()
            thread.join()
    assert "took too long" in office.log


@pytest.mark.parametrize("ends", ["closed", "reset"])
@pytest.mark.parametrize("sent", [HALF, GET[:9], b"POST /v1/held HTTP/1.1\r\nContent-Length: 9\r\n\r\nabc"])
def test_who_breaks_off_leaves_one_line(office: RunningOffice, sent: bytes, ends: str) -> None:
    before = len(office.log)
    with office.connect() as client:
        client.sendall(sent)
        if ends == "reset":
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
    assert eventually(lambda: "broke off" in office.log[before:])
    assert PlainBrowser(office.port).get("/healthz")[0] == 200
    assert len(office.log[before:].splitlines()) == 1


def test_who_does_not_wait_for_the_answer_leaves_no_trace(office: RunningOffice) -> None:
    before = len(office.log)
    for _ in range(10):
        with office.connect() as client:
            client.sendall(GET)
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
    assert PlainBrowser(office.port).get("/healthz")[0] == 200
    lines = office.log[before:].splitlines()
    assert len(lines) <= 10
    assert all("broke off" in line for line in lines)


def test_requests_in_one_piece_and_in_many(office: RunningOffice) -> None:
    with office.connect() as client:
        client.sendall(GET + GET + GET[:20])
        for byte in GET[20:]:
            client.sendall(bytes([byte]))
        heard = b""
        while heard.count(b"HTTP/1.1 200 OK") < 3:
            heard += client.recv(4096)
        assert heard.count(b'"ok"') >= 2


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"POST /login HTTP/1.1\r\nHost: o\r\nTransfer-Encoding: chunked\r\n\r\n", b"411"),
        (b"POST /login HTTP/1.1\r\nHost: o\r\nContent-Length: 999999999\r\n\r\n", b"413"),
        (b"GET / HTTP/1.1\r\nCookie: " + b"x" * 40_000, b"431"),
        (b"\x16\x03\x01\x02\x00\x01\x00\r\n\r\n", b"400"),
        (b"POST / HTTP/1.1\r\nHost: o\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab", b"400"),
    ],
)
def test_what_is_no_request_is_refused_without_a_trace(
    office: RunningOffice, sent: bytes, status: bytes
) -> None:
    with office.connect() as client:
        client.sendall(sent)
        heard = b""
        while some := client.recv(4096):
            heard += some
    assert heard.split()[1] == status
    assert heard.endswith((PAGES / "refused.html").read_bytes())
    assert "Traceback" not in office.log


def requests_heard(beside: OfficeWorld) -> int:
    """The number of the newest request of any kiosk."""
    return max(last for (last,) in beside._ask("SELECT last_counter FROM devices"))


def test_whoever_waits_for_news_is_answered_when_it_stops(tmp_path: Path) -> None:
    """At once, and not when the wait is over; a client that never ends its request is not waited for."""
    with running_office(tmp_path) as office, books_beside(office) as beside, office.connect() as half:
        half.sendall(HALF)
        kiosk = Kiosk(tmp_path / "kiosk", beside, "kiosk")
        kiosk.pull_all()
        answered: list[bool | SyncError] = []

        def wait_for_news() -> None:
            try:
                pulled = kiosk.agent.pull_stage.run(
                    kiosk.transport, kiosk.enrolment.pinned, wait_ms=MAX_WAIT_MS
                )
                answered.append(pulled.more)
            except SyncError as error:
                answered.append(error)

        asked = requests_heard(beside)
        waiting = threading.Thread(target=wait_for_news)
        waiting.start()
        assert eventually(lambda: requests_heard(beside) > asked, within_s=ANSWER_WITHIN_S)
        assert waiting.is_alive()
        took_s = office.stop()
        waiting.join()
        assert answered == [False]
        assert took_s < MAX_WAIT_MS / 2000
        assert office.process.returncode == 0
        assert "Traceback" not in office.log
        kiosk.close()
