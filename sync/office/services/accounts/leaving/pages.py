"""The form on which the end of an account is proposed."""

from __future__ import annotations

import secrets
from collections.abc import Mapping

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as Redirect

from kiosk.people.residents import ResidentStatus
from sync.office.console import formats
from sync.office.console.access.proposing import put_forward
from sync.office.console.door.acting import looked_at, nothing_done
from sync.office.console.door.guard import area
from sync.office.console.residents.found import ResidentLine, resident_line
from sync.office.office import Office
from sync.office.people.access.needs import needs
from sync.office.people.access.permissions import Permission
from sync.office.people.access.proposals import Effect
from sync.office.services.accounts.leaving.leaving import END_ACCOUNT, EndAccount, Leaving
from sync.office.store.database import reading

LONGEST_NOTE = 200


def add_pages(pages: Blueprint, office: Office) -> None:
    """`/residents/…/leave`."""
    region_id = office.region_id

    @pages.get("/residents/<int:resident_id>/leave")
    @needs(Permission.MOVE_MONEY)
    def leave(resident_id: int) -> tuple[str, int]:
        return _form(_known(resident_id), {}, {})

    @pages.post("/residents/<int:resident_id>/leave")
    @needs(Permission.MOVE_MONEY, anew=True)
    def propose_leave(resident_id: int) -> tuple[str, int] | Redirect:
        line, given = _known(resident_id), request.form
        into, wrong = _into(given, resident_id), {}
        if given.get("why") not in set(Leaving):
            wrong["why"] = gettext("Please choose what is to be done.")
        elif given["why"] == Leaving.TWICE and into is None:
            wrong["into"] = gettext("The number of the entry that remains is needed.")
        if not given.get("note", "").strip():
            wrong["note"] = gettext("Please say why: whoever approves has to know.")
        if wrong:
            nothing_done()
            return _form(line, given, wrong)
        why = Leaving(given["why"])
        other = into if why is Leaving.TWICE else None
        asked = EndAccount(
            request_id=f"leave {secrets.token_hex(8)}",
            resident_id=resident_id,
            why=why,
            into_id=other.resident.id if other else 0,
            note=given["note"].strip()[:LONGEST_NOTE],
            accepts_exposure="exposure" in given,
        )
        own = gettext("Own money")
        effect = Effect(
            before={own: formats.yuan(line.balance_fen)},
            after={own: formats.yuan(0)},
            residents=(resident_id, *([asked.into_id] if other else [])),
        )
        if put_forward(
            office, END_ACCOUNT, asked, site=line.resident.home_site, effect=effect, reason=asked.note
        ):
            office.news.look_soon()
            return redirect(url_for("console.accounts.account", resident_id=resident_id))
        return redirect(url_for("console.proposals"))

    def _known(resident_id: int) -> ResidentLine:
        with reading(office.engine) as connection:
            line = resident_line(connection, region_id, resident_id) or abort(404)
        looked_at([resident_id])
        return line

    def _into(given: Mapping[str, str], resident_id: int) -> ResidentLine | None:
        """Somebody else who is there, where whoever asks may look."""
        number = given.get("into", "").strip()
        if not number.isdecimal() or len(number) > 18 or int(number) == resident_id:
            return None
        with reading(office.engine) as connection:
            found = resident_line(connection, region_id, int(number))
        is_there = found is not None and found.resident.status is ResidentStatus.ACTIVE
        return found if found is not None and is_there and area().has(found.resident.home_site) else None

    def _form(line: ResidentLine, given: Mapping[str, str], wrong: Mapping[str, str]) -> tuple[str, int]:
        shown = {"line": line, "given": given, "wrong": wrong}
        return render_template("accounts/leave.html", **shown), 400 if wrong else 200
