"""Four eyes: what one person proposes is done when another one approves it, once, and never by the same."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from threading import Thread
from typing import Any

import msgspec
import pytest
import sqlalchemy as sa

from kiosk.common.books import Kinds
from kiosk.plain.refusals import Refusal
from kiosk.settings import SettingsError
from sync.office.console.access.proposing import put_forward
from sync.office.people.access import audit, posts, proposals
from sync.office.people.access.areas import Division, Level, hang, keep
from sync.office.people.access.audit import Deed
from sync.office.people.access.permissions import Permission, Role
from sync.office.people.access.posts import Post
from sync.office.people.access.proposals import Approved, Effect, ProposalKind
from sync.office.services.contract import OfficeService
from sync.office.services.listed import SERVICES
from sync.office.store.database import reading, writing
from sync.office.store.tables import division_sites
from tests.office.access.walking import walker
from tests.office.books import ELDER, HERE, PASSWORD, THERE, Books, Browser, open_books


class Move(msgspec.Struct, frozen=True):
    """Let a site hang on another division."""

    site: str
    division: str


class Closed(Refusal):
    """The division takes nothing."""

    code = "division_closed"
    division: str


def hangs_on(connection: sa.Connection, region_id: int, move: Move) -> str:
    c = division_sites.c
    query = sa.select(c.division).where(c.region_id == region_id, c.site == move.site)
    return str(connection.execute(query.with_for_update()).scalar())


def carry_out(approved: Approved, move: Move) -> None:
    hang(approved.connection, approved.region_id, move.site, move.division)
    if move.division == "closed":
        raise Closed(division=move.division)


MOVE = ProposalKind(
    name="move_site",
    title="Move a site",
    payload=Move,
    needs=Permission.MOVE_MONEY,
    words=lambda move: ("%(site)s goes to %(division)s", {"site": move.site, "division": move.division}),
    based_on=hangs_on,
    carry_out=carry_out,
    refusals={"division_closed": "%(division)s takes no site."},
)
LISTED = (*SERVICES, OfficeService(name="moving", kinds=Kinds(projections={}), proposals=[MOVE]))


@pytest.fixture
def moving(tmp_path: Path, database_url: str) -> Iterator[Books]:
    """On both databases: three divisions, and a site on the first."""
    with open_books(tmp_path / "office", database_url, LISTED) as books:
        with writing(books.office.engine) as connection:
            for code in ("east", "west", "closed"):
                keep(connection, 1, Division(code, Level.STREET, code))
            hang(connection, 1, HERE, "east")
            hang(connection, 1, THERE, "west")
        yield books


def somebody(books: Books, name: str, role: Role = Role.ACCOUNTANT, where: str = "") -> Browser:
    books.hire(name, PASSWORD, [Post(role, where)])
    browser = books.browser()
    browser.log_in(name)
    return browser


def propose(books: Books, by: str = "wang", division: str = "west", site: str = HERE, at_ms: int = 0) -> str:
    move = Move(site, division)
    effect = Effect(before={"division": "east"}, after={"division": division}, residents=(ELDER,))
    with writing(books.office.engine) as connection:
        said = {"site": site, "effect": effect, "reason": "moved house"}
        at_ms = at_ms or books.office.now_ms()
        return proposals.propose(connection, 1, MOVE, move, by=by, at_ms=at_ms, **said)


def decide(browser: Browser, what: str, proposal: str, **more: str) -> Any:
    return walker(browser).browser.post(
        f"/proposals/{what}", {**walker(browser).form, "proposal": proposal, **more}
    )


def division_of(books: Books, site: str = HERE) -> str:
    with reading(books.office.engine) as connection:
        c = division_sites.c
        return str(connection.execute(sa.select(c.division).where(c.site == site)).scalar())


def last_deed(books: Books) -> Deed:
    with reading(books.office.engine) as connection:
        assert list(audit.faults(connection, 1)) == []
        return list(audit.kept(connection, 1))[-1].deed


def test_it_is_done_when_a_second_person_approves_it_and_the_log_says_both_names(moving):
    wang, zhao = somebody(moving, "wang"), somebody(moving, "zhao")
    proposal = propose(moving)
    assert decide(wang, "approve", proposal).status_code == 409, "never the same person"
    assert division_of(moving) == "east"
    assert decide(zhao, "approve", proposal).location == "/proposals"
    assert division_of(moving) == "west"
    deed = last_deed(moving)
    assert (deed.who, deed.what) == ("zhao", "approve_proposal")
    assert deed.about == {"proposal": proposal, "kind": "move_site", "proposed_by": "wang"}
    assert (deed.before, deed.after) == ({"division": "east"}, {"division": "west"})
    assert deed.residents == (ELDER,)
    again = decide(zhao, "approve", proposal)
    assert (again.status_code, "zhao" in again.get_data(as_text=True)) == (409, True)


def test_a_service_puts_it_forward_and_it_waits(moving):
    somebody(moving, "wang")
    assert ask_for(moving, "west") is False
    assert division_of(moving) == "east"
    deed = last_deed(moving)
    assert (deed.who, deed.about["kind"], deed.after["division"]) == ("wang", "move_site", "west")
    with reading(moving.office.engine) as connection:
        (found,) = proposals.waiting(connection, 1, {"move_site": MOVE}, moving.office.now_ms())
    assert (found.id, found.proposed_by) == (deed.after["proposal"], "wang")


def test_where_the_office_says_so_one_person_does_it_alone(tmp_path):
    with open_books(tmp_path / "office", services=LISTED, alone=("move_site",)) as books:
        with writing(books.office.engine) as connection:
            keep(connection, 1, Division("west", Level.STREET, "west"))
        assert ask_for(books, "west") is True
        assert division_of(books) == "west"
        assert last_deed(books).after == {"division": "west"}


def test_a_mistyped_kind_is_named_with_those_that_are_allowed(tmp_path):
    with (
        pytest.raises(SettingsError, match=r"alone: move_sight: .*move_site"),
        open_books(tmp_path / "office", services=LISTED, alone=("move_sight",)),
    ):
        pass


def ask_for(books: Books, division: str) -> bool:
    """As a page of a service does, in a request of somebody who is logged in."""
    from flask_login import login_user

    from sync.office.console.door.security import LoggedIn

    with books.app.test_request_context("/"):
        login_user(LoggedIn("wang", "token", posts.USUAL))
        effect = Effect(after={"division": division})
        return put_forward(books.office, MOVE, Move(HERE, division), site=HERE, effect=effect)


def test_what_it_was_based_on_has_changed_so_it_is_proposed_anew(moving):
    zhao, proposal = somebody(moving, "zhao"), propose(moving)
    with writing(moving.office.engine) as connection:
        hang(connection, 1, HERE, "closed")
    page = zhao.get("/proposals?lang=en").get_data(as_text=True)
    assert "it has to be proposed anew" in page
    assert "/proposals/approve" not in page
    refused = decide(zhao, "approve", proposal)
    assert (refused.status_code, "nothing was done" in refused.get_data(as_text=True)) == (409, True)
    assert division_of(moving) == "closed"


def test_what_its_kind_refuses_is_said_and_nothing_of_it_is_done(moving):
    zhao, proposal = somebody(moving, "zhao"), propose(moving, division="closed")
    zhao.get("/?lang=en")
    refused = decide(zhao, "approve", proposal)
    assert (refused.status_code, "closed takes no site." in refused.get_data(as_text=True)) == (409, True)
    assert division_of(moving) == "east"
    with reading(moving.office.engine) as connection:
        found = proposals.find(connection, 1, {"move_site": MOVE}, proposal)
    assert (found.state, found.decided_by) == ("waiting", ""), "and it can still be declined"


def test_declining_needs_a_reason_which_whoever_proposed_reads(moving):
    wang, zhao = somebody(moving, "wang"), somebody(moving, "zhao")
    proposal = propose(moving)
    assert decide(zhao, "decline", proposal, because=" ").status_code == 400
    assert decide(zhao, "decline", proposal, because="wrong street").status_code == 302
    page = wang.get("/proposals?lang=en").get_data(as_text=True)
    assert re.search(r"Declined</span></td>\s*<td>zhao</td>.*wrong street", page)
    assert (last_deed(moving).what, division_of(moving)) == ("proposals", "east")
    assert decide(zhao, "approve", proposal).status_code == 409


def test_whoever_proposed_takes_it_back_without_a_reason(moving):
    wang, proposal = somebody(moving, "wang"), propose(moving)
    assert decide(wang, "decline", proposal).status_code == 302
    assert "Taken back" in wang.get("/proposals?lang=en").get_data(as_text=True)
    assert decide(somebody(moving, "zhao"), "approve", proposal).status_code == 409


def test_nobody_waits_for_ever(moving):
    zhao = somebody(moving, "zhao")
    proposal = propose(moving, at_ms=moving.office.now_ms() - proposals.KEPT_MS)
    assert "goes to" not in zhao.get("/proposals?lang=en").get_data(as_text=True)
    assert decide(zhao, "approve", proposal).status_code == 409
    assert division_of(moving) == "east"


def test_a_second_person_could_do_it_too_and_there(moving):
    """A clerk does not move money, an accountant of another street not this site's, an auditor nothing."""
    clerk, auditor = somebody(moving, "clerk", Role.CLERK), somebody(moving, "auditor", Role.AUDITOR)
    elsewhere, there = (somebody(moving, where, where=where) for where in ("west", "east"))
    proposal = propose(moving)
    asked = [decide(each, "approve", proposal).status_code for each in (clerk, auditor, elsewhere)]
    assert asked == [403, 403, 404]
    assert division_of(moving) == "east"
    assert "goes to west" in auditor.get("/proposals?lang=en").get_data(as_text=True)
    assert "goes to west" not in elsewhere.get("/proposals?lang=en").get_data(as_text=True)
    assert decide(there, "approve", proposal).status_code == 302
    assert division_of(moving) == "west"


