"""A right asked for at the moment of a sale: from the counter's socket to the office and back."""

from __future__ import annotations

import os
import socket
import stat
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from kiosk.catalogue.items import Kind
from kiosk.common.sync_process import Question, SyncProcess
from kiosk.ledger.accounts import lent_rights, own_money
from kiosk.ledger.amount import Unit
from kiosk.ledger.asking import UNREACHABLE, Answer, Verdict
from kiosk.ledger.entries import Posting
from sync.agent import Agent
from sync.errors import Refused
from sync.instant.counter_socket import CounterSocket
from sync.wire import messages, signing
from sync.wire.messages import Ask, StaleCounter
from sync.wire.transport import Transport
from tests.sync.world import PRICE_FEN, Kiosk, OfficeWorld, eventually
from tests.waiting import PATIENCE_S

ACCOUNT = own_money(1)
DAY, MEAL = "2026-03-02", "lunch"


@pytest.fixture
def socket_path() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as name:  # short, as the path of a socket must be
        yield Path(name) / "sync.sock"


@contextmanager
def _running(kiosk: Kiosk, path: Path, office: str = "") -> Iterator[SyncProcess]:
    """The kiosk's sync process with its socket, and the counter's end of it."""
    agent = Agent(kiosk.folder, office, socket=path)
    running = threading.Thread(target=agent.run)
    running.start()
    try:
        # What is answered matters here; a busy machine takes longer than a counter waits.
        yield SyncProcess(str(path), deadline_s=PATIENCE_S)
    finally:
        agent.stop()
        kiosk.office.office.news.close()  # whoever waits for news is sent home, and the process ends at once
        running.join()
        agent.close()


def _ask(counter: SyncProcess, need_fen: int, day: str = "", meal: str = "") -> Answer:
    return counter.ask(ACCOUNT, need_fen, resident_id=1, day=day, meal=meal)


def test_a_visitor_is_granted_what_the_office_kept_for_visits(
    office: OfficeWorld, make_kiosk: Callable[..., Kiosk], socket_path: Path
) -> None:
    home, elsewhere = make_kiosk("home"), make_kiosk("elsewhere", site="elsewhere")
    office.resident(1, opening_fen=12_000)
    with _running(elsewhere, socket_path) as counter:
        assert eventually(socket_path.exists)
        answer = _ask(counter, PRICE_FEN)
        assert answer.verdict is Verdict.GRANTED
        assert answer.grant is not None
        assert (answer.grant.granted, answer.grant.balance, answer.grant.home) == (PRICE_FEN, 12_000, False)
        assert elsewhere.catalogue.grant(ACCOUNT) == answer.grant
    home.pull_all()
    at_home = home.catalogue.grant(ACCOUNT)
    assert at_home is not None
    assert (at_home.granted, at_home.home) == (10_000, True)
    elsewhere.sell(1)
    elsewhere.push_all()
    assert office.balance_fen(ACCOUNT) == 11_000
    assert office.discrepancies() == []


def test_the_counter_sees_by_the_socket_that_the_sync_process_is_at_work(
    kiosk: Kiosk, socket_path: Path
) -> None:
    agent = Agent(kiosk.folder, socket=socket_path)
    running = threading.Thread(target=agent.run)
    running.start()
    assert eventually(socket_path.exists)
    os.utime(socket_path, (0, 0))
    assert agent.alive()
    assert socket_path.stat().st_mtime > 0
    agent.stop()
    kiosk.office.office.news.close()
    running.join()
    agent.close()


def test_what_lies_at_home_is_given_back_and_then_granted(
    office: OfficeWorld, make_kiosk: Callable[..., Kiosk], socket_path: Path
) -> None:
    home, elsewhere = make_kiosk("home"), make_kiosk("elsewhere", site="elsewhere")
    office.resident(1, opening_fen=5_000)
    with _running(elsewhere, socket_path) as counter:
        assert eventually(socket_path.exists)
        answer = _ask(counter, PRICE_FEN)
        assert answer.verdict is Verdict.NO_MONEY
        assert answer.grant is not None
        assert (answer.grant.granted, answer.grant.balance) == (0, 5_000)
        home.pull_all()
        recall = home.agent.cursor.value(Kind.RECALL, f"{ACCOUNT} FEN")
        assert recall is not None
        _give_back(home, PRICE_FEN)
        home.push_all()
        assert eventually(lambda: _granted(elsewhere) == PRICE_FEN)
    home.pull_all()
    assert _granted(home) == 5_000  # of which a thousand was given back
    assert office.balance_fen(ACCOUNT) == 5_000
    assert office.discrepancies() == []


def test_what_a_visitor_gives_back_is_the_homes_again(
    office: OfficeWorld, make_kiosk: Callable[..., Kiosk], socket_path: Path
) -> None:
    home, elsewhere = make_kiosk("home"), make_kiosk("elsewhere", site="elsewhere")
    office.resident(1, opening_fen=10_500)
    with _running(elsewhere, socket_path) as counter:
        assert eventually(socket_path.exists)
        assert _ask(counter, 500).verdict is Verdict.GRANTED
    home.sell(2)
    home.push_all()
    home.pull_all()
    assert _granted(home) == 10_000
    _give_back(elsewhere, 500)
    elsewhere.push_all()
    home.pull_all()
    assert _granted(home) == 10_500
    assert office.balance_fen(ACCOUNT) == 8_500


