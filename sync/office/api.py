"""The three requests that kiosks make. Every answer is signed together with the request that it answers."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

import sqlalchemy as sa
import structlog
from flask import Blueprint, Flask, Response, jsonify, request
from werkzeug.exceptions import HTTPException

from kiosk.ledger.posting import JournalKey
from sync import messages, signing
from sync.errors import Garbled, OfficeBusy, Refused, SyncError, UnknownKey, WrongSignature
from sync.messages import Answer, Busy, Enrol, Fork, Gap, Pull, Push, Refusal, Sealed, StaleCounter
from sync.office import devices, intake
from sync.office.database import reading, writing
from sync.office.metrics import Counters
from sync.office.office import BUSY_DELAY_MS, Office
from sync.office.pages import build_page

PREFIX = "/v1"
MEDIA_TYPE = "application/msgpack"
STATUS: dict[type[Answer], int] = {Gap: 409, Fork: 409, StaleCounter: 409, Sealed: 410, Busy: 503}
REFUSAL_STATUS = {"garbled": 400, "wrong_signature": 401, "unknown_key": 401, "batch_too_large": 413}

T = TypeVar("T")
_log = structlog.get_logger()


def register(app: Flask, office: Office, counters: Counters) -> None:
    """Add the API to the office's application."""
    blueprint = Blueprint("api", __name__, url_prefix=PREFIX)
    api = Api(office, counters)

    @blueprint.before_request
    def limit() -> None:
        request.max_content_length = messages.MAX_BODY_BYTES

    @blueprint.post("/journals/<journal>")
    def push(journal: str) -> Response:
        return api.answer(lambda body: api.push(journal, body))

    @blueprint.post("/catalogue")
    def pull() -> Response:
        return api.answer(api.pull)

    @blueprint.post("/enrol")
    def enrol() -> Response:
        return api.answer(api.enrol)

    @blueprint.errorhandler(HTTPException)
    def refused(error: HTTPException) -> tuple[Response, int]:
        return jsonify(error=error.name, detail=error.description), error.code or 500

    app.register_blueprint(blueprint)


class Api:
    """What each request does, without the HTTP around it."""

    def __init__(self, office: Office, counters: Counters) -> None:
        self._office = office
        self._counters = counters

    def answer(self, work: Callable[[bytes], Answer]) -> Response:
        """Do the work on the request's body; sign what comes of it, refusals too."""
        body = request.get_data()
        try:
            answer = work(body)
        except SyncError as error:
            answer = _refusal(error)
        except sa.exc.OperationalError as error:
            _log.error("database_unavailable", reason=str(error.orig))
            answer = Busy(BUSY_DELAY_MS[1])
        self._counters.answered(answer)
        payload = self._office.key.seal(signing.answer_context(body), messages.encode(answer))
        return Response(payload, _status(answer), content_type=MEDIA_TYPE)

    def push(self, journal: str, body: bytes) -> Answer:
        office, key = self._office, JournalKey(self._office.region_id, _journal_id(journal))
        device, push = self._open(body, signing.push_context(key.journal_id), Push)
        raws = intake.unpack(push)
        with office.intake() as connection:
            answer = intake.take_in(connection, device, key, push, raws, office.now_ms())
            devices.seen(connection, key.region_id, device.id, office.now_ms())
        self._counters.records.inc(len(raws))
        return answer

    def pull(self, body: bytes) -> Answer:
        office = self._office
        device, pull = self._open(body, signing.pull_context(), Pull)
        with writing(office.engine) as connection:
            last = devices.count_request(
                connection, office.region_id, device.id, pull.counter, office.now_ms()
            )
        if last is not None:
            return StaleCounter(last)
        until = time.monotonic() + pull.wait_ms / 1000
        while True:
            with reading(office.engine) as connection:
                built = build_page(connection, office.region_id, device, pull, office.now_ms())
            remaining_s = until - time.monotonic()
            if built.is_news or remaining_s <= 0 or not office.news.wait(built.revision, remaining_s):
                return built.page

    def enrol(self, body: bytes) -> Answer:
        office = self._office
        envelope = messages.decode_envelope(body)
        enrol = messages.decode_request(envelope.payload, Enrol)
        signing.unseal(body, signing.enrol_context(), signing.by_id(enrol.public_key))
        with writing(office.engine) as connection:
            return devices.enrol(connection, office.region_id, enrol, office.public_keys, office.now_ms())

    def _open(self, body: bytes, context: bytes, request_type: type[T]) -> tuple[devices.Device, T]:
        """Who sent the request, and what it says, once its signature holds."""
        envelope = messages.decode_envelope(body)
        with reading(self._office.engine) as connection:
            device = devices.find_device(connection, self._office.region_id, envelope.key_id)
        signing.verify(envelope, context, device.public_key)
        if device.revoked:
            raise Refused("revoked")
        return device, messages.decode_request(envelope.payload, request_type)


def _journal_id(text: str) -> bytes:
    try:
        journal_id = bytes.fromhex(text)
    except ValueError:
        journal_id = b""
    if len(journal_id) != 16:
        raise Garbled("journal: 32 hexadecimal digits are allowed")
    return journal_id


def _refusal(error: SyncError) -> Answer:
    match error:
        case OfficeBusy(delay_ms=delay_ms):
            return Busy(delay_ms)
        case Refused(reason=reason, detail=detail):
            return Refusal(reason, detail)
        case Garbled() | UnknownKey() | WrongSignature():
            return Refusal(error.code, error.detail)
    raise error


def _status(answer: Answer) -> int:
    if isinstance(answer, Refusal):
        return REFUSAL_STATUS.get(answer.code, 403)
    return STATUS.get(type(answer), 200)
