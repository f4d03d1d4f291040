"""What waits for a second person: the page, its count on the first page, approving and declining."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import sqlalchemy as sa
import structlog
from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_login import current_user
from werkzeug.wrappers import Response as Redirect

from kiosk.plain.refusals import Refusal
from sync.office.console.desk.tasks import Hurt, Standpoint, Task, Waits
from sync.office.console.door.acting import acting, looked_at
from sync.office.console.door.guard import area
from sync.office.console.languages import current
from sync.office.console.marking import _
from sync.office.console.names import Names, load_names
from sync.office.console.residents.found import people_shown
from sync.office.console.shown import Panel
from sync.office.office import Office
from sync.office.people.access import proposals
from sync.office.people.access.areas import Area
from sync.office.people.access.needs import needs
from sync.office.people.access.permissions import Permission
from sync.office.people.access.proposals import Proposal
from sync.office.store.database import reading

LONGEST_REASON = 200
DECIDED_SHOWN_MS = 30 * 24 * 3600_000

ACTS: Mapping[str, str] = {
    "approve_proposal": _("Approved a proposal"),
    "decline_proposal": _("Declined a proposal, or took it back"),
    "proposals": _("Looked at proposals"),
}
REFUSED: Mapping[str, str] = {
    "no_such_proposal": _("There is no such proposal."),
    "own_proposal": _("You proposed this yourself: somebody else has to approve it."),
    "proposal_decided": _("%(by)s was faster and has decided this."),
    "proposal_expired": _("This proposal waited for too long and has expired. Please have it proposed anew."),
    "proposal_outdated": _(
        "What this was based on has changed since, so nothing was done. Please have it proposed anew."
    ),
}
OTHER = _("This cannot be carried out as it was proposed, so nothing was done.")
CONFLICT, BAD_FORM, NOT_YOURS = 409, 400, 403


def may_decide(proposal: Proposal) -> bool:
    """Whether whoever is logged in is a second person for it: another one, who might do it as well."""
    both = (Permission.DECIDE_PROPOSALS, proposal.kind.needs)
    return proposal.proposed_by != current_user.username and all(
        area(each).has(proposal.site) for each in both
    )


def panel(office: Office) -> Panel[Names]:
    """The tile on the first page."""

    def look_up(connection: sa.Connection, region_id: int, _names: Names) -> Mapping[str, object]:
        seen = _seen(proposals.waiting(connection, region_id, office.offered.proposals, office.now_ms()))
        return {"waiting": len(seen), "yours": sum(1 for each in seen if may_decide(each))}

    return Panel("console/proposals_tile.html", look_up, Permission.SEE_PROPOSALS)


def waits(office: Office) -> Waits:
    """For the first page: those that whoever is logged in may decide."""

    def look_up(connection: sa.Connection, here: Standpoint, _seen: Area) -> Iterator[Task]:
        kinds, now_ms = office.offered.proposals, office.now_ms()
        found = proposals.waiting(connection, here.region_id, kinds, now_ms)
        mine = [each for each in found if may_decide(each)]
        if mine:
            words = _("Proposals that wait for a second person, which may be you: %(count)s")
            since_ms = min(each.proposed_at_ms for each in mine)
            figures = {"count": len(mine)}
            yield Task(Hurt.MONEY, words, _("Decide"), "proposals", figures, since_ms=since_ms)

    return Waits(Permission.DECIDE_PROPOSALS, look_up)


def add_pages(console: Blueprint, office: Office) -> None:
    """`/proposals`, and what is done there."""
    region_id, log = office.region_id, structlog.get_logger()
    kinds = office.offered.proposals

    @console.get("/proposals", endpoint="proposals")
    @needs(Permission.SEE_PROPOSALS)
    def proposals_page() -> Response:
        return _page()

    @console.post("/proposals/approve")
    @needs(Permission.DECIDE_PROPOSALS, anew=True)
    def approve_proposal() -> Response | Redirect:
        return _decide("proposal_approved", lambda connection, found: proposals.approve(
            connection, region_id, kinds, found.id, by=current_user.username, at_ms=office.now_ms()
        ))  # fmt: skip

    @console.post("/proposals/decline")
    @needs(Permission.DECIDE_PROPOSALS)
    def decline_proposal() -> Response | Redirect:
        because = request.form.get("because", "").strip()[:LONGEST_REASON]

        def decline(connection: sa.Connection, found: Proposal) -> Proposal:
            said = {"by": current_user.username, "at_ms": office.now_ms(), "because": because}
            return proposals.decline(connection, region_id, kinds, found.id, **said)

        return _decide("proposal_declined", decline, because=because)

    def _decide(
        event: str, do: Callable[[sa.Connection, Proposal], Proposal], because: str | None = None
    ) -> Response | Redirect:
        proposal_id = request.form["proposal"]
        try:
            with reading(office.engine) as connection:
                found = proposals.find(connection, region_id, kinds, proposal_id)
            is_own_to_withdraw = because is not None and found.proposed_by == current_user.username
            if because == "" and not is_own_to_withdraw:
                return _page(gettext("Please say why."), BAD_FORM, proposal_id)
            if found.proposed_by != current_user.username and not may_decide(found):
                return _page(gettext("Your role does not include this."), NOT_YOURS)
            about = {"proposal": found.id, "kind": found.kind.name, "proposed_by": found.proposed_by}
            with acting(office, **about, because=because or "") as doing:
                do(doing.connection, found)
                doing.before.update(found.effect.before)
                doing.after.update(found.effect.after)
                doing.residents.extend(found.effect.residents)
        except Refusal as refusal:
            return _page(_sentence(refusal, proposal_id), CONFLICT)
        log.info(event, clerk=current_user.username, proposal=found.id, kind=found.kind.name)
        return redirect(url_for("console.proposals"))

    def _sentence(refusal: Refusal, proposal_id: str) -> str:
        own: Mapping[str, str] = {}
        if refusal.code not in REFUSED:
            with reading(office.engine) as connection:
                own = proposals.find(connection, region_id, kinds, proposal_id).kind.refusals
        said: str = gettext({**own, **REFUSED}.get(refusal.code, OTHER)) % vars(refusal)
        return said

    def _page(message: str = "", status: int = 200, wrong: str = "") -> Response:
        """`wrong`: the proposal at which `message` stands, else on top."""
        now_ms = office.now_ms()
        with reading(office.engine) as connection:
            names = load_names(connection, region_id, current())
            waiting = _seen(proposals.waiting(connection, region_id, kinds, now_ms))
            since_ms = now_ms - DECIDED_SHOWN_MS
            decided = _seen(proposals.decided_since(connection, region_id, kinds, since_ms))
            outdated = {each.id for each in waiting if each.is_outdated(connection, region_id)}
            about = {one for each in (*waiting, *decided) for one in each.effect.residents}
            residents = people_shown(connection, region_id, about)
        looked_at(about)
        shown = {"waiting": waiting, "decided": decided, "outdated": outdated, "residents": residents}
        page = render_template(
            "console/proposals.html",
            names=names,
            may_decide=may_decide,
            message=message,
            wrong_at=wrong,
            **shown,
        )
        return make_response(page, status)


def _seen(found: list[Proposal]) -> list[Proposal]:
    seen = area(Permission.SEE_PROPOSALS)
    return [each for each in found if seen.has(each.site)]
