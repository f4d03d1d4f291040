"""What is wrong with a kiosk, in a sentence, and what to do about it: for clerks, not for the counter."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import IntEnum

from sync.office.console.marking import _

CLOCK_OFF_MS = 2 * 60 * 1000
LOW_DISK_MB = 500
WAITING_RECORDS = 500  # though it is in contact: more than it sends at once


class Weight(IntEnum):
    """How much a fault matters, the least first."""

    NOTE = 0
    SOON = 1
    NOW = 2


@dataclass(frozen=True, slots=True)
class FaultWords:
    """What it is and what to do, in words of no language yet; figures are filled in."""

    what: str
    todo: str
    weight: Weight


@dataclass(frozen=True, slots=True)
class KioskFault:
    """One thing that is wrong with one kiosk."""

    code: str
    words: FaultWords
    figures: Mapping[str, object] = field(default_factory=dict)


_PLUG = _("Have somebody there push the cable in at both ends; it is found again by itself.")

# By code; one without words of its own has those of its first word, as at the counter.
WORDS: Mapping[str, FaultWords] = {
    "never_seen": FaultWords(
        _("Enrolled, and never heard of since"),
        _("Look whether “kiosk-sync” runs there: “sudo kiosk doctor” says what is missing."),
        Weight.SOON,
    ),
    "silent": FaultWords(
        _("No contact"),
        _("It goes on selling. Have somebody look whether its network box has its lights on."),
        Weight.SOON,
    ),
    "silent_days": FaultWords(
        _("No contact for %(days)s days"),
        _("Call the site today. If there is no network: carry its sales here with a memory stick."),
        Weight.NOW,
    ),
    "backlog": FaultWords(
        _("%(records)s records wait there though it is in contact"),
        _("Wait ten minutes. If it does not get less, a technician must look."),
        Weight.SOON,
    ),
    "clock_off": FaultWords(
        _("Its clock is %(minutes)s minutes off"),
        _("Meals are put right by the office's clock. Have its time set, and its battery looked at."),
        Weight.SOON,
    ),
    "quarantined": FaultWords(
        _("Not believed any more: it sells on with what it holds, and gets nothing more"),
        _("Look under Reviews what it said; believe it again, or revoke it."),
        Weight.NOW,
    ),
    "not_running": FaultWords(
        _("The counter's program does not run; nothing can be sold"),
        _("Have the machine switched off and on. If that does not help, a technician must look."),
        Weight.NOW,
    ),
    "disk_low": FaultWords(
        _("Little room on its disk: %(mb)s MB"),
        _("A technician must make room, or replace the memory card, within the week."),
        Weight.SOON,
    ),
    "exchange_stopped": FaultWords(
        _("The program that speaks with the office stood still"),
        _("It starts again by itself. If this stays, a technician must look."),
        Weight.SOON,
    ),
    "catalogue_old": FaultWords(
        _("What it knows of people and prices is a week old or more"),
        _("Bring it into contact, or carry the news there with a memory stick."),
        Weight.SOON,
    ),
    "reader": FaultWords(_("The card reader does not work"), _PLUG, Weight.NOW),
    "scanner": FaultWords(_("The code scanner does not work"), _PLUG, Weight.SOON),
    "printer": FaultWords(_("The printer does not print"), _("Have somebody there look at it."), Weight.NOTE),
    "printer_out_of_paper": FaultWords(
        _("The printer is out of paper"), _("Have a new roll laid in."), Weight.NOTE
    ),
    "printer_paper_low": FaultWords(
        _("The printer's paper is nearly at its end"), _("Have a new roll laid ready."), Weight.NOTE
    ),
}
OTHER = FaultWords(
    _("It says: %(code)s"), _("Its own screen says in words what to do. Call the site."), Weight.SOON
)
HEARD_HERE = "offline"  # the office knows better since when


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What the office knows of a kiosk."""

    is_seen: bool
    is_silent: bool
    silent_days: int
    backlog: int
    is_quarantined: bool
    clock_ahead_ms: int | None  # None: it never said
    disk_free_mb: int | None
    troubles: tuple[str, ...]


def faults_of(facts: Facts) -> list[KioskFault]:
    """All of them, the gravest first. What a silent kiosk said of itself is old, but it is all there is."""
    return sorted(_faults(facts), key=lambda each: -each.words.weight)


def _faults(facts: Facts) -> Iterator[KioskFault]:
    if not facts.is_seen:
        yield _fault("never_seen")
    elif facts.silent_days:
        yield _fault("silent_days", days=facts.silent_days)
    elif facts.is_silent:
        yield _fault("silent")
    elif facts.backlog > WAITING_RECORDS:
        yield _fault("backlog", records=facts.backlog)
    if facts.is_quarantined:
        yield _fault("quarantined")
    if facts.clock_ahead_ms is not None and abs(facts.clock_ahead_ms) >= CLOCK_OFF_MS:
        yield _fault("clock_off", minutes=abs(facts.clock_ahead_ms) // 60_000)
    if facts.disk_free_mb is not None and (facts.disk_free_mb < LOW_DISK_MB or "disk_low" in facts.troubles):
        yield _fault("disk_low", mb=facts.disk_free_mb)
    for code in facts.troubles:
        if code not in (HEARD_HERE, "disk_low"):
            yield _fault(code)


def _fault(code: str, **figures: object) -> KioskFault:
    words = WORDS.get(code) or WORDS.get(code.partition("_")[0]) or OTHER
    return KioskFault(code, words, {"code": code, **figures})