def test_the_first_page_counts_what_is_for_me(moving):
    wang, zhao = somebody(moving, "wang"), somebody(moving, "zhao")
    propose(moving)
    page = zhao.get("/?lang=en").get_data(as_text=True)
    assert "You can decide 1 of them" in page
    assert "a second person, which may be you: 1" in page
    page = wang.get("/?lang=en").get_data(as_text=True)
    assert "None for you to decide" in page
    assert "Nothing waits for you" in page


def test_two_who_approve_at_once_do_it_once(moving):
    done: list[str] = []
    browsers = [somebody(moving, name) for name in ("zhao", "qian")]
    proposal = propose(moving)
    forms = [(each, {**walker(each).form, "proposal": proposal}) for each in browsers]

    def go(browser: Browser, form: dict[str, str]) -> None:
        done.append(browser.post("/proposals/approve", form).status_code)

    threads = [Thread(target=go, args=each) for each in forms]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert sorted(done) == [302, 409]


def test_a_single_clerk_asks_whoever_runs_the_server(office, stocked, tmp_path, monkeypatch):
    monkeypatch.setattr("sync.office.cli.SERVICES", LISTED)
    with open_books(tmp_path / "data", services=LISTED) as books:
        with writing(books.office.engine) as connection:
            keep(connection, 1, Division("west", Level.STREET, "west"))
        one, two = propose(books), propose(books)
    listed = office("proposal", "list").stdout
    assert f"{one}: {HERE} goes to west; proposed by wang" in listed
    assert "move_site: Move a site\n" in office("proposal", "kinds").stdout
    assert office("proposal", "approve", one).exit_code == 0
    assert office("proposal", "approve", one).exit_code == 1
    assert office("proposal", "decline", two, "--reason", "once is enough").exit_code == 0
    with open_books(tmp_path / "data", services=LISTED) as books:
        assert division_of(books) == "west"
        with reading(books.office.engine) as connection:
            deeds = [each.deed for each in audit.kept(connection, 1)][-2:]
    assert [each.what for each in deeds] == ["office proposal approve", "office proposal decline"]
    assert all(each.who.startswith("terminal: ") and each.about["proposed_by"] == "wang" for each in deeds)
