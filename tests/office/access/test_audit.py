"""What is written down of what people do, and that nobody can unwrite it."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from contextlib import closing

import pytest
import sqlalchemy as sa

from kiosk.services.corrections.records import CORRECTION_ASKED, CorrectionAsked, Matter
from sync.office.people.access import audit
from sync.office.people.access.audit import Deed
from sync.office.people.access.permissions import Role
from sync.office.people.access.posts import Post
from sync.office.store.database import reading, writing
from sync.office.store.tables import audit_log
from tests.office.access.walking import routes_of, walker
from tests.office.books import ELDER, HERE, PASSWORD, YOUNG, Books, Browser, open_books
from tests.office.commands import ends


def logged_in(books: Books, role: Role) -> Browser:
    books.hire(role, PASSWORD, [Post(role)])
    browser = books.browser()
    browser.log_in(role)
    return browser


def deeds(books: Books) -> list[Deed]:
    with reading(books.office.engine) as connection:
        assert list(audit.faults(connection, 1)) == []
        return [each.deed for each in audit.kept(connection, 1)]


def test_logging_in_looking_changing_and_being_refused_are_written_down(books):
    clerk = logged_in(books, Role.CLERK)
    books.write(CORRECTION_ASKED, CorrectionAsked(ELDER, HERE, Matter.CATEGORY_MISSING, "living_alone"))
    key, seq, _hash = books.journals[HERE]
    clerk.get(f"/residents/{YOUNG}")
    clerk.get("/residents?q=陈")
    clerk.get("/audit")
    clerk.get("/kiosks")
    place = {"journal": key.journal_id.hex(), "seq": str(seq)}
    clerk.post("/reviews/close", {**walker(clerk).form, **place, "code": CORRECTION_ASKED[0]})
    clerk.log_out()
    found = deeds(books)
    assert {each.who for each in found} == {"clerk"}
    assert [(each.what, each.about, each.residents) for each in found] == [
        ("log_in", {"username": "clerk"}, ()),
        ("resident", {"resident_id": str(YOUNG)}, (YOUNG,)),
        ("residents", {"q": "陈"}, (ELDER,)),
        ("audit", {"refused": "/audit"}, ()),
        ("close_review", {**place, "review": CORRECTION_ASKED[0]}, ()),
        ("logout", {}, ()),
    ]
    assert (found[4].before, found[4].after) == ({"state": "open"}, {"state": "closed", "outcome": "settled"})


def test_whoever_is_named_on_a_page_was_looked_at(books):
    """On every page that there is, made from the map of all routes."""
    books.sell(elders=500)
    books.write(CORRECTION_ASKED, CorrectionAsked(ELDER, HERE, Matter.CATEGORY_MISSING, "living_alone"))
    manager = walker(logged_in(books, Role.MANAGER))
    naming = set()
    for route in (
        each for each in routes_of(books.app) if each.method == "GET" and "console" in each.endpoint
    ):
        page = manager.ask(route, day="2026-11-16", **{"from": "2026-11-16"}).get_data()
        if "陈测试".encode() in page:
            naming.add(route.endpoint.removeprefix("console."))
            assert ELDER in deeds(books)[-1].residents, route
    assert naming == {
        *("resident", "residents", "reviews", "canteen.sales", "choose_photo", "correct_resident"),
        *("accounts.account", "accounts.balance", "accounts.resident_statement", "accounts.leave"),
        *("cards.cards", "cards.of_resident", "care.care_of"),
    }


def test_every_act_is_written_down(books):
    manager = walker(logged_in(books, Role.MANAGER))
    acts = [each for each in routes_of(books.app) if each.method != "GET" and "console" in each.endpoint]
    assert len(acts) > 8
    for route in acts:
        manager.ask(route, seq="1", journal="0" * 32, device="0" * 32, shown_fen="1", proof=PASSWORD)
        assert deeds(books)[-1].what == route.endpoint.removeprefix("console."), route


def test_no_password_is_written_down(books):
    logged_in(books, Role.CLERK)
    with reading(books.office.engine) as connection:
        assert all(PASSWORD.encode() not in each.raw for each in audit.kept(connection, 1))


def test_the_auditor_reads_who_did_what_and_who_looked_at_somebody(books):
    clerk, auditor = logged_in(books, Role.CLERK), logged_in(books, Role.AUDITOR)
    clerk.get(f"/residents/{ELDER}")
    page = auditor.get("/audit?lang=en").get_data(as_text=True)
    assert page.count("Looked at a resident") == 1
    assert page.count("Logged in") == 2
    assert auditor.get("/audit?who=auditor&lang=en").get_data(as_text=True).count("<td>clerk</td>") == 0
    about_her = auditor.get(f"/audit?resident={ELDER}&lang=en").get_data(as_text=True)
    assert (about_her.count("Looked at a resident"), about_her.count("Logged in")) == (1, 0)
    assert "Nothing was done" in auditor.get("/audit?to=2020-01-01&from=2020-01-01").get_data(as_text=True)


def test_the_log_by_the_page(books, monkeypatch):
    monkeypatch.setattr("sync.office.console.access.audit_pages.DEEDS_PER_PAGE", 1)
    logged_in(books, Role.CLERK)
    auditor = logged_in(books, Role.AUDITOR)
    first = auditor.get("/audit").get_data(as_text=True)
    assert 'rel="next"' in first
    assert "<td>clerk</td>" not in first
    second = auditor.get("/audit?before=2").get_data(as_text=True)
    assert "<td>clerk</td>" in second
    assert 'rel="next"' not in second


def test_a_stranger_can_check_the_file_with_a_hash_function_alone(books):
    auditor = logged_in(books, Role.AUDITOR)
    auditor.get(f"/residents/{ELDER}")
    lines = auditor.get("/audit.log").get_data().splitlines()
    previous = hashlib.sha256(b"neighbourhood-card audit log 1").digest()
    for seq, line in enumerate(lines, 1):
        hexadecimal, _, raw = line.partition(b" ")
        previous = hashlib.sha256(previous + raw).digest()
        assert (hexadecimal.decode(), json.loads(raw)["seq"]) == (previous.hex(), seq)
    assert len(lines) == 3
    assert json.loads(raw)["what"] == "audit_file", "that it was taken along is written down as well"


def test_the_database_itself_changes_and_deletes_nothing(on_both):
    on_both.hire()
    on_both.browser().log_in()
    assert len(deeds(on_both)) == 1
    for unwritten in (audit_log.update().values(who="somebody else"), audit_log.delete()):
        with pytest.raises(sa.exc.DatabaseError, match="only added to"), writing(on_both.office.engine) as at:
            at.execute(unwritten)
    assert [each.who for each in deeds(on_both)] == ["wang"]


def test_verify_finds_what_was_changed_left_out_or_cut_off(office, stocked, books, tmp_path):
    """By somebody who has the database's file, and takes its guard away first."""
    done = stocked("verify")
    assert done.stdout == "The books hold.\n"

    def unwritten(*statements: str) -> None:
        with closing(sqlite3.connect(tmp_path / "data" / "office.db")) as database, database:
            for statement in statements:
                database.execute(statement)

    for name in ("one", "two", "three"):
        assert office("clerk", "add", name, typed=f"{PASSWORD}\n").exit_code == 0
    with open_books(tmp_path / "data") as opened, reading(opened.office.engine) as connection:
        taken = b"".join(audit.exported(audit.kept(connection, 1)))
    (tmp_path / "taken.log").write_bytes(taken)
    assert b"office clerk add" in taken.splitlines()[-1]
    assert office("verify", "--audit", str(tmp_path / "taken.log")).exit_code == 0
    unwritten("DROP TRIGGER audit_log_no_update", "DROP TRIGGER audit_log_no_delete")

    unwritten("CREATE TABLE kept AS SELECT * FROM audit_log")
    unwritten("UPDATE audit_log SET raw = replace(raw, 'two', 'six') WHERE seq = 3")
    assert office("verify").exit_code == 1
    unwritten("DELETE FROM audit_log", "INSERT INTO audit_log SELECT * FROM kept")
    assert office("verify").exit_code == 0
    unwritten("DELETE FROM audit_log WHERE seq = 3")
    ends_with = office("verify")
    assert (ends_with.exit_code, "audit_log 3: wrong_hash" in ends_with.stdout) == (1, True)
    last = "SELECT hash FROM audit_log WHERE seq = 2"
    unwritten("DELETE FROM audit_log WHERE seq > 2", f"UPDATE audit_heads SET seq = 2, hash = ({last})")
    assert office("verify").exit_code == 0, "whoever cuts the end off has to cut the file off, too"
    done = office("verify", "--audit", str(tmp_path / "taken.log"))
    assert (done.exit_code, "audit_log 3: missing" in done.stdout) == (1, True)
    ends(office("verify", "--audit", str(tmp_path / "nothing")), 2, "nothing")
