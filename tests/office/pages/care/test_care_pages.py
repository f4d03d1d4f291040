"""Clerks ask after people in the browser; contacts are told; what is said is kept, and is not everybody's."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from sync.office.people.access import audit
from sync.office.people.access.areas import Division, Level, hang, keep
from sync.office.people.access.permissions import Role
from sync.office.people.access.posts import Post
from sync.office.people.alerts import OVER_AFTER_MS
from sync.office.services.care import contacts, rounds, settings, watches
from sync.office.services.care.contacts import CareContact, Of
from sync.office.services.care.settings import SiteCare
from sync.office.services.care.watches import Outcome
from sync.office.serving.telling import alert
from sync.office.store.database import reading, writing
from tests.office.access.walking import walker
from tests.office.books import ELDER, HERE, PASSWORD, THERE, TODAY, Browser, open_books
from tests.office.door.test_told_outside import mailed_to
from tests.office.pages.care.town import Town

MEAL = {"day": str(TODAY), "occasion": "lunch"}


@pytest.fixture
def town(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    with open_books(tmp_path / "office") as books:
        yield Town(books, monkeypatch)


def somebody(town: Town, role: Role = Role.CLERK, where: str = "") -> Browser:
    name = f"{role}{where}"
    town.books.hire(name, PASSWORD, [Post(role, where)])
    browser = town.books.browser()
    browser.log_in(name)
    return browser


def text(browser: Browser, path: str = "/care") -> str:
    answer = browser.get(f"{path}?lang=en")
    assert answer.status_code == 200
    return str(answer.get_data(as_text=True))


def send(browser: Browser, path: str, status: int = 302, **form: str) -> str:
    answer = browser.post(path, {**walker(browser).form, **form})
    assert answer.status_code == status
    return str(answer.get_data(as_text=True))


def ask(town: Town, kind: Of, code: str, name: str, mail: str = "") -> None:
    with writing(town.books.office.engine) as connection:
        contacts.keep(connection, town.region_id, CareContact(kind, code, name, "123456789", mail))


def test_one_button_says_that_somebody_is_well_and_it_can_be_taken_back(town: Town) -> None:
    clerk = somebody(town)
    assert "Nobody has to be asked after" in text(clerk)
    town.after_lunch()
    assert "usually come and did not: 1" in text(clerk, "/")
    assert "6 of 6 such days" in text(clerk)
    send(clerk, f"/care/{ELDER}/answer", said="well", **MEAL)
    page = text(clerk)
    assert "Nobody has to be asked after" in page
    assert "Answered within a day" in page
    assert "usually come" not in text(clerk, "/")
    send(clerk, f"/care/{ELDER}/answer", 409, said="help", **MEAL)
    send(clerk, f"/care/{ELDER}/take-back", **MEAL)
    assert [each.key.resident_id for each in town.unanswered()] == [ELDER]
    send(clerk, f"/care/{ELDER}/answer", said="help", note="摔了一跤，已送医", **MEAL)
    history = text(clerk, f"/residents/{ELDER}/care")
    assert history.index("Stayed away") < history.index("Taken back") < history.index("摔了一跤")
    assert "Needs help" in text(clerk, f"/residents/{ELDER}")


def test_what_is_said_stands_in_the_audit_log(town: Town) -> None:
    clerk = somebody(town)
    town.after_lunch()
    send(clerk, f"/care/{ELDER}/answer", said="mistaken", **MEAL)
    with reading(town.books.office.engine) as connection:
        deeds = [each.deed for each in audit.kept(connection, town.region_id)]
    (last,) = [each for each in deeds if each.what.startswith("care.answer")]
    assert (last.what, last.after["said"]) == ("care.answer_care", "mistaken")
    assert last.residents == (ELDER,)


def test_who_is_not_reached_is_left_to_the_next_person_at_once(town: Town) -> None:
    ask(town, Of.BUILDING, f"{HERE}/3 号楼", "楼长林")
    with writing(town.books.office.engine) as connection:
        keep(connection, town.region_id, Division("c", Level.COMMUNITY, "社区"))
        hang(connection, town.region_id, HERE, "c")
    ask(town, Of.DIVISION, "c", "社区吴")
    clerk = somebody(town)
    town.after_lunch()
    assert "楼长林 123456789" in text(clerk)
    send(clerk, f"/care/{ELDER}/answer", said="unreached", note="没人开门", **MEAL)
    assert "社区吴 123456789" in text(clerk)
    send(clerk, f"/care/{ELDER}/answer", said="unreached", **MEAL)
    assert len(town.unanswered()) == 1, "the last of them stays asked"
    assert town.told()[-3:] == [watches.UNREACHED, watches.CLIMBED, watches.UNREACHED]


def test_contacts_are_told_by_mail_each_once_and_that_it_is_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    letters: list[str] = []
    said = tmp_path / "said"
    script = f"import sys; open({str(said)!r}, 'a').write(sys.stdin.read() + chr(10))"
    with (
        mailed_to(letters) as server,
        open_books(
            tmp_path / "office",
            alert_mail_from="office@example.org",
            alert_mail_server=server,
            alert_command=(sys.executable, "-c", script),
        ) as books,
    ):
        town = Town(books, monkeypatch)
        ask(town, Of.BUILDING, f"{HERE}/3号楼", "楼长林", "lin@example.org")
        town.after_lunch()
        for _ in range(3):
            alert(books.office)
        assert len(letters) == 1
        assert "To: lin@example.org" in letters[0]
        (told,) = [json.loads(line) for line in said.read_text().splitlines()]
        assert (told["contact"], told["phone"]) == ("楼长林", "123456789")
        assert "方便时请去看看" in told["zh"]
        with writing(books.office.engine) as connection:
            key = town.unanswered()[0].key
            watches.end(connection, town.region_id, key, Outcome.WELL, town.now_ms, who="chen")
        alert(books.office)
        town.now_ms += OVER_AFTER_MS
        town.heard()
        alert(books.office)
        assert len(letters) == 2


def test_somebody_is_away_until_a_day_and_days_that_cannot_be_are_said(town: Town) -> None:
    clerk = somebody(town)
    town.after_lunch()
    path = f"/residents/{ELDER}/leaves"
    page = send(clerk, path, 400, **{"from": "2026-12-01", "to": "2026-11-01", "why": "探亲"})
    assert "2026-12-01" in page
    send(clerk, path, 400, **{"from": "2026-12-01", "to": "2028-11-01"})
    send(clerk, path, **{"from": str(TODAY), "to": str(TODAY), "why": "住院"})
    rounds.look(town.books.office)
    assert town.unanswered() == []
    assert "住院" in text(clerk, f"/residents/{ELDER}/care")
    send(clerk, f"{path}/remove", seq="1")
    send(clerk, f"{path}/remove", 404, seq="1")


def test_a_kiosk_that_is_not_heard_is_named_and_nobody_is_called_missing(town: Town) -> None:
    town.heard(1)
    town.after_lunch(heard=False)
    page = text(somebody(town))
    assert "Nobody has to be asked after" in page
    assert page.index("Not known yet") < page.index("陈测试") < page.index(f"kiosk at {HERE}")


def test_sites_and_contacts_are_set_in_the_browser(town: Town) -> None:
    clerk = somebody(town)
    figures = {"weeks": "8", "times": "5", "wait_minutes": "15", "sign_hours": "4", "climb_minutes": "60"}
    send(clerk, "/care/settings", 400, site=HERE, **{**figures, "times": "9"})
    send(clerk, "/care/settings", 400, site=HERE, **{**figures, "weeks": "x"})
    send(clerk, "/care/settings", 404, site="nowhere", **figures)
    send(clerk, "/care/settings", site=HERE, watched="on", **figures)
    with reading(town.books.office.engine) as connection:
        assert settings.sites(connection, town.region_id) == {HERE: SiteCare(True, 8, 5, 15, 4, 60)}
    who = {"kind": "building", "site": HERE, "of": "3 号楼"}
    who |= {"name": "楼长林", "phone": "138 0013 8000", "mail": "lin@example.org"}
    for wrong in ({"of": ""}, {"name": ""}, {"phone": "call me"}, {"mail": "nowhere"}):
        send(clerk, "/care/contacts", 400, **{**who, **wrong})
    send(clerk, "/care/contacts", **who)
    assert "13800138000" in text(clerk, "/care/settings")
    send(clerk, "/care/contacts/remove", kind="building", code=f"{HERE}/3 号楼")
    assert "13800138000" not in text(clerk, "/care/settings")


def test_a_sheet_for_each_contact_is_printed(town: Town) -> None:
    town.after_lunch()
    answer = somebody(town).get("/care.pdf")
    assert answer.status_code == 200
    assert answer.data.startswith(b"%PDF")


def test_another_communitys_clerk_sees_and_says_nothing(town: Town) -> None:
    with writing(town.books.office.engine) as connection:
        keep(connection, town.region_id, Division("c", Level.COMMUNITY, "社区"))
        hang(connection, town.region_id, THERE, "c")
    ask(town, Of.BUILDING, f"{HERE}/3 号楼", "楼长林")
    other = somebody(town, where="c")
    town.after_lunch()
    assert "陈测试" not in text(other)
    send(other, f"/care/{ELDER}/answer", 404, said="well", **MEAL)
    assert other.get(f"/residents/{ELDER}/care").status_code == 404
    assert "楼长林" not in text(other, "/care/settings")
    send(other, "/care/contacts/remove", 404, kind="building", code=f"{HERE}/3 号楼")
    send(other, "/care/contacts", 404, kind="division", site=THERE, of="c", name="吴")
    assert len(town.unanswered()) == 1


def test_an_accountant_does_not_see_who_stayed_away_and_an_auditor_changes_nothing(town: Town) -> None:
    town.after_lunch()
    assert somebody(town, Role.ACCOUNTANT).get("/care").status_code == 403
    auditor = somebody(town, Role.AUDITOR)
    assert "陈测试" in text(auditor)
    assert f"/care/{ELDER}/answer" not in text(auditor)
