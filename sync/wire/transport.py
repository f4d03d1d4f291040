"""One request, one answer, and a name for everything that can go wrong in between."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

import msgspec
import requests
from urllib3.util import SKIP_HEADER

from sync.errors import (
    Garbled,
    NotTheOffice,
    OfficeBusy,
    OfficeFailing,
    OfficeSilent,
    OfficeUnreachable,
    Refused,
    WrongCertificate,
)
from sync.wire import messages, signing
from sync.wire.messages import Answer, Busy, Refusal
from sync.wire.signing import PublicKeys, SigningKey

CONNECT_TIMEOUT_S = 5.0
ANSWER_TIMEOUT_S = 20.0
MAX_ANSWER_BYTES = 2 * 1024 * 1024
_TERSE = {"User-Agent": SKIP_HEADER, "Accept-Encoding": SKIP_HEADER}


class Transport:
    """A connection to the office, kept open between requests. For one thread.

    `ca`: a file of certificates (PEM) to trust for https in place of the public authorities.
    """

    def __init__(
        self,
        office: str,
        *,
        ca: Path | None = None,
        connect_timeout_s: float = CONNECT_TIMEOUT_S,
        answer_timeout_s: float = ANSWER_TIMEOUT_S,
    ) -> None:
        self._office = office.rstrip("/")
        self._connect_timeout_s, self._answer_timeout_s = connect_timeout_s, answer_timeout_s
        self._session = requests.Session()
        self._session.trust_env = False  # what the office is and who vouches for it is not the shell's affair
        self._session.verify = str(ca) if ca is not None else True
        self._session.headers.clear()
        self._session.headers.update(_TERSE)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _type: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._session.close()

    def ask(
        self,
        path: str,
        context: bytes,
        request: msgspec.Struct,
        key: SigningKey,
        pinned: PublicKeys,
        *,
        wait_ms: int = 0,
        meanwhile: Callable[[], None] = lambda: None,
    ) -> Answer:
        """The office's answer, once its signature over it and this request holds.

        `wait_ms`: how much longer than usual the office may take. `meanwhile` is called when all is ready to
        be sent; it is to start, in another thread, what can be done until the answer comes. Raises
        `OfficeBusy`, `Refused`, `WrongSignature`, and what `exchange` raises.
        """
        body = key.sign(context, messages.encode(request))
        meanwhile()
        answered = self.exchange(path, body, wait_ms=wait_ms)
        payload = signing.verified_answer(answered, signing.answer_context(body), pinned)
        answer = messages.decode_answer(payload)
        match answer:
            case Busy(delay_ms=delay_ms):
                raise OfficeBusy(delay_ms)
            case Refusal(code=code, detail=detail):
                raise Refused(code, detail)
        return answer

    def exchange(self, path: str, body: bytes, *, wait_ms: int = 0) -> bytes:
        """POST a body; the answer's bytes if they are an envelope, whoever signed it.

        Raises `OfficeUnreachable`, `OfficeSilent`, `OfficeFailing`, `NotTheOffice` or `WrongCertificate`.
        """
        timeout = (self._connect_timeout_s, self._answer_timeout_s + wait_ms / 1000)
        try:
            with self._session.post(
                self._office + path, data=body, timeout=timeout, allow_redirects=False, stream=True
            ) as response:
                status, answered = response.status_code, _read(response)
        except requests.ConnectTimeout as error:
            raise OfficeUnreachable(_reason(error)) from error
        except requests.Timeout as error:
            raise OfficeSilent(_reason(error)) from error
        except requests.exceptions.SSLError as error:
            unvouched = "CERTIFICATE_VERIFY_FAILED" in str(error) or "X509" in str(error)
            raise (WrongCertificate if unvouched else OfficeUnreachable)(_reason(error)) from error
        except (requests.ConnectionError, requests.exceptions.ChunkedEncodingError) as error:
            raise (OfficeSilent if "timed out" in str(error) else OfficeUnreachable)(
                _reason(error)
            ) from error
        except (requests.RequestException, ValueError) as error:
            raise NotTheOffice(_reason(error)) from error
        except OSError as error:  # what requests says of a file of certificates that is not there
            raise WrongCertificate(str(error)) from error
        try:
            messages.decode_envelope(answered)
        except Garbled as error:
            if status >= 500:
                raise OfficeFailing(f"HTTP {status}") from error
            raise NotTheOffice(
                f"HTTP {status}, {len(answered)} bytes that are no answer of an office"
            ) from error
        return answered


def _read(response: requests.Response) -> bytes:
    answered = b""
    for some in response.iter_content(64 * 1024):
        answered += some
        if len(answered) > MAX_ANSWER_BYTES:
            raise NotTheOffice(f"an answer of more than {MAX_ANSWER_BYTES} bytes")
    return answered


def _reason(error: Exception) -> str:
    """The innermost words: libraries wrap the cause several times over."""
    while error.__context__ is not None and isinstance(error.__context__, Exception):
        error = error.__context__
    return f"{type(error).__name__}: {error}"
