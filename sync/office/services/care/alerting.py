"""Contacts are told of residents who stayed away, in words that alarm nobody; clerks, on the first page."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import sqlalchemy as sa

from sync.office.console import formats
from sync.office.console.desk.tasks import Hurt, Standpoint, Task, Waits
from sync.office.console.marking import _
from sync.office.console.names import load_names
from sync.office.people.access.areas import EVERYWHERE, Area
from sync.office.people.access.permissions import Permission
from sync.office.people.alerts import Alert
from sync.office.services.care.shown import AskedAfter, shown
from sync.office.services.care.watches import WatchState, unanswered


def alerts(connection: sa.Connection, region_id: int) -> Iterator[Alert]:
    """One for each person who has been asked about each resident; over when there is an outcome."""
    waiting = [each for each in unanswered(connection, region_id) if each.state is WatchState.OPEN]
    if not waiting:
        return
    meals = {language: load_names(connection, region_id, language) for language in ("zh", "en")}
    for each in shown(connection, region_id, waiting, EVERYWHERE, formats.today()):
        key = each.watch.key
        chinese, english = (meals[language].meal(key.occasion) for language in ("zh", "en"))
        for step, contact in enumerate(each.asked):
            yield Alert(
                key=f"care {key.resident_id} {key.day} {key.occasion} {step}",
                site=each.watch.site,
                since_ms=each.watch.since_ms,
                says=(_chinese(each, chinese), _english(each, english)),
                about={
                    "alarm": "stayed_away",
                    "resident": each.person.resident.name,
                    "contact": contact.name,
                    "phone": contact.phone,
                    "mail": contact.mail,
                },
                mail_to=(contact.mail,) if contact.mail else (),
            )


def _chinese(each: AskedAfter, meal: str) -> str:
    who, day = each.person.resident, each.watch.key.day
    place = f"（{who.building}）" if who.building else ""
    return (
        f"{who.name}{who.honorific}{place}{day.month}月{day.day}日{meal}没有来，平时这天都来。"
        "方便时请去看看，或打个电话问问。"
    )


def _english(each: AskedAfter, meal: str) -> str:
    who, day = each.person.resident, each.watch.key.day
    place = f" ({who.building})" if who.building else ""
    return (
        f"{who.name}{place} did not come to {meal} on {day}, as usual on that weekday."
        " Please look in or call when you can."
    )


def _open(connection: sa.Connection, here: Standpoint, seen: Area) -> Iterable[Task]:
    waiting = [each for each in unanswered(connection, here.region_id) if each.state is WatchState.OPEN]
    mine = shown(connection, here.region_id, waiting, seen, formats.today())
    if mine:
        words = _("People who usually come and did not: %(count)s. Somebody should ask how they are")
        since_ms = min(each.watch.since_ms for each in mine)
        figures = {"count": len(mine)}
        yield Task(Hurt.PEOPLE, words, _("Look at it"), "care.care", figures, since_ms=since_ms)


WAITS = (Waits(Permission.SEE_CARE, _open),)
