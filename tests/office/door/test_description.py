"""What the office says of its HTTP interface is what it does: `/openapi.json`, judged by a stranger."""

from __future__ import annotations

import ast
import base64
import json
import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from itertools import count, product
from pathlib import Path
from typing import Any

import msgspec
import pytest
import schemathesis
import sqlalchemy as sa
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from jsonschema_rs import Draft202012Validator
from schemathesis import GenerationMode, SerializationContext
from schemathesis.specs.openapi.checks import positive_data_acceptance, response_schema_conformance

import sync.office
from kiosk.ledger.accounts import own_money
from kiosk.ledger.records import genesis_hash
from sync.errors import Garbled, UnknownKey, WrongSignature
from sync.office.api.openapi import INTERFACE, JSON, MSGPACK, SESSION
from sync.office.api.refused_for import REFUSED_FOR
from sync.office.api.routes import PREFIX
from sync.office.keys import devices
from sync.office.store.database import writing
from sync.office.store.tables import regions
from sync.wire import columns, compression, messages, signing
from tests.office.access.walking import routes_of
from tests.office.books import CLERK, ELDER, HERE, Books, open_books

KIOSK = signing.SigningKey(bytes(range(32)))
JOURNAL = bytes(range(16))
TOKEN = "a token that is long enough"
CONTEXTS: dict[str, tuple[type[msgspec.Struct], bytes]] = {
    "/v1/enrol": (messages.Enrol, signing.enrol_context()),
    "/v1/rekey": (messages.Rekey, signing.rekey_context()),
    "/v1/journals/{journal}": (messages.Push, signing.push_context(JOURNAL)),
    "/v1/catalogue": (messages.Pull, signing.pull_context()),
    "/v1/history": (messages.History, signing.history_context()),
    "/v1/held": (messages.Held, signing.held_context()),
    "/v1/rights": (messages.Ask, signing.ask_context()),
    "/v1/proofs": (messages.Prove, signing.proof_context()),
}


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory, stock: Path) -> Iterator[Books]:
    folder = shutil.copytree(stock, tmp_path_factory.mktemp("description") / "office")
    with open_books(folder, metrics_token=TOKEN) as opened:
        opened.sell(elders=500)
        opened.hire()
        yield opened


def described(office: Books) -> dict[str, Any]:
    return office.browser().get("/openapi.json").json


def test_every_route_that_speaks_json_or_to_kiosks_is_described_and_no_other(office: Books) -> None:
    paths = [each.path.replace("0" * 32, "{journal}") for each in routes_of(office.app)]
    of_kiosks = {each for each in paths if each.startswith(PREFIX)}
    watched = {"/healthz", "/metrics", "/openapi.json"}
    assert set(described(office)["paths"]) == {*of_kiosks, *json_files(office), *watched}


def json_files(office: Books) -> set[str]:
    """Of each address that ends with a choice of formats the one with `json`, with each other choice."""
    found = set()
    for rule in office.app.url_map.iter_rules():
        choices = {name: getattr(part, "items", ()) for name, part in rule._converters.items()}
        if "json" not in choices.get("file_format", ()):
            continue
        choices["file_format"] = {"json"}
        for parts in product(*choices.values()):
            with office.app.test_request_context():
                found.add(rule.build(dict(zip(choices, parts, strict=True)))[1])
    return found


def test_it_says_of_which_interface_and_release_it_is(office: Books) -> None:
    interface, release = described(office)["info"]["version"].split("+")
    assert (f"/v{interface}", int(interface)) == (PREFIX, INTERFACE)
    assert release[0].isdigit()


def test_every_reason_to_refuse_is_described_and_no_other() -> None:
    said = {each.code for each in (Garbled, UnknownKey, WrongSignature)}
    for file in Path(sync.office.__file__).parent.rglob("*.py"):
        for call in ast.walk(ast.parse(file.read_text())):
            if isinstance(call, ast.Call) and getattr(call.func, "id", "") == "Refused":
                said |= set(codes(call.args[0]))
    assert said - OF_COMMANDS == set(REFUSED_FOR)


