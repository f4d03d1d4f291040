"""The form on which a refund or a correction is proposed."""

from __future__ import annotations

import secrets
from collections.abc import Mapping

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as Redirect

from sync.office.console import formats
from sync.office.console.access.proposing import put_forward
from sync.office.console.door.acting import nothing_done
from sync.office.console.languages import current
from sync.office.console.names import load_names
from sync.office.console.residents.found import resident_line
from sync.office.office import Office
from sync.office.people.access.needs import needs
from sync.office.people.access.permissions import Permission
from sync.office.people.access.proposals import Effect
from sync.office.services.accounts.changing.change import (
    CHANGE_BALANCE,
    CORRECTION,
    REFUND,
    BalanceChange,
)
from sync.office.store.database import reading

LONGEST_NOTE = 200
_SIGNS = {"refund": -1, "take": -1, "add": 1}


def add_pages(pages: Blueprint, office: Office) -> None:
    """`/residents/…/balance`."""
    region_id = office.region_id

    @pages.get("/residents/<int:resident_id>/balance")
    @needs(Permission.MOVE_MONEY)
    def balance(resident_id: int) -> tuple[str, int]:
        return _form(resident_id, {}, {})

    @pages.post("/residents/<int:resident_id>/balance")
    @needs(Permission.MOVE_MONEY)
    def propose_balance(resident_id: int) -> tuple[str, int] | Redirect:
        given, wrong = request.form, _wrong(request.form)
        if wrong:
            nothing_done()
            return _form(resident_id, given, wrong)
        with reading(office.engine) as connection:
            line = resident_line(connection, region_id, resident_id) or abort(404)
        fen = (formats.fen_typed(given["yuan"]) or 0) * _SIGNS[given["what"]]
        change = BalanceChange(
            request_id=f"balance {secrets.token_hex(8)}",
            resident_id=resident_id,
            kind=REFUND if given["what"] == "refund" else CORRECTION,
            fen=fen,
            note=given["note"].strip()[:LONGEST_NOTE],
            accepts_exposure="exposure" in given,
        )
        own_money = gettext("Own money")
        effect = Effect(
            before={own_money: formats.yuan(line.balance_fen)},
            after={own_money: formats.yuan(line.balance_fen + fen)},
            residents=(resident_id,),
        )
        site, reason = line.resident.home_site, change.note
        if put_forward(office, CHANGE_BALANCE, change, site=site, effect=effect, reason=reason):
            return redirect(url_for("console.accounts.account", resident_id=resident_id))
        return redirect(url_for("console.proposals"))

    def _form(resident_id: int, given: Mapping[str, str], wrong: Mapping[str, str]) -> tuple[str, int]:
        with reading(office.engine) as connection:
            names = load_names(connection, region_id, current())
            line = resident_line(connection, region_id, resident_id) or abort(404)
        shown = {"names": names, "line": line, "given": given, "wrong": wrong}
        return render_template("accounts/balance.html", **shown), 400 if wrong else 200


def _wrong(given: Mapping[str, str]) -> dict[str, str]:
    """By field."""
    wrong = {}
    if given.get("what") not in _SIGNS:
        wrong["what"] = gettext("Please choose what is to be done.")
    if not formats.fen_typed(given.get("yuan", "")):
        wrong["yuan"] = gettext("An amount in yuan is needed, such as 12.50.")
    if not given.get("note", "").strip():
        wrong["note"] = gettext("Please say why: whoever approves has to know.")
    return wrong
