"""The office's HTTP face: what it says of itself, and what it says to nonsense."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable

import pytest
import requests
import sqlalchemy as sa

from sync.enrolling.enrolment import read_enrolment
from sync.wire import messages, signing
from sync.wire.messages import MAX_BODY_BYTES, Refusal
from tests.sync.world import Kiosk, OfficeWorld
from tests.waiting import PATIENCE_S

Post = Callable[[str, bytes], requests.Response]


@pytest.fixture
def post(office: OfficeWorld) -> Post:
    return lambda path, body: requests.post(office.url + path, data=body, timeout=PATIENCE_S)


def _refused(response: requests.Response, office: OfficeWorld, body: bytes) -> Refusal:
    keys = signing.by_id(office.office.key.public)
    answer = messages.decode_answer(signing.verified(response.content, signing.answer_context(body), keys))
    assert isinstance(answer, Refusal)
    return answer


def test_it_is_healthy_and_says_so(office: OfficeWorld) -> None:
    assert requests.get(office.url + "/healthz", timeout=PATIENCE_S).json() == {"status": "ok"}


def test_it_is_not_healthy_without_a_database(office: OfficeWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(*_: object, **__: object) -> None:
        raise sa.exc.OperationalError("", None, Exception("gone"))

    monkeypatch.setattr(office.office.engine, "begin", gone)
    assert requests.get(office.url + "/healthz", timeout=PATIENCE_S).status_code == 503


@pytest.fixture(autouse=True)
def looks_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sync.office.api.health.LOOK_EVERY_S", 0.0)


def test_it_is_not_healthy_when_it_cannot_sign(office: OfficeWorld) -> None:
    assert requests.get(office.url + "/healthz", timeout=PATIENCE_S).status_code == 200
    key_file = office.office.settings.key_file
    key_file.rename(key_file.with_suffix(".away"))
    answer = requests.get(office.url + "/healthz", timeout=PATIENCE_S)
    assert (answer.status_code, answer.json()) == (503, {"status": "signing key unreadable"})


def test_it_is_not_healthy_when_it_may_only_read_its_books(office: OfficeWorld) -> None:
    office.office.engine.dispose()

    @sa.event.listens_for(office.office.engine, "connect")
    def as_on_a_file_of_roots(connection: sqlite3.Connection, _record: object) -> None:
        connection.execute("PRAGMA query_only = ON")

    answer = requests.get(office.url + "/healthz", timeout=PATIENCE_S)
    assert (answer.status_code, answer.json()) == (503, {"status": "database unavailable"})


def test_it_is_healthy_while_somebody_writes_for_long(
    office: OfficeWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    busy = sqlite3.OperationalError("database is locked")
    busy.sqlite_errorcode = sqlite3.SQLITE_BUSY

    def locked(*_: object, **__: object) -> None:
        raise sa.exc.OperationalError("", None, busy)

    monkeypatch.setattr(office.office.engine, "begin", locked)
    assert requests.get(office.url + "/healthz", timeout=PATIENCE_S).status_code == 200


def test_its_figures_name_backlog_and_reviews(office: OfficeWorld, kiosk: Kiosk) -> None:
    kiosk.sell(3)
    kiosk.push_all()
    figures = requests.get(office.url + "/metrics", timeout=PATIENCE_S).text
    assert 'office_kiosk_backlog{kiosk="kiosk",site="tianping"} 0.0' in figures
    assert "office_records_received_total 3.0" in figures
    assert "office_open_reviews 0.0" in figures
    assert re.search(r'office_answers_total\{kind="ack"\} 1\.0', figures)


@pytest.mark.parametrize("path", ["/v1/catalogue", "/v1/enrol", "/v1/journals/" + "0" * 32])
@pytest.mark.parametrize("body", [b"", b"\xff", b"hello", b"\x93\xc4\x00\xc4\x00\xc4\x00", b"\x91" * 3000])
def test_nonsense_gets_a_signed_no(office: OfficeWorld, post: Post, path: str, body: bytes) -> None:
    response = post(path, body)
    assert response.status_code in (400, 401)
    assert response.headers["Content-Type"] == "application/msgpack"
    assert _refused(response, office, body).code in ("garbled", "unknown_key")


def test_a_wrong_value_is_named_with_what_is_allowed(office: OfficeWorld, kiosk: Kiosk, post: Post) -> None:
    _, key = read_enrolment(kiosk.folder)
    body = key.sign(signing.pull_context(), messages._encoder.encode([-4, b"", [0, 0]]))
    refusal = _refused(post("/v1/catalogue", body), office, body)
    assert refusal == Refusal("garbled", "Expected `int` >= 0 - at `$[0]`")


def test_a_journal_that_is_none_is_named(office: OfficeWorld, post: Post) -> None:
    refusal = _refused(post("/v1/journals/xyz", b""), office, b"")
    assert refusal == Refusal("garbled", "journal: 32 hexadecimal digits are allowed")


def test_a_body_beyond_the_limit_is_not_read(post: Post) -> None:
    response = post("/v1/catalogue", b"x" * (MAX_BODY_BYTES + 1))
    assert response.status_code == 413
    assert set(response.json()) == {"error", "detail"}


def test_a_defect_shows_no_trace(office: OfficeWorld, post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    def defect(*_: object) -> None:
        raise ZeroDivisionError("secret")

    monkeypatch.setattr("sync.office.api.answering.messages.decode_envelope", defect)
    response = post("/v1/catalogue", b"")
    assert response.status_code == 500
    assert "secret" not in response.text
    assert "Traceback" not in response.text


def test_kiosks_are_spared_cookies(post: Post) -> None:
    assert not {"Set-Cookie", "Vary"} & set(post("/v1/catalogue", b"").headers)


def test_a_database_in_trouble_asks_kiosks_to_come_back(
    office: OfficeWorld, kiosk: Kiosk, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sync.errors import OfficeBusy

    def deadlock(*_: object, **__: object) -> None:
        raise sa.exc.OperationalError("", None, Exception("deadlock detected"))

    kiosk.sell(1)
    with monkeypatch.context() as patch:
        patch.setattr("sync.office.intake.intake.Intake.take_in", deadlock)
        with pytest.raises(OfficeBusy):
            kiosk.push()
    kiosk.push_all()
    assert office.head_seq(kiosk.journal_id) == 1