OF_COMMANDS = {"no_next_key", "former_key_trusted"}  # told to whoever types `office key`


def codes(reason: ast.expr) -> list[str]:
    return [each.value for each in ast.walk(reason) if isinstance(each, ast.Constant)]


# What is allowed by its form may be refused for what it says; bodies are looked at by `is_as_described`.
LEFT_OUT = [positive_data_acceptance, response_schema_conformance]

COUNTERS = count(1000)


def _known(office: Books) -> dict[str, Any]:
    with writing(office.office.engine) as connection:
        region_id = office.office.region_id
        code = devices.new_code(
            connection,
            region_id,
            office_key=office.office.key.public,
            name="judge",
            site=HERE,
            at_ms=office.office.now_ms(),
        )
        enrol = messages.Enrol(code, KIOSK.public, JOURNAL)
        devices.enrol(connection, region_id, enrol, office.office.public_keys, office.office.now_ms())
        epoch = connection.execute(sa.select(regions.c.epoch)).scalar_one()
    nothing = compression.compress(columns.pack([]), compression.SALES)
    return {
        "account": own_money(ELDER),
        "after_seq": 0,
        "code": code,
        "dictionary": compression.SALES,
        "epoch": epoch,
        "first_seq": 1,
        "head_hash": genesis_hash(JOURNAL),
        "items": compression.compress(messages.encode([])),
        "journal": JOURNAL.hex(),
        "journal_id": JOURNAL,
        "previous_hash": genesis_hash(JOURNAL)[:8],
        "public_key": KIOSK.public,
        "records": nothing,
        "resident_id": ELDER,
        "token": "nfc:04000000000001",
        "wait_ms": 0,
    }


@pytest.mark.deep
def test_a_stranger_finds_nothing_that_is_not_as_described(office: Books) -> None:
    browser = office.browser()
    browser.log_in(CLERK)
    cookie = browser.client.get_cookie(SESSION, domain="office.test")
    assert cookie is not None
    schemathesis.serializer(MSGPACK)(packed)
    met: Counter[tuple[str, int]] = Counter()

    def judge(case: Any) -> None:
        answer = case.call_and_validate(
            headers={"Authorization": f"Bearer {TOKEN}"},
            cookies={SESSION: cookie.value},
            excluded_checks=LEFT_OUT,
        )
        is_as_described(described(office), case, answer)
        met[case.operation.path, answer.status_code] += 1

    for values, examples in ((_known(office), 5), ({}, 8)):
        schema = schemathesis.openapi.from_dict(unwrapped(described(office), values))
        schema.app = office.app
        for operation in (each.ok() for each in schema.get_all_operations()):
            tried(judge, operation, examples)
    done = {path for path, status in met if status == 200}
    # A key is changed, a proof asked for and a claim filed in tests of their own.
    assert set(described(office)["paths"]) - done == {"/v1/rekey", "/v1/proofs", "/claim.json"}, met


def tried(judge: Callable[[Any], None], operation: Any, examples: int) -> None:
    """One operation, well and badly; what takes nothing cannot be asked badly."""
    takes = [*operation.body, *operation.query, *operation.path_parameters]
    ways = [GenerationMode.POSITIVE, *([GenerationMode.NEGATIVE] if takes else [])]

    @settings(
        max_examples=examples if operation.body else 2,  # reports take long, and ask for little
        deadline=None,
        database=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate],
    )
    @given(st.data())
    def asked(data: st.DataObject) -> None:
        for mode in ways:
            judge(data.draw(operation.as_strategy(generation_mode=mode)))

    asked()


