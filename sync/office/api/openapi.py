"""A true description of the HTTP interface. Bodies are msgpack in a signed envelope: `sync.wire.messages`."""

from __future__ import annotations

from typing import Any

from sync.wire.messages import MAX_BODY_BYTES

_BINARY = {"type": "string", "format": "binary"}
_MSGPACK = {"application/msgpack": {"schema": _BINARY}}
_ENVELOPE = {"description": "Envelope signed by the office over request and answer", "content": _MSGPACK}
_ERROR = {
    "description": "What was wrong with the request itself",
    "content": {
        "application/json": {
            "schema": {
                "type": "object",
                "required": ["error", "detail"],
                "properties": {"error": {"type": "string"}, "detail": {"type": "string"}},
            }
        }
    },
}
_JOURNAL = {
    "name": "journal",
    "in": "path",
    "required": True,
    "schema": {"type": "string", "pattern": "^[0-9a-f]{32}$"},
}


def _signed_post(summary: str, *statuses: int, parameters: tuple[Any, ...] = ()) -> dict[str, Any]:
    answers = {str(status): _ENVELOPE for status in (200, 400, *statuses)}
    return {
        "post": {
            "summary": summary,
            "parameters": list(parameters),
            "requestBody": {"required": True, "content": _MSGPACK},
            "responses": {**answers, "413": _ERROR},
        }
    }


def _get(summary: str, media_type: str, *failures: int) -> dict[str, Any]:
    answers = {
        str(status): {"description": summary, "content": {media_type: {"schema": {}}}}
        for status in (200, *failures)
    }
    return {"get": {"summary": summary, "responses": answers}}


DESCRIPTION: dict[str, Any] = {
    "openapi": "3.1.0",
    "info": {
        "title": "Office of the neighbourhood card",
        "version": "1",
        "description": f"Requests are envelopes signed by a kiosk, of at most {MAX_BODY_BYTES} bytes.",
    },
    "paths": {
        "/v1/enrol": _signed_post("A new kiosk presents its code and its public key", 401, 403, 503),
        "/v1/rekey": _signed_post("A kiosk goes on under another key", 401, 403, 503),
        "/v1/journals/{journal}": _signed_post(
            "Push: a batch of journal records", 401, 403, 409, 503, parameters=(_JOURNAL,)
        ),
        "/v1/catalogue": _signed_post("Pull: catalogue changes after a cursor", 401, 403, 409, 503),
        "/v1/history": _signed_post(
            "History: records of journals before the kiosk's own", 401, 403, 409, 503
        ),
        "/v1/held": _signed_post("Rights and blocks that the kiosk holds, told once", 401, 403, 409, 503),
        "/v1/rights": _signed_post("Ask: a spending right at the moment of a sale", 401, 403, 409, 503),
        "/v1/proofs": _signed_post("Prove: a card that proves itself to the office", 401, 403, 409, 503),
        "/healthz": _get("Whether answers can be signed and the books written", "application/json", 503),
        "/metrics": _get("Figures for Prometheus, for whoever may see them", "text/plain", 401),
        "/openapi.json": _get("This description", "application/json"),
    },
}
