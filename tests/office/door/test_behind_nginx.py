"""The office behind the nginx of `systemd/nginx`: kiosks, clerks, forged addresses and slow clients."""

from __future__ import annotations

import os
import re
import shutil
import socket
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import unquote

import pytest
import requests

from sync.agent import Agent
from sync.office.serving.app import create_office
from sync.office.serving.refusals import PAGES
from sync.office.store.tables import login_tries
from sync.wire.messages import MAX_BODY_BYTES
from sync.wire.transport import Transport
from tests.office.books import CLERK, PASSWORD
from tests.office.process import ANSWER_WITHIN_S, RunningOffice, listens, running_office
from tests.ports import free_port
from tests.sync.trusted.test_private_ca import Authority
from tests.sync.world import Kiosk, OfficeWorld, eventually

SITE = Path(__file__).parents[3] / "systemd" / "nginx" / "neighbourhood-card.conf"
NGINX = shutil.which("nginx", path=os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin"]))
TEMPORARY = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")

TOO_LONG = 12_000  # for nginx's 8 KiB, and still one TLS record: it hangs up on whoever is still sending

pytestmark = pytest.mark.skipif(NGINX is None, reason="nginx is not installed; see .ci/prepare")


@dataclass
class Front:
    """An nginx before an office."""

    office: RunningOffice
    port: int
    plain_port: int
    authority: Authority

    @property
    def url(self) -> str:
        return f"https://127.0.0.1:{self.port}"

    def exchange(self, sent: bytes) -> bytes:
        """What is answered to these bytes."""
        context = ssl.create_default_context(cafile=str(self.authority.file))
        with (
            socket.create_connection(("127.0.0.1", self.port), timeout=ANSWER_WITHIN_S) as plain,
            context.wrap_socket(plain, server_hostname="127.0.0.1") as client,
        ):
            client.sendall(sent)
            heard = b""
            # Who has not read all that was sent may hang up without saying so.
            with suppress(ssl.SSLEOFError):
                while some := client.recv(65536):
                    heard += some
            return heard

    def session(self) -> requests.Session:
        session = requests.Session()
        session.trust_env = False
        session.verify = str(self.authority.file)
        return session

    def log_in(self, session: requests.Session, password: str, **headers: str) -> int:
        page = session.get(f"{self.url}/login", timeout=ANSWER_WITHIN_S).text
        token = re.search(r'name="csrf_token" type="hidden" value="([^"]+)', page)
        assert token is not None
        form = {"username": CLERK, "password": password, "csrf_token": token[1]}
        headers["Referer"] = f"{self.url}/login"
        answer = session.post(
            f"{self.url}/login", form, headers=headers, allow_redirects=False, timeout=ANSWER_WITHIN_S
        )
        return answer.status_code


@pytest.fixture(scope="module")
def front(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    folder = tmp_path_factory.mktemp("front")
    authority = Authority(folder, "ours")
    authority.context()  # leaves key and certificate in chain.pem
    with running_office(folder) as office:
        front = Front(office, free_port(), free_port(), authority)
        with running_nginx(folder, front):
            yield front


@contextmanager
def running_nginx(folder: Path, front: Front) -> Iterator[None]:
    process = subprocess.Popen([NGINX, "-p", str(folder), "-c", str(_write_config(folder, front))])
    try:
        assert eventually(lambda: listens(front.port), within_s=ANSWER_WITHIN_S)
        yield
    finally:
        process.terminate()
        process.wait()


def _write_config(folder: Path, front: Front) -> Path:
    """The site as it is, on other ports, in the smallest configuration that takes it."""
    site = SITE.read_text()
    site = re.sub(r"listen \[::\].*\n", "", site)
    for name, value in {
        "listen 443 ssl": f"listen 127.0.0.1:{front.port} ssl",
        "listen 80": f"listen 127.0.0.1:{front.plain_port}",
        "server 127.0.0.1:8470": f"server 127.0.0.1:{front.office.port}",
        "/etc/ssl/private/office.example.pem": f"{folder}/chain.pem",
        "/etc/ssl/private/office.example.key": f"{folder}/chain.pem",
        "/usr/share/neighbourhood-office": str(PAGES),
        "/var/log/nginx": str(folder),
    }.items():
        assert name in site
        site = site.replace(name, value)
    (folder / "site.conf").write_text(site)
    paths = "".join(f"{name}_temp_path {folder}/{name};" for name in TEMPORARY)
    config = folder / "nginx.conf"
    config.write_text(
        f"{'user root;' if os.geteuid() == 0 else ''} daemon off; worker_processes 1; pid {folder}/pid;\n"
        f"error_log {folder}/nginx.log; events {{ worker_connections 768; }}\n"
        f"http {{ access_log off; {paths} include {folder}/site.conf; }}\n"
    )
    return config


@pytest.fixture
def beside(front: Front) -> Iterator[OfficeWorld]:
    """The office's books, past its doors."""
    world = OfficeWorld(create_office(front.office.settings).extensions["office"], front.office.url)
    yield world
    world.office.close()


@pytest.fixture
def kiosk(beside: OfficeWorld, tmp_path: Path) -> Iterator[Kiosk]:
    kiosk = Kiosk(tmp_path / "kiosk", beside, tmp_path.name)
    yield kiosk
    kiosk.close()


def test_a_kiosk_sells_and_waits_for_news(front: Front, kiosk: Kiosk) -> None:
    kiosk.sell(3)
    agent = Agent(kiosk.folder, front.url, ca=front.authority.file)
    agent.once()
    with Transport(front.url, ca=front.authority.file) as transport:
        assert agent.pull_stage.run(transport, agent.pinned(), wait_ms=300).more is False
    agent.close()
    assert kiosk.acked_seq() == 3


def test_a_clerk_logs_in_and_the_cookie_is_for_tls_only(front: Front) -> None:
    session = front.session()
    assert front.log_in(session, PASSWORD) == 302
    assert session.get(front.url, timeout=ANSWER_WITHIN_S).status_code == 200
    assert all(each.secure for each in session.cookies)
    assert {each.name for each in session.cookies} == {"office", "office_known"}


def test_a_client_cannot_name_its_own_address(front: Front, beside: OfficeWorld) -> None:
    for n in range(2):
        forged = {"X-Forwarded-For": f"192.0.2.{n}", "Forwarded": f"for=192.0.2.{n}"}
        assert front.log_in(front.session(), "a wrong guess", **forged) == 401
    assert beside.count(login_tries) == 4  # one name, one address, one place, and what the audit log counts


def test_no_log_says_whom_somebody_searched_for_or_keeps_an_invitation(tmp_path: Path, front: Front) -> None:
    """Nor where the office is away, of which nginx tells in its log of errors."""
    shutil.copy(front.authority.file.with_name("chain.pem"), tmp_path)
    away = replace(
        front, office=replace(front.office, port=free_port()), port=free_port(), plain_port=free_port()
    )
    with running_nginx(tmp_path, away):
        for place in (front, away):
            session = place.session()
            for path in ("find?q=陈桂英", "residents?q=13900001006", f"welcome/{'s3cret' * 7}"):
                session.get(f"{place.url}/{path}", timeout=ANSWER_WITHIN_S)
                plain = f"http://127.0.0.1:{place.plain_port}/{path}"
                session.get(plain, allow_redirects=False, timeout=ANSWER_WITHIN_S)
    folder = front.authority.file.parent
    logs = [each.read_text() for at in (tmp_path, folder) for each in at.glob("*.log")]
    written = unquote("".join([*logs, front.office.log]))
    assert written.count("/find") >= len(("over TLS", "without it")) * 2
    assert written.count("GET /welcome/...") == len(("over TLS", "without it")) * 2
    for said in ("陈桂英", "13900001006", "s3cret"):
        assert said not in written


def test_without_tls_it_is_sent_to_the_right_address(front: Front) -> None:
    plain = f"http://127.0.0.1:{front.plain_port}/sales?day=2026-11-23"
    answer = front.session().get(plain, allow_redirects=False, timeout=ANSWER_WITHIN_S)
    assert (answer.status_code, answer.headers["Location"]) == (
        308,
        "https://office.example/sales?day=2026-11-23",
    )


def test_what_is_not_for_the_street(front: Front) -> None:
    session = front.session()
    assert session.get(f"{front.url}/metrics", timeout=ANSWER_WITHIN_S).status_code == 404
    body = b"x" * (MAX_BODY_BYTES + 1)
    assert session.post(f"{front.url}/v1/held", body, timeout=ANSWER_WITHIN_S).status_code == 413


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"GET / HTTP/1.1\r\nHost: office\r\nHost: office\r\n\r\n", b"400"),
        (b"POST /login HTTP/1.1\r\nHost: office\r\nContent-Length: 999999999\r\n\r\n", b"413"),
        (b"GET /" + b"x" * TOO_LONG + b" HTTP/1.1\r\nHost: office\r\n\r\n", b"414"),
    ],
)
def test_what_the_web_server_refuses_it_says_in_both_languages(
    front: Front, sent: bytes, status: bytes
) -> None:
    answer = front.exchange(sent)
    assert answer.split()[1] == status
    assert answer.endswith((PAGES / "refused.html").read_bytes())


