"""Sessions as OCPP tells them, judged by the standard's own schema."""

from __future__ import annotations

import html
import json
import re
from contextlib import closing
from dataclasses import replace
from importlib.resources import files
from itertools import product
from pathlib import Path

import jsonschema_rs
import pytest
from click.testing import CliRunner

from drivers.outlets.reasons import StopReason
from kiosk.services.charging.records import CHARGING_FLOWING, ChargingFlowing, Means
from sync.office.commands.opening import Invocation
from sync.office.services.charging.commands import charging_ocpp
from sync.office.services.charging.reports.ocpp import (
    Begun,
    Ended,
    Flowing,
    Payload,
    Told,
    transaction_events,
)
from sync.office.services.contract import offered
from sync.office.services.listed import SERVICES
from tests.office.books import HERE, MONDAY
from tests.office.charging.point import open_point, session

AT_MS = 1_795_000_000_000
FEES = {
    "energyWh": 500,
    "electricityFen": 30,
    "serviceFen": 20,
    "subsidyFen": 0,
    "deadS": 60,
    "tariff": "energy",
}
WHOLE = Told(
    *("0123456789abcdef", "tianping", "shed", 3, 1001),
    Begun(AT_MS, Means.CARD, 1000),
    Flowing(AT_MS + 3_250, 182.5),
    Ended(AT_MS + 3_600_000, StopReason.FULL, 1500, 3540, FEES),
)


@pytest.fixture(scope="module")
def standard() -> jsonschema_rs.Validator:
    schema = files("ocpp.v201.schemas").joinpath("TransactionEventRequest.json").read_text("utf-8-sig")
    return jsonschema_rs.validator_for(json.loads(schema), validate_formats=True)


def events(told: Told) -> list[Payload]:
    return [*transaction_events(told)]


def test_a_session_is_started_updated_and_ended(standard: jsonschema_rs.Validator) -> None:
    started, updated, ended = events(WHOLE)
    for n, each in enumerate((started, updated, ended)):
        standard.validate(each)
        assert (each["seqNo"], each["evse"]) == (n, {"id": 3, "connectorId": 1})
        assert each["transactionInfo"]["transactionId"] == WHOLE.order
    assert [started["eventType"], updated["eventType"], ended["eventType"]] == ["Started", "Updated", "Ended"]
    assert started["timestamp"] == "2026-11-18T11:06:40.000Z" < updated["timestamp"] < ended["timestamp"]
    assert started["idToken"] == {"idToken": "1001", "type": "Local"}
    read = [each["meterValue"][0]["sampledValue"][0] for each in (started, updated, ended)]
    assert [each["value"] for each in read] == [1000, 182.5, 1500]
    assert [each["context"] for each in read] == ["Transaction.Begin", "Trigger", "Transaction.End"]
    assert ended["transactionInfo"]["stoppedReason"] == "SOCLimitReached"
    assert ended["transactionInfo"]["timeSpentCharging"] == 3540
    assert ended["customData"] == {"vendorId": "neighbourhood-card", "reason": "full", **FEES}


def test_every_reason_and_every_start_is_one_of_the_standards(standard: jsonschema_rs.Validator) -> None:
    for reason, means in product(StopReason, Means):
        told = replace(WHOLE, begun=Begun(AT_MS, means, None), ended=replace(WHOLE.ended, reason=reason))
        for each in events(told):
            standard.validate(each)


def test_what_is_not_known_is_not_said(standard: jsonschema_rs.Validator) -> None:
    """A box without a register, no current, and a start that never came."""
    (only,) = events(replace(WHOLE, begun=None, flowing=None, ended=replace(WHOLE.ended, register_wh=None)))
    standard.validate(only)
    assert only["eventType"] == "Ended" and only["seqNo"] == 0 and "meterValue" not in only


def test_the_schema_is_asked_in_earnest(standard: jsonschema_rs.Validator) -> None:
    started, *_ = events(WHOLE)
    assert not standard.is_valid({**started, "triggerReason": "Smoke"})


def test_a_clerk_takes_it_along_from_the_list_of_sessions(
    tmp_path: Path, standard: jsonschema_rs.Validator
) -> None:
    with open_point(tmp_path / "office") as books:
        session(books, "a" * 16)
        books.hire()
        clerk = books.browser()
        clerk.log_in()
        page = clerk.get(f"/charging?from={MONDAY}&to={MONDAY}").get_data(as_text=True)
        (link,) = re.findall(r'href="([^"]+)">OCPP 2.0.1<', page)
        file = clerk.get(html.unescape(link))
    said = [json.loads(line) for line in file.get_data(as_text=True).splitlines()]
    assert [each["request"]["eventType"] for each in said] == ["Started", "Ended"]
    for each in said:
        standard.validate(each["request"])


def test_the_command_writes_what_ended_a_request_in_a_line(
    tmp_path: Path, standard: jsonschema_rs.Validator
) -> None:
    with open_point(tmp_path / "office") as books:
        session(books, "a" * 16, means="phone", fees_fen=(30, 20))
        books.write(CHARGING_FLOWING, ChargingFlowing("a" * 16, HERE, "shed", 1, 1825), day=MONDAY)
        session(books, "b" * 16, socket=2, is_doubtful=True, fees_fen=(0, 0), energy_wh=0)
        session(books, "c" * 16, goes_on=True)
    config = tmp_path / "office.toml"
    config.write_text(f'[office]\ndata = "{tmp_path / "office"}"\n')
    days = ["--from", str(MONDAY), "--to", str(MONDAY)]
    with closing(Invocation(config, offered(SERVICES))) as invocation:
        done = CliRunner().invoke(charging_ocpp, days, obj=invocation, catch_exceptions=False)
        refused = CliRunner().invoke(charging_ocpp, ["--site", "nowhere"], obj=invocation)
    told = [json.loads(line) for line in done.stdout.splitlines()]
    assert {each["station"] for each in told} == {f"{HERE}/shed"}
    for each in told:
        standard.validate(each["request"])
    said = [
        (each["transactionInfo"]["transactionId"][0], each["eventType"], each["triggerReason"])
        for each in (line["request"] for line in told)
    ]
    assert said == [
        ("a", "Started", "RemoteStart"),
        ("a", "Updated", "ChargingStateChanged"),
        ("a", "Ended", "ChargingStateChanged"),
        ("b", "Started", "Authorized"),
        ("b", "Ended", "ChargingStateChanged"),
    ]
    ended = told[2]["request"]
    assert ended["meterValue"][0]["sampledValue"][0]["value"] == 1500
    assert (ended["customData"]["electricityFen"], ended["customData"]["serviceFen"]) == (30, 20)
    assert "meterValue" not in told[4]["request"]  # its meter cannot be believed
    assert refused.exit_code == 2
