"""Somebody outside is told of troubles: a command that is run, an address where it is posted, a mail.

Looked at every few seconds beside the requests, by each process of the office; which of them tells is decided
in the database. See `people.alerts` for what is told and when.
"""

from __future__ import annotations

import smtplib
import ssl
import subprocess
from collections.abc import Callable, Iterable, Iterator, Mapping
from email.message import EmailMessage
from functools import partial

import msgspec
import requests
import structlog

from sync.office.console.kiosks.wall import KioskOnWall, on_the_wall
from sync.office.console.kiosks.wrong import KioskFault, Weight
from sync.office.console.languages import translations
from sync.office.office import Office
from sync.office.people import alerts
from sync.office.people.access.areas import EVERYWHERE
from sync.office.people.alerts import Alert, Due
from sync.office.settings import OfficeSettings
from sync.office.store.database import reading, writing

WITHIN_S = 10.0
KIOSK_PATIENCE_MS = 2 * 60 * 1000  # a cable that is pushed in again is nobody's message
MINUTE_MS = 60_000
_log = structlog.get_logger()

Way = Callable[[Due], None]


def alert(office: Office) -> None:
    """One look, and whatever has to be told now."""
    ways = _ways(office.settings)
    if not ways:
        return
    now_ms, region_id = office.now_ms(), office.region_id
    with reading(office.engine) as connection:
        found = [each for look in office.offered.alerts for each in look(connection, region_id)]
        kiosks = on_the_wall(connection, region_id, office.moment(), EVERYWHERE)
    silent_ms = office.settings.alert_silent_minutes * MINUTE_MS
    found += [each for kiosk in kiosks for each in of_kiosk(kiosk, now_ms, silent_ms)]
    with reading(office.engine) as connection:
        if alerts.is_quiet(connection, region_id, found, ways, now_ms):
            return
    with writing(office.engine) as connection:
        alerts.look(connection, region_id, found, now_ms)
        told = alerts.due(connection, region_id, ways, now_ms)
    for each in told:
        done = [name for name in each.ways if _told(name, ways[name], each)]
        with writing(office.engine) as connection:
            alerts.note(connection, region_id, each, done)


def of_kiosk(kiosk: KioskOnWall, now_ms: int, silent_ms: int) -> Iterator[Alert]:
    """What cannot wait for somebody to look at the wall."""
    since_ms = kiosk.silent_since_ms
    if since_ms is not None:
        if now_ms - since_ms >= silent_ms:
            yield _of(kiosk, next(each for each in kiosk.faults if each.code.startswith("silent")), since_ms)
        return  # what it said of itself before is old
    for each in kiosk.faults:
        if each.words.weight is Weight.NOW:
            yield _of(kiosk, each, now_ms, KIOSK_PATIENCE_MS)


def _of(kiosk: KioskOnWall, fault: KioskFault, since_ms: int, patience_ms: int = 0) -> Alert:
    code = fault.code.removesuffix("_days")
    return Alert(
        key=f"kiosk {kiosk.device} {code}",
        site=kiosk.site,
        since_ms=since_ms,
        says=(_sentence("zh", kiosk, fault), _sentence("en", kiosk, fault)),
        about={"kiosk": kiosk.name, "alarm": code},
        patience_ms=patience_ms,
    )


def _sentence(language: str, kiosk: KioskOnWall, fault: KioskFault) -> str:
    words = translations(language)
    what, todo = (words.gettext(each) % fault.figures for each in (fault.words.what, fault.words.todo))
    if language == "zh":
        return f"{kiosk.name}（{kiosk.site}）：{what}。{todo}"
    return f"{kiosk.name} ({kiosk.site}): {what}. {todo}"


def _told(name: str, way: Way, due: Due) -> bool:
    about = {"way": name, "site": due.alert.site, "alert": due.alert.key, "over": due.is_over}
    try:
        way(due)
    except (OSError, subprocess.SubprocessError, smtplib.SMTPException) as error:  # `requests` raises OSError
        _log.error("alert_failed", reason=type(error).__name__, **about)
        return False
    _log.warning("alert_told", **about)
    return True


def _ways(settings: OfficeSettings) -> Mapping[str, Way]:
    """Those that are set, by name."""
    ways: dict[str, Way] = {}
    if settings.alert_command:
        ways["command"] = partial(_by_command, settings)
    if settings.alert_url:
        ways["url"] = partial(_by_post, settings)
    if settings.alert_mail_from:
        ways["mail"] = partial(_by_mail, settings)
    return ways


def _packed(due: Due) -> bytes:
    alert = due.alert
    told = {"site": alert.site, "since_ms": alert.since_ms, "state": "over" if due.is_over else "raised"}
    return msgspec.json.encode({**told, **alert.about, "zh": alert.says[0], "en": alert.says[1]})


def _by_command(settings: OfficeSettings, due: Due) -> None:
    words = settings.alert_command
    subprocess.run(words, input=_packed(due), timeout=WITHIN_S, check=True, capture_output=True)


def _by_post(settings: OfficeSettings, due: Due) -> None:
    kind = {"Content-Type": "application/json"}
    answer = requests.post(settings.alert_url, data=_packed(due), headers=kind, timeout=WITHIN_S)
    answer.raise_for_status()


def _by_mail(settings: OfficeSettings, due: Due) -> None:
    to = due.alert.mail_to or settings.alert_mail_to
    if not to:
        return
    host, _, port = settings.alert_mail_server.rpartition(":")
    with smtplib.SMTP(host.strip("[]"), int(port), timeout=WITHIN_S) as server:
        if settings.alert_mail_tls:
            server.starttls(context=ssl.create_default_context())
        if settings.alert_mail_user:
            server.login(settings.alert_mail_user, settings.alert_mail_password)
        server.send_message(_letter(settings.alert_mail_from, to, due))


def _letter(sender: str, to: Iterable[str], due: Due) -> EmailMessage:
    chinese, english = due.alert.says
    letter = EmailMessage()
    letter["From"], letter["To"] = sender, ", ".join(to)
    letter["Subject"] = ("已恢复：" if due.is_over else "请处理：") + chinese.partition("。")[0]
    state = ("已恢复，不用再处理：", "This is over: ") if due.is_over else ("", "")
    letter.set_content(f"{state[0]}{chinese}\n\n{state[1]}{english}\n")
    return letter