def unwrapped(description: dict[str, Any], known: Mapping[str, Any]) -> dict[str, Any]:
    """What is in the envelopes, where base64 is base64; of some fields the one value that means something."""
    for name, schema in description["components"]["schemas"].items():
        message = getattr(messages, name, None)
        if message is None or schema.get("type") != "array":
            continue
        tag = len(schema["prefixItems"]) - len(message.__struct_fields__)
        for at, field in enumerate(message.__struct_fields__, tag):
            schema["prefixItems"][at] = _possible(schema["prefixItems"][at], known.get(field))
    for path in description["paths"].values():
        for operation in path.values():
            operation.pop("security", None)  # the stranger is let in; who is not: `access/test_matrix.py`
            for each in operation.get("parameters", ()):
                each["schema"] = _possible(each["schema"], known.get(each["name"]))
            for body in (operation.get("requestBody", {}), *operation["responses"].values()):
                if MSGPACK in body.get("content", {}):
                    kept = body["content"][MSGPACK]
                    kept["schema"] = kept["schema"]["prefixItems"][2]["contentSchema"]
    return description


def _possible(schema: dict[str, Any], known: Any) -> dict[str, Any]:
    if schema.get("contentEncoding") == "base64":
        least, most = schema.get("minLength", 0), schema.get("maxLength", 400)
        schema = {"type": "string", "pattern": OF_LENGTH[most] if least == most else _fours(least, most)}
    if known is None:
        return schema
    value = base64.b64encode(known).decode() if isinstance(known, bytes) else known
    return {"enum": [value]}


OF_LENGTH = {  # by characters of base64: 8, 16 and 32 bytes
    12: "^[A-Za-z0-9+/]{10}[AEIMQUYcgkosw048]=$",
    24: "^[A-Za-z0-9+/]{21}[AQgw]==$",
    44: "^[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=$",
}


def _fours(least: int, most: int) -> str:
    return f"^([A-Za-z0-9+/]{{4}}){{{-(-least // 4)},{most // 4 - 1}}}$"


def packed(context: SerializationContext, value: Any) -> bytes:
    """As a kiosk that is enrolled packs and signs it; what is no message of ours likewise."""
    path = context.case.operation.path
    kind, signed_for = CONTEXTS[path]
    if kind is messages.Push:
        with suppress(ValueError, TypeError):
            signed_for = signing.push_context(bytes.fromhex(context.case.path_parameters["journal"]))
    try:
        message = msgspec.json.decode(json.dumps(value), type=kind)
    except (msgspec.MsgspecError, UnicodeEncodeError):
        return KIOSK.sign(signed_for, msgspec.msgpack.encode(_of_msgpack(value)))
    if getattr(message, "counter", 0) > 1000:  # an older one stays
        message = msgspec.structs.replace(message, counter=next(COUNTERS))
    return KIOSK.sign(signed_for, messages.encode(message))


def _of_msgpack(value: Any) -> Any:
    """Of what JSON knows, what msgpack can say: numbers of 64 bits and whole characters."""
    match value:
        case bool() | None:
            return value
        case int():
            return max(min(value, 2**64 - 1), -(2**63))
        case str():
            return value.encode(errors="replace").decode()
        case list():
            return [_of_msgpack(each) for each in value]
        case dict():
            return {_of_msgpack(name): _of_msgpack(each) for name, each in value.items()}
    return value


def is_as_described(description: dict[str, Any], case: Any, answer: Any) -> None:
    """The body, by the schema as it is told: the stranger makes something else of `prefixItems`."""
    media_type = answer.headers["content-type"][0].partition(";")[0]
    if media_type not in (MSGPACK, JSON):
        return
    operation = description["paths"][case.operation.path][case.method.lower()]
    schema = operation["responses"][str(answer.status_code)]["content"][media_type]["schema"]
    body = answer.content
    if media_type == MSGPACK:
        schema = schema["prefixItems"][2]["contentSchema"]
        answered = messages.decode_answer(messages.decode_envelope(body).payload)
        body = msgspec.json.encode(answered)
    validator = Draft202012Validator({**schema, "components": description["components"]})
    assert [each.message for each in validator.iter_errors(json.loads(body))] == []
