"""A true description of the HTTP interface, made from the messages themselves.

Kiosks' bodies are msgpack, as the schemas say of JSON: an array for each message, and base64 where msgpack
has bytes. Each is an envelope around the message that `contentSchema` describes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from typing import Any

import msgspec

from sync.office.api.refused_for import REFUSED_FOR
from sync.wire import messages as wire

INTERFACE = 1  # what addresses begin with; the release follows it
JSON, MSGPACK, HTML = "application/json", "application/msgpack", "text/html"
SESSION = "office"  # the cookie of a login
_SCHEMAS = "#/components/schemas/{name}"


@dataclass(frozen=True, slots=True)
class Download:
    """A file of JSON for whoever is logged in: `answer` is its type; `asks` are days and texts, by name."""

    path: str
    summary: str
    answer: Any
    asks: Mapping[str, type] = field(default_factory=dict)


def describe(downloads: Sequence[Download]) -> dict[str, Any]:
    """The description, with what services add to it."""
    types = [*_MESSAGES, Healthy, Wrong, *(each.answer for each in downloads)]
    _, schemas = msgspec.json.schema_components(types, ref_template=_SCHEMAS)
    schemas["Refusal"]["prefixItems"][1]["enum"] = sorted(REFUSED_FOR)
    schemas["Refusal"]["description"] += "".join(
        f"\n- `{code}`: {why}" for code, why in sorted(REFUSED_FOR.items())
    )
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Office of the neighbourhood card",
            "version": f"{INTERFACE}+{version('neighbourhood-card')}",
            "description": f"{__doc__}\nA request has at most {wire.MAX_BODY_BYTES} bytes.",
        },
        "paths": {**_of_kiosks(), **_for_watchers(), **{each.path: _download(each) for each in downloads}},
        "components": {
            "schemas": dict(sorted(schemas.items())),
            "securitySchemes": {
                SESSION: {"type": "apiKey", "in": "cookie", "name": SESSION},
                "program": {"type": "http", "scheme": "bearer", "description": "of `office token make`"},
                "metrics": {"type": "http", "scheme": "bearer", "description": "`metrics_token`"},
            },
        },
    }


class Healthy(msgspec.Struct):
    """What `/healthz` says: `ok`, or what is wrong in a few words."""

    status: str


class Wrong(msgspec.Struct):
    """What was wrong with the request itself."""

    error: str
    detail: str


_REQUESTS = (wire.Enrol, wire.Rekey, wire.Push, wire.Pull, wire.History, wire.Held, wire.Ask, wire.Prove)
_MESSAGES = (wire.Envelope, *_REQUESTS, wire.Item, wire.Answer)


def _schema(of: Any) -> dict[str, Any]:
    (schema,), _ = msgspec.json.schema_components([of], ref_template=_SCHEMAS)
    return schema


def _enveloped(*payloads: type) -> dict[str, Any]:
    """An envelope, and what may be in it."""
    within = [_schema(each) for each in payloads]
    key_id, signature, payload = msgspec.json.schema_components([wire.Envelope])[1]["Envelope"]["prefixItems"]
    payload |= {"contentMediaType": MSGPACK, "contentSchema": {"anyOf": within}}
    return {"type": "array", "prefixItems": [key_id, signature, payload], "minItems": 3}


def _answer(summary: str, media_type: str, schema: Mapping[str, Any]) -> dict[str, Any]:
    return {"description": summary, "content": {media_type: {"schema": schema}}}


def _signed(summary: str, *payloads: type) -> dict[str, Any]:
    return _answer(f"{summary}; signed by the office over request and answer", MSGPACK, _enveloped(*payloads))


def _post(summary: str, request: type, *answers: type, parameters: Sequence[Any] = ()) -> dict[str, Any]:
    """What a kiosk asks, with what it may be answered; what it has to do about it, by status."""
    good = [each for each in answers if each not in _AGAIN]
    again = [each for each in answers if each in _AGAIN]
    refusals = {"400": "Garbled", "401": "By nobody known", "403": "No"}
    return {
        "post": {
            "summary": summary,
            "parameters": list(parameters),
            "requestBody": {"required": True, "content": {MSGPACK: {"schema": _enveloped(request)}}},
            "responses": {
                "200": _signed("Done", *good),
                **{status: _signed(said, wire.Refusal) for status, said in refusals.items()},
                **({"409": _signed("Not from here", *again)} if again else {}),
                "413": {
                    "description": "Too large",
                    "content": {
                        MSGPACK: {"schema": _enveloped(wire.Refusal)},
                        JSON: {"schema": _schema(Wrong)},
                    },
                },
                "503": _signed("Nothing was done", wire.Busy),
            },
        }
    }


def _get(summary: str, media_type: str, schema: Mapping[str, Any], **failures: str) -> dict[str, Any]:
    answers = {status.lstrip("_"): _answer(said, media_type, schema) for status, said in failures.items()}
    return {
        "get": {"summary": summary, "responses": {"200": _answer(summary, media_type, schema), **answers}}
    }


def _download(download: Download) -> dict[str, Any]:
    page = {"type": "string"}
    wanted = [
        {"name": name, "in": "query", "required": False, "schema": _schema(of)}
        for name, of in download.asks.items()
    ]
    return {
        "get": {
            "summary": download.summary,
            "security": [{SESSION: []}, {"program": []}],
            "parameters": wanted,
            "responses": {
                "200": _answer(download.summary, JSON, _schema(download.answer)),
                "302": _answer("To the login", HTML, page),
                "400": _answer("A day that is none, or the last before the first", HTML, page),
                "403": _answer("Whose role does not include this", HTML, page),
                "404": _answer("A site that is not theirs", HTML, page),
            },
        }
    }


_AGAIN = (wire.Gap, wire.Fork, wire.StaleCounter)
_JOURNAL = {
    "name": "journal",
    "in": "path",
    "required": True,
    "schema": {"type": "string", "pattern": "^[0-9a-f]{32}$"},
}


def _of_kiosks() -> dict[str, Any]:
    return {
        "/v1/enrol": _post("A new kiosk presents its code and its public key", wire.Enrol, wire.Enrolled),
        "/v1/rekey": _post("A kiosk goes on under another key", wire.Rekey, wire.Noted),
        "/v1/journals/{journal}": _post(
            "A batch of journal records",
            wire.Push,
            wire.Ack,
            wire.Noted,
            wire.Gap,
            wire.Fork,
            parameters=[_JOURNAL],
        ),
        "/v1/catalogue": _post("Catalogue changes after a cursor", wire.Pull, wire.Page, wire.StaleCounter),
        "/v1/history": _post(
            "Records of journals before the kiosk's own", wire.History, wire.Records, wire.StaleCounter
        ),
        "/v1/held": _post(
            "Rights and blocks that the kiosk holds, told once", wire.Held, wire.Noted, wire.StaleCounter
        ),
        "/v1/rights": _post(
            "A spending right at the moment of a sale", wire.Ask, wire.Right, wire.StaleCounter
        ),
        "/v1/proofs": _post(
            "A card that proves itself to the office", wire.Prove, wire.Proof, wire.StaleCounter
        ),
    }


def _for_watchers() -> dict[str, Any]:
    metrics = _get(
        "Figures for Prometheus, for whoever may see them",
        "text/plain",
        {"type": "string"},
        _401="Not to you",
    )
    metrics["get"]["security"] = [{"metrics": []}, {}]
    return {
        "/healthz": _get("Whether it can sign and write its books", JSON, _schema(Healthy), _503="It cannot"),
        "/metrics": metrics,
        "/openapi.json": _get("This description", JSON, {"type": "object"}),
    }
