"""The `office proposal` commands: for whoever runs the server, when there is no second person."""

from __future__ import annotations

import click
import sqlalchemy as sa

from sync.office.commands.opening import Commands, Invocation, pass_invocation
from sync.office.people.access import proposals
from sync.office.people.access.proposals import Proposal
from sync.office.store.database import reading, writing


@click.group(cls=Commands)
def proposal() -> None:
    """What waits for a second person. What is decided here stands in the audit log as decided here."""


@proposal.command("list")
@pass_invocation
def proposal_list(invocation: Invocation) -> None:
    """Name what waits, the oldest first."""
    office = invocation.office
    with reading(office.engine) as connection:
        found = proposals.waiting(connection, office.region_id, office.offered.proposals, office.now_ms())
    for each in found:
        click.echo(f"{each.id}: {_in_words(each)}; proposed by {each.proposed_by}")


@proposal.command("kinds")
@pass_invocation
def proposal_kinds(invocation: Invocation) -> None:
    """Name what needs a second person; `alone` in office.toml lists what does not."""
    office = invocation.office
    for name, kind in sorted(office.offered.proposals.items()):
        click.echo(f"{name}: {kind.title}{' (one person alone)' if name in office.settings.alone else ''}")


@proposal.command("approve")
@click.argument("proposal_id", metavar="ID")
@pass_invocation
def proposal_approve(invocation: Invocation, proposal_id: str) -> None:
    """Carry out what the proposal ID says."""
    office, by = invocation.office, invocation.who
    with writing(office.engine) as connection:
        done = proposals.approve(
            connection, office.region_id, office.offered.proposals, proposal_id, by=by, at_ms=office.now_ms()
        )
        _note(invocation, connection, "approve", done)
    click.echo(f"{proposal_id}: approved and done: {_in_words(done)}")


@proposal.command("decline")
@click.argument("proposal_id", metavar="ID")
@click.option("--reason", required=True, help="Why not.")
@pass_invocation
def proposal_decline(invocation: Invocation, proposal_id: str, reason: str) -> None:
    """Say no to the proposal ID."""
    office, said = invocation.office, {"by": invocation.who, "because": reason}
    with writing(office.engine) as connection:
        done = proposals.decline(
            connection, office.region_id, office.offered.proposals, proposal_id, at_ms=office.now_ms(), **said
        )
        _note(invocation, connection, "decline", done, reason)
    click.echo(f"{proposal_id}: declined")


def _note(
    invocation: Invocation, connection: sa.Connection, done: str, what: Proposal, reason: str = ""
) -> None:
    about = {"proposal": what.id, "kind": what.kind.name, "proposed_by": what.proposed_by, "reason": reason}
    invocation.note(connection, f"proposal {done}", **about)


def _in_words(what: Proposal) -> str:
    sentence, filled = what.words
    return sentence % filled