def test_http_at_the_port_of_https_is_sent_to_https(front: Front) -> None:
    with socket.create_connection(("127.0.0.1", front.port), timeout=ANSWER_WITHIN_S) as client:
        client.sendall(b"GET /sales HTTP/1.1\r\nHost: office.example\r\nConnection: close\r\n\r\n")
        answer = client.recv(4096).decode()
    assert answer.startswith("HTTP/1.1 308")
    assert "Location: https://office.example/sales" in answer


def test_an_office_that_is_away_is_said_in_both_languages(tmp_path: Path, front: Front) -> None:
    shutil.copy(front.authority.file.with_name("chain.pem"), tmp_path)
    nobody = replace(front.office, port=free_port())
    away = replace(front, office=nobody, port=free_port(), plain_port=free_port())
    with running_nginx(tmp_path, away):
        answer = away.session().get(f"{away.url}/sales", timeout=ANSWER_WITHIN_S)
    assert answer.status_code == 502
    assert answer.content == (PAGES / "away.html").read_bytes()


def test_clients_that_do_not_end_keep_nobody_waiting(front: Front, kiosk: Kiosk) -> None:
    """Before and after the handshake; as many as one address may have, but for those who work."""
    context = ssl.create_default_context(cafile=str(front.authority.file))
    with ExitStack() as stack:
        for n in range(80):
            client = socket.create_connection(("127.0.0.1", front.port), timeout=ANSWER_WITHIN_S)
            if n % 2:
                client = context.wrap_socket(client, server_hostname="127.0.0.1")
                client.sendall(b"POST /login HTTP/1.1\r\nHost: office\r\nContent-Length: 9\r\n\r\nabc")
            else:
                client.sendall(b"\x16\x03")
            stack.enter_context(client)
        kiosk.sell(2)
        agent = Agent(kiosk.folder, front.url, ca=front.authority.file)
        agent.once()
        agent.close()
        assert kiosk.acked_seq() == 2
        assert front.session().get(f"{front.url}/login", timeout=ANSWER_WITHIN_S).status_code == 200
    assert "Traceback" not in front.office.log
