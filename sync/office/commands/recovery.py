"""The `office` commands for bad days: books that went back in time, late records of a kiosk let in."""

from __future__ import annotations

import sys
from datetime import UTC, datetime

import click

from kiosk.ledger.figures import figures
from sync.office.books import writeoff
from sync.office.commands.opening import FINDING, Invocation, pass_invocation
from sync.office.intake import left_holds, restoring, told
from sync.office.keys import devices
from sync.office.store.database import writing

LATE_DAYS = 7


@click.command("release-write-offs")
@pass_invocation
def release_write_offs(invocation: Invocation) -> None:
    """No more sales will turn up of the kiosks that were written off: what is set aside is no loss.

    What they held for something under way is its owners' again.
    """
    office = invocation.office
    with writing(office.engine) as connection:
        fen = writeoff.release(connection, office.region_id, operator="", at_ms=office.now_ms())
        left_holds.give_back(connection, office.region_id, operator="", at_ms=office.now_ms())
        invocation.note(connection, "release-write-offs", fen=fen)
    click.echo(f"{fen / 100:.2f} yuan released")


@click.command()
@click.option("--list", "only_list", is_flag=True, help="Only name the kiosks that are still to be heard.")
@pass_invocation
def restored(invocation: Invocation, only_list: bool) -> None:
    """To be run once after the books were restored from a backup, before `office run`.

    Nothing is granted until each kiosk has told what rights it holds, or was written off.
    """
    say_restored(invocation, "" if only_list else "restored")


def say_restored(invocation: Invocation, command: str) -> None:
    """Begin again after a backup, by a `command`; without one only name who is to be heard."""
    office = invocation.office
    with writing(office.engine) as connection:
        if command:
            restoring.begin(
                connection, office.region_id, office.now_ms(), figures(command=f"office {command}")
            )
        told.resume(connection, office.region_id)
        waited_for = restoring.unheard(connection, office.region_id)
        if command:
            invocation.note(connection, command, to_be_heard=", ".join(each.name for each in waited_for))
    for each in waited_for:
        seen = datetime.fromtimestamp(each.last_seen_ms / 1000, UTC).strftime("%Y-%m-%d %H:%M")
        when = f"last seen {seen} UTC" if each.last_seen_ms else "never seen"
        advice = "" if not each.revoked else f"; revoked: office revoke {each.name} --write-off"
        click.echo(f"{each.name} at {each.site}: still to be heard, {when}{advice}")
    if not waited_for:
        click.echo("All kiosks have been heard; spending rights are granted as usual.")
        return
    click.echo(
        "Kiosks go on selling. Not in the backup, and to be done again: entries over the office's counter,\n"
        "people and prices brought in, kiosks enrolled or revoked. Kiosks enrolled since then are to be\n"
        "enrolled again before the last one above is heard.",
        err=True,
    )
    if not command:
        sys.exit(FINDING)


@click.command()
@click.argument("name")
@pass_invocation
def accept(invocation: Invocation, name: str) -> None:
    """Let the revoked kiosk NAME send what it had sold and not sent, for seven days, and nothing else.

    For a memory card that is found again: put it in, and run `kiosk-sync once`.
    """
    office = invocation.office
    until_ms = office.now_ms() + LATE_DAYS * 24 * 3600 * 1000
    with writing(office.engine) as connection:
        names = {each.name for each in devices.revoked(connection, office.region_id)}
        if name not in names:
            known = ", ".join(sorted(names)) or "none is revoked"
            raise click.UsageError(f"{name}: no revoked kiosk; there are: {known}")
        devices.accept_late(connection, office.region_id, name, until_ms)
        invocation.note(connection, "accept", name=name)
    click.echo(f"{name}: its late records are taken in for {LATE_DAYS} days, and put up for review")