def test_a_home_that_runs_low_gets_what_was_kept_back(office: OfficeWorld, kiosk: Kiosk) -> None:
    office.resident(1, opening_fen=11_500)
    kiosk.pull_all()
    assert _granted(kiosk) == 10_000
    kiosk.sell(1)
    kiosk.push_all()
    kiosk.pull_all()
    assert _granted(kiosk) == 11_000  # 10,500 are left: 10,000 here, 500 for visits
    kiosk.sell(1)
    kiosk.push_all()
    kiosk.pull_all()
    assert _granted(kiosk) == 11_500
    assert office.balance_fen(ACCOUNT) == 9_500


def test_a_meal_that_was_had_elsewhere_is_told(
    office: OfficeWorld, make_kiosk: Callable[..., Kiosk], socket_path: Path
) -> None:
    home, elsewhere = make_kiosk("home"), make_kiosk("elsewhere", site="elsewhere")
    office.resident(1, opening_fen=5_000)
    home.sell(1)
    home.push_all()
    with _running(elsewhere, socket_path) as counter:
        assert eventually(socket_path.exists)
        answer = _ask(counter, 0, DAY, MEAL)
        assert (answer.verdict, answer.eaten_at) == (Verdict.EATEN, home.site)
        assert _ask(counter, 0, DAY, "dinner").verdict is Verdict.GRANTED


def test_the_counter_goes_on_when_nobody_answers(kiosk: Kiosk, socket_path: Path) -> None:
    assert _ask(SyncProcess(str(socket_path)), 1) == UNREACHABLE
    with _running(kiosk, socket_path, "http://127.0.0.1:9") as counter:
        assert eventually(socket_path.exists)
        assert _ask(counter, 1) == UNREACHABLE
    assert not socket_path.exists()


def test_the_counter_waits_no_longer_than_it_said(socket_path: Path) -> None:
    """It goes on while its question is still being answered."""
    asked, over, granted = threading.Event(), threading.Event(), Answer(verdict=Verdict.GRANTED, grant=None)

    def slowly(_question: Question, _transport: Transport) -> Answer:
        asked.set()
        over.wait(PATIENCE_S)
        return granted

    with CounterSocket(socket_path, lambda: Transport("http://127.0.0.1:9"), slowly):
        while not asked.is_set():  # a machine may be so busy that the question comes too late to be asked
            assert _ask(SyncProcess(str(socket_path), deadline_s=0.2), 1) == UNREACHABLE
        assert not over.is_set()
        over.set()


def test_an_answer_that_is_cut_off_is_none(socket_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(socket_path))
        listener.listen()

        def cut() -> None:
            counter, _ = listener.accept()
            with counter:
                counter.recv(4096)
                counter.sendall(b'{"verdict":"granted"')

        answering = threading.Thread(target=cut)
        answering.start()
        assert _ask(SyncProcess(str(socket_path), deadline_s=PATIENCE_S), 1) == UNREACHABLE
        answering.join()


def test_a_socket_left_by_a_process_that_died_is_replaced(kiosk: Kiosk, socket_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(str(socket_path))
    with _running(kiosk, socket_path) as counter:
        assert eventually(lambda: _ask(counter, 0).grant is not None)
        assert stat.S_IMODE(socket_path.stat().st_mode) == 0o660


def test_a_counter_that_finds_the_socket_is_never_turned_away(
    socket_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    granted = Answer(verdict=Verdict.GRANTED, grant=None)
    listen, found = socket.socket.listen, []

    def looked(listener: socket.socket, in_line: int) -> None:
        found.append(socket_path.exists())
        listen(listener, in_line)

    monkeypatch.setattr(socket.socket, "listen", looked)
    with CounterSocket(socket_path, lambda: Transport("http://127.0.0.1:9"), lambda _asked, _way: granted):
        assert found == [False]  # before it listens nobody finds it
        assert _ask(SyncProcess(str(socket_path), deadline_s=PATIENCE_S), 1) == granted
    assert list(socket_path.parent.iterdir()) == []


def test_sales_are_sent_where_nobody_can_listen(office: OfficeWorld, kiosk: Kiosk, tmp_path: Path) -> None:
    kiosk.sell(1)
    with _running(kiosk, tmp_path / "nowhere" / "sync.sock"):
        assert eventually(lambda: office.head_seq(kiosk.journal_id) == 1)


def test_a_question_is_answered_once_and_only_to_who_writes_the_journal(
    office: OfficeWorld, make_kiosk: Callable[..., Kiosk]
) -> None:
    one, two = make_kiosk("one"), make_kiosk("two", site="elsewhere")
    office.resident(1, opening_fen=12_000)
    ask = Ask(1, two.journal_id, ACCOUNT, 500, 1)
    context, key = signing.ask_context(), one.agent.key
    with pytest.raises(Refused, match="not_your_journal"):
        one.transport.ask("/v1/rights", context, ask, key, one.enrolment.pinned)
    recorded = two.agent.key.sign(context, messages.encode(ask))
    for kind in (messages.Right, StaleCounter):
        answered = two.transport.exchange("/v1/rights", recorded)
        payload = signing.verified(answered, signing.answer_context(recorded), two.enrolment.pinned)
        assert isinstance(messages.decode_answer(payload), kind)
    with pytest.raises(Refused, match="unknown_account"):
        ask = Ask(2, two.journal_id, "programme/elders", 500, 1)
        two.transport.ask("/v1/rights", context, ask, two.agent.key, two.enrolment.pinned)


def _granted(kiosk: Kiosk) -> int:
    grant = kiosk.catalogue.grant(ACCOUNT)
    return grant.granted if grant is not None else 0


def _give_back(kiosk: Kiosk, fen: int) -> None:
    rights = (Posting(ACCOUNT, -fen, Unit.RIGHT), Posting(lent_rights(), fen, Unit.RIGHT))
    kiosk.write("return", 1, messages.Busy(0), *rights)
