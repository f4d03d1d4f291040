"""An office behind https with certificates of its own authority, and others that are not believed."""

from __future__ import annotations

import re
import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from ipaddress import IPv4Address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from sync.agent import Agent
from sync.enrolling.enrol import enrol
from sync.errors import WrongCertificate
from sync.wire import messages
from sync.wire.messages import Envelope
from sync.wire.transport import Transport
from tests.sync.world import Kiosk, OfficeWorld

INSTALLING = Path(__file__).parents[3] / "docs" / "installing.md"
SIGNS_ONLY = x509.KeyUsage(
    digital_signature=False,
    content_commitment=False,
    key_encipherment=False,
    data_encipherment=False,
    key_agreement=False,
    key_cert_sign=True,
    crl_sign=True,
    encipher_only=False,
    decipher_only=False,
)
ENVELOPE = messages.encode(Envelope(b"k", b"s", b"p"))


class Authority:
    """Issues certificates for 127.0.0.1, good from yesterday for `days`."""

    def __init__(self, folder: Path, name: str) -> None:
        self._folder, self._key = folder, ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        self.file = folder / f"{name}.pem"
        constraints = x509.BasicConstraints(ca=True, path_length=None)
        built = self._building(self._name, self._key.public_key(), 30)
        built = built.add_extension(constraints, critical=True).add_extension(SIGNS_ONLY, critical=True)
        certificate = built.sign(self._key, hashes.SHA256())
        self.file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))

    def context(self, days: int = 30) -> ssl.SSLContext:
        """What a server presents."""
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "office")])
        here = x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))])
        built = self._building(name, key.public_key(), days).add_extension(here, critical=False)
        certificate = built.sign(self._key, hashes.SHA256())
        chain = self._folder / "chain.pem"
        chain.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
            + certificate.public_bytes(serialization.Encoding.PEM)
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(chain)
        return context

    def _building(
        self, subject: x509.Name, key: ec.EllipticCurvePublicKey, days: int
    ) -> x509.CertificateBuilder:
        """With the names of both keys, without which Python 3.13 believes no certificate."""
        now = datetime.now(UTC)
        own = x509.SubjectKeyIdentifier.from_public_key(key)
        issuers = x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key())
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=100))
            .not_valid_after(now + timedelta(days=days))
            .add_extension(own, critical=False)
            .add_extension(issuers, critical=False)
        )


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path, "ours")


@contextmanager
def _https(context: ssl.SSLContext, behind: str = "") -> Iterator[str]:
    """An https server before an office, as a web server would stand there; alone it answers anything."""

    class Front(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            answered = ENVELOPE
            if behind:
                with Transport(behind) as transport:
                    answered = transport.exchange(self.path, body)
            self.send_response(200)
            self.send_header("Content-Length", str(len(answered)))
            self.end_headers()
            self.wfile.write(answered)

        def log_message(self, *_: object) -> None:
            pass

    class Server(HTTPServer):
        def handle_error(self, *_: object) -> None:  # a client that hangs up on a wrong certificate
            pass

    server = Server(("127.0.0.1", 0), Front)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    running = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    running.start()
    try:
        yield f"https://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        running.join()
        server.server_close()


def test_a_kiosk_enrols_and_sells_through_its_own_authority(
    office: OfficeWorld, kiosk: Kiosk, authority: Authority, tmp_path: Path
) -> None:
    with _https(authority.context(), office.url) as url:
        enrolment = enrol(tmp_path / "other", url, office.code("other"), ca=authority.file)
        assert enrolment.office == url
        kiosk.sell(3)
        with closing(Agent(kiosk.folder, url, ca=authority.file)) as agent:
            agent.once()
    assert office.head_seq(kiosk.journal_id) == kiosk.acked_seq() == 3


def test_an_authority_made_as_the_documents_say_is_believed(tmp_path: Path) -> None:
    commands = re.sub(r"\\\n *", "", INSTALLING.read_text(encoding="utf-8"))
    commands = "\n".join(re.findall(r"^    (openssl .*)$", commands, re.MULTILINE))
    here = commands.replace("DNS:office.example", "IP:127.0.0.1")
    assert here != commands
    # The last of them is what a kiosk with Python 3.13 asks for, whatever runs this test.
    done = subprocess.run(["sh", "-ec", here], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout == "office.pem: OK\n"
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "office.pem", tmp_path / "office.key")
    with _https(context) as url, Transport(url, ca=tmp_path / "office-ca.pem") as transport:
        assert transport.exchange("/", b"") == ENVELOPE


def test_a_certificate_of_somebody_else_is_named(authority: Authority, tmp_path: Path) -> None:
    stranger = Authority(tmp_path, "stranger")
    with _https(stranger.context()) as url:
        for ca in (authority.file, None):
            with Transport(url, ca=ca) as transport, pytest.raises(WrongCertificate) as raised:
                transport.exchange("/", b"")
            assert not raised.value.transient
        with Transport(url, ca=stranger.file) as transport:
            assert transport.exchange("/", b"") == ENVELOPE


def test_a_certificate_that_has_run_out_is_named(authority: Authority) -> None:
    with (
        _https(authority.context(days=-1)) as url,
        Transport(url, ca=authority.file) as transport,
        pytest.raises(WrongCertificate, match="expired"),
    ):
        transport.exchange("/", b"")


def test_a_certificate_for_another_address_is_named(authority: Authority) -> None:
    with (
        _https(authority.context()) as url,
        Transport(url.replace("127.0.0.1", "localhost"), ca=authority.file) as transport,
        pytest.raises(WrongCertificate, match="localhost"),
    ):
        transport.exchange("/", b"")


@pytest.mark.parametrize("content", [None, b"", b"no certificate"])
def test_a_file_of_certificates_that_is_none_is_named(
    authority: Authority, tmp_path: Path, content: bytes | None
) -> None:
    ca = tmp_path / "ca.pem"
    if content is not None:
        ca.write_bytes(content)
    with (
        _https(authority.context()) as url,
        Transport(url, ca=ca) as transport,
        pytest.raises(WrongCertificate),
    ):
        transport.exchange("/", b"")
