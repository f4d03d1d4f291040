"""The requests that kiosks make, over HTTP."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, Flask, Response, jsonify, request
from werkzeug.exceptions import HTTPException

from sync.office.api.answering import Api
from sync.office.api.metrics import Counters
from sync.office.office import Office
from sync.office.people.access.needs import Open, needs
from sync.wire import messages
from sync.wire.messages import Answer, Busy, Fork, Gap, Refusal, StaleCounter

PREFIX = "/v1"
MEDIA_TYPE = "application/msgpack"
STATUS: dict[type[Answer], int] = {Gap: 409, Fork: 409, StaleCounter: 409, Busy: 503}
REFUSAL_STATUS = {"garbled": 400, "wrong_signature": 401, "unknown_key": 401, "batch_too_large": 413}


def register(app: Flask, office: Office, counters: Counters) -> None:
    """Add the API to the office's application."""
    blueprint = Blueprint("api", __name__, url_prefix=PREFIX)
    api = Api(office, counters)

    def respond(work: Callable[[bytes], Answer]) -> Response:
        answered = api.answer(work, request.get_data())
        return Response(answered.envelope, _status(answered.answer), content_type=MEDIA_TYPE)

    @blueprint.before_request
    def limit() -> None:
        request.max_content_length = messages.MAX_BODY_BYTES

    @blueprint.post("/journals/<journal>")
    @needs(Open.KIOSKS)
    def push(journal: str) -> Response:
        return respond(lambda body: api.push(journal, body))

    @blueprint.post("/catalogue")
    @needs(Open.KIOSKS)
    def pull() -> Response:
        return respond(api.pull)

    @blueprint.post("/history")
    @needs(Open.KIOSKS)
    def history() -> Response:
        return respond(api.history)

    @blueprint.post("/held")
    @needs(Open.KIOSKS)
    def held() -> Response:
        return respond(api.held)

    @blueprint.post("/rights")
    @needs(Open.KIOSKS)
    def rights() -> Response:
        return respond(api.rights)

    @blueprint.post("/proofs")
    @needs(Open.KIOSKS)
    def proofs() -> Response:
        return respond(api.proofs)

    @blueprint.post("/rekey")
    @needs(Open.KIOSKS)
    def rekey() -> Response:
        return respond(api.rekey)

    @blueprint.post("/enrol")
    @needs(Open.KIOSKS)
    def enrol() -> Response:
        return respond(api.enrol)

    @blueprint.errorhandler(HTTPException)
    def refused(error: HTTPException) -> tuple[Response, int]:
        return jsonify(error=error.name, detail=error.description), error.code or 500

    app.register_blueprint(blueprint)


def _status(answer: Answer) -> int:
    if isinstance(answer, Refusal):
        return REFUSAL_STATUS.get(answer.code, 403)
    return STATUS.get(type(answer), 200)
