"""Every answer of charging has its sentence and its voice, and quiet hours are kept."""

from __future__ import annotations

import pytest
from flask import Flask

from drivers.outlets.contracts import AlarmKind
from drivers.outlets.reasons import LATCHING, StopReason
from kiosk.common.outcomes import Outcome, Tone
from kiosk.plain.refusals import Refusal
from kiosk.services.charging import codes, errors
from kiosk.services.charging.phone.page import Fault
from kiosk.services.charging.results import (
    AtSocket,
    Ended,
    Failed,
    Flowing,
    Reported,
    Running,
    Starting,
    Stopping,
    Told,
    Warned,
)
from kiosk.services.charging.saying.aloud import label_aloud
from kiosk.services.charging.words import WORDS
from kiosk.web.voice.speech import phrases
from kiosk.web.words import together
from kiosk.web.words.kit import KIT
from kiosk.web.words.saying import sentence
from tests.browser.states import standing

SAID = together([KIT, WORDS])
NOW_MS = 1_795_000_000_000


def ended(reason: str = "full", **also: object) -> Ended:
    figures = {"own_fen": 123, "subsidy_fen": 20, "balance_fen": 8000, "energy_wh": 612, "minutes": 212}
    fees = {"dead_minutes": 3, "electricity_fen": 83, "service_fen": 60}
    return Ended(label="A3", reason=reason, **(figures | fees | also))


def answers() -> list[tuple[str, Told]]:
    return [
        ("charging_starting", Starting(label="A3", held_fen=300)),
        ("charging_flowing", Flowing(label="A3", power_w=182, held_fen=300)),
        ("charging_running", Running(label="A3", minutes=75, cost_fen=123)),
        ("charging_stopping", Stopping(label="A3")),
        *(("charging_ended", ended(reason)) for reason in StopReason),
        *(("charging_failed", Failed(label="A3", reason=reason)) for reason in StopReason),
        *(("charging_alarm", Warned(label="A", alarm=kind, is_on=True)) for kind in AlarmKind),
        *(("charging_reported", Reported(label="A3", fault=fault)) for fault in Fault),
        ("charging_alarm", Warned(label="A", alarm="smoke", is_on=False)),
        ("charging_helper", AtSocket(label="A3")),
        ("charging_cleared", AtSocket(label="A3")),
    ]


def outcome(code: str, result: Told) -> Outcome:
    return Outcome(tone=Tone.GOOD, code=code, at_ms=NOW_MS, result=result)


@pytest.fixture(scope="module")
def app() -> Flask:
    from kiosk.web.words import current, languages

    app = Flask("tests.words")
    current.install(app, SAID)
    languages.install(app, languages.CHINESE)
    return app


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_answer_has_its_sentence_with_all_figures_filled(app: Flask, language: str) -> None:
    with app.test_request_context(f"/?lang={language}"):
        for code, result in answers():
            said = sentence(outcome(code, result), standing())
            assert said.headline not in ("Done", "好了"), (code, result)
            assert "–" not in "".join(said) and "%(" not in "".join(said), (code, said)


@pytest.mark.parametrize(
    ("code", "result", "said"),
    [
        ("charging_starting", Starting(label="A3", held_fen=300), "A3 正在开"),
        ("charging_flowing", Flowing(label="A3", power_w=182, held_fen=300), "A3 正在充电"),
        ("charging_ended", ended(), "A3 充完"),
    ],
)
def test_the_list_of_the_last_acts_says_how_it_stands_at_which_socket(
    app: Flask, code: str, result: Told, said: str
) -> None:
    row = SAID.acts[code].row
    assert row is not None
    with app.test_request_context("/?lang=zh"):
        assert row(outcome(code, result)).notes == (said,)


def test_every_refusal_has_its_sentence() -> None:
    ours = [
        each
        for module in (errors, codes)
        for each in vars(module).values()
        if isinstance(each, type) and issubclass(each, Refusal) and each.__module__ == module.__name__
    ]
    assert len(ours) > 10
    assert [each.code for each in ours if each.code not in SAID.sentences] == []


def test_every_answer_is_said_with_clips_that_there_are() -> None:
    for code, result in answers():
        for phrase in phrases(outcome(code, result), SAID):
            assert set(phrase.clips) <= SAID.clips.keys(), (code, result)


def test_a_label_is_said_as_it_stands_on_the_socket() -> None:
    assert label_aloud("A03") == ("letter_a", "n3", "socket")
    assert label_aloud("12") == ("ten", "n2", "socket")
    assert label_aloud("东侧") == ("this_socket",)


def test_in_quiet_hours_whoever_stands_there_is_told_softly_and_nobody_is_called() -> None:
    flowing = phrases(
        outcome("charging_flowing", Flowing(label="A3", power_w=182, held_fen=300, is_quiet=True)), SAID
    )
    assert flowing and all(each.soft for each in flowing)
    assert phrases(outcome("charging_ended", ended(by_itself=True, is_quiet=True)), SAID) == []
    assert phrases(outcome("charging_ended", ended(by_itself=True)), SAID) != []


@pytest.mark.parametrize("kind", [kind for kind in AlarmKind if kind in set(LATCHING) | {"heat"}])
def test_what_is_dangerous_is_said_at_any_hour(kind: AlarmKind) -> None:
    said = phrases(outcome("charging_alarm", Warned(label="A", alarm=kind, is_on=True, is_quiet=True)), SAID)
    assert said and not any(each.soft for each in said)


def test_whoever_is_called_from_afar_is_not_told_what_somebody_paid() -> None:
    clips = {
        clip
        for phrase in phrases(outcome("charging_ended", ended(by_itself=True)), SAID)
        for clip in phrase.clips
    }
    assert "full_please_move" in clips and not clips & {"you_paid", "yuan", "balance"}


@pytest.mark.parametrize("reason", StopReason)
def test_whoever_has_to_leave_reads_that_and_nothing_of_money(app: Flask, reason: StopReason) -> None:
    with app.test_request_context():
        shown = WORDS.acts["charging_ended"].amounts(outcome("charging_ended", ended(reason)))
    assert (shown is None) == (reason in (StopReason.SMOKE, StopReason.FIRE_SYSTEM))
