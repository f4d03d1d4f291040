"""Alerts go by STARTTLS and with a login to a mail server that takes them in no other way."""

from __future__ import annotations

from collections.abc import Iterator
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from tests.office.books import open_books
from tests.office.door.test_told_outside import MINUTE_MS, Passing
from tests.ports import free_port
from tests.sync.trusted.test_private_ca import Authority

USER, PASSWORD = "office", "a mailbox's password"


class Letters:
    """What a server took, and whom it lets in."""

    def __init__(self) -> None:
        self.taken: list[Envelope] = []

    def let_in(
        self, _server: SMTP, _session: Session, _envelope: Envelope, _how: str, said: object
    ) -> AuthResult:
        return AuthResult(success=said == LoginPassword(USER.encode(), PASSWORD.encode()))

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        self.taken.append(envelope)
        return "250 OK"


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path, "provider")


@pytest.fixture
def mail(authority: Authority) -> Iterator[Controller]:
    """As a provider has it: nothing before STARTTLS, no letter before the login."""
    letters = Letters()
    server = Controller(
        letters,
        hostname="127.0.0.1",
        port=free_port(),
        tls_context=authority.context(),
        require_starttls=True,
        auth_required=True,
        authenticator=letters.let_in,
    )
    server.start()
    yield server
    server.stop()


def silent(
    folder: Path, mail: Controller, monkeypatch: pytest.MonkeyPatch, **settings: object
) -> list[Envelope]:
    """A kiosk falls silent, and whoever is set is told; the letters that the server took."""
    told = {
        "alert_mail_to": ("chen@example.org",),
        "alert_mail_from": "office@example.org",
        "alert_mail_server": f"127.0.0.1:{mail.port}",
        "alert_mail_tls": True,
        "alert_mail_user": USER,
        "alert_mail_password": PASSWORD,
    }
    with open_books(folder / "office", **{**told, **settings}) as books:
        town = Passing(books, monkeypatch)
        town.says("")
        town.look(31 * MINUTE_MS)
    assert isinstance(mail.handler, Letters)
    return mail.handler.taken


def test_a_provider_that_wants_a_secret_line_and_a_login_gets_the_letter(
    tmp_path: Path, authority: Authority, mail: Controller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))
    (letter,) = silent(tmp_path, mail, monkeypatch)
    assert letter.rcpt_tos == ["chen@example.org"]
    assert isinstance(letter.content, bytes)
    read = message_from_bytes(letter.content, policy=default)
    assert str(read["Subject"]).startswith("请处理：")
    assert "huasheng" in read.get_content()


@pytest.mark.parametrize("wrong", [{"alert_mail_tls": False}, {"alert_mail_password": "another"}])
def test_in_the_open_or_with_another_password_nothing_is_handed_over(
    tmp_path: Path,
    authority: Authority,
    mail: Controller,
    monkeypatch: pytest.MonkeyPatch,
    wrong: dict[str, object],
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))
    assert silent(tmp_path, mail, monkeypatch, **wrong) == []


def test_a_server_that_this_machine_does_not_believe_hears_neither_letter_nor_password(
    tmp_path: Path, mail: Controller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(Authority(tmp_path, "somebody_else").file))
    assert silent(tmp_path, mail, monkeypatch) == []
