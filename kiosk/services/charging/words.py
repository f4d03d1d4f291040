"""What charging says and shows: on both screens, aloud and on paper."""

from __future__ import annotations

from pathlib import Path

from flask_babel import gettext

from drivers.outlets.reasons import LEAVE
from kiosk.common.board import Standing
from kiosk.common.outcomes import Outcome
from kiosk.services.charging.results import (
    Ended,
    Failed,
    Flowing,
    Joining,
    Reported,
    Running,
    Starting,
    Told,
    Warned,
)
from kiosk.services.charging.saying import aloud, receipts
from kiosk.services.charging.saying.sentences import SENTENCES, TROUBLES
from kiosk.web.words import Act, Amounts, Figure, ReceiptWords, Row, Words
from kiosk.web.words.money import yuan
from kiosk.web.words.sentence import N_

CHOOSE_HOLD_S = 2.5  # then the picture, to choose from
JOIN_HOLD_S = 60.0  # to find the telephone and point it


def _variant(outcome: Outcome, _standing: Standing) -> str:
    """The reason, alarm or fault decides what is said."""
    match outcome.result:
        case Ended(reason=word) | Failed(reason=word) | Reported(fault=word):
            return word
        case Warned(alarm=word, is_on=is_on):
            return word if is_on else "over"
    return ""


def _label(outcome: Outcome) -> str:
    return outcome.result.label if isinstance(outcome.result, Told) else ""


def _where(outcome: Outcome) -> str:
    """Of a whole box nothing: what a file calls it is no word for people."""
    is_whole = isinstance(outcome.result, Warned) and outcome.result.is_whole
    return "" if is_whole else _label(outcome)


def _address(outcome: Outcome) -> str:
    return outcome.result.address if isinstance(outcome.result, Joining) else ""


def _row(outcome: Outcome) -> Row:
    word = {
        "charging_starting": gettext("Being started"),
        "charging_flowing": gettext("Charging"),
        "charging_ended": gettext("Charged"),
    }[outcome.code]
    return Row(notes=(f"{_label(outcome)} {word}",))


def _fees(outcome: Outcome) -> Amounts | None:
    """The two fees stand apart, as they are priced. Whoever has to leave reads that, and nothing of money."""
    ended = outcome.result
    if not isinstance(ended, Ended) or ended.reason in LEAVE:
        return None
    beside = [
        (gettext("Electricity fee"), ended.electricity_fen),
        (gettext("Service fee"), ended.service_fen),
    ]
    if ended.subsidy_fen:
        beside.append((gettext("Subsidy"), ended.subsidy_fen))
    if ended.balance_fen is not None:
        beside.append(
            (gettext("Balance") if ended.balance_fen >= 0 else gettext("Owed"), abs(ended.balance_fen))
        )
    return Amounts(ended.own_fen, tuple(beside))


def _figure(outcome: Outcome) -> Figure | None:
    """The socket, as large as an amount, and what is known of it."""
    match outcome.result:
        case Flowing(label=label, power_w=power_w, held_fen=held_fen):
            return Figure(
                gettext("Charging"),
                label,
                ((gettext("Power"), str(power_w), "W"), (gettext("Up to"), yuan(held_fen), gettext("yuan"))),
            )
        case Starting(label=label, held_fen=held_fen):
            return Figure(
                gettext("Being started"), label, ((gettext("Up to"), yuan(held_fen), gettext("yuan")),)
            )
        case Running(label=label, minutes=minutes, cost_fen=cost_fen):
            return Figure(
                gettext("Charging"),
                label,
                (
                    (gettext("So far"), str(minutes), gettext("min.")),
                    (gettext("Cost so far"), yuan(cost_fen), gettext("yuan")),
                ),
            )
    return None


WORDS = Words(
    translations={"charging": Path(__file__).parent / "translations"},
    sentences=SENTENCES,
    troubles=TROUBLES,
    variants=dict.fromkeys(
        ("charging_ended", "charging_failed", "charging_alarm", "charging_reported"), _variant
    ),
    acts={
        "charging_starting": Act(row=_row, figure=_figure, place=_label),
        "charging_flowing": Act(row=_row, figure=_figure, place=_label),
        "charging_running": Act(figure=_figure, place=_label),
        "charging_stopping": Act(place=_label),
        "charging_ended": Act(row=_row, amounts=_fees, place=_label),
        "charging_failed": Act(place=_label),
        "charging_alarm": Act(place=_where),
        "charging_reported": Act(place=_label),
        "charging_choose": Act(hold_s=CHOOSE_HOLD_S),
        "charging_helper": Act(place=_label, hold_s=CHOOSE_HOLD_S),
        "charging_payer": Act(place=_label, hold_s=CHOOSE_HOLD_S),
        "phone_joining": Act(code=_address, hold_s=JOIN_HOLD_S),
    },
    receipts={"charging_ended": ReceiptWords(N_("Charging receipt"), receipts.charging)},
    clips=aloud.CLIPS,
    spoken=aloud.SPOKEN,
    aloud=aloud.ALOUD,
)
